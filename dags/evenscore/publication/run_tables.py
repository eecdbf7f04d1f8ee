"""The two published tables that runs write about themselves: `runs` and `data_quality`."""

import platform
from collections import Counter
from importlib.metadata import version
from typing import Any

import duckdb

from evenscore.base.paths import HomePaths
from evenscore.checks.judge import results_of
from evenscore.state import runs
from evenscore.state.laid_out_run import scoring_versions
from evenscore.state.runs import Night

RUNS = {
    "run_id": ("varchar", "The run."),
    "as_of_date": ("date", "The UTC day that it scored."),
    "started_at": ("timestamp", "When its first stage began, UTC."),
    "ended_at": ("timestamp", "When its last stage before this publish ended, UTC."),
    "outcome": ("varchar", "published; unchanged; stopped, by a critical check; failed; unfinished."),
    "rows_per_stage": (
        "map(varchar, bigint)",
        "What was counted. Records read = landed + rejected + duplicate + ignored + suppressed; rows made of them, and "
        "rows withdrawn; people scored, held, published and more.",
    ),
    "seconds_per_stage": ("map(varchar, double)", "Wall-clock seconds of each stage."),
    "megabytes_per_stage": ("map(varchar, bigint)", "The most memory that the process of each stage held, MB."),
    "versions": ("map(varchar, varchar)", "The scoring version and the versions of the software."),
}

DATA_QUALITY = {
    "run_id": ("varchar", "The run."),
    "as_of_date": ("date", "The UTC day that it scored."),
    "suite": ("varchar", "The stage and the table that were looked at."),
    "expectation": ("varchar", "What was expected of which column."),
    "severity": ("varchar", "critical stops the run; warning and info do not."),
    "success": ("boolean", "Whether the expectation was met."),
    "observed": ("varchar", "What was seen; where rows failed, how many and which."),
    "expected": ("varchar", "The limits."),
    "because": ("varchar", "Why it is expected."),
    "column_name": ("varchar", "The column that was looked at; null where it was the table."),
    "observed_value": ("double", "What was seen, where that is one number; null where it is many values, or none."),
}

TABLES = {
    "runs": (RUNS, "Every run, also those that published nothing. One row a run."),
    "data_quality": (DATA_QUALITY, "Every expectation of every run. One row a (run, suite, expectation)."),
}


def write_run_tables(con: duckdb.DuckDBPyConnection, places: HomePaths, night: Night, has_previous: bool) -> None:
    """Add this run, and those since the last publish that published nothing, to what the tables held before."""
    for table, (columns, comment) in TABLES.items():
        described = ", ".join(f"{name} {kind}" for name, (kind, _) in columns.items())
        con.execute(f"create or replace table candidate.{table} ({described})")
        con.execute(f"comment on table candidate.{table} is '{comment}'")
        for name, (_, description) in columns.items():
            con.execute(f"comment on column candidate.{table}.{name} is '{description}'")
        if has_previous:
            con.execute(
                f"insert into candidate.{table} by name select earlier.* from previous.{table} as earlier "
                "semi join (from previous.runs where run_id <> $1 and outcome <> 'unfinished') using (run_id) "
                "where as_of_date >= (from raw.first_kept_night) "
                "order by as_of_date, run_id",
                [night.run_id],
            )
    known = {run_id for (run_id,) in con.execute("select run_id from candidate.runs").fetchall()}
    ((first_kept,),) = con.execute("from raw.first_kept_night").fetchall()
    for folder in sorted(places.runs.glob("*/")):
        if folder.name not in known and folder.name[:10] >= first_kept.isoformat():
            _write_run(con, places, folder.name, is_published=folder.name == night.run_id)


def _write_run(con: duckdb.DuckDBPyConnection, places: HomePaths, run_id: str, is_published: bool) -> None:
    stages = runs.stages(places, run_id)
    if not stages:
        return
    seconds = {stage["stage"]: stage["seconds"] for stage in stages}
    megabytes = {stage["stage"]: stage["peak_megabytes"] for stage in stages if "peak_megabytes" in stage}
    con.execute(
        f"insert into candidate.runs values ({', '.join('?' * len(RUNS))})",
        [
            run_id,
            run_id[:10],
            stages[0]["started_at"][:26],
            max(stage["ended_at"] for stage in stages)[:26],
            "published" if is_published else outcome(stages),
            row_counts(stages),
            seconds,
            megabytes,
            next((stage["versions"] for stage in stages if "versions" in stage), {}),
        ],
    )
    for result in results_of(places, run_id):
        con.execute(
            f"insert into candidate.data_quality values ({', '.join('?' * len(DATA_QUALITY))})",
            [getattr(result, name) for name in DATA_QUALITY],
        )


def row_counts(stages: list[dict[str, Any]]) -> dict[str, int]:
    """What the stages counted, by name; the sources' counts add up."""
    counts: Counter[str] = Counter()
    for stage in stages:
        counts.update(stage.get("rows", {}))
    return dict(counts)


def outcome(stages: list[dict[str, Any]]) -> str:
    """How a run ended, from what its stages recorded."""
    failed = [stage for stage in stages if stage["outcome"] == "failed"]
    if failed:
        return "stopped" if runs.is_stopped(failed[-1]) else "failed"
    last = next((stage for stage in stages if stage["stage"] == "publish"), None)
    return last.get("published", "unfinished") if last else "unfinished"


def versions(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The scoring version of the night that is laid out, and the versions of what computes it."""
    packages = ("evenscore", "duckdb", "dbt-core", "dbt-duckdb", "great-expectations")
    return {
        "scoring": str(scoring_versions(con).published),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }
