"""Whether what was delivered is there: each landed day beside its origins, and beside the deliveries that brought it.

What is missing stops the night: a score without it would be wrong and look right. What is there and should not be (a
restore brought it back, or a run was killed while it took it out) is taken out again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenscore.base import atomic_io
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.landing_zone import landing, origins
from evenscore.landing_zone.deliveries import Delivery, read_deliveries
from evenscore.landing_zone.landing import Manifest
from evenscore.landing_zone.origins import UNKNOWN, Witness

MOST_NAMED = 3


@dataclass(frozen=True)
class Loss:
    """Something that was landed or delivered and is not there any more."""

    says: str
    remedy: str


@dataclass(frozen=True)
class Surplus:
    """A landed day with rows that were taken out before."""

    manifest: Manifest
    kept: pa.Table


def reconcile(settings: Settings) -> None:
    """Take out what was taken out before; raise InputError, naming files and remedy, for what is missing."""
    found = list(_differences(settings))
    losses = [one for one in found if isinstance(one, Loss)]
    if losses:
        raise InputError(in_words(losses))
    for surplus in found:
        if isinstance(surplus, Surplus):
            landing.replace_rows(settings.places, surplus.manifest, surplus.kept)
    for source in settings.sources:
        _adopt(settings.places, source.name)


def losses(settings: Settings) -> list[Loss]:
    """What is missing; changes nothing."""
    return [one for one in _differences(settings) if isinstance(one, Loss)]


def in_words(found: list[Loss]) -> str:
    """One line: the first losses, how many there are, and what to do."""
    more = f" (and {len(found) - MOST_NAMED:,} more)" if len(found) > MOST_NAMED else ""
    return f"{'; '.join(loss.says for loss in found[:MOST_NAMED])}{more}; {found[0].remedy}"


def _differences(settings: Settings) -> Iterator[Loss | Surplus]:
    for source in settings.sources:
        known = read_deliveries(settings.places, source.name)
        files = {UNKNOWN} | {delivery.file_id for delivery in known.values()}
        witnessed: set[tuple[str, str, str]] = set()
        nameless: set[int] = set()
        for witness in origins.witnesses(settings.places, source.name):
            witnessed.add((witness.network, witness.dataset, witness.day))
            yield from _beside_manifest(settings.places, witness)
            nameless |= witness.files - files
        yield from _unwitnessed(settings.places, source.name, known.values(), witnessed)
        if nameless:
            yield _lost_deliveries(settings.places, source.name, len(nameless))


def _beside_manifest(places: HomePaths, witness: Witness) -> Iterator[Loss | Surplus]:
    day = date.fromisoformat(witness.day)
    manifest = landing.manifest_of(places, witness.source, witness.network, witness.dataset, day)
    if manifest is None:
        yield _lost_manifest(places, witness.source, witness.network, witness.dataset, witness.day)
    elif (manifest.sha256, manifest.row_count) != (witness.sha256, witness.row_count):
        rows = pq.ParquetFile(landing.verify(places, manifest)).read()
        expected = origins.read(places, witness.source, witness.network, witness.dataset, day)
        expected = pa.array([], pa.uint64()) if expected is None else pc.unique(expected["key"])
        keys = origins.keys(witness.dataset, rows)
        is_known = pc.is_in(keys, value_set=expected)
        lost_count = len(expected) - pc.sum(is_known).as_py() if len(keys) else len(expected)
        if lost_count or len(keys) == len(expected):
            yield _older(places, witness, manifest, lost_count)
        else:
            yield Surplus(manifest, rows.filter(is_known))


def _lost_manifest(places: HomePaths, source: str, network: str, dataset: str, day: str) -> Loss:
    path = places.landed(network, dataset, date.fromisoformat(day)) / f"{source}.json"
    return Loss(f"{path}: landed, but the manifest is gone", _remedy(places, source))


def _older(places: HomePaths, witness: Witness, manifest: Manifest, lost_count: int) -> Loss:
    path = landing.landed_file(places, manifest).with_name(f"{witness.source}.json")
    what = f"{lost_count:,} of {witness.row_count:,} landed rows are not in it" if lost_count else "its rows differ"
    return Loss(f"{path}: not the manifest that was written last: {what}", _remedy(places, witness.source))


def _lost_deliveries(places: HomePaths, source: str, count: int) -> Loss:
    path = places.deliveries(source)
    return Loss(
        f"{path}: does not name {count:,} of the files that brought what has landed",
        f"restore {path}, or put the input files back and extract again; if nobody has either, delete "
        f"{places.origins_folder / source}, and what has landed is taken as it stands",
    )


def _remedy(places: HomePaths, source: str) -> str:
    return (
        f"restore {places.landing}, or delete {landing.anew(places, source)} from the files that were delivered; "
        "rows that nobody has any more are given up by deleting their days below "
        f"{places.origins_folder / source}, too"
    )


def _unwitnessed(
    places: HomePaths, source: str, known: Iterable[Delivery], witnessed: set[tuple[str, str, str]]
) -> Iterator[Loss]:
    """Days of activity that a delivery has landed and of which nothing is left; retention may have let them go."""
    before = atomic_io.read_json(places.pruned)["landed_before"] if places.pruned.exists() else ""
    days = {(network, day) for one in known for network, day in one.days("activity")}
    for network, day in sorted(days):
        is_there = landing.manifest_of(places, source, network, "activity", day) is not None
        if not is_there and day.isoformat() >= before and (network, "activity", day.isoformat()) not in witnessed:
            yield _lost_manifest(places, source, network, "activity", day.isoformat())


def _adopt(places: HomePaths, source: str) -> None:
    """Keep origins of what had landed before they were kept."""
    for manifest in landing.manifests(places):
        day = date.fromisoformat(manifest.day)
        path = places.origins(source, manifest.network, manifest.dataset, day)
        if manifest.source == source and not path.exists():
            rows = pq.ParquetFile(landing.verify(places, manifest)).read()
            origins.write(path, origins.pairs(origins.keys(manifest.dataset, rows), UNKNOWN), manifest.sha256)
