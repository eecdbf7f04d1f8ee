"""Which input files hold each landed row: the witness of what must be there, and what tells a withdrawn row.

Beside every manifest's day lies a small Parquet file of pairs (key, file), both hashes: it names nobody. It is written
before the manifest that it goes with, so that after a kill the landing zone holds too little, which the next reading of
the input mends, or too much, which the next night takes out; a loss that nobody meant is told from either.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenscore.base import atomic_io
from evenscore.base.canonical import KEY_COLUMNS
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths

PAIRS = pa.schema([("key", pa.uint64()), ("file", pa.uint64())])
UNKNOWN = 0
"""The file of rows that had landed before origins were kept: none that is delivered again takes them back."""
NOTE = b"evenscore"


@dataclass(frozen=True)
class Witness:
    """What must be there of one (source, network, dataset, day)."""

    source: str
    network: str
    dataset: str
    day: str
    path: Path
    sha256: str
    row_count: int
    files: frozenset[int]


def file_id(path: str) -> int:
    """The number that stands for an input file; never that of UNKNOWN."""
    return int.from_bytes(_digest(path)) or 1


def keys(dataset: str, rows: pa.Table) -> pa.Array:
    """A 64-bit hash of each row's key, in the order of the rows."""
    columns = [rows.column(name).cast(pa.string()) for name in KEY_COLUMNS[dataset]]
    texts = pc.binary_join_element_wise(*columns, "\x1f").to_pylist()
    return pa.array(np.frombuffer(b"".join(map(_digest, texts)), ">u8").astype("u8"))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def pairs(key: pa.Array, file: int) -> pa.Table:
    """Pairs of one file."""
    return pa.table({"key": key, "file": pa.array([file] * len(key), pa.uint64())}, schema=PAIRS)


def read(places: HomePaths, source: str, network: str, dataset: str, day: date) -> pa.Table | None:
    """The pairs of one day; None where none were ever kept. Raises InputError when they are damaged."""
    path = places.origins(source, network, dataset, day)
    if not path.exists():
        return None
    try:
        return pq.ParquetFile(path, page_checksum_verification=True).read()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path) from error


def write(path: Path, found: pa.Table, sha256: str) -> None:
    """Keep the pairs of one day, and the digest of the landed file that they go with."""
    found = found.group_by(["key", "file"], use_threads=False).aggregate([]).select(["key", "file"])
    found = found.sort_by([("file", "ascending"), ("key", "ascending")])
    files = sorted(found["file"].unique().to_pylist())
    note = {"sha256": sha256, "row_count": pc.count_distinct(found["key"]).as_py(), "files": files}
    sink = pa.BufferOutputStream()
    table = found.cast(PAIRS).replace_schema_metadata({NOTE: json.dumps(note)})
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    content = sink.getvalue().to_pybytes()
    if not path.exists() or path.read_bytes() != content:
        atomic_io.write_bytes(path, content)


def without(found: pa.Table, gone: pa.Array) -> pa.Table:
    """Pairs but for those of some keys."""
    return found.filter(pc.invert(pc.is_in(found["key"], value_set=gone)))


def witnesses(places: HomePaths, source: str) -> Iterator[Witness]:
    """What must be there of a source, in order."""
    for path in sorted(places.all_origins(source)):
        try:
            note = json.loads(pq.ParquetFile(path).schema_arrow.metadata[NOTE])
            found = (note["sha256"], note["row_count"], frozenset(note["files"]))
        except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
            raise _damaged(path) from error
        *_, network, dataset, name = path.parts
        yield Witness(source, network, dataset, name.removesuffix(".parquet"), path, *found)


def _damaged(path: Path) -> InputError:
    return InputError(f"{path}: damaged: what must have landed on that day cannot be told; restore it from a backup")


def of_file(found: pa.Table, file: int) -> pa.Array:
    """The keys that one file holds."""
    theirs = found.filter(pc.equal(found["file"], pa.scalar(file, pa.uint64())))
    return theirs["key"].combine_chunks()


def held_by_others(found: pa.Table, gone: pa.Array, file: int) -> pa.Array:
    """Those of some keys that another file than `file` holds, too."""
    others = found.filter(pc.not_equal(found["file"], pa.scalar(file, pa.uint64())))
    return gone.filter(pc.is_in(gone, value_set=others["key"].combine_chunks()))
