"""Brings what landed before accounts had a normal form into it, once: else nobody's old rows would be found again."""

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from evenscore.base import atomic_io
from evenscore.base.canonical import KEY_COLUMNS
from evenscore.base.errors import InputError
from evenscore.base.settings import Settings
from evenscore.landing_zone import landing
from evenscore.landing_zone.landing import Manifest
from evenscore.names.account_columns import normalised
from evenscore.names.account_ids import AccountIds

KEPT_FIRST = {
    "activity": [("event_id", "ascending")],
    "accounts": [("is_private", "descending"), ("is_bot", "descending")],
    "aliases": [("seen_at", "ascending")],
}
"""Of rows that became one, which is kept: of snapshots the one that protects, of sightings the earliest."""


def settle(settings: Settings) -> int:
    """Rewrite every landed file with accounts in another form than the configured one. Returns how many there were.

    Raises InputError where case has come to count on a network whose rows have landed without it.
    """
    path = settings.places.normal_form
    with atomic_io.disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):  # sources are extracted side by side
        return _settle(settings)


def _settle(settings: Settings) -> int:
    path, counts = settings.places.normal_form, sorted(settings.account_ids.case_counts)
    before = atomic_io.read_json(path)["case_counts"] if path.exists() else None
    if before == counts:
        return 0
    manifests = landing.manifests(settings.places)
    if before is not None:
        _require_case(settings, manifests, set(counts) - set(before))
    changed = sum(_settled(settings, manifest) for manifest in manifests)
    atomic_io.write_json(path, {"case_counts": counts})
    return changed


def _require_case(settings: Settings, manifests: list[Manifest], networks: set[str]) -> None:
    for manifest in manifests:
        if manifest.network in networks:
            raise InputError(
                f"{settings.config}: case_counts: rows of {manifest.network} have landed without case; delete "
                f"{settings.places.landing / manifest.network} and {settings.places.deliveries(manifest.source)} and "
                "extract again"
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
