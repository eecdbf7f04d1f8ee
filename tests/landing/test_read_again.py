"""What was refused because of the clock is tried again; what stopped a night stops every night until it is mended."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evenscore.base import atomic_io, warehouse
from evenscore.base.errors import InputError, UsageError
from evenscore.intake import reading
from evenscore.intake.acceptances import accept, accepted, is_quiet, stopping
from evenscore.intake.reading import FileReading
from evenscore.landing_zone.deliveries import Delivery, judge
from evenscore.night.inputs import prepare_inputs
from evenscore.night.landed_inputs import _told
from evenscore.state.runs import Night
from evenscore.state.truths import accept_loss
from home import Home, event


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The clock that extraction goes by, in seconds from now."""

    class Clock(datetime):
        ahead = timedelta()

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + cls.ahead

    monkeypatch.setattr(reading, "datetime", Clock)
    monkeypatch.setattr("evenscore.landing_zone.deliveries.datetime", Clock)
    return Clock


def soon(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


# the clock -----------------------------------------------------------------------------------------------------


def test_rows_twelve_seconds_in_the_future_land_when_their_time_has_come(home: Home, clock: Any) -> None:
    home.deliver("all.ndjson", event("a"), event("b", occurred_at=soon(12)), event("c", occurred_at=soon(4000)))
    (first,) = home.extract("2026-03-05")
    assert (first.landed_count, first.rejected) == (1, {"occurred_at is in the future": 2})
    assert home.extract("2026-03-06") == []
    clock.ahead = timedelta(seconds=20)
    (again,) = home.extract("2026-03-06")
    assert (again.landed_count, again.duplicate_count, again.rejected_count) == (1, 1, 1)
    assert home.landed_ids() == ["a", "b"]
    assert [number for number, _ in home.rejected()] == [3]
    clock.ahead = timedelta(hours=2)
    home.extract("2026-03-07")
    assert (home.landed_ids(), home.rejected(), home.extract("2026-03-08")) == (["a", "b", "c"], [], [])


def test_of_what_lies_in_the_future_in_several_tables_the_earliest_is_waited_for() -> None:
    reading: Any = SimpleNamespace(delivery=Delivery("all.json", 1, 1, "", "2026-03-05"))
    for day in (8, 7, 9):
        FileReading._wait_for(reading, datetime(2026, 3, day, tzinfo=UTC))
    assert reading.delivery.waits_until == "2026-03-07T00:00:00+00:00"


def test_a_snapshot_of_the_near_future_is_tried_again_too(home: Home, clock: Any) -> None:
    home.configure(more='network = "forum"\ndataset = "accounts"')
    home.deliver("people.ndjson", {"account_id": "ann", "captured_at": soon(12), "is_private": True})
    home.extract()
    clock.ahead = timedelta(seconds=20)
    home.extract()
    assert [row["account_id"] for row in home.landed()] == ["ann"]


def test_a_snapshot_that_asks_for_nothing_is_waited_for_until_its_instant(home: Home, clock: Any) -> None:
    home.configure(more='network = "forum"\ndataset = "accounts"')
    at = soon(12)
    home.deliver("people.ndjson", {"account_id": "ann", "captured_at": at, "is_private": False})
    (delivery,) = home.extract()
    assert home.landed() == [] and datetime.fromisoformat(str(delivery.waits_until)) == datetime.fromisoformat(at)


def test_a_row_after_the_day_of_its_file_is_refused_for_good(home: Home, clock: Any) -> None:
    home.configure("data/{date}.ndjson")
    home.deliver("2026-03-01.ndjson", event("a"), event("b", occurred_at="2026-03-02T10:00:00Z"))
    (delivery,) = home.extract()
    clock.ahead = timedelta(days=9)
    assert (delivery.waits_until, home.extract("2026-03-06")) == (None, [])


def test_what_is_read_again_does_not_undo_what_another_file_has_said_since(home: Home, clock: Any) -> None:
    home.deliver("a.ndjson", event("a", text="old"), event("b", occurred_at=soon(12)))
    home.extract()
    home.deliver("z.ndjson", event("a", text="new"))
    home.extract()
    clock.ahead = timedelta(seconds=20)
    home.extract()
    assert [(row["event_id"], row["text"]) for row in home.landed()] == [("a", "new"), ("b", None)]


# the verdict ---------------------------------------------------------------------------------------------------


def names(home: Home) -> list[str]:
    return [one.path.rpartition("/")[2] for one in stopping(home.settings, "forum")]


def bad(name: str, count: int, of: int) -> list[dict[str, Any]]:
    return [event(f"{name}{at}", **({"verb": "poke"} if at < count else {})) for at in range(of)]


def test_a_delivery_that_stopped_a_night_stops_the_next_until_it_is_delivered_anew(home: Home) -> None:
    home.deliver("good.ndjson", *bad("g", 0, 40))
    home.deliver("bad.ndjson", *bad("b", 10, 40))
    home.extract("2026-03-05")
    assert names(home) == ["bad.ndjson"]
    home.deliver("later.ndjson", *bad("l", 0, 40))
    home.extract("2026-03-06")
    assert names(home) == ["bad.ndjson"]
    home.deliver("bad.ndjson", *bad("b", 0, 40))
    home.extract("2026-03-07")
    assert names(home) == []


def test_small_files_are_judged_together_and_the_worse_ones_answer(home: Home) -> None:
    for at in range(4):
        home.deliver(f"{at}.ndjson", *bad(f"f{at}", 2 if at < 2 else 0, 10))
    home.extract("2026-03-05")
    assert names(home) == ["0.ndjson", "1.ndjson"]
    home.extract("2026-03-06")
    assert names(home) == ["0.ndjson", "1.ndjson"]


@pytest.mark.parametrize(("record_count", "share"), [(10, 1 / 300), (19, 1 / 309), (20, 1 / 20)])
def test_a_single_bad_record_among_many_good_files_stops_nothing_but_in_a_file_of_twenty(
    record_count: int, share: float
) -> None:
    read = [Delivery(str(at), 1, 1, "", "2026-03-05", record_count=10) for at in range(30)]
    read[0].rejected, read[0].record_count = {"verb is unknown": 1}, record_count
    judge(read)
    assert [one.rejected_share for one in read if one.rejected_share] == [pytest.approx(share, abs=1e-6)]


def test_an_acceptance_names_who_and_why_and_holds_for_these_bytes_alone(home: Home) -> None:
    path = home.deliver("bad.ndjson", *bad("b", 10, 40))
    (delivery,) = home.extract("2026-03-05")
    said = accept(home.settings, "forum", delivery, "ann", "the forum was\nconverted")
    assert (said.accepted_by, said.why, said.sha256) == ("ann", "the forum was converted", delivery.sha256)
    assert names(home) == []
    path.write_bytes(path.read_bytes() + b'{"event_id": "torn"}\n')
    home.extract("2026-03-06")
    assert names(home) == ["bad.ndjson"]
    assert accepted(home.places) == {delivery.sha256}


def test_nothing_is_accepted_unseen_without_a_name_or_without_need(home: Home) -> None:
    path = home.deliver("bad.ndjson", *bad("b", 10, 40))
    home.deliver("good.ndjson", *bad("g", 0, 40))
    worse, well = home.extract("2026-03-05")
    with pytest.raises(UsageError, match=r"--by: is empty"):
        accept(home.settings, "forum", worse, " ", "why")
    with pytest.raises(UsageError, match=r"good\.ndjson: stops no night"):
        accept(home.settings, "forum", well, "ann", "why")
    path.write_bytes(b"")
    with pytest.raises(UsageError, match=r"bad\.ndjson: has changed since it was read"):
        accept(home.settings, "forum", worse, "ann", "why")
    assert accepted(home.places) == frozenset()


def test_a_day_without_a_record_is_accepted_by_its_own_name(home: Home) -> None:
    home.configure("data/{date}.ndjson")
    for day in (3, 4):
        home.deliver(f"2026-03-0{day}.ndjson", content=b"")
    home.deliver("2026-03-05.ndjson", event("a"))
    quiet, _, lively = home.extract("2026-03-05")
    accept(home.settings, "forum", quiet, "ann", "the forum was closed")
    with pytest.raises(UsageError, match=r"2026-03-05\.ndjson: stops no night"):
        accept(home.settings, "forum", lively, "ann", "why")
    prepare_inputs(home.settings, Night.of(date(2026, 3, 5)))
    with warehouse.connect(home.places) as con:
        told = con.execute("select first_date, is_quiet_in_truth from raw.deliveries order by all").fetchall()
    assert [is_quiet for _, is_quiet in told] == [True, False, False]


@pytest.mark.parametrize(
    ("counts", "last_date", "expected"),
    [
        ({}, "2026-03-05", True),
        ({"record_count": 2, "ignored": {"a draft": 1, "by an app": 1}}, "2026-03-05", True),
        ({"record_count": 2, "ignored": {"a draft": 1}, "rejected": {"invalid JSON": 1}}, "2026-03-05", False),
        ({}, None, False),
    ],
    ids=["nothing", "nothing about influence", "something refused", "no day"],
)
def test_a_quiet_day_may_bring_what_says_nothing_about_influence(
    counts: dict[str, Any], last_date: str | None, expected: bool
) -> None:
    delivery = Delivery("file", 1, 1, "sha", "2026-03-05", last_date=last_date, **counts)
    assert is_quiet(delivery) is expected


def test_rows_that_a_file_takes_back_leave_once_it_is_accepted_and_stop_until_then(home: Home) -> None:
    rows = [event(f"e{at:02}") for at in range(50)]
    home.deliver("all.ndjson", *rows)
    home.extract("2026-03-05")
    home.deliver("all.ndjson", *rows[:5])
    (delivery,) = home.extract("2026-03-06")
    assert (delivery.withheld_count, names(home), len(home.landed())) == (45, ["all.ndjson"], 50)
    home.extract("2026-03-07")
    assert (names(home), len(home.landed())) == (["all.ndjson"], 50)
    accept(home.settings, "forum", delivery, "ann", "the forum was archived")
    assert names(home) == ["all.ndjson"]  # it has not been carried out yet
    (again,) = home.extract("2026-03-08")
    assert (again.withdrawn_count, again.duplicate_count, names(home), len(home.landed())) == (45, 5, [], 5)


def test_a_file_that_is_written_anew_while_it_is_read_lands_whole_or_not_at_all(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home.deliver("all.ndjson", event("a"), event("b"))
    whole, sha256 = path.read_bytes(), atomic_io.sha256

    def hashed_before_it_is_cut(path: Path) -> str:
        digest = sha256(path)
        path.write_bytes(whole.splitlines(keepends=True)[0])
        return digest

    with monkeypatch.context() as exporter, pytest.raises(InputError, match=r"all\.ndjson: changed while it was read"):
        exporter.setattr(atomic_io, "sha256", hashed_before_it_is_cut)
        home.extract("2026-03-05")
    path.write_bytes(whole)
    home.extract("2026-03-05")
    assert home.landed_ids() == ["a", "b"]


# the configuration ---------------------------------------------------------------------------------------------


def kind(home: Home, name: str) -> None:
    home.configure()
    home.config.write_text(home.config.read_text().replace('"files"', f'"{name}"'))


MISTAKES: list[tuple[Callable[[Home], None], tuple[str, ...]]] = [
    (lambda home: kind(home, "discourse"), ("all.ndjson",)),
    (lambda home: home.configure(more='network = "forge"'), ()),
    (lambda home: home.configure(more='network = "forum"\ndataset = "aliases"'), ("all.ndjson",)),
]


@pytest.mark.parametrize(("misread", "stops"), MISTAKES)
def test_a_file_is_read_again_once_the_configuration_takes_it_for_what_it_is(
    home: Home, misread: Callable[[Home], None], stops: tuple[str, ...]
) -> None:
    names_columns = {"kind": "account", "alias_id": "ann", "stable_id": "1", "seen_at": "soon"}
    rows = [{**event(f"e{at}"), **names_columns} for at in range(19)]
    for row in rows:
        del row["network"]
    home.deliver("all.ndjson", *rows)
    misread(home)
    home.extract("2026-03-05")
    assert names(home) == list(stops)
    home.configure()
    (again,) = home.extract("2026-03-05")
    assert (again.landed_count, names(home)) == (19, [])
    assert {(row["network"], row["verb"]) for row in home.landed()} == {("forum", "like")}
    assert home.extract("2026-03-06") == []


def test_rows_of_another_network_are_asked_about_before_they_leave(home: Home) -> None:
    rows = [event(f"e{at:02}") for at in range(40)]
    for row in rows:
        del row["network"]
    home.deliver("all.ndjson", *rows)
    home.configure(more='network = "forge"')
    home.extract("2026-03-05")
    home.configure()
    (delivery,) = home.extract("2026-03-05")
    assert (delivery.withheld_count, names(home)) == (40, ["all.ndjson"])
    accept(home.settings, "forum", delivery, "ann", "it was never the forge")
    home.extract("2026-03-06")
    assert (names(home), {row["network"] for row in home.landed()}) == ([], {"forum"})


def test_what_an_earlier_release_read_is_taken_for_what_it_is_now(home: Home) -> None:
    home.deliver("all.ndjson", event("a"))
    home.extract("2026-03-05")
    path = home.places.deliveries("forum")
    path.write_text(path.read_text().replace(f'"{home.settings.source("forum").read_as}"', "null"))
    accept_loss(home.places, path)
    assert home.extract("2026-03-06") == []
    home.configure(more='network = "forge"')
    assert len(home.extract("2026-03-07")) == 1


def test_of_several_words_on_the_same_bytes_one_about_this_reading_is_enough(home: Home) -> None:
    settings = home.settings
    home.configure(path="data/{date}.ndjson")
    for name in ("2026-03-02.ndjson", "2026-03-03.ndjson"):
        home.deliver(name, content=b"")
    first, second = home.extract()
    words = [accept(settings, "forum", one, by="ann", why="it was a holiday") for one in (first, second)]
    assert [_told("forum", first, heard)["is_quiet_in_truth"] for heard in (words, words[1:], [])] == [
        True,
        False,
        False,
    ]
    assert [_told("forum", first, heard)["is_accepted"] for heard in (words, words[1:], [])] == [True, True, False]
