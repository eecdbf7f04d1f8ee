"""What was taken down or taken back leaves the landing zone, text and all; what was cut off does not."""

import json
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from evenscore.base.config_file import load_settings
from evenscore.intake import extraction
from evenscore.intake.acceptances import accept, stopping
from evenscore.landing_zone import landing, origins
from evenscore.landing_zone.deliveries import Delivery
from home import LEDGER, Home, event

CASE = Path(__file__).parents[2].parent / "shared/data/cases/08-taken-down-post"


def on(day: int, event_id: str, **changes: Any) -> dict[str, Any]:
    return event(event_id, occurred_at=f"2026-03-{day:02}T10:00:00Z", **changes)


class Forum(Home):
    """A home whose source is a Discourse forum."""

    def configure(self, path: str = "data/*", more: str = 'network = "forum"') -> None:
        source = f'[[sources]]\nname = "forum"\nkind = "discourse"\npath = "{path}"\n{more}\n'
        self.config.write_text(f'[consent]\nledger = "ledger.csv"\n\n{source}')

    def say(self, name: str, *posts: dict[str, Any], night: str = "2026-03-12") -> Delivery:
        """Deliver posts as a file and extract it."""
        path = str(self.deliver(name, *posts))
        (delivery,) = [one for one in self.extract(night) if one.path == path]
        return delivery

    def activity(self) -> list[str]:
        """Landed events, without names."""
        return sorted(row["event_id"] for row in self.landed() if "event_id" in row)


@pytest.fixture
def forum(tmp_path: Path) -> Forum:
    return Forum(tmp_path)


def post(number: int, likes: int = 0, raw: str = "words", day: int = 10, **changes: Any) -> dict[str, Any]:
    """A sound post of a forum."""
    known = {"id": number, "topic_id": 7, "post_number": number, "post_type": 1, "username": f"u{number}"}
    known |= {"user_id": 70 + number, "created_at": f"2026-03-{day:02}T10:00:00.000Z", "raw": raw}
    return known | {"actions_summary": [{"id": 2, "count": likes}], "deleted_at": None, "hidden": False} | changes


# a record is the whole truth about its post --------------------------------------------------------------------


@pytest.mark.parametrize(
    "sign",
    [
        {"deleted_at": "2026-03-11T09:00:00Z"},
        {"hidden": True},
        {"user_deleted": True},
        {"post_type": 4},
        {"hidden": True, "created_at": None},
        {"hidden": True, "created_at": "2026-03-10T12:00:00+02:00"},
    ],
)
def test_a_post_that_is_taken_down_takes_likes_mentions_and_text_with_it(forum: Forum, sign: dict[str, Any]) -> None:
    forum.say("a.ndjson", post(1), post(2, likes=2, raw="a secret, @ann"))
    delivery = forum.say("b.ndjson", post(2, raw="", **sign), night="2026-03-13")
    assert forum.activity() == ["post-1"]
    assert "secret" not in json.dumps(forum.landed(), default=str)
    assert (delivery.withdrawn_count, delivery.ignored_count, delivery.record_count) == (4, 1, 1)


def test_likes_and_mentions_that_are_taken_back_leave(forum: Forum) -> None:
    forum.say("a.ndjson", post(1, likes=3, raw="@ann @bob"))
    delivery = forum.say("b.ndjson", post(1, likes=1, raw="@bob"), night="2026-03-13")
    assert forum.activity() == ["post-1", "post-1-like-0", "post-1-m-bob"]
    assert (delivery.withdrawn_count, delivery.landed_count, delivery.duplicate_count) == (3, 1, 0)


def test_a_post_that_only_lost_a_like_has_said_something_new(forum: Forum) -> None:
    forum.say("a.ndjson", post(1, likes=1), post(2))
    delivery = forum.say("b.ndjson", post(1), post(2), night="2026-03-13")
    assert (delivery.landed_count, delivery.duplicate_count, delivery.withdrawn_count) == (1, 1, 1)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_post_that_one_file_shows_and_takes_down_is_not_taken_in(forum: Forum, order: tuple[int, int]) -> None:
    said = (post(1, likes=2, raw="secret"), post(1, hidden=True))
    delivery = forum.say("a.ndjson", *(said[at] for at in order), post(2))
    assert forum.activity() == ["post-2"]
    assert (delivery.record_count, delivery.landed_count, delivery.ignored_count) == (3, 1, 2)


def test_a_post_that_is_shown_again_lands_again(forum: Forum) -> None:
    forum.say("a.ndjson", post(1, likes=1))
    forum.say("a.ndjson", post(1, hidden=True), night="2026-03-13")
    forum.say("a.ndjson", post(1, likes=2), night="2026-03-14")
    assert forum.activity() == ["post-1", "post-1-like-0", "post-1-like-1"]


def test_the_case_of_a_post_that_was_taken_down(tmp_path: Path) -> None:
    if not CASE.exists():
        pytest.skip("the shared cases are not here")
    for name in ("evenscore.toml", "consent.csv"):
        if (CASE / name).exists():
            shutil.copy(CASE / name, tmp_path / name)
    (tmp_path / "consent.csv").write_text(LEDGER)
    (tmp_path / "in").mkdir()
    settings = load_settings(tmp_path / "home", tmp_path / "evenscore.toml")
    for day, name in ((11, "day1.ndjson"), (12, "day2.ndjson")):
        shutil.copy(CASE / name, tmp_path / "in/posts.ndjson")
        (delivery,) = extraction.extract(settings, "s", date(2026, 3, day))
    files = [landing.verify(settings.places, one) for one in landing.manifests_of(settings.places, "s", "activity")]
    assert [origins.pq.ParquetFile(file).read()["event_id"].to_pylist() for file in files] == [
        ["post-1", "post-1-like-0"]
    ]
    assert delivery.withdrawn_count == 4


# a file is the whole truth about its days ----------------------------------------------------------------------


def test_a_row_that_vanishes_from_a_file_that_is_delivered_anew_leaves(home: Home) -> None:
    home.deliver("all.ndjson", on(1, "a"), on(2, "b", text="secret"), on(3, "c"))
    home.extract()
    home.deliver("all.ndjson", on(1, "a"), on(3, "c"))
    (delivery,) = home.extract("2026-03-06")
    assert (home.landed_ids(), delivery.withdrawn_count) == (["a", "c"], 1)


def test_what_lies_before_what_the_new_version_covers_stays_and_is_said(home: Home) -> None:
    home.deliver("window.ndjson", on(1, "a"), on(2, "b"), on(3, "c"), on(4, "d"))
    home.extract()
    home.deliver("window.ndjson", on(2, "b2"), on(3, "c"))
    (delivery,) = home.extract("2026-03-06")
    assert (home.landed_ids(), delivery.withdrawn_count) == (["a", "b2", "c"], 2)
    assert (delivery.beyond_count, "1 rows of days before its first" in delivery.notes[0]) == (1, True)
    home.deliver("window.ndjson", on(1, "x"), on(4, "d"))  # what it held before the last version it holds still
    (delivery,) = home.extract("2026-03-07")
    assert (home.landed_ids(), delivery.withdrawn_count) == (["x", "d"], 3)
    assert delivery.beyond_count == 0


def test_a_row_that_another_file_holds_stays_until_that_lets_it_go_too(home: Home) -> None:
    for name in ("one.ndjson", "two.ndjson"):
        home.deliver(name, on(1, "a"), on(1, "b"))
    home.extract()
    for name, expected in (("one.ndjson", ["a", "b"]), ("two.ndjson", ["a"])):
        home.deliver(name, on(1, "a"))
        home.extract("2026-03-06")
        assert home.landed_ids() == expected


def test_a_row_that_moves_to_another_day_is_there_once(home: Home) -> None:
    home.deliver("all.ndjson", on(1, "a"), on(1, "b"), on(3, "c"))
    home.extract()
    home.deliver("all.ndjson", on(1, "a"), on(2, "b"), on(3, "c"))
    home.extract("2026-03-06")
    assert home.landed_ids() == ["a", "b", "c"]


def test_a_row_that_is_refused_has_not_vanished(home: Home) -> None:
    home.deliver("all.ndjson", on(1, "a"), on(1, "b"))
    home.extract()
    home.deliver("all.ndjson", on(1, "a"), on(1, "b", verb="poke"))
    (delivery,) = home.extract("2026-03-06")
    assert (home.landed_ids(), delivery.rejected_count, delivery.withdrawn_count) == (["a", "b"], 1, 0)


def test_a_snapshot_that_vanishes_stays_for_silence_makes_nobody_public(home: Home) -> None:
    home.configure(more='network = "forum"\ndataset = "accounts"')
    snapshots = [
        {"account_id": name, "captured_at": "2026-03-01T00:00:00Z", "is_private": name == "ann"}
        for name in ("ann", "bob")
    ]
    home.deliver("people.ndjson", *snapshots)
    home.extract()
    home.deliver("people.ndjson", snapshots[1])
    home.extract("2026-03-06")
    assert [row["account_id"] for row in home.landed()] == ["ann", "bob"]


def test_the_rejects_of_a_file_leave_when_it_is_delivered_anew_on_a_later_night(home: Home) -> None:
    home.deliver("all.ndjson", on(1, "a", verb="poke", text="secret"))
    home.extract("2026-03-05")
    home.deliver("all.ndjson", on(1, "b"))
    home.extract("2026-03-06")
    assert home.rejected() == []


# what is much is asked about first -----------------------------------------------------------------------------


def many(count: int) -> list[dict[str, Any]]:
    return [on(1 + at % 3, f"e{at:02}") for at in range(count)]


@pytest.mark.parametrize(
    ("had", "has", "is_withheld"), [(40, 19, True), (40, 20, False), (21, 2, False), (30, 3, True)]
)
def test_a_file_that_lost_most_of_what_it_had_takes_nothing_back(
    home: Home, had: int, has: int, is_withheld: bool
) -> None:
    home.deliver("all.ndjson", *many(had))
    home.extract()
    home.deliver("all.ndjson", *many(had)[had - has :])
    (delivery,) = home.extract("2026-03-06")
    assert bool(delivery.withheld_count) == is_withheld
    assert len(home.landed()) == (had if is_withheld else had - delivery.withdrawn_count)
    assert is_withheld or delivery.withdrawn_count


def test_a_whole_file_after_a_torn_one_loses_nothing(home: Home) -> None:
    home.deliver("all.ndjson", *many(60))
    home.extract()
    home.deliver("all.ndjson", *many(10))
    home.extract("2026-03-06")
    home.deliver("all.ndjson", *many(59))
    (delivery,) = home.extract("2026-03-07")
    assert (delivery.withheld_count, delivery.withdrawn_count, len(home.landed())) == (0, 1, 59)


@pytest.mark.parametrize(
    ("had", "changes", "left"),
    [
        ({}, {"hidden": True}, 0),
        ({"likes": 2}, {"actions_summary": []}, 30),
        ({"raw": "@ann @bob @cy"}, {"raw": "words"}, 30),
    ],
)
def test_records_that_take_back_most_of_a_day_are_asked_about_first(
    forum: Forum, had: dict[str, Any], changes: dict[str, Any], left: int
) -> None:
    forum.say("a.ndjson", *(post(at, **had) for at in range(1, 31)))
    before = forum.activity()
    delivery = forum.say("b.ndjson", *(post(at, **{**had, **changes}) for at in range(1, 31)), night="2026-03-13")
    assert (forum.activity(), delivery.withheld_count) == (before, len(before) - left)
    accept(forum.settings, "forum", delivery, "ann", "a wave of spam")
    forum.extract("2026-03-14")
    assert (len(forum.activity()), stopping(forum.settings, "forum")) == (left, [])


def test_some_posts_that_are_taken_down_among_many_leave_at_once(forum: Forum) -> None:
    forum.say("a.ndjson", *(post(at) for at in range(1, 61)))
    delivery = forum.say("b.ndjson", *(post(at, hidden=True) for at in range(1, 29)), night="2026-03-13")
    assert (len(forum.activity()), delivery.withheld_count) == (32, 0)


def test_the_numbers_of_rows_and_files_are_those_that_homes_keep() -> None:
    at = pa.array([datetime(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5, 6)], pa.timestamp("us"))
    snapshots = pa.table({"account_id": ["ann", "b\u00e9"], "captured_at": at})
    assert origins.keys("accounts", snapshots).to_pylist() == [8439628906221733327, 11970756694842541790]
    assert origins.keys("activity", pa.table({"event_id": ["e1"]})).to_pylist() == [1971835917959106308]
    assert origins.file_id("a/b.csv") == 13870751459391698528
