"""Whatever a source delivers, and however a run ends, the landing zone holds the sound rows, each once."""

import gzip
import os
import random
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenscore.base import atomic_io
from evenscore.base.errors import BusyError, DiskError, InputError
from evenscore.connectors import CONNECTORS
from evenscore.connectors.base import Parsed
from evenscore.connectors.files import Files
from evenscore.landing_zone.deliveries import read_deliveries
from evenscore.state import truths
from home import Home, event, ndjson

HEADER = "event_id,network,verb,actor_id,target_id,occurred_at\n"


def on(day: str, event_id: str, **changes: Any) -> dict[str, Any]:
    return event(event_id, occurred_at=f"{day}T10:00:00Z", **changes)


# what lands ----------------------------------------------------------------------------------------------------


def test_a_delivery_counts_what_was_read_landed_folded_and_refused(home: Home) -> None:
    home.deliver("day.ndjson", event("a"), event("a"), event("b"), event("c", verb="poke"), {"event_id": "d"})
    (delivery,) = home.extract()
    assert (delivery.record_count, delivery.landed_count, delivery.duplicate_count) == (5, 2, 1)
    assert delivery.rejected == {"verb is missing": 1, "verb is unknown": 1}
    assert home.landed_ids() == ["a", "b"]
    assert [number for number, _ in home.rejected()] == [4, 5]


def test_late_and_out_of_order_events_land_in_their_own_days(home: Home) -> None:
    home.deliver("a.ndjson", on("2026-03-04", "d"), on("2026-03-01", "a"))
    home.extract("2026-03-04")
    home.deliver("b.ndjson", on("2026-03-02", "b"), on("2026-03-04", "c"), on("2026-03-01", "late"))
    home.extract("2026-03-05")
    assert home.landed_ids() == ["a", "late", "b", "c", "d"]
    days = [path.name for path in sorted((home.places.landing / "forum" / "activity").iterdir())]
    assert days == ["2026-03-01", "2026-03-02", "2026-03-04"]


def test_a_file_delivered_anew_is_the_truth_about_its_days_and_one_without_rows_says_nothing(home: Home) -> None:
    home.deliver("day.ndjson", event("a"), event("b"))
    home.extract()
    home.deliver("day.ndjson", event("b"), event("c"))
    home.extract()
    assert home.landed_ids() == ["b", "c"]
    home.deliver("day.ndjson")
    home.extract()
    assert home.landed_ids() == ["b", "c"]


def test_the_same_file_under_two_names_lands_each_row_once(home: Home) -> None:
    for name in ("day.ndjson", "copy.ndjson"):
        home.deliver(name, event("a"), event("b"))
    assert [delivery.record_count for delivery in home.extract()] == [2, 2]
    assert home.landed_ids() == ["a", "b"]


def test_shuffled_files_land_as_the_same_bytes(home: Home, tmp_path_factory: pytest.TempPathFactory) -> None:
    events = [event(f"e{number % 30}", text=str(number % 50)) for number in range(100)]
    home.deliver("day.ndjson", *events)
    home.extract()
    for seed in range(2):
        other = Home(tmp_path_factory.mktemp("other"))
        random.Random(seed).shuffle(events)
        other.deliver("day.ndjson", *events)
        other.extract()
        assert other.files() == home.files()


def test_every_format_and_packing_lands_as_the_same_bytes(home: Home, tmp_path_factory: pytest.TempPathFactory) -> None:
    home.deliver("day.ndjson", event("a"))
    home.extract()
    csv = (HEADER + ",".join(event("a").values()) + "\n").encode()
    for name, content in {"a.csv": csv, "a.csv.gz": gzip.compress(csv)}.items():
        other = Home(tmp_path_factory.mktemp("other"))
        other.deliver(name, content=content)
        other.extract()
        assert other.files() == home.files()


@pytest.mark.parametrize("name", ["2026-03-01.ndjson", "2026-03-01.csv", "2026-03-01.parquet"])
def test_an_empty_day_is_covered_though_nothing_lands(home: Home, name: str) -> None:
    home.configure("data/{date}.*")
    home.deliver(name, content=HEADER.encode() if name.endswith("csv") else b"")
    if name.endswith("parquet"):
        pq.write_table(pa.table({column: pa.array([], pa.string()) for column in event()}), home.data / name)
    (delivery,) = home.extract()
    assert (delivery.record_count, delivery.first_date, delivery.last_date) == (0, "2026-03-01", "2026-03-01")
    assert home.landed() == []


def test_a_network_that_tries_to_leave_the_landing_zone_is_refused(home: Home) -> None:
    home.configure(more="")
    home.deliver("day.ndjson", *(event(str(at), network=name) for at, name in enumerate(["../x", "..", "/tmp", "a/b"])))
    home.extract()
    assert [reason.split(":")[0] for _, reason in home.rejected()] == ["network is not a plain name"] * 4
    assert sorted(path.name for path in home.places.landing.glob("*/")) == ["deliveries", "rejected"]
    assert not (home.places.home / "x").exists()


# which files ---------------------------------------------------------------------------------------------------


def test_files_that_name_a_day_after_the_night_are_not_read_yet(home: Home) -> None:
    home.configure("data/{date}.ndjson")
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        home.deliver(f"{day}.ndjson", on(day, day))
    assert [Path(delivery.path).stem for delivery in home.extract("2026-03-02")] == ["2026-03-01", "2026-03-02"]
    assert home.landed_ids() == ["2026-03-01", "2026-03-02"]
    assert [Path(delivery.path).stem for delivery in home.extract("2026-03-03")] == ["2026-03-03"]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("data/{date}.ndjson", "{day}.ndjson"),
        ("data/{date}/*.ndjson", "{day}/x.ndjson"),
        ("data/**/{date}-*.ndjson", "{day}-x.ndjson"),
        ("data/**/{date}-*.ndjson", "a/b/{day}-x.ndjson"),
        ("data/[ab]-{date}.ndjson", "b-{day}.ndjson"),
        ("data/{date}/{date}.ndjson", "{day}/{day}.ndjson"),
        ("data/x(1)+{date}?.ndjson", "x(1)+{day}z.ndjson"),
        ("data/2000-01-01-*-{date}.ndjson", "2000-01-01-2001-01-01-{day}.ndjson"),
    ],
)
def test_the_day_is_found_wherever_the_pattern_says(home: Home, pattern: str, name: str) -> None:
    home.configure(pattern)
    for day in ("2026-03-04", "2026-03-06"):
        home.deliver(name.format(day=day), on("2026-03-01", day))
    (delivery,) = home.extract("2026-03-05")
    assert (home.landed_ids(), delivery.first_date) == (["2026-03-04"], "2026-03-04")


def test_a_configuration_folder_may_hold_what_looks_like_a_pattern(tmp_path: Path) -> None:
    home = Home(tmp_path / "a[b]*{c}")
    home.configure("data/{date}.ndjson")
    home.deliver("2026-03-01.ndjson", event("a"))
    assert len(home.extract()) == 1


def test_a_day_that_is_none_is_named(home: Home) -> None:
    home.configure("data/{date}.ndjson")
    home.deliver("2026-02-30.ndjson")
    with pytest.raises(InputError, match=r"2026-02-30\.ndjson: 2026-02-30 is no day$"):
        home.extract()


def test_a_file_that_names_two_days_where_one_belongs_is_named(home: Home) -> None:
    home.configure("data/{date}/{date}.ndjson")
    home.deliver("2026-03-01/2026-03-02.ndjson", event())
    with pytest.raises(InputError, match="names two different days"):
        home.extract()


def test_a_name_without_a_day_is_none_of_the_sources_files(home: Home) -> None:
    home.configure("data/{date}.ndjson")
    home.deliver("abcd-ef-gh.ndjson", event())
    assert home.extract() == []


def test_an_event_after_the_day_that_its_file_names_is_refused(home: Home) -> None:
    home.configure("data/{date}.ndjson")
    home.deliver("2026-03-01.ndjson", on("2026-03-02", "tomorrow"), on("2026-02-27", "late"))
    (delivery,) = home.extract()
    assert delivery.rejected == {"occurred_at is in the future": 1}
    assert (home.landed_ids(), delivery.first_date, delivery.last_date) == (["late"], "2026-03-01", "2026-03-01")


def test_an_event_later_than_now_is_refused_in_any_file(home: Home) -> None:
    tomorrow = (datetime.now(UTC).date() + timedelta(days=2)).isoformat()
    home.deliver("day.ndjson", on(tomorrow, "a"), on("2026-03-01", "b"))
    home.extract()
    assert home.landed_ids() == ["b"]


def test_a_file_without_a_day_covers_the_days_of_its_rows(home: Home) -> None:
    home.deliver("all.ndjson", on("2026-03-03", "c"), on("2026-03-01", "a"))
    (delivery,) = home.extract()
    assert (delivery.first_date, delivery.last_date) == ("2026-03-01", "2026-03-03")


def test_a_source_without_files_delivers_nothing(home: Home) -> None:
    assert home.extract() == []
    assert atomic_io.read_json(home.places.deliveries("forum")) == {}


def test_folders_and_links_to_nowhere_are_no_files(home: Home) -> None:
    (home.data / "folder.ndjson").mkdir()
    (home.data / "gone.ndjson").symlink_to(home.data / "missing")
    (home.data / "loop.ndjson").symlink_to(home.data / "loop.ndjson")
    assert home.extract() == []


def test_a_link_that_leads_out_of_the_sources_folder_is_refused(home: Home) -> None:
    secret = home.folder / "secret.ndjson"
    secret.write_bytes(ndjson([event()]))
    (home.data / "day.ndjson").symlink_to(secret)
    with pytest.raises(InputError, match=r"data/day\.ndjson: is a link that leads out of "):
        home.extract()
    assert home.landed() == []


def test_links_within_the_folder_and_a_folder_that_is_a_link_are_followed(home: Home) -> None:
    home.data.rename(home.folder / "elsewhere")
    home.data.symlink_to(home.folder / "elsewhere")
    home.deliver("day.ndjson", event("a"))
    (home.data / "same.ndjson").symlink_to(home.data / "day.ndjson")
    assert len(home.extract()) == 2


def test_a_link_that_the_configuration_itself_names_is_followed(home: Home) -> None:
    (home.folder / "real.ndjson").write_bytes(ndjson([event("a")]))
    (home.data / "day.ndjson").symlink_to(home.folder / "real.ndjson")
    home.configure("data/day.ndjson")
    assert len(home.extract()) == 1


# read once, or again -------------------------------------------------------------------------------------------


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were parsed."""
    names: list[str] = []

    class Watched(Files):
        def parse(self, path: Path, source: Any) -> Parsed:
            names.append(path.name)
            return super().parse(path, source)

    monkeypatch.setitem(CONNECTORS, "files", Watched())
    return names


def test_an_unchanged_file_is_not_read_twice(home: Home, parsed: list[str]) -> None:
    path = home.deliver("day.ndjson", event("a"))
    assert len(home.extract("2026-03-05")) == 1
    assert home.extract("2026-03-06") == []
    os.utime(path, (1, 1))  # a copy of the same bytes
    assert home.extract("2026-03-07") == []
    assert parsed == ["day.ndjson"]
    home.deliver("day.ndjson", event("b"))
    home.extract("2026-03-08")
    assert parsed == ["day.ndjson"] * 2


def test_the_same_night_again_changes_no_byte(home: Home) -> None:
    home.deliver("day.ndjson", event("a"), event("b", verb="poke"))
    first = home.extract()
    before = home.files()
    assert (home.extract(), home.files()) == (first, before)


def test_a_broken_file_leaves_the_files_before_it_landed_and_is_tried_again(home: Home, parsed: list[str]) -> None:
    home.deliver("a.ndjson", event("a"))
    home.deliver("b.ndjson.gz", content=gzip.compress(ndjson([event("b")]))[:-4])
    home.deliver("c.ndjson", event("c"))
    for _ in range(2):
        with pytest.raises(InputError, match=r"b\.ndjson\.gz: truncated"):
            home.extract()
        assert home.landed_ids() == ["a"]
    home.deliver("b.ndjson.gz", content=gzip.compress(ndjson([event("b")])))
    assert len(home.extract()) == 3
    assert home.landed_ids() == ["a", "b", "c"]
    assert parsed.count("a.ndjson") == 1


def test_a_corrected_file_takes_its_rejects_with_it(home: Home) -> None:
    home.deliver("day.ndjson", event("a", verb="poke"))
    home.extract()
    assert home.rejected() == [(1, "verb is unknown: poke")]
    home.deliver("day.ndjson", event("a"))
    (delivery,) = home.extract()
    assert (home.rejected(), delivery.rejected) == ([], {})


def test_a_run_killed_between_two_files_loses_and_doubles_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        home.deliver(f"{name}.ndjson", event(name))

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic_io, "write_json", die)
    with pytest.raises(KeyboardInterrupt):
        home.extract()
    assert home.landed() == []
    monkeypatch.undo()
    home.extract()
    assert home.landed_ids() == ["a", "b"]


def test_two_extracts_of_a_source_at_once_end_with_one_busy(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = []

    class Nested(Files):
        def parse(self, path: Path, source: Any) -> Parsed:
            with pytest.raises(BusyError) as busy:
                home.extract()
            messages.append(str(busy.value))
            return super().parse(path, source)

    monkeypatch.setitem(CONNECTORS, "files", Nested())
    home.deliver("day.ndjson", event("a"))
    assert len(home.extract()) == 1
    path = home.places.deliveries("forum")
    assert messages == [f"{path}: another run is extracting forum; try again when it has ended"]
    assert home.extract() != []


# a full disk ---------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny_disk(home: Home) -> Iterator[Path]:
    """The home folder as a disk of 128 KiB, where mounting is allowed."""
    home.places.home.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tiny", home.places.home], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a disk is not allowed here")
    try:
        yield home.places.home
    finally:
        subprocess.run(["umount", home.places.home], check=True)


def test_a_disk_that_is_really_full_keeps_what_was_landed_and_heals(home: Home, tiny_disk: Path) -> None:
    home.deliver("a.ndjson", event("a"))
    home.extract()
    home.deliver("b.ndjson", *(event(f"b{random.Random(at).random()}") for at in range(50)))
    filler = tiny_disk / "filler"
    with pytest.raises(OSError, match="No space left"), filler.open("wb") as handle:
        while True:
            handle.write(bytes(4096))
            handle.flush()
    with pytest.raises(DiskError, match=rf"^{tiny_disk}.*: the disk is full; nothing was replaced$"):
        home.extract()
    assert home.landed_ids() == ["a"]
    filler.unlink()
    home.extract()
    assert len(home.landed()) == 51
    assert not [name for name in home.files() if name.endswith(".draft")]


def test_a_disk_that_fills_while_landing_is_named_and_the_night_can_be_run_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    home.deliver("a.ndjson", event("a"))
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskError, match=rf"^{home.places.home}/.*: the disk is full; nothing was replaced$"):
        home.extract()
    monkeypatch.undo()
    assert home.landed() == []
    home.extract()
    assert home.landed_ids() == ["a"]


def test_a_damaged_record_of_deliveries_is_named_and_its_loss_can_be_accepted(home: Home) -> None:
    home.deliver("day.ndjson", event("a"))
    home.extract()
    path = home.places.deliveries("forum")
    path.write_text(path.read_text()[:-10])
    with pytest.raises(InputError, match=rf"^{path}: damaged: not valid JSON; restore it$"):
        home.extract()
    path.unlink()
    truths.accept_loss(home.places, path)
    home.extract()
    assert home.landed_ids() == ["a"]


def test_deliveries_are_told_in_the_order_of_their_names(home: Home) -> None:
    for name in "cab":
        home.deliver(f"{name}.ndjson", event(name))
    home.extract()
    assert [Path(name).stem for name in read_deliveries(home.settings.places, "forum")] == ["a", "b", "c"]


# what tells a feed from history --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "expected"),
    [("2026-03-06", ["2026-03-05", "2026-03-06"]), ("2026-03-05", ["2026-03-06"])],
    ids=["with news", "corrected"],
)
def test_a_file_that_is_delivered_anew_with_later_days_remembers_its_nights(
    home: Home, second: str, expected: list[str]
) -> None:
    home.deliver("export.ndjson", on("2026-03-05", "a"))
    home.extract("2026-03-05")
    home.deliver("export.ndjson", on("2026-03-05", "a"), on(second, "b"))
    (delivery,) = home.extract("2026-03-06")
    assert delivery.nights_near() == expected


def test_a_file_of_long_ago_is_not_about_the_present(home: Home) -> None:
    home.deliver("history.ndjson", on("2026-02-01", "a"))
    (delivery,) = home.extract("2026-03-05")
    assert delivery.nights_near() == []
