"""The landing zone: one (network, dataset, day) is written whole or not at all. Only erasure and retention
take anything out of it.

A day's folder holds, for each source, a content-named Parquet file and a manifest that names it. Replacing the
manifest is the commit: a Parquet file that no manifest names was never landed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenscore import durable
from evenscore.canonical import DATASETS, KEY_COLUMNS
from evenscore.connectors.base import Reject
from evenscore.errors import InputError
from evenscore.places import Places

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


def land(places: Places, source: str, dataset: str, network: str, day: date, rows: pa.Table) -> int:
    """Add rows to what `source` has landed for one day; a row with a known key replaces the older one.

    `rows` has the dataset's canonical schema, one row a key. Returns how many of them say something new.
    """
    folder = places.landed(network, dataset, day)
    manifest_path = folder / f"{source}.json"
    before = _manifest(manifest_path) if manifest_path.exists() else None
    fresh_count: int = rows.num_rows
    if before:
        landed = pq.ParquetFile(verify(places, before)).read()
        fresh_count = _fresh_count(landed, rows)
        rows = _merged(landed, rows, KEY_COLUMNS[dataset])
    _commit(places, source, dataset, network, day, rows, before)
    return fresh_count


def _commit(
    places: Places, source: str, dataset: str, network: str, day: date, rows: pa.Table, before: Manifest | None
) -> Manifest:
    """Let a manifest name these rows, and them alone."""
    folder = places.landed(network, dataset, day)
    content = _parquet_bytes(rows.sort_by([(key, "ascending") for key in KEY_COLUMNS[dataset]]))
    digest = hashlib.sha256(content).hexdigest()
    file = f"{source}-{digest[:12]}.parquet"
    manifest = Manifest(network, dataset, day.isoformat(), source, file, rows.num_rows, digest)
    if not before or before.sha256 != digest:
        durable.write_bytes(folder / file, content)
        durable.write_json(folder / f"{source}.json", asdict(manifest))
    _clean(folder, source, file)
    return manifest


def replace_rows(places: Places, manifest: Manifest, rows: pa.Table) -> Manifest:
    """Let other rows, be it none, stand for what one source has landed for one day."""
    day = date.fromisoformat(manifest.day)
    return _commit(places, manifest.source, manifest.dataset, manifest.network, day, rows, manifest)


def remove_day(places: Places, manifest: Manifest) -> None:
    """Take a source's day out whole: the manifest first, for a file that none names was never landed."""
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


def _fresh_count(old: pa.Table, new: pa.Table) -> int:
    """How many of the new rows are not there already, to the letter."""
    known = pc.is_in(_lines(new), value_set=_lines(old))
    return int(new.num_rows - (pc.sum(known).as_py() or 0))


def _lines(table: pa.Table) -> pa.Array:
    """Each row as one text, so that whole rows can be compared at once."""
    columns = [pc.fill_null(column.cast(pa.string()), "\0") for column in table.combine_chunks().columns]
    lines = pc.binary_join_element_wise(*columns, "\x1f")
    return lines.combine_chunks() if isinstance(lines, pa.ChunkedArray) else lines


def _merged(old: pa.Table, new: pa.Table, keys: tuple[str, ...]) -> pa.Table:
    kept = old.join(new.select(list(keys)), keys=list(keys), join_type="left anti")
    return pa.concat_tables([kept.select(new.column_names).cast(new.schema), new])


def _parquet_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table.combine_chunks(), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def days(dataset: str, instant: str, rows: pa.Table) -> Iterator[tuple[str, date, pa.Table]]:
    """Split typed rows into one table a (network, UTC day), in order."""
    rows = rows.append_column("day", pc.cast(rows.column(instant), pa.date32()))
    rows = rows.sort_by([("network", "ascending"), ("day", "ascending")])
    sizes = rows.group_by(["network", "day"], use_threads=False).aggregate([([], "count_all")])
    start = 0
    for size in sizes.to_pylist():
        part = rows.slice(start, size["count_all"]).select(DATASETS[dataset].names)
        start += size["count_all"]
        yield size["network"], size["day"], part


def write_rejects(folder: Path, source: str, file: Path, rejects: list[Reject]) -> None:
    """Keep one input file's refused records with their reasons; without any, an earlier delivery's are removed."""
    name = f"{source}-{hashlib.sha256(str(file).encode()).hexdigest()[:8]}.parquet"
    if not rejects:
        (folder / name).unlink(missing_ok=True)
        return
    rows = [{"file": str(file), **asdict(reject)} for reject in rejects]
    durable.write_bytes(folder / name, _parquet_bytes(pa.Table.from_pylist(rows, schema=REJECTED)))


def manifests(places: Places) -> list[Manifest]:
    """Every landed (network, dataset, day, source), in order."""
    found = places.landing.glob("*/*/????-??-??/*.json")
    return sorted(map(_manifest, found), key=lambda m: (m.network, m.dataset, m.day, m.source))


def _manifest(path: Path) -> Manifest:
    try:
        return Manifest(**durable.read_json(path))
    except TypeError as error:
        raise InputError(f"{path}: damaged: not the manifest of a landed file; restore it") from error


def landed_file(places: Places, manifest: Manifest) -> Path:
    """The Parquet file that a manifest names."""
    return places.landed(manifest.network, manifest.dataset, date.fromisoformat(manifest.day)) / manifest.file


def verify(places: Places, manifest: Manifest) -> Path:
    """The landed file, once its bytes are proved to be those that were landed; else an InputError."""
    path = landed_file(places, manifest)
    remedy = (
        f"restore it, or delete {path.with_name(manifest.source + '.json')} and {places.deliveries(manifest.source)}, "
        f"say `evenscore doctor --accept-loss landing/deliveries/{manifest.source}.json` and extract again"
    )
    if not path.exists():
        raise InputError(f"{path}: landed, but the file is gone; {remedy}")
    if durable.sha256(path) != manifest.sha256:
        raise InputError(f"{path}: its bytes changed since it landed (SHA-256 differs); {remedy}")
    return path
