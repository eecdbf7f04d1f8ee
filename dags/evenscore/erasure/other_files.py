"""Takes people out of every other file below the home folder: run folders, logs, reviews, evaluations, exports.

A file is handled by its kind. Lines, CSV records and Parquet rows that name a subject go; of JSON what is theirs goes,
and other texts that name them are blanked; a file with their name, or of a kind that cannot be taken apart, goes whole.
"""

import csv
import gzip
import io
import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from evenscore.base import atomic_io
from evenscore.base.settings import Settings
from evenscore.landing_zone import landing
from evenscore.names.identifier_matcher import REMOVED, TELLING, IdentifierMatcher
from evenscore.state import truths

IDS = ("person_id", "other_person_id")
SQLITE = b"SQLite format 3\0"
DAMAGE = (OSError, EOFError, ValueError, zlib.error, zstandard.ZstdError, csv.Error, pa.ArrowException)
"""How a file's content says that it is not of its kind."""
NOBODY = IdentifierMatcher([])

GONE = object()
"""A JSON value that is a subject's own."""


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


def purge_files(settings: Settings, matcher: IdentifierMatcher, below: tuple[Path, ...] = ()) -> int:
    """Rewrite or remove every file that names a subject, once, `below` some folders or anywhere. Returns how many."""
    changed, truths_there = 0, set(settings.places.truths)
    for path in [one for one in files(settings) if not below or any(map(one.is_relative_to, below))]:
        is_truth = path in truths_there
        if not is_truth and matcher.within(str(path.relative_to(settings.home))):
            path.unlink()
        elif not _holds(path, matcher):
            continue
        elif is_truth:
            _rewrite_truth(settings, path, matcher)
        else:
            _rewrite(path, matcher)
        changed += 1
    return changed


def _holds(path: Path, matcher: IdentifierMatcher) -> bool:
    if path.suffix == ".parquet":
        return _parquet_holds(path, matcher)
    if _is_sqlite(path):
        return matcher.anywhere(path.read_bytes())
    return any(matcher.within_bytes(content) for content in contents(path)) or _is_of_a_number(path, matcher)


def _is_of_a_number(path: Path, matcher: IdentifierMatcher) -> bool:
    """Whether a file names a subject by a number that a text would not tell from any other."""
    if path.suffix not in (".csv", ".json") or all(map(TELLING.search, matcher.people)):
        return False
    content, handle = path.read_bytes(), HANDLERS[path.suffix]
    try:
        return handle(content, matcher) != handle(content, NOBODY)
    except DAMAGE:
        return False


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
    except DAMAGE:  # a damaged file has only its bytes to be judged by
        return


def _rewrite(path: Path, matcher: IdentifierMatcher) -> None:
    if _is_sqlite(path):
        _blank_database(path, matcher)
        return
    before, handle = path.read_bytes(), HANDLERS.get(path.suffix)
    try:
        content = handle(before, matcher) if handle else None
    except DAMAGE:
        content = None  # it cannot be taken apart
    if content is None:
        path.unlink()
    else:
        atomic_io.write_bytes(path, content)


def _rewrite_truth(settings: Settings, path: Path, matcher: IdentifierMatcher) -> None:
    """What is only ever added to is written anew for an erasure alone, and its head with it."""
    content = HANDLERS[path.suffix](path.read_bytes(), matcher)
    truths.write(settings.places, path, b"" if content is None else content)


def _lines(content: bytes, matcher: IdentifierMatcher) -> bytes:
    return b"".join(line for line in content.splitlines(keepends=True) if not matcher.within_bytes(line))


def _records(content: bytes, matcher: IdentifierMatcher) -> bytes:
    """A CSV without the records of subjects; a field may hold line ends."""
    header, *rows = csv.reader(io.StringIO(content.decode()))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [header, *(row for row in rows if not _is_own(header, row, matcher))]
    )
    return text.getvalue().encode()


def _is_own(names: list[str], row: Sequence[str | None], matcher: IdentifierMatcher) -> bool:
    """Whether a record names a subject: as an id, or within any other text."""
    return any(
        value and (matcher.within(value) or (name in IDS and value in matcher.people))
        for name, value in zip(names, row, strict=False)
    )


def _json(content: bytes, matcher: IdentifierMatcher) -> bytes | None:
    value = _without(json.loads(content), matcher)
    return None if value is GONE else (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def _without(value: Any, matcher: IdentifierMatcher) -> Any:
    if isinstance(value, str):
        return REMOVED if matcher.within(value) else value
    if isinstance(value, list):
        return [kept for one in value if (kept := _without(one, matcher)) is not GONE]
    if isinstance(value, dict):
        if any(value.get(name) in matcher.people for name in IDS if isinstance(value.get(name), str)):
            return GONE
        found = {key: _without(one, matcher) for key, one in value.items() if not matcher.within(key)}
        return {key: one for key, one in found.items() if one is not GONE}
    return value


def _texts(table: pa.Table) -> list[str]:
    is_text = (pa.types.is_string, pa.types.is_large_string)
    return [field.name for field in table.schema if any(test(field.type) for test in is_text)]


def _parquet_holds(path: Path, matcher: IdentifierMatcher) -> bool:
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError):
        return matcher.within_bytes(path.read_bytes())
    values = {name: table[name].unique().drop_null().to_pylist() for name in _texts(table)}
    return any(
        matcher.within("\n".join(found)) or (name in IDS and not matcher.people.isdisjoint(found))
        for name, found in values.items()
    )


def _parquet(content: bytes, matcher: IdentifierMatcher) -> bytes:
    table = pq.ParquetFile(pa.BufferReader(content)).read()
    names = _texts(table)
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    kept = pa.array([not _is_own(names, row, matcher) for row in rows], pa.bool_())
    sink = pa.BufferOutputStream()
    pq.write_table(table.filter(kept), sink, compression="zstd")
    found: bytes = sink.getvalue().to_pybytes()
    return found


def _zipped(content: bytes, matcher: IdentifierMatcher) -> bytes:
    return gzip.compress(_lines(gzip.decompress(content), matcher), mtime=0)


def _squeezed(content: bytes, matcher: IdentifierMatcher) -> bytes:
    text = zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return zstandard.ZstdCompressor().compress(_lines(text, matcher))


def _blank_database(path: Path, matcher: IdentifierMatcher) -> None:
    """Airflow's own database: texts that name a subject are blanked, and the file is written anew without the bytes."""
    with sqlite3.connect(path, timeout=60) as con:
        con.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        con.create_function("names_one", 1, lambda value: isinstance(value, str) and matcher.within(value))
        for (table,) in con.execute("select name from sqlite_master where type = 'table'").fetchall():
            for column in [row[1] for row in con.execute(f'pragma table_info("{table}")').fetchall()]:
                con.execute(f'update "{table}" set "{column}" = ? where names_one("{column}")', [json.dumps(REMOVED)])
    con.execute("vacuum")
    con.close()


HANDLERS: dict[str, Callable[[bytes, IdentifierMatcher], bytes | None]] = {
    **dict.fromkeys((".log", ".ndjson", ".jsonl", ".txt", ".md", ".yml", ".yaml", ".sql", ".out"), _lines),
    ".csv": _records,
    ".json": _json,
    ".parquet": _parquet,
    ".gz": _zipped,
    ".zst": _squeezed,
}
"""How each kind of file is taken apart; any other goes whole."""
