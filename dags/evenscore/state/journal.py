"""An append-only file of JSON lines: what was said once stays, in the order in which it was said."""

import contextlib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from evenscore.base import atomic_io
from evenscore.base.errors import BusyError, InputError, UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.terminal import YOUR_NAME, YOUR_REASON
from evenscore.state import truths

Entry = TypeVar("Entry", bound=BaseModel)

LONGEST_NAME, LONGEST_REASON = 100, 500
"""Characters of who says something, and of why."""

PATIENCE = 10
"""Seconds to wait for another writer; each holds the file for milliseconds."""


def read(path: Path, kind: type[Entry]) -> list[Entry]:
    """Every entry, oldest first; none where there is no file yet. Raises InputError naming the file and the line."""
    if not path.exists():
        return []
    *lines, rest = path.read_bytes().split(b"\n")
    if rest:
        raise InputError(
            f"{path}: line {len(lines) + 1}: torn: a write was cut off before its end; it was never acknowledged, "
            "so delete this line and say it again"
        )
    return [_parsed(path, number, line, kind) for number, line in enumerate(lines, start=1)]


def _parsed(path: Path, number: int, line: bytes, kind: type[Entry]) -> Entry:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path}: line {number}: damaged: {where and where + ': '}{first['msg']}") from error


def append(places: HomePaths, path: Path, entry: BaseModel) -> None:
    """Add an entry; it is on the disk when this returns. The caller holds the file (`alone`).

    Raises LostTruth when what stood before it is not what was written.
    """
    truths.append(places, path, entry.model_dump_json())


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a journal against other writers, of this process or another; raises BusyError when one does not let go."""
    with atomic_io.disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(path.with_suffix(".lock"), timeout=PATIENCE):
                yield
        except Timeout as error:
            raise BusyError(f"{path}: another process has been writing here for {PATIENCE} s; try again") from error


def plain(option: str, text: str, longest: int) -> str:
    """One line of visible characters: controls, bidi marks and their like are dropped, white space is one space.

    Raises UsageError naming the option when nothing is left, or more than `longest` characters.
    """
    kept = (" " if character.isspace() else character for character in text)
    found = " ".join("".join(c for c in kept if unicodedata.category(c)[0] != "C").split())
    if not found:
        raise UsageError(f"{option}: is empty; a decision names who made it, and why")
    if len(found) > longest:
        raise UsageError(f"{option}: has {len(found)} characters, {longest} at most")
    return found


def signature(by: str, why: str) -> tuple[str, str]:
    """Who says something, and why, as `plain` has them. Raises as it does, and for a command pasted as it stood."""
    by, why = plain("--by", by, LONGEST_NAME), plain("--why", why, LONGEST_REASON)
    for option, said, placeholder in (("--by", by, YOUR_NAME), ("--why", why, YOUR_REASON)):
        if said == placeholder:
            raise UsageError(f"{option}: put your own words for {placeholder}; a decision names who made it, and why")
    return by, why
