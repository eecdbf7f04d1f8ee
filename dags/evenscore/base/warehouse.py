"""Who may open the warehouse, and what readers see beside it.

The file is a cache with one writer. Landing zone, ledger and published database are the truth.
"""

import contextlib
from collections.abc import Iterator

import duckdb

from evenscore.base import databases
from evenscore.base.databases import quoted
from evenscore.base.errors import BusyError, DiskError, EvenscoreError, UsageError
from evenscore.base.paths import HomePaths

DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
"""How DuckDB says that a file does not hold what was written to it."""


@contextlib.contextmanager
def connect(places: HomePaths, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse, or say in one line why not.

    Raises BusyError when another process has it, DiskError when the disk is full, EvenscoreError when it is damaged.
    """
    try:
        with databases.connect(places.warehouse, read_only=read_only) as con:
            con.execute("set TimeZone = 'UTC'")
            yield con
    except duckdb.Error as error:
        raise _in_one_line(places, error) from error


def _in_one_line(places: HomePaths, error: duckdb.Error) -> EvenscoreError:
    reason = str(error).splitlines()[0]
    if "Could not set lock" in reason:
        return BusyError(f"{places.warehouse}: open in another process; close it and run again ({reason})")
    if "No space left" in reason or "File too large" in reason:
        return DiskError(f"{places.home}: the disk is full; nothing was replaced ({reason})")
    if isinstance(error, DAMAGE) or "Corrupt database file" in reason:
        return EvenscoreError(f"{places.warehouse}: cannot be read; move it away and run the night again ({reason})")
    return EvenscoreError(f"{places.warehouse}: {reason}")


def read_published(places: HomePaths) -> duckdb.DuckDBPyConnection:
    """Open what readers see. Raises UsageError when nothing has been published yet."""
    if not places.database.exists():
        raise UsageError(f"{places.database}: nothing has been published yet; run a night first")
    return databases.connect(places.database.resolve(), read_only=True)


def attach_published(con: duckdb.DuckDBPyConnection, places: HomePaths, name: str) -> bool:
    """Attach what readers see, if anything was ever published. Raises EvenscoreError when it is gone or damaged."""
    if not places.current.is_symlink():
        return False
    folder = places.current.resolve()
    try:
        con.execute(f"attach {quoted(folder / places.database.name)} as {name} (read_only)")
    except duckdb.Error as error:
        raise EvenscoreError(
            f"{folder}: what readers see cannot be read; point {places.current} at another folder in "
            f"{folder.parent} and run again ({str(error).splitlines()[0]})"
        ) from error
    return True
