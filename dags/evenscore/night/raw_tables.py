"""How a table of the schema `raw` is made: in the warehouse, or beside it where it names people."""

from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from evenscore.base.databases import file_of, quoted
from evenscore.base.paths import HomePaths


def keep_beside(con: duckdb.DuckDBPyConnection, places: HomePaths, name: str, query: str, **given: object) -> None:
    """Write rows beside the warehouse, and let `raw.<name>` show them: deleted rows stay in a database's file."""
    path = quoted(places.inputs / f"{name}.parquet")
    con.execute(f"create temp table kept as {query}", given or None)
    con.execute(f"copy kept to {path} (format parquet, compression zstd)")
    con.execute("drop table kept")
    con.execute(f"create view raw.{name} as from read_parquet({file_of(places.inputs / f'{name}.parquet')})")


def create(
    con: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: Sequence[Mapping[str, object]]
) -> None:
    """Create a table of these columns and fill it in one statement: a statement a row takes milliseconds each."""
    con.execute(f"create or replace {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    if rows:
        con.register("given", pa.table({name: [row[name] for row in rows] for name in columns}))
        con.execute(f"insert into {table.split()[-1]} from given")
        con.unregister("given")
