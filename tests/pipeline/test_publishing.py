"""The door: it opens for exactly what was checked, one whole night at a time, and stays shut otherwise."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from stepping import NIGHTS, Stepped
from village import LAST, PEOPLE, Row, Village, copied, digests, published

from evenscore.base.errors import BusyError, DiskError, EvenscoreError, StoppedByCheck
from evenscore.base.settings import Publish, Settings
from evenscore.night import steps
from evenscore.publication import publishing, purposes, run_folders, run_tables
from evenscore.publication.shown_rows import MARTS
from evenscore.state import runs
from evenscore.state.runs import Night

Ready = tuple[Settings, Night]

READER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
for _ in sys.stdin:
    print(con.execute("select max(as_of_date)::varchar, count(*) from person_scores").fetchall(), flush=True)
"""
HOLDER = """
import sys
from pathlib import Path
{take}
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def process(script: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"PYTHONPATH": str(Path(steps.__file__).parents[2])}
    command = [sys.executable, "-c", script, *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        try:
            yield running
        finally:
            running.communicate()


def ask(reader: subprocess.Popen[str]) -> str:
    assert reader.stdin and reader.stdout
    reader.stdin.write("\n")
    reader.stdin.flush()
    return reader.stdout.readline()


def change_marts(settings: Settings, sql: str) -> None:
    with closing(duckdb.connect(str(settings.places.warehouse))) as con:
        con.execute(sql)


def in_every_candidate(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Tamper with each candidate between the writing and the audit."""
    write_views: Callable[[duckdb.DuckDBPyConnection], None] = publishing.write_views

    def tampered(con: duckdb.DuckDBPyConnection) -> None:
        write_views(con)
        con.execute(sql)

    monkeypatch.setattr(publishing, "write_views", tampered)


# Readers -------------------------------------------------------------------------------------------------------


def test_an_open_reader_keeps_its_night_and_a_new_reader_sees_the_new_one(ready: Ready) -> None:
    settings, night = ready
    database = str(settings.places.database)
    with process(READER, database) as reader:
        before = ask(reader)
        steps.publish(settings, night)
        assert ask(reader) == before
        with process(READER, database) as newcomer:
            after = ask(newcomer)
    assert str(NIGHTS[-2]) in before
    assert str(LAST) in after


def test_the_tables_say_what_they_hold(ready: Ready) -> None:
    settings, night = ready
    steps.publish(settings, night)
    undescribed = published(
        settings,
        "select tables.table_name, column_name from duckdb_tables() as tables inner join duckdb_columns() as columns "
        "using (database_oid, table_oid) where tables.comment is null or columns.comment is null",
    )
    assert undescribed == []
    of_all = "select comment from duckdb_tables() union all select comment from duckdb_views() where not internal"
    assert [comment for (comment,) in published(settings, of_all) if not comment.endswith(purposes.NEVER)] == []
    assert "not for hiring" in str(
        published(settings, "select lower(comment) from duckdb_tables() where table_name = 'person_scores'")
    )


# What stops a publish ------------------------------------------------------------------------------------------


def test_a_jump_that_got_past_the_hold_is_stopped_and_cannot_be_published_by_hand(ready: Ready) -> None:
    settings, night = ready
    before = digests(settings.places.published)
    change_marts(settings, "update marts.person_scores set score = score + 25 where person_id = 'p5'")
    with pytest.raises(StoppedByCheck, match="published_move"):
        steps.check(settings, night)
    with pytest.raises(StoppedByCheck, match="published_move"):
        steps.publish(settings, night)
    assert digests(settings.places.published) == before
    assert run_tables.outcome(runs.stages(settings.places, night.run_id)) == "stopped"


@pytest.mark.parametrize(
    ("tampering", "seen_as"),
    [
        (
            "update candidate.person_scores set score = 99 where person_id = 'p5' and as_of_date = '{tonight}'",
            "missing_tonight",
        ),
        (
            "insert into candidate.person_scores from candidate.person_scores where as_of_date = '{tonight}'",
            "missing_tonight",
        ),
        (
            "delete from candidate.network_coverage where person_id = 'p5' and as_of_date = '{tonight}'",
            "missing_tonight",
        ),
        (
            "update candidate.person_scores set score = 99 where person_id = 'p5' and as_of_date = '{before}'",
            "changed_history",
        ),
        (
            "delete from candidate.score_contributions where person_id = 'p5' and as_of_date = '{before}'",
            "changed_history",
        ),
        (
            "insert into candidate.score_jumps from candidate.score_jumps where as_of_date = '{before}'",
            "changed_history",
        ),
        ("update candidate.score_jumps set person_id = 'stranger' where as_of_date = '{before}'", "unconsenting"),
        ("update candidate.person_scores set persona = 'personal' where as_of_date = '{before}'", "unconsenting"),
        ("update candidate.score_contributions set network = 'forge' where network = 'forum'", "unconsenting"),
    ],
)
def test_a_candidate_that_is_not_what_was_checked_is_stopped(
    tampering: str, seen_as: str, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, night = ready
    before = digests(settings.places.published)
    in_every_candidate(monkeypatch, tampering.format(tonight=LAST, before=NIGHTS[-2]))
    with pytest.raises(StoppedByCheck) as caught:
        steps.publish(settings, night)
    results = json.loads((settings.places.run(night.run_id) / "checks" / "published.json").read_text())
    assert [seen_as in result["expectation"] for result in results if not result["success"]].count(True) == 1
    assert caught.value.exit_code == 3
    assert digests(settings.places.published) == before


@pytest.mark.slow
def test_stopped_nights_change_no_byte_and_stand_in_the_runs_of_the_next_published_one(
    stepped: Stepped, tmp_path: Path
) -> None:
    home = copied(stepped.settings, tmp_path / "home").home
    village = Village(
        tmp_path / "village",
        events=list(stepped.village.events),
        accounts=stepped.village.accounts,
        ledger=list(stepped.village.ledger),
    )
    tomorrow = LAST + timedelta(days=1)
    before = digests(home / "published")

    def stopped_by(check: str) -> None:
        with pytest.raises(StoppedByCheck, match=check):
            steps.run_night(village.write().settings(home), tomorrow)
        assert digests(home / "published") == before

    def snapshots_of_all(at: str, is_private: bool) -> list[Row]:
        shared = {"network": "forum", "is_private": str(is_private).lower(), "is_bot": "false"}
        return [shared | {"account_id": person, "captured_at": f"{tomorrow}T{at}:00Z"} for person in PEOPLE]

    good_events = len(village.events)
    village.like("p1", [f"nonsense{number}" for number in range(800)], tomorrow, verb="wave")
    stopped_by("rejected_share")
    del village.events[good_events:]
    stopped_by("is_silent")
    village.habits(days=[tomorrow])
    village.accounts = [*village.accounts, *snapshots_of_all("06:00", is_private=True)]
    stopped_by("people_count")
    village.accounts += snapshots_of_all("07:00", is_private=False)
    steps.run_night(village.write().settings(home), tomorrow)
    settings = village.settings(home)
    last_runs = published(settings, "select run_id, outcome from runs where as_of_date = $1 order by run_id", tomorrow)
    assert [outcome for _, outcome in last_runs] == ["stopped", "stopped", "stopped", "published"]
    failed = published(
        settings,
        "select run_id, list(split_part(expectation, ':', 1) order by expectation) from data_quality "
        "where severity = 'critical' and not success and as_of_date = $1 group by run_id order by run_id",
        tomorrow,
    )
    assert [names for _, names in failed] == [["is_silent", "rejected_share"], ["is_silent"], ["people_count"]]


def test_a_run_that_went_on_after_it_was_last_seen_is_told_as_it_ended(ready: Ready) -> None:
    settings, night = ready
    other = Night.of(LAST, "working-at-the-same-time")
    with runs.stage(settings.places, other, "extract_forum_activity"):
        pass
    steps.publish(settings, night)
    outcomes = "select outcome from runs where run_id = $1"
    assert published(settings, outcomes, other.run_id) == [("unfinished",)]
    with pytest.raises(StoppedByCheck), runs.stage(settings.places, other, "check"):
        raise StoppedByCheck("something was critical")
    change_marts(settings, "update marts.person_scores set reach = reach + 1")
    steps.publish(settings, night)
    assert published(settings, outcomes, other.run_id) == [("stopped",)]


# Steps in their order ------------------------------------------------------------------------------------------


def test_a_night_that_was_never_checked_is_not_published(ready: Ready) -> None:
    settings, night = ready
    (settings.places.run(night.run_id) / "stages" / "check.json").unlink()
    with pytest.raises(EvenscoreError, match="check of run 2026-03-10_checked: not begun") as caught:
        steps.publish(settings, night)
    assert caught.value.exit_code == 1


def test_a_stage_that_is_done_again_makes_those_after_it_due(ready: Ready) -> None:
    settings, night = ready
    steps.check_landing(settings, night)
    with pytest.raises(EvenscoreError, match="build of run 2026-03-10_checked: not begun"):
        steps.check(settings, night)


def test_a_warehouse_of_another_run_is_neither_checked_nor_published_nor_built_on(ready: Ready) -> None:
    settings, night = ready
    other = Night.of(LAST, "another")
    shutil.copytree(settings.places.run(night.run_id), settings.places.run(other.run_id))
    for step in (steps.check, steps.publish, steps.build):
        with pytest.raises(EvenscoreError, match=r"the warehouse holds 2026-03-10_checked, not 2026-03-10_another"):
            step(settings, other)


# Folders -------------------------------------------------------------------------------------------------------


def test_a_publish_after_a_rollback_keeps_the_run_that_was_rolled_back(ready: Ready, stepped: Stepped) -> None:
    settings, night = ready
    rolled_back = settings.places.published_run(stepped.nights[-1].run_id)
    first = stepped.nights[0].run_id
    shutil.rmtree(settings.places.run(first))  # readers are told of it all the same
    steps.publish(settings, night)
    assert published(settings, "select outcome from runs where run_id = $1", first) == [("published",)]
    assert rolled_back.is_dir()
    assert settings.places.current.resolve().name == night.run_id


def test_only_the_newest_runs_are_kept_and_never_the_one_that_readers_see_is_removed(ready: Ready) -> None:
    settings, night = ready
    settings = settings.model_copy(update={"publish": Publish(kept_runs=2)})
    folders = sorted((settings.places.published / "runs").iterdir(), key=lambda folder: folder.stat().st_mtime_ns)
    steps.publish(settings, night)
    kept = {folder.name for folder in (settings.places.published / "runs").iterdir()}
    assert kept == {folders[-1].name, night.run_id}


def test_what_readers_see_is_published_once_more_for_a_new_evaluation(ready: Ready) -> None:
    settings = ready[0].model_copy(update={"publish": Publish(kept_runs=2)})
    before = run_folders.read_manifest(settings.places.current)
    rows = published(settings, "from person_scores")
    assert publishing.republish(settings) == settings.places.database
    _, after = run_folders.kept_runs(settings.places)
    assert after.resolve() == settings.places.current.resolve() and after.name.endswith(".2")
    assert published(settings, "from person_scores") == rows
    for same in ("as_of_date", "versions", "row_counts", "nights"):
        assert run_folders.read_manifest(after)[same] == before[same]
    told = published(settings, "select comment from duckdb_tables() where table_name = 'evaluation'")
    assert told[0][0].endswith(purposes.NEVER)


def test_the_same_run_publishes_other_rows_beside_its_first_folder(ready: Ready) -> None:
    settings, night = ready
    steps.publish(settings, night)
    change_marts(settings, "update marts.person_scores set reach = reach + 1")
    steps.publish(settings, night)
    assert settings.places.current.resolve().name == f"{night.run_id}.2"
    assert settings.places.published_run(night.run_id).is_dir()


def test_a_pointer_to_nowhere_stops_the_run_instead_of_forgetting_history(ready: Ready) -> None:
    settings, night = ready
    shutil.rmtree(settings.places.current.resolve())
    with pytest.raises(EvenscoreError, match=r"what readers see cannot be read; point .*current at another folder"):
        steps.publish(settings, night)
    with pytest.raises(EvenscoreError, match="what readers see cannot be read"):
        steps.check_landing(settings, Night.of(LAST))


def test_history_without_a_column_that_a_new_version_added_is_carried_on(ready: Ready) -> None:
    settings, night = ready
    before = settings.places.current.resolve() / publishing.DATABASE
    with closing(duckdb.connect(str(before))) as con:
        con.execute(
            "drop view current_scores; alter table person_scores drop column percentile; drop table score_jumps"
        )
    steps.publish(settings, night)
    counts = "select as_of_date, count(*), count(percentile) > 0 from person_scores group by all order by all"
    assert published(settings, counts) == [(day, 10, day == LAST) for day in NIGHTS]
    assert published(settings, "select distinct as_of_date from score_jumps") == [(LAST,)]


# The disk and the neighbours -----------------------------------------------------------------------------------


@pytest.mark.parametrize("byte_count", [4_096, 300_000])
def test_a_disk_that_fills_up_leaves_readers_the_old_night(byte_count: int, ready: Ready) -> None:
    settings, night = ready
    before = digests(settings.places.published)
    with largest_file(byte_count), pytest.raises(DiskError, match="the disk is full; nothing was replaced"):
        publishing.publish(settings, night)
    assert digests(settings.places.published) == before
    steps.publish(settings, night)
    assert published(settings, "select max(as_of_date) from person_scores") == [(LAST,)]


@contextmanager
def largest_file(byte_count: int) -> Iterator[None]:
    """Refuse to write any file further than this; the system calls it a file too large instead of a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_when_the_manifest_is_written_leaves_readers_the_old_night(
    ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, night = ready
    before = digests(settings.places.published)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="the disk is full"):
        publishing.publish(settings, night)
    assert digests(settings.places.published) == before


def test_a_warehouse_that_another_process_holds_is_busy(ready: Ready) -> None:
    settings, night = ready
    take = "import duckdb\nwith duckdb.connect(sys.argv[1]):"
    with process(HOLDER.format(take=take), str(settings.places.warehouse)) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match="open in another process") as caught:
            steps.publish(settings, night)
    assert "\n" not in str(caught.value)


def test_of_two_runs_at_once_one_works_and_the_other_says_busy(ready: Ready) -> None:
    settings, night = ready
    take = (
        "from evenscore.base.paths import HomePaths\nfrom evenscore.state import runs\n"
        "with runs.only_one(HomePaths(Path(sys.argv[1]))):"
    )
    with process(HOLDER.format(take=take), str(settings.home)) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        for run in (lambda: steps.publish(settings, night), lambda: steps.run_night(settings, LAST)):
            with pytest.raises(BusyError, match="another run is working in this home folder"):
                run()
    steps.publish(settings, night)


@pytest.mark.parametrize("damage", ["garbage", "truncated", "zeros"])
def test_a_damaged_warehouse_is_said_to_be_damaged_in_one_line(damage: str, ready: Ready) -> None:
    settings, night = ready
    path = settings.places.warehouse
    content = path.read_bytes()
    path.write_bytes(
        {
            "garbage": b"not a database" * 1000,
            "truncated": content[:16_384],
            "zeros": content[:8_192] + bytes(len(content) - 8_192),
        }[damage]
    )
    before = digests(settings.places.published)
    with pytest.raises(EvenscoreError, match=r"warehouse\.duckdb: cannot be read; move it away") as caught:
        steps.publish(settings, night)
    assert "\n" not in str(caught.value)
    assert digests(settings.places.published) == before


def test_every_mart_is_published_as_parquet_too_and_the_manifest_names_every_file(ready: Ready) -> None:
    settings, night = ready
    steps.publish(settings, night)
    folder = settings.places.current.resolve()
    manifest = json.loads((folder / publishing.MANIFEST).read_text())
    assert set(manifest["sha256"]) == set(digests(folder)) - {publishing.MANIFEST}
    for table in MARTS:
        path = settings.places.published / "parquet" / f"{table}.parquet"
        with duckdb.connect() as con:
            rows = con.execute(f"from '{path}'").fetchall()
        assert rows == published(settings, f"from {table}")
        assert manifest["row_counts"][table] == len(rows)
