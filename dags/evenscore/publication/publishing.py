"""The only door out: build a candidate beside what readers see, audit it, swap one pointer.

published/evenscore.duckdb, published/parquet and published/manifest.json are links through published/current to the
folder of one run. Renaming the one link `current` is the publish; before it, readers see the old night whole. What is
published is what was checked, less whom the ledger lets go by this moment.

Where tonight comes after all that readers see, and nothing of that is to leave, the candidate is a copy of it that
grows by tonight; otherwise it is written anew, row by row.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenscore.base import atomic_io, databases
from evenscore.base.databases import quoted
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.base.warehouse import attach_published, connect
from evenscore.checks.consent_audit import note_who_asked
from evenscore.checks.judge import judge
from evenscore.consent.laid_out import Ledger
from evenscore.consent.ledger import open_ledger
from evenscore.consent.shown import judge_ledger, private_accounts, private_among
from evenscore.publication import audit, candidate, growth, parts, roster
from evenscore.publication.nameless import lay_nameless
from evenscore.publication.published_views import write_views
from evenscore.publication.purposes import stamp_purposes
from evenscore.publication.run_folders import (
    DATABASE,
    MANIFEST,
    Contents,
    database_digest,
    forget_old,
    kept_runs,
    lay_links,
    place,
    read_manifest,
    remove,
    swap,
    tidy,
    write_manifest,
)
from evenscore.publication.run_tables import versions, write_run_tables
from evenscore.publication.shown_rows import lapse_tonight, lay_out_present
from evenscore.state import runs
from evenscore.state.evaluations import write_evaluation
from evenscore.state.laid_out_run import require_run
from evenscore.state.runs import Night

MEASURED_AGAINST = "measured_against"
"""Where a run's record keeps the digest of the database that readers saw when the night was laid out."""
READABLE_SINCE = "v1.5.0"
"""The storage version of what is published: readers with DuckDB 1.5 can open it too."""


@dataclass(frozen=True)
class Outcome:
    """What publishing did: `published` with a new folder, or `unchanged` when readers already see these rows."""

    outcome: str
    folder: Path
    row_counts: dict[str, int]


@dataclass(frozen=True)
class Seen:
    """What readers see when a publish begins."""

    folder: Path
    manifest: dict[str, Any]
    rests: bool
    """Whether all of it may go on being shown, as it is."""


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
        lay_links(places)
        with _draft(places.published_run(night.run_id)) as draft:
            with connect(places) as con:
                require_run(con, night)
                seen = _seen(con, settings, ledger)
                if seen and audit.is_unchanged(con, night, seen.rests):
                    return Outcome("unchanged", seen.folder, seen.manifest["row_counts"])
                has_grown = bool(
                    seen
                    and seen.rests
                    and growth.may_grow(con, night, seen.manifest)
                    and growth.recall(con, seen.folder)
                )
                contents, fixed = _write_draft(con, settings, night, draft, seen, has_grown)
            write_manifest(night, draft, contents, seen.folder if seen else None)
            if seen and has_grown:
                growth.require_same_bytes(seen.folder, draft, fixed)
            folder = swap(places, night, draft)
        forget_old(places, settings.publish.kept_runs)
    return Outcome("published", folder, dict(contents.row_counts))


@contextlib.contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """Where a run's folder is written before it has its name; gone afterwards, whatever became of it."""
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _seen(con: duckdb.DuckDBPyConnection, settings: Settings, ledger: Ledger) -> Seen | None:
    """Lay out what readers see and who may be shown at this moment, and let tonight's rows lapse of whoever has left
    since the build."""
    has_previous = attach_published(con, settings.places, "previous")
    folder = settings.places.current.resolve()
    has_roster = has_previous and roster.lay_out(con, folder, audit.SEEN)
    built_on = con.sql("from raw.consent").to_arrow_table().cast(ledger.table.schema)
    then = judge_ledger(built_on, private_among(con, "raw.accounts", "raw.aliases"))
    now = judge_ledger(ledger.table, private_accounts(settings))
    note_who_asked(con, ledger.said)
    lay_out_present(con, now, audit.SEEN if has_roster else "previous")
    con.execute(
        "create or replace temp view shown_accounts as "
        "from conformed.consent_shown semi join present.consent_shown using (person_id, persona, network)"
    )
    lay_nameless(con, "marts", "shown_accounts")
    rests = has_roster and audit.is_at_rest(con)
    if has_previous and not rests:
        lay_out_present(con, now)
        lay_nameless(con, "previous", "shown_accounts")
    lapse_tonight(con, then, now)
    return Seen(folder, read_manifest(folder), rests) if has_previous else None


def _write_draft(
    con: duckdb.DuckDBPyConnection, settings: Settings, night: Night, draft: Path, seen: Seen | None, has_grown: bool
) -> tuple[Contents, set[int]]:
    """Write and audit the candidate, and its tables as Parquet. Returns what it holds, and the blocks of the database
    that must hold the same bytes as before."""
    if seen and has_grown:
        growth.begin(con, seen.folder, draft)
        candidate.add_tonight(con, night)
    else:
        lay_nameless(con, "previous", "shown_accounts")
        con.execute(f"attach {quoted(draft / DATABASE)} as candidate (storage_version '{READABLE_SINCE}')")
        candidate.fill(con, night)
    write_views(con)
    known = seen.manifest["nights"] if seen and has_grown else None
    audit.lay_out(con, night, known, seen is not None and _is_as_measured(settings.places, night, seen.folder))
    judge(settings, night, "published", con)
    write_run_tables(con, settings.places, night, bool(seen))
    write_evaluation(con, settings.places, "candidate")
    stamp_purposes(con)
    growth.settle(con, draft)
    fixed = growth.kept_blocks(con, night) if has_grown else set[int]()
    roster.write(con, audit.STANDS, draft)
    nights = parts.sums(con, "candidate", night.as_of_date if has_grown else None)
    if seen and has_grown:
        nights = {mart: {**seen.manifest["nights"][mart], **found} for mart, found in nights.items()}
    donors = [seen.folder] if seen else []
    counts = _finish(con, draft, night, nights, donors, donors[0] if has_grown else None)
    return Contents(counts, nights, versions(con)), fixed


def seen_now(places: HomePaths) -> str | None:
    """What the database that readers see is known by; None where nothing is published."""
    folder = places.current.resolve()
    return database_digest(folder) if (folder / MANIFEST).exists() else None


def _is_as_measured(places: HomePaths, night: Night, folder: Path) -> bool:
    """Whether readers see the very run that the night was laid out on."""
    records = [one for one in runs.stages(places, night.run_id) if MEASURED_AGAINST in one]
    return any(one[MEASURED_AGAINST] == database_digest(folder) for one in records)


def _finish(
    con: duckdb.DuckDBPyConnection,
    draft: Path,
    night: Night,
    nights: parts.Nights,
    donors: list[Path],
    grew: Path | None = None,
) -> dict[str, int]:
    """Write the candidate's tables as Parquet, where it `grew` from a run by tonight alone with the files of that run.
    Returns how many rows each table and view has."""
    parts.write(con, draft, nights, donors, night.as_of_date)
    return parts.row_counts(con, nights, parts.write_latest(con, draft, grew, night.as_of_date))


def republish(settings: Settings) -> Path | None:
    """Publish what readers see once more, beside all evaluations that are kept; None where nothing is published yet."""
    places = settings.places
    if not places.current.is_symlink():
        return None
    with atomic_io.disk_errors(places.published):
        tidy(places)
        seen = places.current.resolve()
        manifest, night = _published(seen)
        with _draft(places.published_run(night.run_id)) as draft:
            contents = _evaluate(places, seen, draft, night, manifest["versions"])
            write_manifest(night, draft, contents, seen)
            swap(places, night, draft)
        forget_old(places, settings.publish.kept_runs)
    return places.database


def _published(folder: Path) -> tuple[dict[str, Any], Night]:
    """What a run says of itself, and which it is."""
    manifest = read_manifest(folder)
    return manifest, Night(date.fromisoformat(manifest["as_of_date"]), manifest["run_id"])


def _evaluate(places: HomePaths, seen: Path, draft: Path, night: Night, made_by: Mapping[str, str]) -> Contents:
    atomic_io.copy(seen / DATABASE, draft / DATABASE)
    with databases.connect() as con:
        con.execute(f"attach {quoted(draft / DATABASE)} as candidate")
        write_evaluation(con, places, "candidate")
        stamp_purposes(con)
        return _contents(con, draft, night, [seen], made_by)


def _contents(
    con: duckdb.DuckDBPyConnection,
    draft: Path,
    night: Night,
    donors: list[Path],
    made_by: Mapping[str, str],
    published_at: str | None = None,
) -> Contents:
    """Write roster and Parquet of a candidate that no run's are known to fit."""
    growth.settle(con, draft)
    roster.take(con, audit.STANDS, "candidate")
    roster.write(con, audit.STANDS, draft)
    nights = parts.sums(con, "candidate")
    return Contents(_finish(con, draft, night, nights, donors), nights, made_by, published_at)


Prepare = Callable[[duckdb.DuckDBPyConnection], object]


def rewrite(places: HomePaths, folder: Path, kept: Mapping[str, str], prepare: Prepare | None = None) -> Path:
    """Write a kept run anew with fewer rows: of each table those that its SELECT on `previous` gives, else all.

    `prepare` makes what the SELECTs need beside it.

    Nothing of the old files stays. Where readers see this run, they go from the old folder to the new one in one swap.
    Returns the new folder, which keeps the old one's place among the kept runs.
    """
    manifest, night = _published(folder)
    is_seen, donors = places.current.resolve() == folder.resolve(), _neighbours(places, folder)
    with atomic_io.disk_errors(places.published):
        with _draft(folder) as draft:
            with databases.connect() as con:
                _copy_kept(con, folder, draft, kept, prepare)
                contents = _contents(con, draft, night, donors, manifest["versions"], manifest["published_at"])
            write_manifest(night, draft, contents)
            found = place(places, night, draft)
        if is_seen:
            atomic_io.point(places.current, found)
        remove(folder)
    return found


def _neighbours(places: HomePaths, folder: Path) -> list[Path]:
    """A run, and those before and after it among the kept ones: they have most nights in common."""
    folders = [one for one in kept_runs(places) if (one / MANIFEST).exists()]
    at = [one.resolve() for one in folders].index(folder.resolve())
    return [folder, *folders[max(at - 1, 0) : at], *folders[at + 1 : at + 2]]


def _copy_kept(
    con: duckdb.DuckDBPyConnection, folder: Path, draft: Path, kept: Mapping[str, str], prepare: Prepare | None
) -> None:
    """Rows are written into a new file: in the old one, the bytes of deleted rows would stay."""
    con.execute(f"attach {quoted(folder / DATABASE)} as previous (read_only)")
    if prepare:
        prepare(con)
    con.execute(f"attach {quoted(draft / DATABASE)} as candidate (storage_version '{READABLE_SINCE}')")
    con.execute("copy from database previous to candidate (schema)")
    for (table,) in con.execute("select table_name from duckdb_tables() where database_name = 'previous'").fetchall():
        rows = kept.get(table, f"select * from previous.{table}")
        con.execute(f"insert into candidate.{table} {rows} order by rowid")
