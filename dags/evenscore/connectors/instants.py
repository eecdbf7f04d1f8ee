"""When something was: an instant, however a network writes it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from evenscore.connectors.records import Row, seek

EARLIEST = 1970
"""No network has anything of an earlier year: it stands there where nobody knows."""


def instant_of(*path: str) -> Callable[[Row], datetime | None]:
    """An item's own instant at a path: ISO text, with or without a zone, or seconds since the epoch."""
    return lambda item: as_instant(seek(item, *path))


def as_instant(value: Any) -> datetime | None:
    """ISO text or seconds since the epoch as an instant, UTC; None for anything else, a zero of whatever clock too."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value, UTC)
        else:
            found = datetime.fromisoformat(str(value))
            found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.year >= EARLIEST else None


def iso(value: Any) -> str | None:
    """An instant as the canonical shape writes it: seconds since the epoch and times without a zone are UTC."""
    found = as_instant(value)
    return None if found is None else found.isoformat().replace("+00:00", "Z")
