"""Which files a source has, and of which day each is."""

import fnmatch
import glob
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evenscore.base.errors import InputError
from evenscore.base.settings import Settings
from evenscore.base.sources import WILDCARD, Source

ANY_DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
"""A day in a file's name, for globs and for regular expressions."""


@dataclass(frozen=True)
class InputFile:
    """A file of a source, and the one day it covers where its name says so."""

    path: Path
    day: date | None


def input_files(settings: Settings, source: Source, as_of_date: date) -> list[InputFile]:
    """The source's files in order; those that name a day after the night are not there yet."""
    beside = glob.escape(str(settings.config.parent))
    folder = settings.folder(source).resolve()
    found = []
    for name in paths_of(settings, source):
        file = InputFile(Path(name), _day(name, beside, source.path))
        if not file.path.is_file() or (file.day or as_of_date) > as_of_date:
            continue
        if WILDCARD.search(source.path) and not file.path.resolve().is_relative_to(folder):
            raise InputError(
                f"{name}: is a link that leads out of {folder}; name its target in sources.{source.name}.path"
            )
        found.append(file)
    return found


def paths_of(settings: Settings, source: Source) -> list[str]:
    """The paths that the source names, of whatever day."""
    pattern = os.path.join(glob.escape(str(settings.config.parent)), source.path.replace("{date}", ANY_DATE))
    return sorted(glob.glob(pattern, recursive=True))


def _day(name: str, beside: str, written: str) -> date | None:
    """The day that stands in a file's name where the pattern says {date}."""
    if "{date}" not in written:
        return None
    for day in re.findall(f"(?=({ANY_DATE}))", name):
        if fnmatch.fnmatchcase(name, os.path.join(beside, written.replace("**/", "*").replace("{date}", day))):
            try:
                return date.fromisoformat(day)
            except ValueError as error:
                raise InputError(f"{name}: {day} is no day") from error
    raise InputError(f"{name}: names two different days")
