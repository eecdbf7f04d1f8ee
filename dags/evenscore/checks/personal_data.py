"""Proves that a database names nobody who may not be named, and that its columns are on the list of personal data.

The list is the dbt seed `personal_data`: a column of any table by its name (relation `*`), or of one table. What must
name people who may be scored, and nobody else, is looked at value by value.
"""

import duckdb

from evenscore.name_kinds import HASHED, MEMBER, UNNAMED

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


def examine(con: duckdb.DuckDBPyConnection, database: str | None = None) -> None:
    """Lay out the temp table `examined`, one row a column of the warehouse, or of an attached database."""
    con.execute(
        "create or replace temp table examined "
        "(column_name varchar, kind varchar, is_unlisted boolean, unasked_count bigint)"
    )
    found = con.execute(COLUMNS, {"database": database}).fetchall()
    for schema, table, column, kind in found:
        place = ".".join(f'"{part}"' for part in (database, schema, table) if part)
        con.execute(
            f"insert into examined select $1, $2, $2 is null, {_strangers(place, column, kind)}",
            [f"{table}.{column}", kind],
        )


def _strangers(place: str, column: str, kind: str | None) -> str:
    """SQL that counts the values that name somebody who may not be named."""
    if kind not in ALLOWED:
        return "0"
    allowed = ALLOWED[kind].format(column=f'"{column}"')
    return f"""(select count(*) from {place} where "{column}" is not null and not ({allowed}))"""
