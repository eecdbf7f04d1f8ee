"""The landing zone: one (network, dataset, day) is written whole or not at all. A day grows; what is taken back, by
a later version of its record or of its file, goes, and so does what erasure and retention take out.

A day's folder holds, for each source, a content-named Parquet file and a manifest that names it. Replacing the
manifest is the commit: a Parquet file that no manifest names was never landed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenscore.base import atomic_io
from evenscore.base.canonical import DATASETS, KEY_COLUMNS
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths
from evenscore.connectors.base import PART_OF_EVENT, Reject
from evenscore.landing_zone import origins
from evenscore.landing_zone.origins import UNKNOWN

REJECTED = pa.schema([("file", pa.string()), ("row", pa.int64()), ("reason", pa.string()), ("record", pa.string())])


@dataclass(frozen=True)
class Manifest:
    """What one source has landed for one (network, dataset, day)."""

    network: str
    dataset: str
    day: str
    source: str
    file: str
    row_count: int
    sha256: str


@dataclass(frozen=True)
class Landed:
    """What came of the rows that were to land on one day."""

    fresh: pa.Array
    """Of each row, whether it says something new."""
    withdrawn: tuple[str, ...] = ()
    """Of each row that left, because its record does not make it any more, the event that it belonged to."""

    @property
    def fresh_count(self) -> int:
        """How many rows say something new."""
        return int(pc.sum(self.fresh).as_py() or 0)


def land(
    places: HomePaths,
    source: str,
    dataset: str,
    network: str,
    day: date,
    rows: pa.Table,
    *,
    file: int = UNKNOWN,
    whole: Iterable[str] = (),
    said: pa.Array | None = None,
) -> Landed:
    """Add rows to what `source` has landed for one day; a row with a known key replaces the older one, but for what an
    older snapshot of the same instant said of being private or a program.

    `rows` has the dataset's canonical schema, one row a key, and comes from the input file of number `file`. Of the
    events in `whole` it says everything: what else had landed of them on that day is withdrawn, text and all; `said`
    holds the ids of all that it says, where that is more than the rows.
    """
    before = manifest_of(places, source, network, dataset, day)
    landed = pq.ParquetFile(verify(places, before)).read() if before else DATASETS[dataset].empty_table()
    origins_before = origins.read(places, source, network, dataset, day)
    if origins_before is None:
        origins_before = origins.pairs(origins.keys(dataset, landed), UNKNOWN)
    rows = _still_protecting(landed, rows) if dataset == "accounts" else rows
    ids = rows["event_id"].combine_chunks() if said is None and dataset == "activity" else said
    gone = _taken_back(dataset, landed, ids, whole)
    result = Landed(_fresh(landed, rows), tuple(_events(gone).to_pylist()) if gone.num_rows else ())
    if rows.num_rows or gone.num_rows:
        found = origins.without(origins_before, origins.keys(dataset, gone))
        found = pa.concat_tables([found, origins.pairs(origins.keys(dataset, rows), file)])
        _commit(places, source, dataset, network, day, _merged(landed, rows, gone, dataset), found, before)
    return result


def would_leave(places: HomePaths, manifest: Manifest, said: pa.Array, whole: Iterable[str]) -> int:
    """How many landed rows of a day `land` would withdraw, were it told the same."""
    landed = pq.ParquetFile(landed_file(places, manifest)).read(columns=["event_id"])
    return int(_taken_back(manifest.dataset, landed, said, whole).num_rows)


def _taken_back(dataset: str, landed: pa.Table, said: pa.Array, whole: Iterable[str]) -> pa.Table:
    """The landed rows of some events that are not among those that are said now."""
    events = pa.array(sorted(whole), pa.string())
    if dataset != "activity" or not len(events) or not landed.num_rows:
        return landed.slice(0, 0)
    is_gone = pc.and_not(
        pc.is_in(_events(landed), value_set=events),
        pc.is_in(landed["event_id"], value_set=said),
    )
    return landed.filter(is_gone)


def _events(rows: pa.Table) -> pa.ChunkedArray:
    """The event that each row belongs to: mentions and likes belong to their post."""
    return pc.replace_substring_regex(rows["event_id"], PART_OF_EVENT, "")


def withdraw(places: HomePaths, manifest: Manifest, file: int, gone: pa.Array) -> int:
    """Take keys of one file back: rows that no other file holds leave. Returns how many left."""
    day = date.fromisoformat(manifest.day)
    found = origins.read(places, manifest.source, manifest.network, manifest.dataset, day)
    if found is None or not len(gone):
        return 0
    leaving = gone.filter(pc.invert(pc.is_in(gone, value_set=origins.held_by_others(found, gone, file))))
    is_taken = pc.and_(pc.equal(found["file"], pa.scalar(file, pa.uint64())), pc.is_in(found["key"], value_set=gone))
    rows = pq.ParquetFile(verify(places, manifest)).read()
    kept = rows.filter(pc.invert(pc.is_in(origins.keys(manifest.dataset, rows), value_set=leaving)))
    found = found.filter(pc.invert(is_taken))
    _commit(places, manifest.source, manifest.dataset, manifest.network, day, kept, found, manifest)
    return int(rows.num_rows - kept.num_rows)


def _commit(
    places: HomePaths,
    source: str,
    dataset: str,
    network: str,
    day: date,
    rows: pa.Table,
    found: pa.Table,
    before: Manifest | None,
) -> Manifest:
    """Let a manifest name these rows, and them alone; their origins are written first."""
    folder = places.landed(network, dataset, day)
    content = _parquet_bytes(rows.sort_by([(key, "ascending") for key in KEY_COLUMNS[dataset]]))
    digest = hashlib.sha256(content).hexdigest()
    file = f"{source}-{digest[:12]}.parquet"
    manifest = Manifest(network, dataset, day.isoformat(), source, file, rows.num_rows, digest)
    origins.write(places.origins(source, network, dataset, day), found, digest)
    if not before or before.sha256 != digest:
        atomic_io.write_bytes(folder / file, content)
        atomic_io.write_json(folder / f"{source}.json", asdict(manifest))
    _clean(folder, source, file)
    return manifest


def replace_rows(places: HomePaths, manifest: Manifest, rows: pa.Table) -> Manifest:
    """Let other rows, be it none, stand for what one source has landed for one day."""
    source, network, dataset = manifest.source, manifest.network, manifest.dataset
    day = date.fromisoformat(manifest.day)
    found = origins.read(places, source, network, dataset, day)
    key = origins.keys(dataset, rows)
    found = origins.pairs(key, UNKNOWN) if found is None else found.filter(pc.is_in(found["key"], value_set=key))
    return _commit(places, source, dataset, network, day, rows, found, manifest)


def remove_day(places: HomePaths, manifest: Manifest) -> None:
    """Take a source's day out whole: what says that it must be there first, then the manifest, then the rows."""
    day = date.fromisoformat(manifest.day)
    places.origins(manifest.source, manifest.network, manifest.dataset, day).unlink(missing_ok=True)
    path = landed_file(places, manifest)
    path.with_name(f"{manifest.source}.json").unlink()
    _clean(path.parent, manifest.source, "")
    if not any(path.parent.iterdir()):
        path.parent.rmdir()


def _clean(folder: Path, source: str, file: str) -> None:
    """Remove what a source's earlier or killed writes left beside the file that its manifest names."""
    for orphan in (*folder.glob(f"{source}-*.parquet"), *folder.glob(f".{source}[-.]*.draft")):
        if orphan.name != file:
            orphan.unlink()


def _fresh(old: pa.Table, new: pa.Table) -> pa.Array:
    """Of each new row, whether it is not there already, to the letter."""
    if not old.num_rows or not new.num_rows:
        return pa.array([True] * new.num_rows, pa.bool_())
    return pc.invert(pc.is_in(_lines(new), value_set=_lines(old)))


def _lines(table: pa.Table) -> pa.Array:
    """Each row as one text, so that whole rows can be compared at once."""
    columns = [pc.fill_null(column.cast(pa.string()), "\0") for column in table.combine_chunks().columns]
    lines = pc.binary_join_element_wise(*columns, "\x1f")
    return lines.combine_chunks() if isinstance(lines, pa.ChunkedArray) else lines


def _merged(old: pa.Table, new: pa.Table, gone: pa.Table, dataset: str) -> pa.Table:
    names = list(KEY_COLUMNS[dataset])
    replaced = pa.concat_tables([new.select(names), gone.select(names)])
    kept = old.join(replaced, keys=names, join_type="left anti")
    return pa.concat_tables([kept.select(new.column_names).cast(new.schema), new])


def _still_protecting(old: pa.Table, new: pa.Table) -> pa.Table:
    """New snapshots with the flags of older ones of their key: what was true stays so, and silence says nothing."""
    keys = list(KEY_COLUMNS["accounts"])
    flags = {"is_private": "was_private", "is_bot": "was_bot"}
    known = old.select([*keys, *flags]).rename_columns([*keys, *flags.values()])
    both = new.append_column("place", pa.array(range(new.num_rows), pa.int64())).join(known, keys).sort_by("place")
    for flag, was in flags.items():
        strict = pc.or_kleene(both[flag], both[was])
        new = new.set_column(
            new.schema.get_field_index(flag), new.schema.field(flag), pc.coalesce(strict, both[flag], both[was])
        )
    return new


def _parquet_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table.combine_chunks(), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def days(dataset: str, instant: str, rows: pa.Table) -> Iterator[tuple[str, date, pa.Table]]:
    """Split typed rows into one table a (network, UTC day), in order; row numbers go with their rows."""
    rows = rows.append_column("day", pc.cast(rows.column(instant), pa.date32()))
    by_day = [("network", "ascending"), ("day", "ascending")]
    rows = rows.sort_by(by_day)
    names = [name for name in ("row", *DATASETS[dataset].names) if name in rows.column_names]
    # Groups come in no promised order, and of some thousand in another than that of their rows.
    sizes = rows.group_by(["network", "day"], use_threads=False).aggregate([([], "count_all")]).sort_by(by_day)
    start = 0
    for size in sizes.to_pylist():
        part = rows.slice(start, size["count_all"]).select(names)
        start += size["count_all"]
        yield size["network"], size["day"], part


def write_rejects(folder: Path, source: str, file: Path, rejects: list[Reject]) -> None:
    """Keep one input file's refused records with their reasons; without any, an earlier delivery's are removed."""
    name = f"{source}-{hashlib.sha256(str(file).encode()).hexdigest()[:8]}.parquet"
    if not rejects:
        (folder / name).unlink(missing_ok=True)
        return
    rows = [{"file": str(file), **asdict(reject)} for reject in rejects]
    atomic_io.write_bytes(folder / name, _parquet_bytes(pa.Table.from_pylist(rows, schema=REJECTED)))


def manifests(places: HomePaths) -> list[Manifest]:
    """Every landed (network, dataset, day, source), in order."""
    found = places.landing.glob("*/*/????-??-??/*.json")
    return sorted(map(_manifest, found), key=lambda m: (m.network, m.dataset, m.day, m.source))


def manifests_of(places: HomePaths, source: str, dataset: str) -> list[Manifest]:
    """What one source has landed of one dataset, in order."""
    found = places.landing.glob(f"*/{dataset}/????-??-??/{source}.json")
    return sorted(map(_manifest, found), key=lambda m: (m.network, m.day))


def manifest_of(places: HomePaths, source: str, network: str, dataset: str, day: date) -> Manifest | None:
    """What one source has landed for one day; None where there is no manifest."""
    path = places.landed(network, dataset, day) / f"{source}.json"
    return _manifest(path) if path.exists() else None


def _manifest(path: Path) -> Manifest:
    try:
        return Manifest(**atomic_io.read_json(path))
    except TypeError as error:
        raise InputError(f"{path}: damaged: not the manifest of a landed file; restore it") from error


def landed_file(places: HomePaths, manifest: Manifest) -> Path:
    """The Parquet file that a manifest names."""
    return places.landed(manifest.network, manifest.dataset, date.fromisoformat(manifest.day)) / manifest.file


def anew(places: HomePaths, source: str) -> str:
    """What an operator does, in words, so that a source's files are all read again."""
    path = places.deliveries(source)
    return f"{path}, say `evenscore doctor --accept-loss {path.relative_to(places.home)}`, and extract again"


def verify(places: HomePaths, manifest: Manifest) -> Path:
    """The landed file, once its bytes are proved to be those that were landed; else an InputError."""
    path = landed_file(places, manifest)
    remedy = f"restore it, or delete {path.with_name(manifest.source + '.json')} and {anew(places, manifest.source)}"
    if not path.exists():
        raise InputError(f"{path}: landed, but the file is gone; {remedy}")
    if atomic_io.sha256(path) != manifest.sha256:
        raise InputError(f"{path}: its bytes changed since it landed (SHA-256 differs); {remedy}")
    return path
