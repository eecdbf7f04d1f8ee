"""A byte search: every file below a folder that holds one of some ids, be it packed or inside a database."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import zstandard


def found_in(folder: Path, *ids: str, but: tuple[Path, ...] = ()) -> set[str]:
    """The paths, relative to `folder`, of the files that hold any of the ids or carry one in their name."""
    matcher = [one.encode() for one in ids]
    hits = set()
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink() or any(path.is_relative_to(one) for one in but):
            continue
        texts = contents(path) if path.is_file() else ()
        if any(needle in text for text in (name.encode(), *texts) for needle in matcher):
            hits.add(name)
    return hits


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file as they are, and all that is inside."""
    raw = path.read_bytes()
    yield raw
    if path.suffix == ".gz":
        yield gzip.decompress(raw)
    elif path.suffix == ".zst":
        yield zstandard.ZstdDecompressor().decompressobj().decompress(raw)
    elif path.suffix == ".parquet":
        yield str(pq.ParquetFile(path).read().to_pylist()).encode()
    elif path.suffix == ".duckdb":
        yield from tables(path)


def tables(path: Path) -> Iterator[bytes]:
    """Every value of every table of a database; its texts are compressed, so the bytes alone do not tell."""
    with duckdb.connect() as con:
        con.execute(f"attach '{path}' as found (read_only)")
        names = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'found'"
        ).fetchall()
        for schema, table in names:
            yield str(con.execute(f'from found."{schema}"."{table}"').fetchall()).encode()
