"""Takes people out of every other file below the home folder: run folders, logs, reviews, evaluations, exports.

A file is handled by its kind. Lines, CSV records and Parquet rows that name a leaver go; of JSON what is theirs goes,
and other texts that name them are blanked; a file with their name, or of a kind that cannot be taken apart, goes whole.
"""

import csv
import gzip
import io
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from evenscore import durable, landing, truths
from evenscore.forgetting.needles import REMOVED, Needles
from evenscore.settings import Settings

IDS = ("person_id", "other_person_id")
SQLITE = b"SQLite format 3\0"

GONE = object()
"""A JSON value that is a leaver's own."""


def files(settings: Settings) -> Iterator[Path]:
    """Every file below the home folder that is not an input, and that no other module answers for."""
    places = settings.places
    own = {places.suppression_key, places.suppressed, places.erasure_intent, places.erasure_elsewhere}
    own |= {places.lock, places.seen_clean}
    own |= {places.consent_ledger, places.consent_key, places.heads}
    own |= {*places.all_deliveries}
    own |= {landing.landed_file(places, manifest) for manifest in landing.manifests(places)}
    own |= {places.page_facts(folder.name) for folder in places.runs.glob("*/")} | set(places.night_pages)
    inputs = {settings.ledger, settings.config, settings.topic_list}
    folders = {
        places.demo,
        places.origins_folder,
        places.published / "runs",
        *(settings.folder(source) for source in settings.sources if not source.is_pulled),
    }
    for name, subfolders, names in os.walk(places.home):
        folder = Path(name)
        subfolders[:] = sorted(name for name in subfolders if folder / name not in folders)
        for path in sorted(folder / name for name in names):
            if folder not in folders and path not in own | inputs and not path.is_symlink() and path.is_file():
                yield path


def purge_files(settings: Settings, needles: Needles, below: tuple[Path, ...] = ()) -> int:
    """Rewrite or remove every file that names a leaver, once, `below` some folders or anywhere. Returns how many."""
    changed, truths_there = 0, set(settings.places.truths)
    for path in [one for one in files(settings) if not below or any(map(one.is_relative_to, below))]:
        is_truth = path in truths_there
        if not is_truth and needles.within(str(path.relative_to(settings.home))):
            path.unlink()
        elif not _holds(path, needles):
            continue
        elif is_truth:
            _rewrite_truth(settings, path, needles)
        else:
            _rewrite(path, needles)
        changed += 1
    return changed


def _holds(path: Path, needles: Needles) -> bool:
    if path.suffix == ".parquet":
        return _parquet_holds(path, needles)
    if _is_sqlite(path):
        return needles.anywhere(path.read_bytes())
    return any(needles.within_bytes(content) for content in contents(path))


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(len(SQLITE)) == SQLITE


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and where they are packed, what is inside."""
    raw = path.read_bytes()
    yield raw
    try:
        if path.suffix == ".gz":
            yield gzip.decompress(raw)
        elif path.suffix == ".zst":
            yield zstandard.ZstdDecompressor().decompressobj().decompress(raw)
    except (OSError, EOFError, zstandard.ZstdError):  # a damaged file has only its bytes to be judged by
        return


def _rewrite(path: Path, needles: Needles) -> None:
    if _is_sqlite(path):
        _blank_database(path, needles)
        return
    try:
        content = HANDLERS[path.suffix](path.read_bytes(), needles)
    except (KeyError, ValueError, pa.ArrowException):
        content = None  # of no kind that can be taken apart
    if content is None:
        path.unlink()
    else:
        durable.write_bytes(path, content)


def _rewrite_truth(settings: Settings, path: Path, needles: Needles) -> None:
    """What is only ever added to is written anew for an erasure alone, and its head with it."""
    content = HANDLERS[path.suffix](path.read_bytes(), needles)
    truths.write(settings.places, path, b"" if content is None else content)


def _lines(content: bytes, needles: Needles) -> bytes:
    return b"".join(line for line in content.splitlines(keepends=True) if not needles.within_bytes(line))


def _records(content: bytes, needles: Needles) -> bytes:
    """A CSV without the records of leavers; a field may hold line ends."""
    header, *rows = csv.reader(io.StringIO(content.decode()))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [header, *(row for row in rows if not _is_own(header, row, needles))]
    )
    return text.getvalue().encode()


def _is_own(names: list[str], row: Sequence[str | None], needles: Needles) -> bool:
    """Whether a record names a leaver: as an id, or within any other text."""
    return any(
        value and (needles.within(value) or (name in IDS and value in needles.people))
        for name, value in zip(names, row, strict=False)
    )


def _json(content: bytes, needles: Needles) -> bytes | None:
    value = _without(json.loads(content), needles)
    return None if value is GONE else (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def _without(value: Any, needles: Needles) -> Any:
    if isinstance(value, str):
        return REMOVED if needles.within(value) else value
    if isinstance(value, list):
        return [kept for one in value if (kept := _without(one, needles)) is not GONE]
    if isinstance(value, dict):
        if any(value.get(name) in needles.people for name in IDS if isinstance(value.get(name), str)):
            return GONE
        found = {key: _without(one, needles) for key, one in value.items() if not needles.within(key)}
        return {key: one for key, one in found.items() if one is not GONE}
    return value


def _texts(table: pa.Table) -> list[str]:
    is_text = (pa.types.is_string, pa.types.is_large_string)
    return [field.name for field in table.schema if any(test(field.type) for test in is_text)]


def _parquet_holds(path: Path, needles: Needles) -> bool:
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError):
        return needles.within_bytes(path.read_bytes())
    values = {name: table[name].unique().drop_null().to_pylist() for name in _texts(table)}
    return any(
        needles.within("\n".join(found)) or (name in IDS and not needles.people.isdisjoint(found))
        for name, found in values.items()
    )


def _parquet(content: bytes, needles: Needles) -> bytes:
    table = pq.ParquetFile(pa.BufferReader(content)).read()
    names = _texts(table)
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    kept = pa.array([not _is_own(names, row, needles) for row in rows], pa.bool_())
    sink = pa.BufferOutputStream()
    pq.write_table(table.filter(kept), sink, compression="zstd")
    found: bytes = sink.getvalue().to_pybytes()
    return found


def _zipped(content: bytes, needles: Needles) -> bytes:
    return gzip.compress(_lines(gzip.decompress(content), needles), mtime=0)


def _squeezed(content: bytes, needles: Needles) -> bytes:
    text = zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return zstandard.ZstdCompressor().compress(_lines(text, needles))


def _blank_database(path: Path, needles: Needles) -> None:
    """Airflow's own database: texts that name a leaver are blanked, and the file is written anew without the bytes."""
    with sqlite3.connect(path, timeout=60) as con:
        con.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        con.create_function("names_one", 1, lambda value: isinstance(value, str) and needles.within(value))
        for (table,) in con.execute("select name from sqlite_master where type = 'table'").fetchall():
            for column in [row[1] for row in con.execute(f'pragma table_info("{table}")').fetchall()]:
                con.execute(f'update "{table}" set "{column}" = ? where names_one("{column}")', [json.dumps(REMOVED)])
    con.execute("vacuum")
    con.close()


HANDLERS: dict[str, Callable[[bytes, Needles], bytes | None]] = {
    **dict.fromkeys((".log", ".ndjson", ".jsonl", ".txt", ".md", ".yml", ".yaml", ".sql", ".out"), _lines),
    ".csv": _records,
    ".json": _json,
    ".parquet": _parquet,
    ".gz": _zipped,
    ".zst": _squeezed,
}
"""How each kind of file is taken apart; any other goes whole."""
