"""Proves that a database names nobody who may not be named, and that its columns are on the list of personal data.

The list is the dbt seed `personal_data`: a column of any table by its name (relation `*`), or of one table. What must
name people who may be scored, and nobody else, is looked at value by value. So is, in a database that is published,
what people made or wrote: nobody's name may stand in it who did not ask. Those are found by the names that landed,
apart from the rules by which ids and texts are shown (nameless.py), so that neither hides the other's fault.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from evenscore.base.databases import quoted
from evenscore.names.name_kinds import HASHED, MEMBER, UNNAMED

COLUMNS = """
    select columns.schema_name, columns.table_name, columns.column_name,
        coalesce(own.kind, anywhere.kind) as kind
    from duckdb_columns() as columns
    inner join duckdb_tables() as tables using (database_name, schema_name, table_name)
    left join scores.personal_data as own
        on columns.table_name = own.relation and columns.column_name = own.column_name
    left join scores.personal_data as anywhere
        on anywhere.relation = '*' and columns.column_name = anywhere.column_name
    where columns.database_name = coalesce($database, current_database())
    order by all
"""

COLUMNS_OF = "select table_name, column_name from duckdb_columns() where database_name = $database"

PEOPLE = "select person_id from conformed.consent union select person_id from conformed.consent_shown"
ACCOUNTS = """
    select account_id from conformed.consent
    union select account_id from conformed.consent_shown
    union select account_id from conformed.programs
"""
ALLOWED = {
    "person": f"{{column}} in ({PEOPLE})",
    "account": f"{{column}} in ({ACCOUNTS})",
    "engager": (
        f"regexp_full_match({{column}}, '{HASHED.replace('{', '{{').replace('}', '}}')}') "
        f"or starts_with({{column}}, '{UNNAMED}') or {{column}} in (select '{MEMBER}' || person_id from ({PEOPLE}))"
    ),
}
"""What may stand in a column of each kind that names somebody."""

NETWORK_FIRST = {"top_post_id"}
"""Columns of content whose values begin with a network's name and a colon."""

WORDS = re.compile(r"""[\s/#?&=@:,;()\[\]{}<>|*!"'`\u2019“”…]|[^\s/#?&=@:,;()\[\]{}<>|*!"'`\u2019“”…]+""")
LONGEST = 9
"""Of how many words and signs between them a name may be made."""
LIKE_A_NUMBER = re.compile(r"[\W\d_]*|(topic|post|pr|issue|comment)-\d+|(px|fo|fg)-\d{8}-\d{2}-p?\d{5}")
"""What names nobody that a reader would know: numbers, and ids as our connectors write them."""

STRANGERS = """
    with landed as (
        select unnest([actor_id, target_id]) as name from raw.activity
        union all select account_id from raw.accounts
        union all select alias_id from raw.aliases where kind = 'account'
        union all select unnest([person_id, account_id]) from raw.consent
    ),
    asked as (select unnest([person_id, account_id]) as name from conformed.consent_shown)
    select word from words
    where word in (select trim(lower(name), '.-_') from landed where name is not null)
        and word not in (select trim(lower(name), '.-_') from asked)
"""
"""Which of some words are names of people who did not ask."""


@dataclass(frozen=True)
class Column:
    """A column, what it is on the list as (None: it is on no list), and the table where its values are read."""

    table: str
    name: str
    kind: str | None
    place: str


def examine(con: duckdb.DuckDBPyConnection, database: str | None = None, values: str | None = None) -> None:
    """Lay out the temp table `examined`, one row a column of the warehouse, or of an attached database.

    `values` is a database that has the values of some columns each once, under the same names: there they are read.
    """
    columns = _columns(con, database, values)
    counts = _strangers(con, columns)
    if database is not None:
        counts |= {column: _named_in_content(con, column) for column in columns if column.kind == "content"}
    rows = ["('', null::varchar, false, 0::bigint)"]
    for column in columns:
        kind, is_unlisted = (quoted(column.kind), False) if column.kind else ("null", True)
        rows.append(f"({quoted(f'{column.table}.{column.name}')}, {kind}, {is_unlisted}, {counts.get(column, 0)})")
    con.execute(f"""
        create or replace temp table examined as
        from (values {", ".join(rows)}) as found (column_name, kind, is_unlisted, unasked_count)
        where column_name != ''
    """)


def _columns(con: duckdb.DuckDBPyConnection, database: str | None, values: str | None) -> list[Column]:
    once = set(con.execute(COLUMNS_OF, {"database": values}).fetchall())
    found = []
    for schema, table, name, kind in con.execute(COLUMNS, {"database": database}).fetchall():
        source = values if (table, name) in once else database
        found.append(Column(table, name, kind, ".".join(f'"{part}"' for part in (source, schema, table) if part)))
    return found


def _named_in_content(con: duckdb.DuckDBPyConnection, column: Column) -> int:
    """How many values hold a word that is the name of somebody who did not ask."""
    name = f'"{column.name}"'
    values = con.execute(
        f"select {name}::varchar, count(*) from {column.place} where {name} is not null group by all"
    ).fetchall()
    has_network = column.name in NETWORK_FIRST
    words = {value: set(_words(value.partition(":")[2] if has_network else value)) for value, _ in values}
    con.register("words", pa.table({"word": pa.array(sorted(set().union(*words.values())), pa.string())}))
    strangers = {word for (word,) in con.execute(STRANGERS).fetchall()}
    con.unregister("words")
    return sum(count for value, count in values if words[value] & strangers)


def _words(value: str) -> Iterator[str]:
    """Every run of words that may be a name, in lower case."""
    parts = WORDS.findall(value.lower())
    for first in range(len(parts)):
        for length in range(1, LONGEST + 1, 2):
            word = "".join(parts[first : first + length]).strip(".-_")
            if not LIKE_A_NUMBER.fullmatch(word):
                yield word


def _strangers(con: duckdb.DuckDBPyConnection, columns: list[Column]) -> dict[Column, int]:
    """How many values of each column that must name people name somebody who may not be named.

    One statement, and one look at a table: to plan several hundred small ones takes longer than all else.
    """
    of_place: dict[str, list[Column]] = {}
    for column in columns:
        if column.kind in ALLOWED:
            of_place.setdefault(column.place, []).append(column)
    looks = [
        f"select {quoted(place)}, [{', '.join(_counted(column) for column in found)}] from {place}"
        for place, found in of_place.items()
    ]
    counted = con.execute(" union all ".join(looks)).fetchall() if looks else []
    return {column: count for place, counts in counted for column, count in zip(of_place[place], counts, strict=True)}


def _counted(column: Column) -> str:
    name = f'"{column.name}"'
    return f"count(*) filter ({name} is not null and not ({ALLOWED[str(column.kind)].format(column=name)}))"
