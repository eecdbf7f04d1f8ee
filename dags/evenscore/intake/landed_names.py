"""Brings what earlier releases landed into the form that rows land in now, once: accounts in their normal form, or
nobody's old rows would be found again, and each row on its own day, or a night would know of it too early or late."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock

from evenscore.base import atomic_io
from evenscore.base.canonical import INSTANT_COLUMN, KEY_COLUMNS
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.landing_zone import landing, origins
from evenscore.landing_zone.landing import Manifest
from evenscore.names.account_columns import normalised
from evenscore.names.account_ids import AccountIds

OWN_DAYS = "own_days"
"""What says of a home that every row lies on its own day."""
REWRITTEN = "files that an earlier release landed were written anew: accounts in normal form, rows on their own day"
"""What an operator is told of their number."""
KEPT_FIRST = {
    "activity": [("event_id", "ascending")],
    "accounts": [("is_private", "descending"), ("is_bot", "descending")],
    "aliases": [("seen_at", "ascending")],
}
"""Of rows that became one, which is kept: of snapshots the one that protects, of sightings the earliest."""


def settle(settings: Settings) -> int:
    """Rewrite every landed file with accounts in another form than the configured one, or rows of other days. Returns
    how many there were.

    Raises InputError where case has come to count on a network whose rows have landed without it.
    """
    path = settings.places.normal_form
    with atomic_io.disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):  # sources are extracted side by side
        return _settle(settings)


def _settle(settings: Settings) -> int:
    path = settings.places.normal_form
    form = {"case_counts": sorted(settings.account_ids.case_counts), OWN_DAYS: True}
    before = atomic_io.read_json(path) if path.exists() else {}
    if before == form:
        return 0
    if before:
        _require_case(settings, settings.account_ids.case_counts - set(before["case_counts"]))
    changed = 0
    if OWN_DAYS not in before:
        changed += sum(_moved(settings.places, manifest) for manifest in landing.manifests(settings.places))
    changed += sum(_settled(settings, manifest) for manifest in landing.manifests(settings.places))
    atomic_io.write_json(path, form)
    return changed


def _moved(places: HomePaths, manifest: Manifest) -> bool:
    """Move the rows of other days to them; whether there were any.

    Files of many sparse days were split in the order that Arrow's groups came in, which is not that of the days.
    """
    source, network, dataset = manifest.source, manifest.network, manifest.dataset
    own = date.fromisoformat(manifest.day)
    # Rows of another day may have come since the manifests were listed.
    now = landing.manifest_of(places, source, network, dataset, own) or manifest
    rows = pq.ParquetFile(landing.verify(places, now)).read()
    by_day = {day: part for _, day, part in landing.days(dataset, INSTANT_COLUMN[dataset], rows)}
    kept = by_day.pop(own, rows.slice(0, 0))
    if not by_day:
        return False
    found = origins.read(places, source, network, dataset, own)
    for day, part in by_day.items():
        key = origins.keys(dataset, part)
        pairs = origins.pairs(key, origins.UNKNOWN) if found is None else found
        for file in pc.unique(pairs["file"]).to_pylist():
            theirs = part.filter(pc.is_in(key, value_set=origins.of_file(pairs, file)))
            landing.land(places, source, dataset, network, day, theirs, file=file)
    landing.replace_rows(places, now, kept)  # the last: a row that lies twice meanwhile is moved again
    return True


def _require_case(settings: Settings, networks: frozenset[str]) -> None:
    for manifest in landing.manifests(settings.places):
        if manifest.network in networks:
            known = settings.places.deliveries(manifest.source)
            raise InputError(
                f"{settings.config}: case_counts: rows of {manifest.network} have landed without case; delete "
                f"{settings.places.landing / manifest.network} and {known}, say `evenscore doctor --accept-loss "
                f"{known.relative_to(settings.places.home)}`, and extract again"
            )


def _settled(settings: Settings, manifest: Manifest) -> bool:
    rows = pq.ParquetFile(landing.verify(settings.places, manifest)).read()
    new = in_normal_form(settings.account_ids, manifest.dataset, rows)
    if new.equals(rows):
        return False
    landing.replace_rows(settings.places, manifest, new)
    return True


def in_normal_form(ids: AccountIds, dataset: str, rows: pa.Table) -> pa.Table:
    """Landed rows with every account in normal form; rows that thereby became one are one."""
    new = normalised(ids, dataset, rows)
    if new.equals(rows):
        return rows
    if dataset == "activity":
        new = _with_mentions(rows, new)
    new = new.sort_by(KEPT_FIRST[dataset])
    place = pa.array(range(new.num_rows), pa.int64())
    first = new.append_column("place", place).group_by(list(KEY_COLUMNS[dataset])).aggregate([("place", "min")])
    return new.take(first["place_min"].sort())


def _with_mentions(old: pa.Table, new: pa.Table) -> pa.Table:
    """A mention's id ends in whom it names, so it changes with the name: read again, it must be the same event."""
    names = zip(old["event_id"].to_pylist(), old["target_id"].to_pylist(), new["target_id"].to_pylist(), strict=True)
    event_ids = [
        event.removesuffix(written) + name if written != name and event.endswith(f"-m-{written}") else event
        for event, written, name in names
    ]
    return new.set_column(new.column_names.index("event_id"), "event_id", pa.array(event_ids, pa.string()))
