"""Two hundred people who may not be scored, busy in a village, all of them known by one word in their ids."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
from village import DAYS, FIRST, LAST, Village

CANARY = "zqxoutsider"
"""More than the seven bytes of leftover memory that DuckDB may write where it aligns a segment to eight."""
KINDS = ("minor", "undeclared", "hidden", "unlisted", "researched", "stranger", "withdrew", "subject")
EACH = 25
OUTSIDERS = [f"{CANARY}_{kind}_{number}" for kind in KINDS for number in range(EACH)]
HUB = f"{CANARY}_hub"
ON_LAST = f"{LAST}T09:00:00Z"


def add_outsiders(village: Village, *members: str) -> None:
    """They act for members, members act for them, and for all but strangers the ledger has an entry."""
    for number, outsider in enumerate(OUTSIDERS):
        kind = outsider.split("_")[1]
        if kind != "stranger":
            age = {"minor": "false", "undeclared": ""}.get(kind, "true")
            village.grant(outsider, is_adult=age, purpose="research" if kind == "researched" else "public_score")
        if kind in ("withdrew", "subject"):
            at = ON_LAST if kind == "subject" else "2026-02-01T00:00:00Z"
            village.grant(outsider, action="withdraw", recorded_at=at)
        snapshot = {"network": "forum", "account_id": outsider, "captured_at": f"{FIRST}T00:00:00Z"}
        flags = {"hidden": {"is_private": "true"}, "unlisted": {"is_discoverable": "false"}}
        if kind in flags:
            village.accounts.append(snapshot | flags[kind])
        for member in members:
            village.like(member, [outsider], DAYS[number % 30])
            village.like(outsider, [member], DAYS[number % 30])
        village.like(outsider, [f"{CANARY}_fan"], DAYS[number % 30])
        village.named(f"id_of_{outsider}", f"{outsider}_once", outsider)
    for number in range(4_000):  # a third of everything, though no profile says that it is a program
        village.like(members[0], [HUB], LAST, object_id=f"object-{number}")


def mentions_in_tables(database: Path) -> list[str]:
    """The columns of a database's tables in which an outsider stands."""
    with duckdb.connect(str(database.resolve()), read_only=True) as con:
        columns = con.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "inner join duckdb_tables() using (database_name, schema_name, table_name) order by all"
        ).fetchall()
        assert len(columns) > 50
        return [
            f"{table}.{column}"
            for schema, table, column in columns
            if con.execute(
                f"select count(*) from {schema}.{table} where \"{column}\"::varchar like '%{CANARY}%'"
            ).fetchall()
            != [(0,)]
        ]


def mentions_in_parquet(folder: Path) -> list[str]:
    """The Parquet files below a folder in which an outsider stands."""
    files = sorted(folder.resolve().rglob("*.parquet"))
    assert len(files) > 8
    query = "select count(*) from read_parquet('{path}') as row where row::varchar like '%{canary}%'"
    with duckdb.connect() as con:
        return [f.name for f in files if con.execute(query.format(path=f, canary=CANARY)).fetchall() != [(0,)]]


def mentions_in_bytes(home: Path, *beside: str) -> list[str]:
    """The files of a home in which an outsider's id stands as it is, but for those below the folders named."""
    return [str(path.relative_to(home)) for path in files(home, *beside) if CANARY.encode() in path.read_bytes()]


def files(home: Path, *beside: str) -> Iterator[Path]:
    """The files of a home, but for those below the folders named."""
    for path in sorted(home.rglob("*")):
        name = str(path.relative_to(home))
        if path.is_file() and not path.is_symlink() and not name.startswith(beside):
            yield path
