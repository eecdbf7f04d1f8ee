"""The only door out: build a candidate beside what readers see, audit it, swap one pointer.

published/evenscore.duckdb, published/parquet and published/manifest.json are links through published/current to the
folder of one run. Renaming the one link `current` is the publish; before it, readers see the old night whole. What is
published is what was checked, less whom the ledger lets go by this moment.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain, count
from pathlib import Path

import duckdb

from evenscore.base import atomic_io
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.building.warehouse import attach_published, columns_of, connect, quoted, require_run
from evenscore.checks.consent_audit import note_who_asked, unasked_count
from evenscore.checks.judge import judge
from evenscore.checks.personal_data import examine
from evenscore.consent.ledger import Ledger, open_ledger
from evenscore.publication.nameless import lay_nameless, nameless
from evenscore.publication.published_views import write_views
from evenscore.publication.purposes import TABLE_PURPOSES, stamp_purposes
from evenscore.publication.run_tables import versions, write_run_tables
from evenscore.publication.shown import judge as judge_shown
from evenscore.publication.shown import of_the_present, private_accounts, private_among
from evenscore.publication.shown_rows import MARTS, lapse_tonight, lay_out_present, rule
from evenscore.state import runs
from evenscore.state.evaluations import write_evaluation
from evenscore.state.runs import Night

KEYS = (
    *("as_of_date", "incident_id", "scope", "person_id", "persona", "network", "feature", "cause"),
    *("other_person_id", "topic", "object_id", "object_rank"),
)
STAMPED = ("person_scores", "incident_nights")
"""The tables whose rows say when and by which run they were published."""

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
    StoppedByCheck when the audit of the candidate finds anything but the checked rows, DiskError when the disk is
    full; what is half written is removed, here or by the next run.
    """
    places = settings.places
    ledger = open_ledger(settings)
    with atomic_io.disk_errors(places.published):
        tidy(places)
        _lay_links(places)
        draft = places.published / "runs" / f".{night.run_id}.draft"
        try:
            with connect(places) as con:
                require_run(con, night)
                has_previous = attach_published(con, places, "previous")
                _judge_present(con, settings, ledger)
                for source in ("marts", "previous"):
                    lay_nameless(con, source, "shown_accounts")
                if has_previous and _is_unchanged(con, night):
                    return Outcome("unchanged", places.current.resolve(), _row_counts(con, "previous"))
                draft.mkdir(parents=True)
                _write_candidate(con, settings, night, draft, has_previous, ledger)
                row_counts = _write_parquet(con, draft)
                made_by = versions(con)
            _write_manifest(night, draft, row_counts, made_by)
            folder = _swap(places, night, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _forget_old_runs(places, settings.publish.kept_runs)
    return Outcome("published", folder, row_counts)


def _judge_present(con: duckdb.DuckDBPyConnection, settings: Settings, ledger: Ledger) -> None:
    """Lay out who may be shown at this moment, and let tonight's rows lapse of whoever has left since the build."""
    built_on = con.sql("from raw.consent").to_arrow_table().to_pylist()
    then = judge_shown(built_on, private_among(con, "raw.accounts", "raw.aliases"))
    now = judge_shown(of_the_present(settings, ledger.table), private_accounts(settings))
    note_who_asked(con, ledger.said)
    lay_out_present(con, now)
    lapse_tonight(con, then, now)
    con.execute(
        "create or replace temp view shown_accounts as "
        "from conformed.consent_shown semi join present.consent_shown using (person_id, persona, network)"
    )


def _may_be_shown(mart: str) -> str:
    """Which rows of earlier nights may go on being shown, by dbt's gate and by this moment."""
    return f"{rule(mart, 'conformed')} and {rule(mart, 'present')} and as_of_date >= (from raw.first_kept_night)"


def _tonight(mart: str, columns: str = "*") -> str:
    """SQL of tonight's rows that may be shown."""
    return f"select {columns} from {nameless('marts', mart)} where {rule(mart, 'present')}"


def republish(settings: Settings) -> Path | None:
    """Publish what readers see once more, beside all evaluations that are kept; None where nothing is published yet."""
    places = settings.places
    if not places.current.is_symlink():
        return None
    with atomic_io.disk_errors(places.published):
        tidy(places)
        seen = places.current.resolve()
        manifest = atomic_io.read_json(seen / MANIFEST)
        night = Night(date.fromisoformat(manifest["as_of_date"]), manifest["run_id"])
        draft = places.published / "runs" / f".{night.run_id}.draft"
        try:
            draft.mkdir(parents=True)
            shutil.copyfile(seen / DATABASE, draft / DATABASE)
            row_counts = _evaluate(places, draft)
            _write_manifest(night, draft, row_counts, manifest["versions"])
            _swap(places, night, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _forget_old_runs(places, settings.publish.kept_runs)
    return places.database


def kept_runs(places: HomePaths) -> list[Path]:
    """The folders of the runs that are kept, the oldest first."""
    return sorted((places.published / "runs").glob("*/"), key=lambda folder: folder.stat().st_mtime_ns)


def database_digest(folder: Path) -> str:
    """Hex SHA-256 of a kept run's database, as its manifest has it."""
    return str(atomic_io.read_json(folder / MANIFEST)["sha256"][DATABASE])


def require_whole(folder: Path) -> None:
    """Raise InputError naming the file where a kept run does not hold the bytes that were published."""
    for name, digest in atomic_io.read_json(folder / MANIFEST)["sha256"].items():
        path = folder / name
        if not path.exists() or atomic_io.sha256(path) != digest:
            raise InputError(f"{path}: not the bytes that were published; roll back to another run")


Prepare = Callable[[duckdb.DuckDBPyConnection], object]


def rewrite(places: HomePaths, folder: Path, kept: Mapping[str, str], prepare: Prepare | None = None) -> Path:
    """Write a kept run anew with fewer rows: of each table those that its SELECT on `previous` gives, else all.

    `prepare` makes what the SELECTs need beside it.

    Nothing of the old files stays. Where readers see this run, they go from the old folder to the new one in one swap.
    Returns the new folder, which keeps the old one's place among the kept runs.
    """
    manifest = atomic_io.read_json(folder / MANIFEST)
    night = Night(date.fromisoformat(manifest["as_of_date"]), manifest["run_id"])
    is_seen = places.current.resolve() == folder.resolve()
    draft, modified_ns = folder.with_name(f".{folder.name}.draft"), folder.stat().st_mtime_ns
    with atomic_io.disk_errors(places.published):
        shutil.rmtree(draft, ignore_errors=True)
        try:
            draft.mkdir()
            row_counts = _copy_kept(folder, draft, kept, prepare)
            _write_manifest(night, draft, row_counts, manifest["versions"], manifest["published_at"])
            os.utime(draft, ns=(modified_ns, modified_ns))
            found = _place(places, night, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        if is_seen:
            atomic_io.point(places.current, found)
        remove(folder)
    return found


def _copy_kept(folder: Path, draft: Path, kept: Mapping[str, str], prepare: Prepare | None) -> dict[str, int]:
    """Rows are written into a new file: in the old one, the bytes of deleted rows would stay."""
    with duckdb.connect() as con:
        con.execute(f"attach {quoted(folder / DATABASE)} as previous (read_only)")
        if prepare:
            prepare(con)
        con.execute(f"attach {quoted(draft / DATABASE)} as candidate (storage_version 'v1.5.0')")
        con.execute("copy from database previous to candidate (schema)")
        for (table,) in con.execute(
            "select table_name from duckdb_tables() where database_name = 'previous'"
        ).fetchall():
            rows = kept.get(table, f"select * from previous.{table}")
            con.execute(f"insert into candidate.{table} {rows} order by rowid")
        con.execute("checkpoint candidate")
        return _write_parquet(con, draft)


def _evaluate(places: HomePaths, draft: Path) -> dict[str, int]:
    with duckdb.connect() as con:
        con.execute(f"attach {quoted(draft / DATABASE)} as candidate")
        write_evaluation(con, places, "candidate")
        stamp_purposes(con)
        con.execute("checkpoint candidate")
        return _write_parquet(con, draft)


def tidy(places: HomePaths) -> None:
    """Remove the drafts that a killed run left. A folder without a dot is whole and audited, pointed at or not."""
    for leftover in (*places.published.glob(".*.draft"), *(places.published / "runs").glob(".*.draft")):
        if leftover.is_symlink():
            leftover.unlink()
        else:
            shutil.rmtree(leftover)


def _lay_links(places: HomePaths) -> None:
    """Let readers' paths lead through `current`; laid before there is one, so that its swap alone is the publish."""
    places.published.mkdir(parents=True, exist_ok=True)
    for name in (DATABASE, PARQUET, MANIFEST):
        if not (places.published / name).is_symlink():
            atomic_io.point(places.published / name, places.current / name)


def _is_unchanged(con: duckdb.DuckDBPyConnection, night: Night) -> bool:
    """Whether readers already see exactly tonight's rows, and no earlier row that may not be shown any more."""
    return all(_is_seen(con, night, mart) for mart in MARTS)


def _is_seen(con: duckdb.DuckDBPyConnection, night: Night, mart: str) -> bool:
    columns = columns_of(con, f"marts.{mart}")
    if not set(columns) <= set(columns_of(con, f"previous.{mart}")):
        return False
    date = quoted(night.as_of_date)
    shown = f"select {', '.join(columns)} from previous.{mart} where as_of_date = {date}"
    lapsed = f"(select count(*) from previous.{mart} where as_of_date <> {date} and not ({_may_be_shown(mart)}))"
    unasked = unasked_count(con, "previous", mart)
    if con.execute(f"select {lapsed} + {unasked}").fetchall() != [(0,)]:
        return False
    named = _difference(con, f"from previous.{mart}", f"from {nameless('previous', mart)}")
    return named + _difference(con, _tonight(mart), shown) == 0


def _difference(con: duckdb.DuckDBPyConnection, left: str, right: str) -> int:
    """How many rows one side has more often than the other.

    Two sides with as many rows and the same sum of 64-bit hashes are the same; they are compared row by row only where
    they are not, for that costs sixty times as much.
    """
    if _fingerprint(con, left) == _fingerprint(con, right):
        return 0
    rows = f"({left}) except all ({right}) union all (({right}) except all ({left}))"
    return int(con.execute(f"select count(*) from ({rows})").fetchall()[0][0])


def _fingerprint(con: duckdb.DuckDBPyConnection, rows: str) -> tuple[int, int | None]:
    """The count of some rows, and the sum of their hashes; equal whatever the order of the rows."""
    query = f"select count(*), sum(hash(rows)::hugeint) from ({rows}) as rows"
    return con.execute(query).fetchall()[0]


def _write_candidate(
    con: duckdb.DuckDBPyConnection, settings: Settings, night: Night, draft: Path, has_previous: bool, ledger: Ledger
) -> None:
    """Fill the candidate: earlier nights as they were published, of people who still consent, and tonight."""
    # Readers with DuckDB 1.5 can open this storage version too.
    con.execute(f"attach {quoted(draft / DATABASE)} as candidate (storage_version 'v1.5.0')")
    stamp = f", {quoted(runs.now())}::timestamp as published_at, {quoted(night.run_id)} as run_id"
    for mart in MARTS:
        tonight = _tonight(mart, f"*{stamp if mart in STAMPED else ''}")
        con.execute(f"create table candidate.{mart} as {tonight} limit 0")
        columns = columns_of(con, f"candidate.{mart}")
        rows = " union all by name ".join(filter(None, (tonight, _earlier(con, night, mart))))
        keys = ", ".join(name for name in KEYS if name in columns)
        con.execute(f"insert into candidate.{mart} by name select * from ({rows}) order by {keys}")
        _copy_comments(con, mart)
    write_views(con)
    _audit(con, settings, night, ledger)
    write_run_tables(con, settings.places, night, has_previous)
    write_evaluation(con, settings.places, "candidate")
    stamp_purposes(con)
    con.execute("checkpoint candidate")


def _earlier(con: duckdb.DuckDBPyConnection, night: Night, mart: str) -> str | None:
    """SQL of the rows of earlier nights that may go on being shown; None where readers have no such table yet."""
    columns = _shared_columns(con, mart)
    where = f"as_of_date <> {quoted(night.as_of_date)} and {_may_be_shown(mart)}"
    return f"select {columns} from {nameless('previous', mart)} where {where}" if columns else None


def _shared_columns(con: duckdb.DuckDBPyConnection, mart: str) -> str:
    """A newer version may have added a column, or a table, that readers have not seen yet."""
    seen = columns_of(con, f"previous.{mart}")
    return ", ".join(name for name in columns_of(con, f"candidate.{mart}") if name in seen)


def _copy_comments(con: duckdb.DuckDBPyConnection, mart: str) -> None:
    """Descriptions travel with the data: a reader of the file has no other documentation at hand."""
    for (comment,) in con.execute(
        "select comment from duckdb_tables() where schema_name = 'marts' and table_name = $1 and comment is not null",
        [mart],
    ).fetchall():
        con.execute(f"comment on table candidate.{mart} is {quoted(comment)}")
    described = con.execute(
        "select column_name, comment from duckdb_columns() "
        "where schema_name = 'marts' and table_name = $1 and comment is not null",
        [mart],
    ).fetchall()
    if mart in STAMPED:
        described += [
            ("published_at", "When the row was published, UTC."),
            ("run_id", "The run that published the row."),
        ]
    for column, comment in described:
        con.execute(f"comment on column candidate.{mart}.{column} is {quoted(comment)}")


def _audit(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night, ledger: Ledger) -> None:
    """Compare the candidate with the checked marts and with what readers see; the suite `published` judges."""
    con.execute(
        "create or replace temp table audit (table_name varchar, missing_tonight_count bigint, "
        "changed_history_count bigint, unconsenting_count bigint)"
    )
    for mart in MARTS:
        con.execute(
            f"insert into audit select '{mart}', $1, $2, {unasked_count(con, 'candidate', mart)}",
            [_missing_tonight(con, night, mart), _changed_history(con, night, mart)],
        )
    con.execute(f"create or replace temp table last_good as {_last_good(con, night)}")
    examine(con, "candidate")
    judge(settings, night, "published", con)


def _last_good(con: duckdb.DuckDBPyConnection, night: Night) -> str:
    """SQL that counts the earlier rows that tonight was measured against and that readers do not see like this."""
    shown = columns_of(con, "previous.person_scores")
    columns = ", ".join(name for name in columns_of(con, "raw.published_scores") if name in shown)
    measured = f"select {columns or '*'} from raw.published_scores"
    seen = f" except all (select {columns} from previous.person_scores where as_of_date < {quoted(night.as_of_date)})"
    return f"select count(*) as lost_count from ({measured}{seen if shown else ''})"


def _missing_tonight(con: duckdb.DuckDBPyConnection, night: Night, mart: str) -> int:
    columns = ", ".join(columns_of(con, f"marts.{mart}"))
    written = f"select {columns} from candidate.{mart} where as_of_date = {quoted(night.as_of_date)}"
    return _difference(con, _tonight(mart), written)


def _changed_history(con: duckdb.DuckDBPyConnection, night: Night, mart: str) -> int:
    earlier = _earlier(con, night, mart)
    columns = _shared_columns(con, mart) or "*"
    history = f"select {columns} from candidate.{mart} where as_of_date <> {quoted(night.as_of_date)}"
    return _difference(con, history, earlier or f"select * from ({history}) limit 0")


def _write_parquet(con: duckdb.DuckDBPyConnection, draft: Path) -> dict[str, int]:
    """Write each table beside the database, one file a table, in key order and by one thread: the bytes repeat."""
    (draft / PARQUET).mkdir()
    counts = _row_counts(con, "candidate")
    con.execute("set threads = 1")
    for table in counts:
        path = quoted(draft / PARQUET / f"{table}.parquet")
        con.execute(f"copy candidate.{table} to {path} (format parquet, compression zstd)")
    con.execute("reset threads")
    return counts


def _row_counts(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, int]:
    tables = con.execute(
        "select table_name from duckdb_tables() where database_name = $1 union "
        "select view_name from duckdb_views() where database_name = $1 and not internal order by 1",
        [database],
    ).fetchall()
    return {table: con.execute(f"select count(*) from {database}.{table}").fetchall()[0][0] for (table,) in tables}


def _write_manifest(
    night: Night, draft: Path, row_counts: dict[str, int], made_by: dict[str, str], published_at: str | None = None
) -> None:
    files = sorted(path for path in draft.rglob("*") if path.is_file())
    manifest = {
        "run_id": night.run_id,
        "as_of_date": night.as_of_date,
        "published_at": published_at or runs.now(),
        "versions": made_by,
        "row_counts": row_counts,
        "purposes": {table: TABLE_PURPOSES[table] for table in row_counts},
        "sha256": {str(path.relative_to(draft)): atomic_io.sha256(path) for path in files},
    }
    atomic_io.write_json(draft / MANIFEST, manifest)
    for path in [*files, draft / PARQUET, draft]:
        atomic_io.sync(path)


def _swap(places: HomePaths, night: Night, draft: Path) -> Path:
    folder = _place(places, night, draft)
    atomic_io.point(places.current, folder)
    return folder


def _place(places: HomePaths, night: Night, draft: Path) -> Path:
    first = places.published_run(night.run_id)
    again = (first.with_name(f"{first.name}.{number}") for number in count(2))
    # The same run may publish again, with other rows: readers keep the old folder until the swap.
    folder = next(name for name in chain([first], again) if not name.exists())
    draft.rename(folder)
    atomic_io.sync(folder.parent)
    return folder


def _forget_old_runs(places: HomePaths, kept_count: int) -> None:
    for folder in kept_runs(places)[:-kept_count]:
        if folder.resolve() != places.current.resolve():
            remove(folder)


def remove(folder: Path) -> None:
    """Remove a run's folder, under a draft's name first: one that is half removed must not look whole."""
    doomed = folder.with_name(f".{folder.name}.draft")
    folder.rename(doomed)
    shutil.rmtree(doomed)
