"""How a process opens DuckDB: within the memory that it was given, and with what does not fit below its home folder."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

DEFAULT = "80%"
"""DuckDB's own limit, of the machine's or the container's memory."""


BESIDE_BYTES = 1_300_000_000
"""What a night's process takes beside its database: Python, dbt and Great Expectations .7 GB, and what DuckDB holds
and does not count (.6 GB beside 4, measured with 200,000 people)."""
UNITS = {"MB": 10**6, "GB": 10**9, "MiB": 2**20, "GiB": 2**30}


@dataclass
class Limits:
    """What each database of this process may take, and where the rest goes."""

    memory_limit: str | None = None
    """As DuckDB has it (2700MB); None for its own default, four fifths of the machine's or the container's memory."""
    spill_folder: Callable[[int], Path] | None = None
    """Where the database of a number puts what does not fit; None before any home is known."""


_limits = Limits()
_numbers = count(1)


def keep_within(memory_limit: str | None, spill_folder: Callable[[int], Path]) -> None:
    """From here on open every database of this process like this: a process works in one home.

    `memory_limit` is what the process may take, such as 4GB.
    """
    _limits.memory_limit, _limits.spill_folder = memory_limit and of_database(memory_limit), spill_folder


def of_database(memory_limit: str) -> str:
    """The part of a process's memory that its database may take: what the rest of it leaves, half of it at least."""
    unit = memory_limit.lstrip("0123456789. ")
    total = float(memory_limit.removesuffix(unit)) * UNITS[unit]
    return f"{max(total - BESIDE_BYTES, total / 2) / UNITS['MB']:.0f}MB"


def connect(path: Path | None = None, read_only: bool = False) -> "duckdb.DuckDBPyConnection":
    """Open a database file, or a database in memory. Raises as duckdb.connect."""
    import duckdb  # whoever reads the settings alone, as Airflow does to parse the DAGs, need not have it

    con = duckdb.connect(path, read_only=read_only) if path else duckdb.connect()
    if _limits.memory_limit:
        con.execute(f"set memory_limit = '{_limits.memory_limit}'")
    if not path and _limits.spill_folder:  # a file's own is beside it
        place = str(_limits.spill_folder(next(_numbers))).replace("'", "''")
        con.execute(f"set temp_directory = '{place}'")
    return con


def records(con: "duckdb.DuckDBPyConnection", query: str, given: Any = None) -> list[dict[str, Any]]:
    """The rows of a query, each by the names of its columns. `given` are the values of its parameters."""
    found = con.execute(query, given)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def memory_limit() -> str:
    """The limit of every database of this process, for whoever opens one by other means (dbt)."""
    return _limits.memory_limit or DEFAULT
