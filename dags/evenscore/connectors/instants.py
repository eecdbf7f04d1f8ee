"""When something was: an instant, however a network writes it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from evenscore.connectors.records import Row, seek

EARLIEST = 1970
"""No network has anything of an earlier year: it stands there where nobody knows."""


LATEST = 1e11
"""No network has anything of 3,000 years hence: a larger number of seconds since the epoch counts parts of them."""
LEAP = re.compile(r"(?<=:\d\d:)60")
"""The sixty-first second of a minute, which no calendar here has."""
EPOCH = re.compile(r"(?:\d{9,10}|\d{13}|\d{16})(?:\.\d+)?")
"""Seconds since the epoch as text, thousandths or millionths; a date without marks has 8 digits, with its time 14."""


def instant_of(*path: str) -> Callable[[Row], datetime | None]:
    """An item's own instant at a path, however it is written."""
    return lambda item: as_instant(seek(item, *path))


def plain(text: str) -> str:
    """A time as text, as every reader of one takes it: in capitals, no zone in words, no leap second."""
    return LEAP.sub("59", text.upper()).removesuffix(" UTC")


def as_instant(value: Any) -> datetime | None:
    """ISO text with or without a zone, an HTTP date, or seconds since the epoch (or thousandths, or millionths), as a
    number or as text, as an instant, UTC; None for anything else, a zero of whatever clock too."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            parts = next((one for one in (1, 1e3, 1e6) if value < LATEST * one), 1)
            found = datetime.fromtimestamp(value / parts, UTC)
        else:
            text = plain(str(value))
            if EPOCH.fullmatch(text):
                return as_instant(float(text))
            found = parsedate_to_datetime(text) if text[:1].isalpha() else datetime.fromisoformat(text)
            found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
    return found if found.year >= EARLIEST else None


def iso(value: Any) -> str | None:
    """An instant as the canonical shape writes it: seconds since the epoch and times without a zone are UTC."""
    found = as_instant(value)
    return None if found is None else found.isoformat().replace("+00:00", "Z")
