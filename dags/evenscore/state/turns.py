"""Whose turn it is: a night of many processes holds the home folder from its first step to its last.

A night of one process holds the home by a lock that the kernel frees with it (`runs.only_one`). A night of a scheduler
is a process a step; between two steps nobody has that lock, and another run would build in the same warehouse. So such
a night notes that it is its turn. Whether the noted run still lives is the scheduler's to say: this module only keeps
the note, and refuses everybody else meanwhile.
"""

import contextlib
import os
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from evenscore.base import atomic_io
from evenscore.base.errors import BusyError
from evenscore.base.paths import HomePaths

_acting = ContextVar[str | None]("acting", default=None)


@dataclass(frozen=True)
class Turn:
    """The run whose turn it is."""

    holder: str
    """What the scheduler calls the run."""
    since: str
    """When it began, ISO 8601 in UTC."""
    pid: int | None = None
    """The process that all its steps run in, where that is one: the turn is over when the process is gone."""

    @property
    def is_of_no_process(self) -> bool:
        """Whether the one process of the run is gone."""
        if self.pid is None:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # somebody else's process: it is there
            return False
        return False


def current(places: HomePaths) -> Turn | None:
    """The run whose turn it is; None when the home is free. Raises InputError for a damaged note."""
    return Turn(**atomic_io.read_json(places.turn)) if places.turn.exists() else None


def take(places: HomePaths, holder: str, pid: int | None = None) -> None:
    """Note that it is `holder`'s turn. The caller has the home's lock, and knows that nobody else's turn it is."""
    known = current(places)
    if known is None or known.holder != holder or known.pid != pid:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        atomic_io.write_json(places.turn, asdict(Turn(holder, since, pid)))
    if not places.scheduled.exists():
        atomic_io.write_json(places.scheduled, {"since": datetime.now(UTC).isoformat(timespec="seconds")})


def give_back(places: HomePaths, holder: str) -> bool:
    """End the turn of `holder`, if it has it. Returns whether it had."""
    known = current(places)
    if known is None or known.holder != holder:
        return False
    places.turn.unlink(missing_ok=True)
    return True


@contextlib.contextmanager
def acting_for(holder: str) -> Iterator[None]:
    """What runs within is a step of `holder`: its own turn does not stand in its way."""
    token = _acting.set(holder)
    try:
        yield
    finally:
        _acting.reset(token)


def require(places: HomePaths) -> None:
    """Raise BusyError while it is the turn of another run than the one that this process acts for."""
    known = current(places)
    if known and known.holder != _acting.get() and not known.is_of_no_process:
        raise busy(places, known)


def busy(places: HomePaths, known: Turn) -> BusyError:
    """That it is another's turn, and what to do."""
    return BusyError(
        f"{places.turn}: {known.holder} has been under way in this home folder since {known.since}; try again when it "
        "has ended, or remove this file where that run has died for good"
    )
