"""Extract: read what a source has delivered, refuse what is malformed, land the rest a day at a time."""

import contextlib
import fnmatch
import glob
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
from filelock import FileLock, Timeout

from evenscore import durable, landed_names, landing
from evenscore.canonical import INSTANT_COLUMN
from evenscore.connectors import CONNECTORS
from evenscore.connectors.base import Parsed
from evenscore.errors import BusyError, InputError
from evenscore.forgetting import gate
from evenscore.forgetting.suppression import Suppressed, read_suppressed, suppress
from evenscore.progress import track
from evenscore.protection import require_told
from evenscore.settings import WILDCARD, Settings, Source
from evenscore.validation import validate, validator

ANY_DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
"""A day in a file's name, for globs and for regular expressions."""


@dataclass
class Delivery:
    """One input file as it was when it was read, and what came of it."""

    path: str
    size: int
    modified_ns: int
    sha256: str
    night: str
    record_count: int = 0
    landed_count: int = 0
    duplicate_count: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    suppressed_count: int = 0
    """Sound rows of people who were erased: not taken in again."""
    unread_columns: list[str] = field(default_factory=list)
    """Columns that nobody reads: what they say is left out."""
    first_date: str | None = None
    last_date: str | None = None
    """The UTC days that this file covers: a day in between without a row was quiet, not missing."""


@dataclass(frozen=True)
class InputFile:
    """A file of a source, and the one day it covers where its name says so."""

    path: Path
    day: date | None


def extract(settings: Settings, source_name: str, as_of_date: date) -> list[Delivery]:
    """Land everything that `source_name` has delivered and that is not landed yet.

    A file that names its day is read once that day has come; other files are read whole, however many years they
    hold. Returns the deliveries first read on this night. Raises InputError for a file that cannot be read: what
    was landed before it stays, and the file is tried again by the next run.
    """
    source = settings.source(source_name)
    path = settings.places.deliveries(source_name)
    landed_names.settle(settings)
    with _only_one(path, source_name), validator() as con:
        known = deliveries(settings, source_name)
        suppressed = read_suppressed(settings)
        try:
            for file in track(input_files(settings, source, as_of_date), f"extract {source_name}"):
                before = known.get(str(file.path))
                read = _read_if_changed(con, settings, source, file, as_of_date, before, suppressed)
                known[str(file.path)] = read
        finally:
            durable.write_json(path, {name: asdict(known[name]) for name in sorted(known)})
    return [delivery for delivery in known.values() if delivery.night == as_of_date.isoformat()]


@contextlib.contextmanager
def _only_one(path: Path, source_name: str) -> Iterator[None]:
    with durable.disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path.with_suffix(".lock"), timeout=0):
            yield
    except Timeout as error:
        raise BusyError(f"{path}: another run is extracting {source_name}; try again when it has ended") from error


def deliveries(settings: Settings, source_name: str) -> dict[str, Delivery]:
    """What a source has delivered so far, by input file."""
    path = settings.places.deliveries(source_name)
    if not path.exists():
        return {}
    return {name: Delivery(**entry) for name, entry in durable.read_json(path).items()}


def input_files(settings: Settings, source: Source, as_of_date: date) -> list[InputFile]:
    """The source's files in order; those that name a day after the night are not there yet."""
    pattern = os.path.join(glob.escape(str(settings.config.parent)), source.path)
    folder = settings.folder(source).resolve()
    found = []
    for name in sorted(glob.glob(pattern.replace("{date}", ANY_DATE), recursive=True)):
        file = InputFile(Path(name), _day(name, pattern))
        if not file.path.is_file() or (file.day or as_of_date) > as_of_date:
            continue
        if WILDCARD.search(source.path) and not file.path.resolve().is_relative_to(folder):
            raise InputError(
                f"{name}: is a link that leads out of {folder}; name its target in sources.{source.name}.path"
            )
        found.append(file)
    return found


def _day(name: str, pattern: str) -> date | None:
    """The day that stands in a file's name where the pattern says {date}."""
    if "{date}" not in pattern:
        return None
    for day in re.findall(f"(?=({ANY_DATE}))", name):
        if fnmatch.fnmatchcase(name, pattern.replace("**/", "*").replace("{date}", day)):
            try:
                return date.fromisoformat(day)
            except ValueError as error:
                raise InputError(f"{name}: {day} is no day") from error
    raise InputError(f"{name}: names two different days")


def _read_if_changed(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    file: InputFile,
    night: date,
    known: Delivery | None,
    suppressed: Suppressed | None,
) -> Delivery:
    stat = file.path.stat()
    if known and (known.size, known.modified_ns) == (stat.st_size, stat.st_mtime_ns):
        return known
    digest = durable.sha256(file.path)
    if known and known.sha256 == digest:
        known.modified_ns = stat.st_mtime_ns
        return known
    delivery = Delivery(str(file.path), stat.st_size, stat.st_mtime_ns, digest, night.isoformat())
    _land_file(con, settings, source, file, delivery, suppressed)
    return delivery


def _land_file(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    file: InputFile,
    delivery: Delivery,
    suppressed: Suppressed | None,
) -> None:
    parsed = CONNECTORS[source.kind].parse(file.path, source)
    if learned := gate.learned(suppressed, parsed.tables):
        suppress(settings.places, learned)
        suppressed = read_suppressed(settings)
    delivery.record_count, delivery.ignored = parsed.record_count, dict(sorted(parsed.ignored.items()))
    delivery.unread_columns = sorted(parsed.unread)
    covered_days = {file.day} if file.day else set()
    for dataset, rows in _accepted(con, settings, source, file, parsed, delivery):
        sound_count = rows.num_rows
        rows = gate.keep(suppressed, dataset, rows)
        delivery.suppressed_count += sound_count - rows.num_rows
        for network, day, part in landing.days(dataset, INSTANT_COLUMN[dataset], rows):
            fresh_count = landing.land(settings.places, source.name, dataset, network, day, part)
            delivery.landed_count += fresh_count
            delivery.duplicate_count += part.num_rows - fresh_count
            if not file.day:
                covered_days.add(day)
    if covered_days:
        delivery.first_date, delivery.last_date = min(covered_days).isoformat(), max(covered_days).isoformat()
    folder = settings.places.rejected(source.network or source.name, source.dataset, date.fromisoformat(delivery.night))
    landing.write_rejects(folder, source.name, file.path, gate.quiet(suppressed, source.network, parsed))
    delivery.rejected = dict(sorted(Counter(_kind(reject.reason) for reject in parsed.rejects).items()))


def _accepted(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    file: InputFile,
    parsed: Parsed,
    delivery: Delivery,
) -> Iterator[tuple[str, pa.Table]]:
    """The typed rows of each dataset; what is refused is added to `parsed` and `delivery`."""
    latest = datetime.now(UTC)
    if file.day:  # a file of one day can't know of the next
        latest = min(latest, datetime.combine(file.day + timedelta(days=1), time(), UTC))
    for dataset, raw in sorted(parsed.tables.items()):
        accepted, rejects, duplicate_count = validate(con, dataset, raw, source.network, latest, settings.account_ids)
        require_told(file.path, rejects)
        parsed.rejects.extend(rejects)
        delivery.duplicate_count += duplicate_count
        yield dataset, accepted


def _kind(reason: str) -> str:
    """A reason without its particulars, for counting."""
    return reason.split(":")[0]
