"""Which file takes the place of one that is gone: the same name under another suffix, the same bytes elsewhere, or, of
one day, one that holds some of its rows again.

It answers from then on for what that had brought: what it does not hold any more is taken back as from a file that is
delivered anew. A file that is merely gone was put away; what it brought stays.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from evenscore.base.canonical import DATASETS
from evenscore.base.paths import HomePaths
from evenscore.connectors.compressed import PACKED
from evenscore.connectors.files import NDJSON_SUFFIXES
from evenscore.intake.withdrawals import DATASET
from evenscore.landing_zone import landing, origins
from evenscore.landing_zone.deliveries import MOST_WITHDRAWN_SHARE, NAMELESS, Delivery

SUFFIXES = frozenset({".parquet", ".csv", *NDJSON_SUFFIXES, *PACKED})


def name_of(path: str) -> tuple[Path, str]:
    """A file's folder and its name without what tells its format."""
    found = Path(path)
    while found.suffix.lower() in SUFFIXES:
        found = found.with_suffix("")
    return found.parent, found.name


def gone(known: Mapping[str, Delivery], found: Container[str]) -> list[Delivery]:
    """The deliveries whose file is not among those `found` where the source names them, and that nothing has replaced
    yet: what stays in the folder of before, when a home or its input is copied, delivers nothing here."""
    return [
        one
        for one in known.values()
        if not one.is_replaced and not one.path.startswith(NAMELESS) and one.path not in found
    ]


def replaced_by(path: str, sha256: str, gone: Iterable[Delivery]) -> list[Delivery]:
    """The files that are gone and whose place a file takes."""
    return [
        one for one in gone if name_of(one.path) == name_of(path) or (one.sha256 == sha256 and one.record_count > 0)
    ]


def told_again(
    places: HomePaths, source: str, day: date, new: Delivery, rows: pa.Table | None, gone: Iterable[Delivery]
) -> list[Delivery]:
    """The files that are gone and whose rows of a day another tells again: parts of one day share none.

    `rows` are the activity of a file that is read for the first time: it tells again where it has any of theirs. None:
    one that stood beside them, and needs more than half of theirs, for what landed of it.
    """
    least = MOST_WITHDRAWN_SHARE if rows is None else 0.0
    return [
        one
        for one in gone
        if any(_share(places, source, network, day, one, new, rows) > least for network in _of_day(one, day))
    ]


def _of_day(one: Delivery, day: date) -> list[str]:
    """The networks of whose activity on a day a file holds rows."""
    names = [name.split("/") for name, days in one.landed.items() if day.isoformat() in days]
    return [network for network, dataset in names if dataset == DATASET]


def _share(
    places: HomePaths, source: str, network: str, day: date, old: Delivery, new: Delivery, rows: pa.Table | None
) -> float:
    """How much of what one file holds of a day another has, too: 0 to 1."""
    found = origins.read(places, source, network, DATASET, day)
    if found is None:
        return 0.0
    if rows is None:
        ours = origins.of_file(found, new.file_id)
    else:
        ours = origins.keys(DATASET, rows.filter(pc.equal(rows["network"], network)))
    return pc.mean(pc.is_in(origins.of_file(found, old.file_id), value_set=ours)).as_py() or 0.0


def take_over(
    places: HomePaths, source: str, delivery: Delivery, before: Delivery | None, olds: list[Delivery]
) -> Delivery | None:
    """Let a file hold what those that it replaces held. Returns it as it was before, theirs included."""
    landed: dict[str, list[str]] = {}
    for one in (*olds, before) if before else olds:
        for name, days in one.landed.items():
            landed[name] = sorted({*landed.get(name, []), *days})
    for old in olds:
        for dataset in DATASETS:
            for network, day in old.days(dataset):
                _renamed(places, source, network, dataset, day, old.file_id, delivery.file_id)
        old.landed, old.is_replaced, old.withheld_count, old.rejected_share = {}, True, 0, 0.0
    first = before or (max(olds, key=lambda one: one.read_at or "") if olds else None)
    return replace(first, path=delivery.path, landed=landed) if first else None


def _renamed(places: HomePaths, source: str, network: str, dataset: str, day: date, old: int, new: int) -> None:
    found = origins.read(places, source, network, dataset, day)
    manifest = landing.manifest_of(places, source, network, dataset, day)
    if found is None or manifest is None:
        return
    is_old = pc.equal(found["file"], pa.scalar(old, pa.uint64()))
    files = pc.if_else(is_old, pa.scalar(new, pa.uint64()), found["file"])
    path = places.origins(source, network, dataset, day)
    origins.write(path, pa.table({"key": found["key"], "file": files}), manifest.sha256)


def told(path: str, olds: Iterable[Delivery]) -> set[str]:
    """What to say of a file that takes the place of others under quite another name."""
    return {
        f"it takes the place of {one.path}, which is gone and held rows of the same day: what only that had leaves"
        for one in olds
        if name_of(one.path) != name_of(path)
    }


def in_doubt(day: date | None, path: str, gone: Iterable[Delivery]) -> set[str]:
    """What to say of a file of one day where another that held other rows of that day is gone."""
    return {
        f"{one.path} held rows of {day}, too, and is gone: what it alone had stays; to take it back, put the file "
        f"there again without it, or give the new one the name {name_of(one.path)[1]}"
        for one in gone
        if day and name_of(one.path) != name_of(path) and _of_day(one, day)
    }
