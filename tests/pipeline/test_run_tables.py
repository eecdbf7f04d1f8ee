"""What runs say of themselves, from the records of a few stages; and which of their folders stay."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenscore.base import atomic_io
from evenscore.base.paths import HomePaths
from evenscore.publication import publishing, run_folders, run_tables
from evenscore.state.runs import Night

Row = dict[str, Any]


@pytest.fixture
def places(tmp_path: Path) -> HomePaths:
    return HomePaths(tmp_path)


@pytest.mark.parametrize(
    ("stages", "outcome"),
    [
        ([{"outcome": "failed", "exit_code": 1}, {"outcome": "failed", "exit_code": 3}], "stopped"),
        ([{"outcome": "failed", "exit_code": 3}, {"outcome": "failed", "exit_code": 1}], "failed"),
        ([{"outcome": "done"}], "unfinished"),
        ([{"outcome": "done", "stage": "publish"}], "unfinished"),
        ([{"outcome": "done", "stage": "publish", "published": "unchanged"}, {"outcome": "done"}], "unchanged"),
    ],
)
def test_a_run_ended_as_its_last_failure_or_its_publish_says(stages: list[Row], outcome: str) -> None:
    assert run_tables.outcome([{"stage": "build"} | stage for stage in stages]) == outcome


def test_what_the_sources_counted_adds_up() -> None:
    counted = run_tables.row_counts([{"rows": {"landed": 2, "rejected": 1}}, {}, {"rows": {"landed": 3}}])
    assert counted == {"landed": 5, "rejected": 1}


def record(
    places: HomePaths, run_id: str, stage: str = "build", minutes: tuple[int, int] = (0, 1), **more: Any
) -> None:
    """Let a stage of a run have lasted from one minute to another of noon the next day."""
    started_at, ended_at = (f"2026-03-03T12:{minute:02}:00.000000Z" for minute in minutes)
    known = {"stage": stage, "started_at": started_at, "ended_at": ended_at, "outcome": "done", "seconds": 60.0}
    folder = places.run(run_id) / "stages"
    folder.mkdir(parents=True, exist_ok=True)
    atomic_io.write_json(folder / f"{stage}.json", known | {"peak_megabytes": 7} | more)


def told(con: duckdb.DuckDBPyConnection, places: HomePaths, run_id: str, has_previous: bool) -> dict[str, str]:
    night = Night(date.fromisoformat(run_id[:10]), run_id)
    run_tables.write_run_tables(con, places, night, has_previous)
    return dict(con.execute("select run_id, outcome from candidate.runs order by run_id").fetchall())


def test_runs_are_told_once_as_they_ended_and_for_as_long_as_nights_are_kept(places: HomePaths) -> None:
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as candidate; attach ':memory:' as previous; create schema raw")
        con.execute("create table raw.first_kept_night as select date '2026-03-01' as first_date")
        for run_id in ("2026-02-28_old", "2026-03-01_open", "2026-03-01_seen"):
            record(places, run_id)
        first = {"2026-03-01_open": "unfinished", "2026-03-01_seen": "published"}
        assert told(con, places, "2026-03-01_seen", False) == first
        for table in run_tables.TABLES:
            con.execute(f"create table previous.{table} as from candidate.{table}")
        record(places, "2026-03-01_open", "check", outcome="failed", exit_code=3)
        record(places, "2026-03-02_tonight", minutes=(0, 9), seconds=540.0, rows={"landed": 2})
        record(places, "2026-03-02_tonight", "check", minutes=(5, 6), peak_megabytes=8)
        con.execute(
            "insert into previous.runs by name select * replace ('2026-03-02_tonight' as run_id, "
            "date '2026-03-02' as as_of_date, 'unchanged' as outcome) from previous.runs limit 1"
        )
        both = {"2026-03-01_open": "stopped", "2026-03-01_seen": "published", "2026-03-02_tonight": "published"}
        assert told(con, places, "2026-03-02_tonight", True) == both
        assert con.execute("select count(*) from candidate.runs").fetchall() == [(3,)]
        measured = "started_at::text, ended_at::text, rows_per_stage, seconds_per_stage, megabytes_per_stage"
        assert con.execute(f"select {measured} from candidate.runs where run_id = '2026-03-02_tonight'").fetchall() == [
            (
                *("2026-03-03 12:00:00", "2026-03-03 12:09:00"),
                *({"landed": 2}, {"build": 540.0, "check": 60.0}, {"build": 7, "check": 8}),
            )
        ]
        con.execute("update raw.first_kept_night set first_date = date '2026-03-02'")
        assert told(con, places, "2026-03-02_tonight", True) == {"2026-03-02_tonight": "published"}


# Folders -------------------------------------------------------------------------------------------------------


def kept(places: HomePaths, *names: str) -> list[Path]:
    """Folders of runs, the oldest first; a copy has made the oldest folder the newest."""
    folders = [places.published_run(name) for name in names]
    for second, folder in enumerate(folders):
        folder.mkdir(parents=True)
        atomic_io.write_json(folder / run_folders.MANIFEST, {"published_at": f"2026-03-01T00:00:{second:02}+00:00"})
        os.utime(folder, (-second, -second))
    return folders


def test_the_newest_runs_stay_and_the_one_that_readers_see(places: HomePaths) -> None:
    seen, *_, newer, newest = kept(places, "c", "d", "b", "a")
    atomic_io.point(places.current, seen)
    run_folders.forget_old(places, 2)
    assert run_folders.kept_runs(places) == [seen, newer, newest]


def test_a_run_that_cannot_say_when_it_was_published_is_older_than_all_others(places: HomePaths) -> None:
    damaged, gone, whole = kept(places, "damaged", "gone", "a whole one")
    (damaged / run_folders.MANIFEST).write_text("{")
    (gone / run_folders.MANIFEST).unlink()
    assert run_folders.kept_runs(places) == [damaged, gone, whole]


def test_what_a_killed_run_left_goes_and_what_is_whole_stays(places: HomePaths) -> None:
    whole, draft = kept(places, "whole", ".whole.draft")
    atomic_io.point(places.published / ".current.1.draft", whole)
    run_folders.tidy(places)
    assert whole.is_dir() and not draft.exists()
    assert [path.name for path in places.published.iterdir()] == ["runs"]


def test_readers_see_what_a_night_was_measured_against_where_its_record_says_so(places: HomePaths) -> None:
    (seen,) = kept(places, "seen")
    atomic_io.write_json(seen / run_folders.MANIFEST, {"sha256": {run_folders.DATABASE: "a hash"}})
    night = Night(date(2026, 3, 2), "2026-03-02_tonight")
    record(places, night.run_id, "check")
    for said in ("another", "a hash"):
        record(places, night.run_id, measured_against=said)
        assert publishing._is_as_measured(places, night, seen) is (said == "a hash")
