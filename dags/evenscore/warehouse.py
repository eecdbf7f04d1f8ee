"""The warehouse: what a night starts from is laid out in the schema `raw`, then dbt builds a layer at a time.

The file is a cache with one writer. Landing zone, ledger and published database are the truth.
"""

import contextlib
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from evenscore import landing
from evenscore.canonical import DATASETS
from evenscore.errors import BusyError, DiskError, EvenscoreError, StoppedByCheck
from evenscore.extraction import deliveries
from evenscore.ledger import read_ledger
from evenscore.places import Places
from evenscore.runs import Night
from evenscore.settings import Settings

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"

LAYERS = {
    "staging": ("staging", "conformed", "resource_type:seed"),
    "features": ("features",),
    "scores": ("scores", "marts", "test_type:singular"),
}
"""What each build task builds, as dbt selectors."""

DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
"""How DuckDB says that a file does not hold what was written to it."""

_ROW = {"person_id": "varchar", "persona": "varchar", "as_of_date": "date"}
PUBLISHED = {
    "person_scores": _ROW
    | {"status": "varchar", "reason": "varchar"}
    | dict.fromkeys(("score", "score_low", "score_high", "reach", "amplification"), "double"),
    "score_contributions": _ROW
    | {"network": "varchar", "feature": "varchar", "points": "double", "raw_value": "double"},
}
"""What a night needs to know of the nights that were published before it."""


@contextlib.contextmanager
def connect(places: Places, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse, or say in one line why not.

    Raises BusyError when another process has it, DiskError when the disk is full, EvenscoreError when it is damaged.
    """
    try:
        with duckdb.connect(places.warehouse, read_only=read_only) as con:
            con.execute("set TimeZone = 'UTC'")
            yield con
    except duckdb.Error as error:
        raise _in_one_line(places, error) from error


def _in_one_line(places: Places, error: duckdb.Error) -> EvenscoreError:
    reason = str(error).splitlines()[0]
    if "Could not set lock" in reason:
        return BusyError(f"{places.warehouse}: open in another process; close it and run again ({reason})")
    if "No space left" in reason or "File too large" in reason:
        return DiskError(f"{places.home}: the disk is full; nothing was replaced ({reason})")
    if isinstance(error, DAMAGE) or "Corrupt database file" in reason:
        return EvenscoreError(f"{places.warehouse}: cannot be read; move it away and run the night again ({reason})")
    return EvenscoreError(f"{places.warehouse}: {reason}")


def prepare(settings: Settings, night: Night) -> None:
    """Lay out what this night starts from: settings, verified landing files, ledger, what was published before."""
    entries = read_ledger(settings)
    files = verified_files(settings, night)
    settings.places.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with connect(settings.places) as con:
        con.execute("create schema if not exists raw")
        con.execute("drop table if exists raw.night")
        _write_sources(con, settings)
        con.register("entries", entries)
        con.execute("create or replace table raw.consent as select * from entries")
        con.register("files", files)
        con.execute("create or replace table raw.landed_files as select * from files order by path")
        for dataset in ("activity", "accounts"):
            _view_landed(con, dataset)
        shown_date = _copy_published(con, settings, night)
        _write_night(con, settings, night, shown_date)  # the last, because it says that the others are there


def require_run(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Raise unless this run laid out the warehouse: a layer of another night would be built on it."""
    try:
        found = con.execute("select run_id from raw.night").fetchall()
    except duckdb.CatalogException:
        found = []
    if found != [(night.run_id,)]:
        raise EvenscoreError(
            f"--date {night.as_of_date}: the warehouse holds {found[0][0] if found else 'no run'}, not {night.run_id}; "
            "run `evenscore build` for this date"
        )


def verified_files(settings: Settings, night: Night) -> pa.Table:
    """Every landed file that the night may look at, proved to hold the bytes that were landed.

    Snapshots of accounts are looked at beyond the night: a backfill must know who has gone private since.
    """
    kinds = {source.name: source.kind for source in settings.sources}
    rows = [
        {
            "path": str(landing.verify(settings.places, manifest)),
            "network": manifest.network,
            "dataset": manifest.dataset,
            "landed_date": manifest.day,
            "source": manifest.source,
            "source_kind": kinds[manifest.source],
            "row_count": manifest.row_count,
        }
        for manifest in landing.manifests(settings.places)
        if manifest.source in kinds and (manifest.dataset == "accounts" or manifest.day <= night.as_of_date.isoformat())
    ]
    names = ("path", "network", "dataset", "landed_date", "source", "source_kind")
    return pa.Table.from_pylist(
        rows, schema=pa.schema([*((name, pa.string()) for name in names), ("row_count", pa.int64())])
    )


def _write_night(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night, shown_date: date) -> None:
    con.execute(
        """
        create or replace table raw.night as select
            $run_id as run_id,
            $as_of_date::date as as_of_date,
            $shown_date::date as shown_date,
            $history_nights::integer as history_nights,
            $hold_move_points::double as hold_move_points,
            $hold_window_nights::integer as hold_window_nights,
            $scoring_version::integer as scoring_version
        """,
        {
            "run_id": night.run_id,
            "as_of_date": night.as_of_date,
            "shown_date": shown_date,
            "history_nights": settings.scoring.history_nights,
            "hold_move_points": settings.checks.hold_move_points,
            "hold_window_nights": settings.checks.hold_window_nights,
            "scoring_version": settings.scoring.version,
        },
    )


def _write_sources(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    con.execute("create or replace table raw.sources (name varchar, kind varchar, network varchar, dataset varchar)")
    con.execute(
        "create or replace table raw.deliveries (source varchar, path varchar, first_date date, last_date date, "
        "night_date date, record_count bigint, landed_count bigint, duplicate_count bigint, rejected_count bigint)"
    )
    for source in settings.sources:
        con.execute(
            "insert into raw.sources values (?, ?, ?, ?)", [source.name, source.kind, source.network, source.dataset]
        )
        for delivery in deliveries(settings, source.name).values():
            con.execute(
                "insert into raw.deliveries values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    source.name,
                    delivery.path,
                    delivery.first_date,
                    delivery.last_date,
                    delivery.night,
                    delivery.record_count,
                    delivery.landed_count,
                    delivery.duplicate_count,
                    sum(delivery.rejected.values()),
                ],
            )


def _view_landed(con: duckdb.DuckDBPyConnection, dataset: str) -> None:
    """A view over exactly the verified files; a folder may hold others that were never landed."""
    paths = [
        path for (path,) in con.execute("select path from raw.landed_files where dataset = ?", [dataset]).fetchall()
    ]
    names = ", ".join(f"rows.{name}" for name in DATASETS[dataset].names)
    if paths:
        listed = ", ".join(_quoted(path) for path in paths)
        con.execute(
            f"create or replace view raw.{dataset} as select {names}, files.source, files.source_kind "
            f"from read_parquet([{listed}], filename = true) as rows "
            "inner join raw.landed_files as files on rows.filename = files.path"
        )
    else:
        con.register("nothing", DATASETS[dataset].empty_table())
        empty = f"{_empty_columns(con)}, '' as source, '' as source_kind"
        con.execute(f"create or replace view raw.{dataset} as select {empty} where false")


def _empty_columns(con: duckdb.DuckDBPyConnection) -> str:
    columns = con.execute("describe nothing").fetchall()
    return ", ".join(f"cast(null as {sql_type}) as {name}" for name, sql_type, *_ in columns)


def _copy_published(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> date:
    """Bring in what readers saw on earlier nights: the gate measures against that, never against raw scores.

    Returns the latest night that readers will see once this one is published.
    """
    if not attach_published(con, settings.places, "published"):
        con.execute("attach ':memory:' as published")
        for table, columns in PUBLISHED.items():
            con.execute(
                f"create table published.{table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
            )
    window = {"tonight": night.as_of_date, "nights": settings.scoring.history_nights}
    con.execute(
        f"create or replace table raw.published_scores as select {', '.join(PUBLISHED['person_scores'])} "
        "from published.person_scores where as_of_date >= $tonight - $nights and as_of_date < $tonight",
        window,
    )
    # A held score keeps the parts it was last published with, so each person's latest night is all that is needed.
    con.execute(
        "create or replace table raw.published_networks as "
        "select person_id, persona, as_of_date, list(distinct network order by network) as networks "
        "from published.score_contributions where network <> 'all' group by all"
    )
    con.execute(
        f"create or replace table raw.published_contributions as select {', '.join(PUBLISHED['score_contributions'])} "
        "from published.score_contributions semi join ("
        "select person_id, persona, max(as_of_date) as as_of_date from raw.published_networks "
        "where as_of_date >= $tonight - $nights and as_of_date < $tonight group by person_id, persona, networks"
        ") using (person_id, persona, as_of_date)",
        window,
    )
    ((latest,),) = con.execute("select max(as_of_date) from published.person_scores").fetchall()
    con.execute("detach published")
    return max(night.as_of_date, latest or night.as_of_date)


def attach_published(con: duckdb.DuckDBPyConnection, places: Places, name: str) -> bool:
    """Attach what readers see, if anything was ever published. Raises EvenscoreError when it is gone or damaged."""
    if not places.current.is_symlink():
        return False
    folder = places.current.resolve()
    try:
        con.execute(f"attach {_quoted(str(folder / places.database.name))} as {name} (read_only)")
    except duckdb.Error as error:
        raise EvenscoreError(
            f"{folder}: what readers see cannot be read; point {places.current} at another folder in "
            f"{folder.parent} and run again ({str(error).splitlines()[0]})"
        ) from error
    return True


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def build_layer(settings: Settings, layer: str) -> dict[str, Any]:
    """Build and test one layer with dbt, in this process. Returns what was built, with seconds.

    Raises StoppedByCheck when a data test found rows that must not be, EvenscoreError when a model cannot be built.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # seconds to import: only when dbt runs
    from dbt.cli.main import dbtRunner

    os.environ["EVENSCORE_WAREHOUSE"] = str(settings.places.warehouse)
    try:
        result = dbtRunner().invoke(["build", "--select", *LAYERS[layer], *dbt_arguments(settings.places)])
    finally:
        # dbt keeps the file's lock for as long as its process lives, unless told.
        DuckDBConnectionManager.close_all_connections()
    if result.exception:
        raise EvenscoreError(f"dbt build of layer {layer}: {result.exception}") from result.exception
    return _outcome(layer, list(result.result))


def dbt_arguments(places: Places) -> list[str]:
    """Options of every dbt call: where the project is, and that nothing is written beside it."""
    return [
        *("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious"),
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(places.dbt / "target"), "--log-path", str(places.dbt / "logs")),
        *("--quiet", "--log-level", "none"),  # its log file has everything; our errors say what matters
        "--no-write-json",  # nobody reads those files, and they take a sixth of the time
    ]


def _outcome(layer: str, results: list[Any]) -> dict[str, Any]:
    nodes = {result.node.name: round(result.execution_time, 3) for result in results}
    failed = [result for result in results if result.status == "fail"]
    broken = [result for result in results if result.status in ("error", "runtime error")]
    if broken:
        raise EvenscoreError(
            f"dbt {broken[0].node.resource_type} {broken[0].node.name}: {' '.join(broken[0].message.split())}"
        )
    if failed:
        names = ", ".join(f"{result.node.name} ({result.failures} rows)" for result in failed)
        raise StoppedByCheck(f"dbt tests of layer {layer} failed: {names}")
    return {"nodes": nodes, "tests": sum(result.node.resource_type == "test" for result in results)}
