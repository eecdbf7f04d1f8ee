"""Retention: what a home folder no longer needs goes, by the settings `[retention]`.

Nothing goes that a published explanation is made of: contributions, changes, coverage and evidence of a topic stand in
the published tables themselves, as long as the night that they explain.
"""

import re
import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evenscore.base import atomic_io, databases
from evenscore.base.databases import file_of, quoted
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.base.warehouse import attach_published
from evenscore.landing_zone import landing
from evenscore.landing_zone.landing import Manifest
from evenscore.publication import publishing
from evenscore.state import runs, truths

DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}")


def prune(settings: Settings, as_of_date: date) -> dict[str, int]:
    """Remove what is older than the settings allow on a night. Returns how many of each kind went.

    Raises UsageError for a night in the future: the clock of a machine may be wrong, and what goes does not come back.
    """
    if as_of_date > datetime.now(UTC).date():
        raise UsageError(f"--as-of {as_of_date}: lies in the future; what is pruned does not come back")
    with runs.only_one(settings.places):
        raw_before = settings.retention.first_raw_day(as_of_date)
        nights_before = settings.retention.first_night(as_of_date)
        gone = Counter[str](
            landed_days=_prune_landing(settings.places, as_of_date, raw_before),
            superseded_snapshots=_prune_snapshots(settings.places, raw_before),
            rejected_files=_prune_rejected(settings.places, raw_before),
            raw_pages=_prune_raw_pages(settings.places, raw_before),
            published_rows=_prune_published(settings.places, nights_before),
        )
        gone.update(_prune_folders(settings.places, nights_before))
    return {kind: count for kind, count in gone.items() if count}


def require_raw(settings: Settings, as_of_date: date) -> None:
    """Raise UsageError for a night so old that what it was scored on has been pruned since: it stands as published."""
    path = settings.places.pruned
    if not path.exists():
        return
    note = atomic_io.read_json(path)
    first = date.fromisoformat(note["as_of_date"]) - timedelta(settings.scoring.lookback_nights)
    if as_of_date < first:
        raise UsageError(
            f"--date {as_of_date}: landed rows before {note['landed_before']} have been pruned (retention.raw_days): "
            f"nights before {first} cannot be scored again; what is published of them stands"
        )


def _prune_landing(places: HomePaths, as_of_date: date, before: date) -> int:
    """Days of activity. Snapshots and aliases say what an account is, whenever that was first seen.

    That they may be missing is noted before they go: killed in between, the next night must not take it for a loss.
    """
    old = [one for one in landing.manifests(places) if one.dataset == "activity" and one.day < before.isoformat()]
    if old:
        truths.write_json(places, places.pruned, {"as_of_date": as_of_date, "landed_before": before})
    for manifest in old:
        landing.remove_day(places, manifest)
    return len(old)


def _prune_snapshots(places: HomePaths, before: date) -> int:
    """Snapshots that a later one has replaced: an account that went private years ago is private still."""
    found = [one for one in landing.manifests(places) if one.dataset == "accounts"]
    row_count = 0
    for network in sorted({one.network for one in found if one.day < before.isoformat()}):
        here = [one for one in found if one.network == network]
        latest = _latest_snapshots(places, here)
        for manifest in here:
            if manifest.day < before.isoformat():
                row_count += _keep_latest(places, manifest, latest)
    return row_count


def _latest_snapshots(places: HomePaths, manifests: list[Manifest]) -> pa.Table:
    paths = ", ".join(file_of(landing.verify(places, one)) for one in manifests)
    with databases.connect() as con:
        last = "select account_id, max(captured_at) as captured_at from snapshots where"
        query = (
            f"with snapshots as (from read_parquet([{paths}])) {last} true group by 1 "
            f"union {last} is_private is not null group by 1 union {last} is_bot is not null group by 1"
        )
        return con.sql(query).to_arrow_table()


def _keep_latest(places: HomePaths, manifest: Manifest, latest: pa.Table) -> int:
    rows = pq.ParquetFile(landing.landed_file(places, manifest)).read()
    kept = rows.join(latest, keys=["account_id", "captured_at"], join_type="left semi").select(rows.column_names)
    if not kept.num_rows:
        landing.remove_day(places, manifest)
    elif kept.num_rows < rows.num_rows:
        landing.replace_rows(places, manifest, kept.cast(rows.schema))
    return int(rows.num_rows - kept.num_rows)


def _prune_rejected(places: HomePaths, before: date) -> int:
    old = [path for path in places.landing.glob("rejected/*/*/*/*") if _is_older(path.parent, before)]
    for path in old:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    return len(old)


def _prune_raw_pages(places: HomePaths, before: date) -> int:
    """What networks answered, by the day of the pull; what landed of it goes by its own days."""
    old = [path for path in places.all_raw_pages if _is_older(path, before)]
    for path in old:
        path.unlink()
    return len(old)


def _prune_published(places: HomePaths, before: date) -> int:
    """What readers see; the runs that are kept for a roll-back keep what they held, and go by publish.kept_runs."""
    with databases.connect() as con:
        if not attach_published(con, places, "previous"):
            return 0
        tables = con.execute(
            "select table_name from duckdb_columns() where database_name = 'previous' and column_name = 'as_of_date' "
            "and table_name in (select table_name from duckdb_tables())"
        ).fetchall()
        old = f"as_of_date < {quoted(before)}"
        counts = {
            table: con.execute(f"select count(*) from previous.{table} where {old}").fetchall()[0][0]
            for (table,) in tables
        }
    kept = {table: f"select * from previous.{table} where not ({old})" for table, count in counts.items() if count}
    if kept:
        publishing.rewrite(places, places.current.resolve(), kept)
    return sum(counts.values())


def _prune_folders(places: HomePaths, before: date) -> Counter[str]:
    """Pages, run folders, evaluations, comparisons and logs."""
    gone: Counter[str] = Counter()
    dated = {
        "reports": places.reports.glob("*.html"),
        "runs": places.runs.glob("*/"),
        "evaluations": places.evaluations.glob("*/"),
        "comparisons": places.comparisons.glob("*/"),
    }
    for kind, paths in dated.items():
        for path in [path for path in paths if _is_older(path, before)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            gone[kind] += 1
    midnight = datetime(before.year, before.month, before.day, tzinfo=UTC).timestamp()
    for path in [*places.airflow.glob("logs/**/*"), *places.dbt.glob("logs/**/*")]:
        if path.is_file() and path.stat().st_mtime < midnight:
            path.unlink()
            gone["logs"] += 1
    return gone


def _is_older(path: Path, before: date) -> bool:
    """Whether the first day in a file's or folder's name lies before another; without one it is of no night."""
    found = DAY.search(path.name)
    try:
        return found is not None and date.fromisoformat(found[0]) < before
    except ValueError:
        return False
