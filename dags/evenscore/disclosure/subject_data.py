"""Where something of a person is kept in a home, and what of it may be handed to them without naming anybody else."""

import json
import re
from typing import Any

import duckdb

from evenscore.base import databases
from evenscore.base import warehouse as cache
from evenscore.base.databases import file_of
from evenscore.base.paths import HomePaths
from evenscore.landing_zone import landing as zone
from evenscore.names.account_ids import AccountIds
from evenscore.names.identifier_matcher import Account
from evenscore.names.name_kinds import bare
from evenscore.publication.nameless import shown_ids
from evenscore.state import reconstructed as kept_scores

Rows = list[dict[str, Any]]

OTHERS = re.compile(r"(engager|receiver|other_person|ring|actor|target|decided_by)(_.*)?")
NO_NAMES = re.compile(r".*_(count|share|points|weight|persona)")
"""Columns that name somebody else, and those among them that only count: no names."""

DATASETS = {
    "activity": """
        select landed.network, account_id, 'done by this account' as whose, verb, occurred_at, value, object_id, text
        from landed inner join accounts on landed.network = accounts.network and actor_id = account_id
        union all
        select landed.network, account_id, 'done to this account', verb, occurred_at, value, object_id, null
        from landed inner join accounts on landed.network = accounts.network and target_id = account_id
        where actor_id is null or (landed.network, actor_id) not in (select (network, account_id) from accounts)
        order by all
    """,
    "accounts": "select landed.* from landed semi join accounts using (network, account_id) order by all",
    "aliases": """
        select landed.* from landed
        semi join accounts on landed.network = accounts.network and alias_id = account_id
        where kind = 'account'
        order by all
    """,
}
"""What has landed about some accounts; of what others did to them neither who, nor the event's id, nor the text."""


OBJECTS = ("object_id", "object_key")
"""Columns that hold an object's id, which may name whoever it belongs to."""


def unnamed(tables: dict[str, Any], accounts: list[Account], ids: AccountIds) -> dict[str, Any]:
    """The tables' rows with their objects' ids as far as those name nobody but the accounts."""
    lists = [rows for rows in tables.values() if isinstance(rows, list)]
    known = {
        (row["network"], bare(row[name]))
        for rows in lists
        for row in rows
        for name in OBJECTS
        if row.get(name) is not None
    }
    shown = shown_ids(ids, sorted(known), accounts)
    for rows in lists:
        for row in rows:
            row |= {name: shown[row["network"], bare(row[name])] for name in OBJECTS if row.get(name) is not None}
    return tables


def landing(places: HomePaths, accounts: list[Account]) -> dict[str, Rows]:
    """What has landed about these accounts, a dataset each, and which refused records name them."""
    if not accounts:
        return {}
    found: dict[str, Rows] = {}
    with databases.connect() as con:
        con.execute("create table accounts (network varchar, account_id varchar)")
        con.executemany("insert into accounts values (?, ?)", accounts)
        for dataset, query in DATASETS.items():
            landed = [one for one in zone.manifests(places) if one.dataset == dataset]
            files = ", ".join(file_of(zone.landed_file(places, one)) for one in landed)
            if files:
                con.execute(f"create or replace view landed as from read_parquet([{files}])")
                found[dataset] = _rows(con, query)
        return found | {"rejected": _rejected(con, places)}


def _rejected(con: duckdb.DuckDBPyConnection, places: HomePaths) -> Rows:
    """Refused records that name an account, by where they stand: what they hold may be somebody else's too."""
    files = ", ".join(file_of(path) for path in sorted(places.all_rejected))
    query = f"""
        select distinct file, row, reason from read_parquet([{files}])
        inner join accounts on contains(record, '"' || account_id || '"')
        order by all
    """
    return _rows(con, query) if files else []


def warehouse(places: HomePaths, person_id: str) -> dict[str, Rows | dict[str, int]]:
    """The rows of each table of the warehouse that has any; where they name others too, how many they are."""
    if not places.warehouse.exists():
        return {}
    with cache.connect(places, read_only=True) as con:
        tables = _tables(con, "schema_name || '.' || table_name")
        kept = {table: _kept(con, table, columns, person_id) for table, columns in tables}
    return {table: found for table, found in kept.items() if found}


def _kept(con: duckdb.DuckDBPyConnection, table: str, columns: list[str], person_id: str) -> Rows | dict[str, int]:
    if not any(names_others(column) for column in columns):
        return _rows(con, f"select * from {table} where person_id = ? order by all", person_id)
    count = con.execute(f"select count(*) from {table} where person_id = ?", [person_id]).fetchall()[0][0]
    return {"row_count": count} if count else {}


def reconstructed(places: HomePaths, person_id: str) -> Rows:
    """The scores that are kept of nights which nobody was shown; without the digest of what they rest on."""
    with databases.connect() as con:
        rows = f"({kept_scores.rows_kept(places, con)})"
        return _rows(
            con, f"select distinct * exclude (grounds) from {rows} where person_id = ? order by all", person_id
        )


def published(places: HomePaths, person_id: str) -> dict[str, Rows]:
    """The rows of each published table, of all nights, without the columns that name somebody else."""
    if not places.database.exists():
        return {}
    with databases.connect(places.database.resolve(), read_only=True) as con:
        return {table: _rows(con, _own(table, columns), person_id) for table, columns in _tables(con, "table_name")}


def _own(table: str, columns: list[str]) -> str:
    shown = ", ".join(column for column in columns if not names_others(column))
    return f"select {shown} from {table} where person_id = ? order by all"


def _tables(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, list[str]]]:
    """The tables with a person in them, and their columns in order."""
    return con.execute(
        f"select {name}, list(column_name order by column_index) as names from duckdb_columns() "
        "semi join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name = current_database() group by all having list_contains(names, 'person_id') order by 1"
    ).fetchall()


def names_others(column: str) -> bool:
    """Whether a column names somebody other than the row's person."""
    return bool(OTHERS.fullmatch(column)) and not NO_NAMES.fullmatch(column)


def kept_runs(places: HomePaths, person_id: str) -> list[str]:
    """The kept runs whose tables have rows of the person: earlier copies of what is published."""
    found = []
    for folder in places.published_runs:
        with databases.connect(folder / places.database.name, read_only=True) as con:
            if con.execute("select 1 from person_scores where person_id = ? limit 1", [person_id]).fetchall():
                found.append(folder.name)
    return found


def files(places: HomePaths, person_id: str) -> list[str]:
    """Pages and run records that name the person; they repeat what stands in the tables."""
    needle = person_id.encode()
    found = (path for folder in places.pages for path in folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(places.home)) for path in found if needle in path.read_bytes())


def decisions(places: HomePaths, person_id: str) -> Rows:
    """What reviewers were asked and decided about the person, without the reviewers."""
    lines = (line for path in sorted(places.reviews.glob("*.ndjson")) for line in path.read_bytes().splitlines())
    mine = (row for row in map(json.loads, lines) if row.get("person_id") == person_id)
    return [{name: value for name, value in row.items() if not names_others(name)} for row in mine]


def _rows(con: duckdb.DuckDBPyConnection, query: str, *values: Any) -> Rows:
    return databases.records(con, query, list(values))
