"""The columns of a canonical file: those that are known, those that are nearly, and those that nobody reads."""

import re
from collections.abc import Iterable
from pathlib import Path

from evenscore.base.canonical import input_columns
from evenscore.base.errors import InputError
from evenscore.names.account_ids import folded

NO_LETTER = re.compile(r"[\W_]+")
MAX_SHOWN_CHARACTERS = 2_000
OTHER_NAMES = {
    "accounts": dict.fromkeys(
        ("private", "protected", "isprotected", "locked", "islocked", "hidden", "ishidden"), "is_private"
    ),
    "consent": dict.fromkeys(("adult", "over18", "isover18"), "is_adult"),
}
"""What platforms call a column that protects, in letters alone: unread, it would protect nobody."""
MAX_COLUMNS = 1_000
"""A canonical file has some ten columns; one with more than this is work for nothing."""
MAX_UNREAD = 1_000
"""So many names of columns that nobody reads are kept; a file with more makes them up."""


def require_columns(path: Path, names: list[str], dataset: str, required: list[str]) -> None:
    """Raise InputError where there are far too many columns, or one is misspelt, given twice, or missing."""
    require_width(path, len(names))
    require_spelling(path, names, dataset)
    for name in input_columns(dataset):
        if name in required and name not in names:
            raise InputError(f"{path}: column {name} is missing ({shown(names)})")
        if names.count(name) > 1:
            raise InputError(f"{path}: column {name} is given twice")


def shown(names: Iterable[str]) -> str:
    """Column names for a message, each in quotes: a header within quotes is one column, whatever stands in it."""
    quoted = ", ".join(f"'{name}'" for name in names)
    return f"it has: {quoted[:MAX_SHOWN_CHARACTERS] or 'none'}"


def require_width(path: Path, count: int) -> None:
    """Raise InputError where there are far too many columns."""
    if count > MAX_COLUMNS:
        raise InputError(f"{path}: has {count:,} columns, more than {MAX_COLUMNS:,}; taken for a bomb")


def require_spelling(path: Path, names: Iterable[str], dataset: str) -> None:
    """Raise InputError for a name that means a known column: left out, what it says would be lost in silence."""
    known = {_letters(name): name for name in input_columns(dataset)} | OTHER_NAMES.get(dataset, {})
    for name in names:
        meant = known.get(_letters(name), name)
        if meant != name:
            raise InputError(f"{path}: column {name[:100]!r} is to be written {meant}")


def unread(names: Iterable[str], dataset: str) -> set[str]:
    """The names of columns that nobody reads."""
    return set(sorted(set(names) - set(input_columns(dataset)))[:MAX_UNREAD])


def _letters(name: str) -> str:
    return NO_LETTER.sub("", folded(name))
