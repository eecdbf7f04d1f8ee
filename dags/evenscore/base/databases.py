"""How a process opens DuckDB, within the memory that it was given, and the pieces of SQL that everybody writes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenscore.base import atomic_io

if TYPE_CHECKING:
    import duckdb

DEFAULT = "80%"
"""DuckDB's own limit, of the machine's or the container's memory."""

BESIDE_BYTES = 1_300_000_000
"""What a night's process takes beside its database: Python, dbt and Great Expectations .7 GB, and what DuckDB holds
and does not count (.6 GB beside 4, measured with 200,000 people)."""
PATTERN_SIGNS = re.compile(r"([*?\[])")
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
        con.execute(f"set temp_directory = {quoted(_limits.spill_folder(next(_numbers)))}")
    return con


def records(con: "duckdb.DuckDBPyConnection", query: str, given: Any = None) -> list[dict[str, Any]]:
    """The rows of a query, each by the names of its columns. `given` are the values of its parameters."""
    found = con.execute(query, given)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def memory_limit() -> str:
    """The limit of every database of this process, for whoever opens one by other means (dbt)."""
    return _limits.memory_limit or DEFAULT


def columns_of(con: "duckdb.DuckDBPyConnection", table: str) -> list[str]:
    """A table's columns in order; none where there is no such table."""
    import duckdb

    try:
        return [name for name, *_ in con.execute(f"describe {table}").fetchall()]
    except (duckdb.CatalogException, duckdb.BinderException):
        return []


def quoted(value: object) -> str:
    """A value's text as an SQL string, for the few places that take no parameter."""
    return "'" + str(value).replace("'", "''") + "'"


def file_of(path: object) -> str:
    """A path as an SQL string where DuckDB reads a pattern: the one file of that very name."""
    return quoted(PATTERN_SIGNS.sub(r"[\1]", str(path)))


def replace_parquet(con: "duckdb.DuckDBPyConnection", path: Path, rows: str) -> None:
    """Write the rows of an SQL query as the Parquet file at `path`, whole or not at all. Raises DiskError."""
    draft = path.with_name(f".{path.name}.draft")
    with atomic_io.disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        con.execute(f"copy ({rows}) to {quoted(draft)} (format parquet, compression zstd)")
    atomic_io.sync(draft)
    draft.replace(path)
