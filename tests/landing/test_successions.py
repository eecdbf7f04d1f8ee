"""What a complete delivery does not hold any more leaves, whatever the file is called; where it may be an accident,
somebody is asked."""

import csv
import io
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenscore.intake.acceptances import accept, how_to_go_on, stopping
from evenscore.intake.reconciliation import losses
from evenscore.intake.successions import replaced_by
from evenscore.landing_zone.deliveries import Delivery
from home import Home, event, ndjson

COLUMNS = ("event_id", "network", "verb", "actor_id", "target_id", "occurred_at", "text")
FORMATS = ("ndjson", "csv", "parquet")


def on(day: int, event_id: str, **changes: Any) -> dict[str, Any]:
    return event(event_id, occurred_at=f"2026-03-{day:02}T10:00:00Z", **changes)


def written(kind: str, *rows: dict[str, Any]) -> bytes:
    """Rows in one of the formats."""
    if kind == "ndjson":
        return ndjson(rows)
    if kind == "csv":
        text = io.StringIO()
        sheet = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        sheet.writeheader()
        sheet.writerows(rows)
        return text.getvalue().encode()
    sink = io.BytesIO()
    pq.write_table(pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in COLUMNS}), sink)
    return sink.getvalue()


def say(home: Home, name: str, *rows: dict[str, Any], night: str = "2026-03-12") -> Delivery:
    """Deliver rows as a file whose suffix tells the format, and extract it."""
    path = home.deliver(name, content=written(Path(name).suffix[1:], *rows))
    (delivery,) = [one for one in home.extract(night) if one.path == str(path)]
    return delivery


def answer(home: Home, night: str = "2026-03-14") -> list[str]:
    """Accept everything that stops the night and extract again. Returns what still stops."""
    for one in stopping(home.settings, "forum"):
        accept(home.settings, "forum", one, "ann", "it is right")
    home.extract(night)
    return [Path(one.path).name for one in stopping(home.settings, "forum")]


def test_a_file_takes_the_place_of_one_of_its_name_or_of_its_bytes_unless_it_is_empty() -> None:
    gone = [
        Delivery(f"/before/{name}", 1, 1, digest, "2026-03-12", record_count=count)
        for name, digest, count in (("a.csv", "x", 0), ("b.csv", "y", 0), ("c.csv", "y", 1), ("d.csv", "z", 1))
    ]
    replaced = [Path(one.path).name for one in replaced_by("/before/a.csv.gz", "y", gone)]
    assert replaced == ["a.csv", "c.csv"]


@pytest.mark.parametrize("kind", FORMATS)
def test_the_only_event_of_the_newest_day_leaves_when_it_is_taken_back(home: Home, kind: str) -> None:
    say(home, f"a.{kind}", on(1, "a"), on(2, "b"), on(3, "c", text="secret"))
    delivery = say(home, f"a.{kind}", on(1, "a"), on(2, "b"), night="2026-03-13")
    assert (home.landed_ids(), delivery.withdrawn_count, delivery.withheld_count) == (["a", "b"], 1, 0)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("path", ["data/*", "data/{date}.*"])
def test_a_delivery_that_comes_back_empty_stops_until_it_is_accepted(home: Home, kind: str, path: str) -> None:
    home.configure(path)
    say(home, f"2026-03-01.{kind}", on(1, "a"), on(1, "b"))
    for _ in range(2):  # what was accepted once says nothing of the next time
        delivery = say(home, f"2026-03-01.{kind}", night="2026-03-13")
        assert (home.landed_ids(), delivery.withheld_count) == (["a", "b"], 2)
        (stops,) = stopping(home.settings, "forum")
        assert "it takes back 2 rows" in how_to_go_on(stops)
        assert answer(home) == []
        assert home.landed_ids() == []
        say(home, f"2026-03-01.{kind}", on(1, "a"), on(1, "b"), night="2026-03-15")


def test_the_acceptance_of_one_empty_file_says_nothing_of_another(home: Home) -> None:
    for name in ("one.ndjson", "two.ndjson"):
        say(home, name, on(1, name))
    say(home, "one.ndjson", night="2026-03-13")
    assert answer(home) == []
    say(home, "two.ndjson", night="2026-03-15")
    assert home.landed_ids() == ["two.ndjson"]


@pytest.mark.parametrize(
    ("has", "landed", "withheld"),
    [
        ([(1, "a"), (2, "b")], "ab", 0),  # the end of one day: taken back
        ([(1, "a")], "abc", 2),  # the ends of two days: cut off?
        ([(4, "d")], "abcd", 0),  # the next delivery under one name
        ([(2, "b"), (3, "c")], "abc", 0),  # the first day slid out
    ],
)
def test_what_a_file_without_a_day_in_its_name_no_longer_has(
    home: Home, has: list[tuple[int, str]], landed: str, withheld: int
) -> None:
    say(home, "a.ndjson", on(1, "a"), on(2, "b"), on(3, "c"))
    delivery = say(home, "a.ndjson", *(on(*one) for one in has), night="2026-03-13")
    assert ("".join(home.landed_ids()), delivery.withheld_count) == (landed, withheld)


def test_what_slid_out_leaves_where_somebody_says_that_it_was_taken_back(home: Home) -> None:
    say(home, "a.ndjson", on(1, "a"), on(2, "b"))
    delivery = say(home, "a.ndjson", on(2, "b"), night="2026-03-13")
    assert (home.landed_ids(), delivery.beyond_count) == (["a", "b"], 1)
    assert stopping(home.settings, "forum") == []
    accept(home.settings, "forum", delivery, "ann", "a was deleted")
    home.extract("2026-03-14")
    assert home.landed_ids() == ["b"]


@pytest.mark.parametrize("path", ["data/*", "data/{date}.*"])
@pytest.mark.parametrize(
    ("old", "new"),
    [("2026-03-01.csv", "2026-03-01.ndjson"), ("2026-03-01.ndjson", "2026-03-01.parquet")],
)
def test_a_file_of_the_same_name_takes_the_place_of_one_that_is_gone(home: Home, path: str, old: str, new: str) -> None:
    home.configure(path)
    say(home, old, on(1, "a", text="secret"), on(1, "b"))
    (home.data / old).unlink()
    delivery = say(home, new, on(1, "b"), night="2026-03-13")
    assert (home.landed_ids(), delivery.withdrawn_count, losses(home.settings)) == (["b"], 1, [])
    say(home, new, on(1, "c"), night="2026-03-14")  # and nothing is left in the old one's name
    assert home.landed_ids() == ["c"]
    say(home, old, on(1, "b"), night="2026-03-15")  # until it comes back
    assert home.landed_ids() == ["b", "c"]


def test_a_file_that_goes_after_the_one_that_takes_its_place_has_come(home: Home) -> None:
    old = home.deliver("a.csv", content=written("csv", on(1, "a"), on(1, "b")))
    home.extract()
    say(home, "a.ndjson", on(1, "b"))
    assert home.landed_ids() == ["a", "b"]
    old.unlink()
    home.extract("2026-03-13")
    assert home.landed_ids() == ["b"]


def test_a_folder_that_was_moved_answers_for_what_it_brought(home: Home) -> None:
    home.configure("data/**/*")
    say(home, "old/a.ndjson", on(1, "a"), on(1, "b"))
    (home.data / "old").rename(home.data / "new")
    home.extract("2026-03-13")
    assert home.landed_ids() == ["a", "b"]
    say(home, "new/a.ndjson", on(1, "b"), night="2026-03-14")
    assert home.landed_ids() == ["b"]


def test_a_part_of_a_day_that_is_gone_keeps_its_rows_and_the_next_part_says_so(home: Home) -> None:
    home.configure("data/{date}*")
    say(home, "2026-03-01.csv", on(1, "a"), on(1, "b"))
    (home.data / "2026-03-01.csv").unlink()
    home.extract("2026-03-13")
    delivery = say(home, "2026-03-01-part2.csv", on(1, "c"), night="2026-03-13")
    assert home.landed_ids() == ["a", "b", "c"]
    assert "2026-03-01.csv held rows of 2026-03-01, too, and is gone" in delivery.notes[0]


@pytest.mark.parametrize("new", ["2026-03-01-v2.csv", "v2/2026-03-01.ndjson", "2026-03-01_0200.parquet"])
def test_a_file_that_tells_a_day_again_takes_the_place_of_one_that_is_gone(home: Home, new: str) -> None:
    home.configure("data/**/{date}*")
    say(home, "2026-03-01.csv", on(1, "a", text="secret"), on(1, "b"))
    say(home, "2026-03-02.csv", on(2, "c"))
    (home.data / "2026-03-01.csv").unlink()
    delivery = say(home, new, on(1, "b"), night="2026-03-13")
    assert (home.landed_ids(), delivery.withdrawn_count, losses(home.settings)) == (["b", "c"], 1, [])
    assert "2026-03-01.csv, which is gone" in delivery.notes[0]


def test_what_another_file_of_the_day_still_has_stays(home: Home) -> None:
    home.configure("data/{date}*")
    say(home, "2026-03-01.csv", on(1, "a"), on(1, "b"), on(1, "c"))
    say(home, "2026-03-01-part2.csv", on(1, "c"), on(1, "d"))
    (home.data / "2026-03-01.csv").unlink()
    say(home, "2026-03-01-v2.csv", on(1, "b"), night="2026-03-13")
    assert home.landed_ids() == ["b", "c", "d"]


def test_a_day_of_another_network_is_not_told_again(home: Home) -> None:
    home.configure("data/{date}*", "")
    say(home, "2026-03-01.csv", on(1, "a"), on(1, "b"))
    (home.data / "2026-03-01.csv").unlink()
    say(home, "2026-03-01-v2.csv", on(1, "a", network="forge"), on(1, "c"), night="2026-03-13")
    assert sorted(home.landed_ids()) == ["a", "a", "b", "c"]


@pytest.mark.parametrize(("has", "left"), [("bc", "bc"), ("cdef", "abcdef")])  # told again; a part that overlaps
def test_a_file_of_a_day_that_goes_after_another_has_come(home: Home, has: str, left: str) -> None:
    home.configure("data/{date}*")
    say(home, "2026-03-01.csv", on(1, "a"), on(1, "b"), on(1, "c"))
    say(home, "2026-03-01-v2.csv", *(on(1, one) for one in has))
    assert home.landed_ids() == sorted({"a", "b", "c", *has})
    (home.data / "2026-03-01.csv").unlink()
    home.extract("2026-03-13")
    assert "".join(home.landed_ids()) == left


def test_a_file_that_tells_little_of_a_day_again_stops_until_it_is_accepted(home: Home) -> None:
    home.configure("data/{date}*")
    say(home, "2026-03-01.csv", *(on(1, f"e{at:02}") for at in range(30)))
    (home.data / "2026-03-01.csv").unlink()
    delivery = say(home, "2026-03-01-v2.csv", on(1, "e00"), night="2026-03-13")
    assert (len(home.landed()), delivery.withheld_count) == (30, 29)
    assert answer(home) == []
    assert home.landed_ids() == ["e00"]


@pytest.mark.parametrize(("bad", "share"), [(60, 1.0), (20, 1 / 3)])
def test_a_stopped_delivery_that_is_mended_under_another_name_is_acceptable(home: Home, bad: int, share: float) -> None:
    rows = [on(1, f"e{at:02}", verb="poke" if at < bad else "like") for at in range(60)]
    say(home, "export-1.ndjson", *rows)
    (home.data / "export-1.ndjson").unlink()
    say(home, "export-1-fixed.ndjson", *(row | {"verb": "like"} for row in rows), night="2026-03-13")
    (stops,) = stopping(home.settings, "forum")
    assert stops.rejected_share == pytest.approx(share, abs=1e-6)
    assert "its file is gone" in how_to_go_on(stops) and f"evenscore accept {stops.path} --by" in how_to_go_on(stops)
    assert answer(home) == []


def test_a_stopped_delivery_that_is_mended_under_another_suffix_stops_no_more(home: Home) -> None:
    rows = [on(1, f"e{at:02}", verb="poke") for at in range(60)]
    say(home, "export-1.csv", *rows)
    (home.data / "export-1.csv").unlink()
    say(home, "export-1.ndjson", *(row | {"verb": "like"} for row in rows), night="2026-03-13")
    assert stopping(home.settings, "forum") == []


@pytest.mark.parametrize("is_folder_gone", [False, True])
def test_a_file_that_withholds_and_goes_is_acceptable_and_what_it_had_stays(home: Home, is_folder_gone: bool) -> None:
    home.configure("data/**/*.ndjson")
    path = home.data / "in/a.ndjson"
    say(home, "in/a.ndjson", on(1, "a"))
    say(home, "in/a.ndjson", night="2026-03-13")
    path.unlink()
    if is_folder_gone:
        path.parent.rmdir()
        path.parent.write_text("a file where the folder was")
    assert answer(home) == []
    assert home.landed_ids() == ["a"]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_that_changed_in_place_is_read_though_size_and_time_are_the_same(home: Home, kind: str) -> None:
    path = home.deliver(f"a.{kind}", content=written(kind, on(1, "e1"), on(1, "e2")))
    home.extract()
    before = path.stat()
    path.write_bytes(written(kind, on(1, "e9"), on(1, "e2")))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    home.extract("2026-03-13")
    assert (path.stat().st_size, home.landed_ids()) == (before.st_size, ["e2", "e9"])


@pytest.mark.parametrize("name", ["2026-03-01.ndjson", "all.ndjson"])
@pytest.mark.parametrize("is_moved", [False, True])
def test_files_that_the_source_names_no_more_hold_nothing_back(home: Home, name: str, is_moved: bool) -> None:
    pattern = "{date}.ndjson" if name[0] == "2" else "*.ndjson"
    home.configure(path=f"data/{pattern}")
    home.deliver(name, event("a"), event("b"))
    home.extract()
    (shutil.move if is_moved else shutil.copytree)(home.data, home.folder / "copied")
    home.configure(path=f"copied/{pattern}")
    home.extract("2026-03-06")
    (home.folder / "copied" / name).write_bytes(ndjson([event("a")]))
    home.extract("2026-03-07")
    assert home.landed_ids() == ["a"]
