"""A day is landed whole or not at all, loses only what is taken back, and is proved before it is read."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from evenscore.base import atomic_io
from evenscore.base.canonical import ACTIVITY
from evenscore.base.errors import DiskError, InputError
from evenscore.connectors.base import Reject
from evenscore.landing_zone import landing, origins
from evenscore.state import truths
from home import Home, event

DAY = date(2026, 3, 1)


def table(*ids: str, **changes: Any) -> pa.Table:
    rows = [event(event_id, **{"occurred_at": datetime(2026, 3, 1, 10), **changes}) for event_id in ids]
    return pa.Table.from_pylist(rows, schema=ACTIVITY)


def land(home: Home, rows: pa.Table, source: str = "forum", whole: tuple[str, ...] = ()) -> int:
    return landing.land(home.places, source, "activity", "forum", DAY, rows, whole=whole).fresh_count


def test_a_day_delivered_again_with_more_rows_grows(home: Home) -> None:
    assert land(home, table("b"))
    assert land(home, table("a", "b", "c"))
    assert home.landed_ids() == ["a", "b", "c"]


def test_a_day_of_which_another_file_brings_fewer_rows_does_not_shrink(home: Home) -> None:
    land(home, table("a", "b", "c"))
    assert not land(home, table("b"))
    land(home, table())
    assert home.landed_ids() == ["a", "b", "c"]


def test_of_an_event_that_is_told_whole_what_is_not_told_again_leaves(home: Home) -> None:
    land(home, table("post-1", "post-1-like-0", "post-1-like-1", "post-1-m-ann", "post-12", "post-1-mail"))
    land(home, table("post-1", "post-1-like-0"), whole=("post-1",))
    assert sorted(home.landed_ids()) == ["post-1", "post-1-like-0", "post-1-mail", "post-12"]
    land(home, table(), whole=("post-1",))
    assert sorted(home.landed_ids()) == ["post-1-mail", "post-12"]


def test_the_rows_of_a_day_are_witnessed_before_they_land(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "_parquet_bytes", lambda _: b"")
    monkeypatch.setattr(atomic_io, "write_json", die)
    with pytest.raises(Killed):
        land(home, table("a", "b"))
    (witness,) = origins.witnesses(home.places, "forum")
    assert (witness.network, witness.dataset, witness.day, witness.row_count) == (
        "forum",
        "activity",
        str(DAY),
        2,
    )


def test_a_row_delivered_again_with_new_content_replaces_the_older(home: Home) -> None:
    land(home, table("a", "b"))
    assert land(home, table("a", text="corrected"))
    assert [(row["event_id"], row["text"]) for row in home.landed()] == [("a", "corrected"), ("b", None)]


def test_shuffled_rows_land_as_the_same_bytes(home: Home) -> None:
    ids = [f"e{number}" for number in range(50)]
    land(home, table(*ids))
    before = home.files()
    for seed in range(3):
        random.Random(seed).shuffle(ids)
        assert not land(home, table(*ids))
        assert home.files() == before


def test_rows_in_two_parts_land_as_the_same_bytes_as_in_one(home: Home, tmp_path_factory: Any) -> None:
    other = Home(tmp_path_factory.mktemp("other"))
    land(home, table("c", "a"))
    land(home, table("b"))
    land(other, table("a", "b", "c"))
    assert home.files() == other.files()


def test_each_row_of_years_of_days_is_of_the_day_that_it_is_split_to() -> None:
    dice = random.Random(7)
    instants = [
        datetime(2020, 1, 1) + timedelta(days=number, hours=dice.randrange(24))
        for number in range(3000)
        for _ in range(dice.randrange(5))
    ]
    dice.shuffle(instants)
    rows = [event(f"e{number}", occurred_at=instant) for number, instant in enumerate(instants)]
    found = list(landing.days("activity", "occurred_at", pa.Table.from_pylist(rows, schema=ACTIVITY)))
    told = [(day, instant.date()) for _, day, part in found for instant in part.column("occurred_at").to_pylist()]
    assert len(told) == len(instants)
    assert all(day == own for day, own in told)
    assert [day for _, day, _ in found] == sorted({instant.date() for instant in instants})


def test_two_sources_of_one_day_do_not_touch_each_other(home: Home) -> None:
    land(home, table("a"))
    land(home, table("b"), source="forum_archive")
    land(home, table("c"))
    assert sorted(home.landed_ids()) == ["a", "b", "c"]


def test_a_folder_that_looks_like_a_partition_adds_no_column(tmp_path: Any) -> None:
    home = Home(tmp_path / "year=2026")
    land(home, table("a"))
    land(home, table("b"))
    assert home.landed_ids() == ["a", "b"]


# killed between two steps --------------------------------------------------------------------------------------


class Killed(BaseException):
    """Nothing catches it, as nothing catches kill -9."""


def die(*_: Any) -> None:
    raise Killed


def test_a_run_killed_before_the_manifest_changes_nothing_for_readers(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(home, table("a"))
    monkeypatch.setattr(atomic_io, "write_json", die)
    with pytest.raises(Killed):
        land(home, table("a", "b"))
    assert home.landed_ids() == ["a"]
    assert len(home.files()) == 3  # the orphan lies there, and nothing names it

    monkeypatch.undo()
    assert land(home, table("a", "b"))
    assert home.landed_ids() == ["a", "b"]
    assert len(home.files()) == 2


def test_a_run_killed_after_the_manifest_has_landed_and_is_cleaned_up_after(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(home, table("a"))
    monkeypatch.setattr(landing, "_clean", die)
    with pytest.raises(Killed):
        land(home, table("b"))
    assert home.landed_ids() == ["a", "b"]

    monkeypatch.undo()
    assert not land(home, table("b"))
    assert len(home.files()) == 2


def test_drafts_of_a_killed_run_are_cleaned_up(home: Home) -> None:
    folder = home.places.landed("forum", "activity", DAY)
    folder.mkdir(parents=True)
    for name in (".forum-0123456789ab.parquet.7.draft", ".forum.json.7.draft"):
        (folder / name).write_bytes(b"somebody's data")
    (folder / ".other.json.7.draft").write_bytes(b"at work")
    land(home, table("a"))
    assert [name for name in home.files() if name.endswith(".draft")] == [
        "forum/activity/2026-03-01/.other.json.7.draft"
    ]


def test_a_full_disk_leaves_what_was_landed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    land(home, table("a"))
    before = home.files()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskError, match=r"landing/.*/2026-03-01.*\.parquet: the disk is full"):
        land(home, table("a", "b"))
    assert home.files() == before


# damage --------------------------------------------------------------------------------------------------------


def damage(home: Home) -> None:
    (path,) = home.places.landing.glob("forum/activity/*/*.parquet")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_one_flipped_bit_is_found(home: Home) -> None:
    land(home, table("a"))
    damage(home)
    with pytest.raises(InputError, match=r"forum-\w+\.parquet: its bytes changed since it landed"):
        home.landed()


def test_a_file_that_is_gone_is_named(home: Home) -> None:
    land(home, table("a"))
    next(home.places.landing.glob("forum/activity/*/*.parquet")).unlink()
    with pytest.raises(InputError, match=r"forum-\w+\.parquet: landed, but the file is gone; restore it, or delete "):
        home.landed()


def test_nothing_is_merged_into_a_damaged_file(home: Home) -> None:
    land(home, table("a"))
    damage(home)
    before = home.files()
    with pytest.raises(InputError, match="its bytes changed"):
        land(home, table("b"))
    assert home.files() == before


def test_what_the_message_about_damage_advises_heals_it(home: Home) -> None:
    home.deliver("day.ndjson", event("a"))
    home.extract()
    whole = home.files()
    damage(home)
    with pytest.raises(InputError) as refused:
        home.landed()
    advice, _, command = str(refused.value).partition("delete ")[2].partition(", say `evenscore doctor --accept-loss ")
    for path in advice.split(" and "):
        (home.folder / path).unlink()
    truths.accept_loss(home.places, home.places.home / command.partition("`")[0])
    home.extract()
    assert home.files() == whole


@pytest.mark.parametrize("content", ["{", "[]", '{"network": "forum"}'])
def test_a_damaged_manifest_is_named(home: Home, content: str) -> None:
    land(home, table("a"))
    path = home.places.landed("forum", "activity", DAY) / "forum.json"
    path.write_text(content)
    with pytest.raises(InputError, match=rf"^{path}: damaged"):
        landing.manifests(home.places)


# days and rejects ----------------------------------------------------------------------------------------------


def test_rows_are_split_by_network_and_utc_day(home: Home) -> None:
    rows = [
        event("late", occurred_at=datetime(2026, 3, 1, 23, 59, 59)),
        event("early", occurred_at=datetime(2026, 3, 2)),
        event("chat", network="chat", occurred_at=datetime(2026, 3, 2)),
    ]
    parts = landing.days("activity", "occurred_at", pa.Table.from_pylist(rows, schema=ACTIVITY))
    assert [(network, day.isoformat(), part.column("event_id").to_pylist()) for network, day, part in parts] == [
        ("chat", "2026-03-02", ["chat"]),
        ("forum", "2026-03-01", ["late"]),
        ("forum", "2026-03-02", ["early"]),
    ]


def test_no_rows_make_no_day() -> None:
    assert list(landing.days("activity", "occurred_at", ACTIVITY.empty_table())) == []


def test_rejects_of_a_file_are_replaced_by_those_of_its_next_reading(home: Home) -> None:
    folder = home.places.rejected("forum", "activity", DAY)
    landing.write_rejects(folder, "forum", home.data / "a.csv", [Reject(1, "old", ""), Reject(2, "old", "")])
    landing.write_rejects(folder, "forum", home.data / "b.csv", [Reject(3, "other", "")])
    landing.write_rejects(folder, "forum", home.data / "a.csv", [Reject(1, "new", "")])
    assert home.rejected() == [(1, "new"), (3, "other")]
    landing.write_rejects(folder, "forum", home.data / "a.csv", [])
    assert home.rejected() == [(3, "other")]
