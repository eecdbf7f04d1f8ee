"""The roster of a published run: who and what stands in its history, each once, however many nights show them.

The rules that say what may be shown ask about people, personas, networks, topics, ids and texts, and none about what a
night's row says of them. So one row of each tells whether all of history may go on being shown, and history need not
be read for it. A roster has the tables of the run under their own names, and of each combination the earliest night.
"""

from pathlib import Path

import duckdb

from evenscore.base.databases import columns_of, file_of, quoted
from evenscore.publication import pieces
from evenscore.publication.run_folders import read_manifest
from evenscore.publication.shown_rows import MARTS

FOLDER = "roster"
ASKED = (
    *("person_id", "persona", "network", "topic", "other_person_id", "is_counted"),
    *("object_id", "top_post_id", "why"),
)
"""The columns that a rule asks about: all that name somebody, and all that may hold a name."""


def lay_out(con: duckdb.DuckDBPyConnection, folder: Path, name: str) -> bool:
    """Attach a run's roster as a database `name`, in memory. False where it has none, or a file is not as it was."""
    manifest = read_manifest(folder)
    files = [path for path in pieces.named(manifest) if path.startswith(f"{FOLDER}/")]
    if not files or not all(pieces.is_whole(folder, manifest, path) for path in files):
        return False
    con.execute(f"attach ':memory:' as {name}")
    for path in files:
        con.execute(f"create table {name}.{Path(path).stem} as from read_parquet({file_of(folder / path)})")
    return True


def take(con: duckdb.DuckDBPyConnection, name: str, of: str, more: str = "", where: str = "true") -> None:
    """Make a database `name`, in memory, of the roster of the marts of a database, or of the rows `where` something
    holds, with what another roster has besides (`more`)."""
    con.execute(f"attach ':memory:' as {name}")
    for mart in MARTS:
        columns = [column for column in columns_of(con, f"{of}.{mart}") if column in ASKED]
        if "person_id" in columns:
            keys = ", ".join(columns)
            rows = f"select {keys}, as_of_date from {of}.{mart} where {where}"
            rows += f" union all by name from {more}.{mart}" if more else ""
            con.execute(
                f"create table {name}.{mart} as select {keys}, min(as_of_date) as as_of_date from ({rows}) "
                "group by all order by all"
            )


def write(con: duckdb.DuckDBPyConnection, name: str, draft: Path) -> None:
    """Write a roster below a draft."""
    (draft / FOLDER).mkdir()
    for (table,) in con.execute("select table_name from duckdb_tables() where database_name = $1", [name]).fetchall():
        path = quoted(draft / FOLDER / f"{table}.parquet")
        con.execute(f"copy {name}.{table} to {path} (format parquet, compression zstd)")
