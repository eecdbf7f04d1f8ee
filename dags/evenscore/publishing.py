"""The only door out: build a candidate beside what readers see, audit it, swap one pointer.

published/evenscore.duckdb, published/parquet and published/manifest.json are links through published/current to the
folder of one run. Renaming the one link `current` is the publish; before it, readers see the old night whole.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenscore import durable, runs
from evenscore.checks.judge import judge
from evenscore.places import Places
from evenscore.run_tables import versions, write_run_tables
from evenscore.runs import Night
from evenscore.settings import Settings
from evenscore.warehouse import connect, require_built

MARTS = ("person_scores", "score_contributions", "score_jumps", "network_coverage")
KEYS = ("as_of_date", "person_id", "persona", "network", "feature")
STAMPED = "person_scores"
"""The table whose rows say when and by which run they were published."""

DATABASE, PARQUET, MANIFEST = "evenscore.duckdb", "parquet", "manifest.json"


@dataclass(frozen=True)
class Outcome:
    """What publishing did: `published` with a new folder, or `unchanged` when readers already see these rows."""

    outcome: str
    folder: Path
    row_counts: dict[str, int]


def publish(settings: Settings, night: Night) -> Outcome:
    """Publish the warehouse's marts for this night.

    A night that readers already see, row for row, is left as it is: running it again changes no byte. Raises
    StoppedByCheck when the audit of the candidate finds anything but the checked rows.
    """
    places = settings.places
    previous = places.current.resolve() if places.current.exists() else None
    _tidy(places, previous)
    with connect(places) as con:
        require_built(con, night)
        if previous:
            con.execute(f"attach {_literal(previous / DATABASE)} as previous (read_only)")
            if _is_unchanged(con, night):
                return Outcome("unchanged", previous, _row_counts(con, "previous"))
        draft = places.published / "runs" / f".{night.run_id}.draft"
        draft.mkdir(parents=True)
        with durable.disk_errors(draft):
            _write_candidate(con, settings, night, draft, has_previous=previous is not None)
            row_counts = _write_parquet(con, draft)
        con.execute("detach candidate")
    _write_manifest(settings, night, draft, row_counts)
    folder = _swap(places, night, draft)
    _forget_old_runs(places, settings.publish.kept_runs)
    return Outcome("published", folder, row_counts)


def _tidy(places: Places, current: Path | None) -> None:
    """Remove what a killed run left: drafts, and folders that were renamed but never pointed at."""
    for leftover in (places.published / "runs").glob(".*.draft"):
        shutil.rmtree(leftover)
    for folder in (places.published / "runs").glob("*/"):
        if current is None or (folder.resolve() != current and folder.stat().st_mtime_ns > current.stat().st_mtime_ns):
            shutil.rmtree(folder)


def _is_unchanged(con: duckdb.DuckDBPyConnection, night: Night) -> bool:
    """Whether readers already see exactly tonight's rows, and nobody who has left since."""
    for mart in MARTS:
        tonight = f"select * from marts.{mart}"
        seen = f"select {', '.join(_columns(con, mart))} from previous.{mart} where as_of_date = $1"
        for left, right in ((tonight, seen), (seen, tonight)):
            if con.execute(f"select 1 from (({left}) except ({right})) limit 1", [night.as_of_date]).fetchall():
                return False
    left = "select 1 from previous.person_scores anti join conformed.consent using (person_id, persona) limit 1"
    return not con.execute(left).fetchall()


def _columns(con: duckdb.DuckDBPyConnection, mart: str) -> list[str]:
    return [name for name, *_ in con.execute(f"describe marts.{mart}").fetchall()]


def _write_candidate(
    con: duckdb.DuckDBPyConnection, settings: Settings, night: Night, draft: Path, has_previous: bool
) -> None:
    """Fill the candidate: earlier nights as they were published, of people who still consent, then tonight."""
    # Readers with DuckDB 1.5 can open this storage version too.
    con.execute(f"attach {_literal(draft / DATABASE)} as candidate (storage_version 'v1.5.0')")
    published_at = runs.now()
    for mart in MARTS:
        columns = _columns(con, mart)
        keys = [name for name in KEYS if name in columns]
        stamp = f", {_literal(published_at)}::timestamp as published_at, {_literal(night.run_id)} as run_id"
        tonight = f"select *{stamp if mart == STAMPED else ''} from marts.{mart}"
        con.execute(f"create table candidate.{mart} as {tonight} limit 0")
        if has_previous:
            # By persona where a table has one: who withdraws one persona keeps the other.
            person = "person_id, persona" if "persona" in columns else "person_id"
            con.execute(
                f"insert into candidate.{mart} by name select earlier.* from previous.{mart} as earlier "
                f"semi join conformed.consent using ({person}) where as_of_date <> $1 order by {', '.join(keys)}",
                [night.as_of_date],
            )
        con.execute(f"insert into candidate.{mart} by name {tonight} order by {', '.join(keys)}")
        _copy_comments(con, mart)
    _write_current_scores(con)
    _audit(con, settings, night, has_previous)
    write_run_tables(con, settings.places, night, has_previous)
    con.execute("checkpoint candidate")


def _copy_comments(con: duckdb.DuckDBPyConnection, mart: str) -> None:
    """Descriptions travel with the data: a reader of the file has no other documentation at hand."""
    for (comment,) in con.execute(
        "select comment from duckdb_tables() where schema_name = 'marts' and table_name = $1 and comment is not null",
        [mart],
    ).fetchall():
        con.execute(f"comment on table candidate.{mart} is {_literal(comment)}")
    described = con.execute(
        "select column_name, comment from duckdb_columns() "
        "where schema_name = 'marts' and table_name = $1 and comment is not null",
        [mart],
    ).fetchall()
    if mart == STAMPED:
        described += [
            ("published_at", "When the row was published, UTC."),
            ("run_id", "The run that published the row."),
        ]
    for column, comment in described:
        con.execute(f"comment on column candidate.{mart}.{column} is {_literal(comment)}")


def _write_current_scores(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "create view candidate.current_scores as select * from person_scores "
        "qualify as_of_date = max(as_of_date) over (partition by person_id, persona)"
    )
    con.execute("comment on view candidate.current_scores is 'The latest published row of each person and persona.'")


def _audit(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night, has_previous: bool) -> None:
    """Compare the candidate with the checked marts and with what readers see; the suite `published` judges."""
    con.execute(
        "create or replace temp table audit (table_name varchar, missing_tonight_count bigint, "
        "changed_history_count bigint, unconsenting_count bigint)"
    )
    for mart in MARTS:
        columns = ", ".join(_columns(con, mart))
        tonight = f"select {columns} from candidate.{mart} where as_of_date = $1"
        history = f"select * from candidate.{mart} where as_of_date <> $1"
        changed = (
            f"select count(*) from ({history} except select * from previous.{mart})"
            if has_previous
            else f"select count(*) from ({history})"
        )
        con.execute(
            f"insert into audit select '{mart}', "
            f"(select count(*) from (select * from marts.{mart} except {tonight})) + (select count(*) from ({tonight} except select * from marts.{mart})), "
            f"({changed}), (select count(*) from candidate.{mart} anti join conformed.consent using (person_id))",
            [night.as_of_date],
        )
    judge(settings, night, "published", con)


def _write_parquet(con: duckdb.DuckDBPyConnection, draft: Path) -> dict[str, int]:
    """Write each table beside the database, one file a table, in key order and by one thread: the bytes repeat."""
    (draft / PARQUET).mkdir()
    counts = _row_counts(con, "candidate")
    con.execute("set threads = 1")
    for table in counts:
        con.execute(
            f"copy candidate.{table} to {_literal(draft / PARQUET / f'{table}.parquet')} (format parquet, compression zstd)"
        )
    con.execute("reset threads")
    return counts


def _row_counts(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, int]:
    tables = con.execute(
        "select table_name from duckdb_tables() where database_name = $1 union "
        "select view_name from duckdb_views() where database_name = $1 and not internal order by 1",
        [database],
    ).fetchall()
    return {table: con.execute(f"select count(*) from {database}.{table}").fetchall()[0][0] for (table,) in tables}


def _write_manifest(settings: Settings, night: Night, draft: Path, row_counts: dict[str, int]) -> None:
    files = sorted(path for path in draft.rglob("*") if path.is_file())
    manifest = {
        "run_id": night.run_id,
        "as_of_date": night.as_of_date,
        "published_at": runs.now(),
        "versions": versions(settings),
        "row_counts": row_counts,
        "sha256": {str(path.relative_to(draft)): durable.sha256(path) for path in files},
    }
    durable.write_json(draft / MANIFEST, manifest)
    for path in [*files, draft / PARQUET, draft]:
        durable.sync(path)


def _swap(places: Places, night: Night, draft: Path) -> Path:
    folder = places.published_run(night.run_id)
    if folder.exists():  # the same run, published again with other rows: readers keep the old folder until the swap
        folder = folder.with_name(f"{folder.name}.{runs.now().replace(':', '')}")
    os.rename(draft, folder)
    durable.sync(folder.parent)
    durable.point(places.current, folder)
    for name in (DATABASE, PARQUET, MANIFEST):
        if not (places.published / name).is_symlink():
            durable.point(places.published / name, places.current / name)
    return folder


def _forget_old_runs(places: Places, kept_runs: int) -> None:
    folders = sorted((places.published / "runs").glob("*/"), key=lambda folder: folder.stat().st_mtime_ns)
    for folder in folders[:-kept_runs]:
        if folder.resolve() != places.current.resolve():
            shutil.rmtree(folder)


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
