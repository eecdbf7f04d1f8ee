"""Extract: read what a source has delivered, refuse what is malformed, land the rest a day at a time."""

import glob
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from filelock import FileLock, Timeout

from evenscore import durable, landing
from evenscore.canonical import INSTANT_COLUMN
from evenscore.connectors import CONNECTORS
from evenscore.connectors.base import Parsed
from evenscore.errors import BusyError
from evenscore.progress import track
from evenscore.settings import Settings, Source
from evenscore.validation import validate

ISO_DATE = r"(\d{4}-\d{2}-\d{2})"


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
    source, places = settings.source(source_name), settings.places
    ledger_path = places.deliveries(source_name)
    ledger_path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(ledger_path.with_suffix(".lock"), timeout=0):
            known = deliveries(settings, source_name)
            for file in track(input_files(settings, source, as_of_date), f"extract {source_name}"):
                read = _read_if_changed(settings, source, file, as_of_date, known.get(str(file.path)))
                if read:
                    known[str(file.path)] = read
                    durable.write_json(ledger_path, {path: asdict(known[path]) for path in sorted(known)})
    except Timeout as error:
        raise BusyError(f"{ledger_path}: another run is extracting {source_name} now; try again when it has ended") from error
    return [delivery for delivery in known.values() if delivery.night == as_of_date.isoformat()]


def deliveries(settings: Settings, source_name: str) -> dict[str, Delivery]:
    """What a source has delivered so far, by input file."""
    path = settings.places.deliveries(source_name)
    if not path.exists():
        return {}
    return {name: Delivery(**entry) for name, entry in durable.read_json(path).items()}


def input_files(settings: Settings, source: Source, as_of_date: date) -> list[InputFile]:
    """The source's files in order; those that name a day after the night are not there yet."""
    pattern = str(settings.resolve(source.path))
    dated = re.compile(re.escape(pattern).replace(re.escape("{date}"), ISO_DATE, 1).replace(r"\*", ".*").replace(r"\?", "."))
    found = []
    for name in sorted(glob.glob(pattern.replace("{date}", "????-??-??"), recursive=True)):
        match = dated.fullmatch(name) if "{date}" in pattern else None
        day = date.fromisoformat(match[1]) if match else None
        if Path(name).is_file() and (day is None or day <= as_of_date):
            found.append(InputFile(Path(name), day))
    return found


def _read_if_changed(settings: Settings, source: Source, file: InputFile, night: date, known: Delivery | None) -> Delivery | None:
    stat = file.path.stat()
    if known and (known.size, known.modified_ns) == (stat.st_size, stat.st_mtime_ns):
        return None
    digest = durable.sha256(file.path)
    if known and known.sha256 == digest:
        known.modified_ns = stat.st_mtime_ns
        return known
    delivery = Delivery(str(file.path), stat.st_size, stat.st_mtime_ns, digest, night.isoformat())
    return _land_file(settings, source, file, delivery)


def _land_file(settings: Settings, source: Source, file: InputFile, delivery: Delivery) -> Delivery:
    parsed = CONNECTORS[source.kind].parse(file.path, source)
    delivery.record_count, delivery.ignored = parsed.record_count, dict(sorted(parsed.ignored.items()))
    landed_days = [file.day] if file.day else []
    for dataset, rows in sorted(_accepted(source, file, parsed, delivery)):
        for network, day, part in landing.days(dataset, INSTANT_COLUMN[dataset], rows):
            landing.land(settings.places, source.name, dataset, network, day, part)
            delivery.landed_count += part.num_rows
            landed_days.append(day)
    if parsed.rejects:
        network = source.network or source.name
        night = date.fromisoformat(delivery.night)
        landing.write_rejects(settings.places, source.name, network, source.dataset, night, file.path, parsed.rejects)
        delivery.rejected = dict(sorted(Counter(_kind(reject.reason) for reject in parsed.rejects).items()))
    if landed_days:
        covered = [file.day] if file.day else landed_days
        delivery.first_date, delivery.last_date = min(covered).isoformat(), max(covered).isoformat()
    return delivery


def _accepted(source: Source, file: InputFile, parsed: Parsed, delivery: Delivery) -> Iterator[tuple[str, pa.Table]]:
    latest = datetime.now(UTC)
    if file.day:
        latest = min(latest, datetime(file.day.year, file.day.month, file.day.day, tzinfo=UTC) + timedelta(days=1))
    for dataset, raw in parsed.tables.items():
        accepted, rejects, duplicate_count = validate(dataset, raw, source.network, latest)
        parsed.rejects.extend(rejects)
        delivery.duplicate_count += duplicate_count
        yield dataset, accepted


def _kind(reason: str) -> str:
    """A reason without its particulars, for counting."""
    return reason.split(":")[0]
