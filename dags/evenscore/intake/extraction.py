"""Extract: read what a source has delivered, refuse what is malformed, land the rest a day at a time."""

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from evenscore.base import atomic_io
from evenscore.base.errors import BusyError
from evenscore.base.progress import track
from evenscore.base.settings import Settings
from evenscore.consent.ledger import read_suppressed
from evenscore.intake import successions
from evenscore.intake.acceptances import said
from evenscore.intake.input_files import input_files, paths_of
from evenscore.intake.reading import Reading
from evenscore.landing_zone.deliveries import NAMELESS, Delivery, judge, read_deliveries, write_deliveries
from evenscore.landing_zone.validation import validator


def extract(settings: Settings, source_name: str, as_of_date: date) -> list[Delivery]:
    """Land everything that `source_name` has delivered and that is not landed yet.

    A file that names its day is read once that day has come; other files are read whole, however many years they
    hold. One that held what lay in the future, that was accepted by name since, or that the configuration took for
    something else, is read again. Returns the deliveries read on this night. Raises InputError for a file that cannot
    be read: what was landed before it stays, and the file is tried again by the next run. Whoever calls it has brought
    what landed before into form (landed_names.settle).
    """
    source = settings.source(source_name)
    with _only_one(settings.places.deliveries(source_name), source_name), validator() as con:
        known = read_deliveries(settings.places, source_name)
        reading = Reading(con, settings, source, as_of_date, said(settings.places), read_suppressed(settings))
        reading.gone = successions.gone(known, set(paths_of(settings, source)))
        reading.settle_gone()
        try:
            for file in track(input_files(settings, source, as_of_date), f"extract {source_name}"):
                before = known.get(str(file.path))
                read = reading.read(file, None if before and before.is_replaced else before)
                known[read.path] = read
                known.pop(f"{NAMELESS}{read.file_id}", None)
        finally:
            judge(_of_night(known, as_of_date))
            write_deliveries(settings.places, source_name, known)
    return _of_night(known, as_of_date)


def _of_night(known: dict[str, Delivery], night: date) -> list[Delivery]:
    return [delivery for delivery in known.values() if delivery.night == night.isoformat()]


@contextlib.contextmanager
def _only_one(path: Path, source_name: str) -> Iterator[None]:
    with atomic_io.disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path.with_suffix(".lock"), timeout=0):
            yield
    except Timeout as error:
        raise BusyError(f"{path}: another run is extracting {source_name}; try again when it has ended") from error
