"""The rows of a candidate, the database that readers are to be pointed at: earlier nights as they were, and tonight."""

import duckdb

from evenscore.base.databases import columns_of, quoted
from evenscore.publication.nameless import nameless
from evenscore.publication.shown_rows import MARTS, rule
from evenscore.state import runs
from evenscore.state.runs import Night

KEYS = (
    *("as_of_date", "incident_id", "scope", "person_id", "persona", "network", "feature", "cause"),
    *("other_person_id", "topic", "object_id", "object_rank"),
)
STAMPED = {"published_at": "When the row was published, UTC.", "run_id": "The run that published the row."}
"""The columns that say when and by which run a row was published."""
STAMPED_MARTS = ("person_scores", "incident_nights")


def may_be_shown(mart: str) -> str:
    """Which rows of earlier nights may go on being shown, by dbt's gate and by this moment."""
    return f"{rule(mart, 'conformed')} and {rule(mart, 'present')} and as_of_date >= (from raw.first_kept_night)"


def tonight(mart: str, columns: str = "*") -> str:
    """SQL of tonight's rows that may be shown."""
    return f"select {columns} from {nameless('marts', mart)} where {rule(mart, 'present')}"


def stamped(mart: str, night: Night) -> str:
    """The same, with when and by which run they are published."""
    stamp = f", {quoted(runs.now())}::timestamp as published_at, {quoted(night.run_id)} as run_id"
    return tonight(mart, f"*{stamp if mart in STAMPED_MARTS else ''}")


def earlier(con: duckdb.DuckDBPyConnection, night: Night, mart: str) -> str | None:
    """SQL of the rows of earlier nights that may go on being shown; None where readers have no such table yet."""
    columns = shared_columns(con, mart)
    where = f"as_of_date <> {quoted(night.as_of_date)} and {may_be_shown(mart)}"
    return f"select {columns} from {nameless('previous', mart)} where {where}" if columns else None


def shared_columns(con: duckdb.DuckDBPyConnection, mart: str) -> str:
    """A newer version may have added a column, or a table, that readers have not seen yet."""
    seen = columns_of(con, f"previous.{mart}")
    return ", ".join(name for name in columns_of(con, f"candidate.{mart}") if name in seen)


def fill(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Fill an empty candidate: earlier nights as they were published, of people who still consent, and tonight."""
    for mart in MARTS:
        newest = stamped(mart, night)
        con.execute(f"create table candidate.{mart} as {newest} limit 0")
        _insert(con, mart, " union all by name ".join(filter(None, (newest, earlier(con, night, mart)))))


def add_tonight(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Add tonight to a candidate that holds the nights before it."""
    for mart in MARTS:
        _insert(con, mart, stamped(mart, night))


def _insert(con: duckdb.DuckDBPyConnection, mart: str, rows: str) -> None:
    columns = columns_of(con, f"candidate.{mart}")
    keys = ", ".join(name for name in KEYS if name in columns)
    con.execute(f"insert into candidate.{mart} by name select * from ({rows}) order by {keys}")
    _copy_comments(con, mart)


def _copy_comments(con: duckdb.DuckDBPyConnection, mart: str) -> None:
    """Descriptions travel with the data: a reader of the file has no other documentation at hand."""
    of_table = con.execute(
        "select comment from duckdb_tables() where schema_name = 'marts' and table_name = $1 and comment is not null",
        [mart],
    ).fetchall()
    described = con.execute(
        "select column_name, comment from duckdb_columns() "
        "where schema_name = 'marts' and table_name = $1 and comment is not null",
        [mart],
    ).fetchall()
    described += list(STAMPED.items()) if mart in STAMPED_MARTS else []
    told = [f"comment on table candidate.{mart} is {quoted(comment)}" for (comment,) in of_table]
    told += [f"comment on column candidate.{mart}.{column} is {quoted(comment)}" for column, comment in described]
    con.execute(";\n".join(told))
