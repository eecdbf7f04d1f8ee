"""Proves that a database names nobody who may not be named, and that its columns are on the list of personal data.

The list is the dbt seed `personal_data`: a column of any table by its name (relation `*`), or of one table. What must
name people who may be scored, and nobody else, is looked at value by value. So is, in a database that is published,
what people made or wrote: nobody's name may stand in it who did not ask. Those are found by the names that landed,
apart from the rules by which ids and texts are shown (nameless.py), so that neither hides the other's fault.
"""

import re
from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa

from evenscore.building.warehouse import quoted
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


def examine(con: duckdb.DuckDBPyConnection, database: str | None = None, values: str | None = None) -> None:
    """Lay out the temp table `examined`, one row a column of the warehouse, or of an attached database.

    `values` is a database that has the values of some columns each once, under the same names: there they are read.
    """
    once = set(con.execute(COLUMNS_OF, {"database": values}).fetchall())
    found = con.execute(COLUMNS, {"database": database}).fetchall()
    places = {
        (schema, table, column): ".".join(
            f'"{part}"' for part in (values if (table, column) in once else database, schema, table) if part
        )
        for schema, table, column, _ in found
    }
    counts = _strangers(con, [(places[schema, table, column], column, kind) for schema, table, column, kind in found])
    rows = ["('', null::varchar, false, 0::bigint)"]
    for schema, table, column, kind in found:
        place = places[schema, table, column]
        is_published = kind == "content" and database is not None
        count = _named_in_content(con, place, column) if is_published else counts.get((place, column), 0)
        rows.append(f"({quoted(f'{table}.{column}')}, {quoted(kind) if kind else 'null'}, {kind is None}, {count})")
    con.execute(
        "create or replace temp table examined as from (values "
        + ", ".join(rows)
        + ") as found (column_name, kind, is_unlisted, unasked_count) where column_name != ''"
    )


def _named_in_content(con: duckdb.DuckDBPyConnection, place: str, column: str) -> int:
    """How many values hold a word that is the name of somebody who did not ask."""
    values = con.execute(
        f'select "{column}"::varchar, count(*) from {place} where "{column}" is not null group by all'
    ).fetchall()
    words = {value: set(_words(value.partition(":")[2] if column in NETWORK_FIRST else value)) for value, _ in values}
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


def _strangers(
    con: duckdb.DuckDBPyConnection, columns: Sequence[tuple[str, str, str | None]]
) -> dict[tuple[str, str], int]:
    """By table and column, how many values name somebody who may not be named, where such a name may stand."""
    by_place: dict[str, dict[str, str]] = {}
    for place, column, kind in columns:
        if kind in ALLOWED:
            allowed = ALLOWED[kind].format(column=f'"{column}"')
            by_place.setdefault(place, {})[column] = f'count(*) filter ("{column}" is not null and not ({allowed}))'
    # One statement, and one look at a table: several hundred small ones cost a second.
    looks = [
        f"select {quoted(place)}, [{', '.join(counts.values())}] from {place}" for place, counts in by_place.items()
    ]
    found = con.execute(" union all ".join(looks)).fetchall() if looks else []
    return {
        (place, column): count for place, counts in found for column, count in zip(by_place[place], counts, strict=True)
    }
