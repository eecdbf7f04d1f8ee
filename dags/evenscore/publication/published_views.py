"""The views that readers find beside the published tables."""

import duckdb

from evenscore.base.databases import quoted

CURRENT_SCORES = """
    select * from person_scores
    qualify as_of_date = max(as_of_date) over (partition by person_id, persona)
"""
INCIDENTS = """
    select
        min(as_of_date) as as_of_date,
        min_by(run_id, as_of_date) as run_id,
        incident_id,
        any_value(kind) as kind,
        any_value(scope) as scope,
        max(affected_count) as affected_count,
        min_by(expected, as_of_date) as expected,
        min_by(observed, as_of_date) as observed,
        min_by(action, as_of_date) as action,
        max(as_of_date) filter (state = 'closed') as closed_at
    from incident_nights
    group by incident_id
    order by as_of_date, incident_id
"""
VIEWS = {
    "current_scores": (CURRENT_SCORES, "person_scores", "The latest published row of each person and persona.", {}),
    "incidents": (
        INCIDENTS,
        "incident_nights",
        "What befell many at once, one row an incident.",
        {
            "as_of_date": "The night on which it opened.",
            "run_id": "The run that published it first.",
            "closed_at": "The night on which it was over; null while it is open.",
        },
    ),
}
"""Each view's query, the table whose descriptions its columns take, its own, and those of columns of its own."""


def write_views(con: duckdb.DuckDBPyConnection) -> None:
    """Create the views in the database `candidate`, described like the tables that they read."""
    for name, (query, table, comment, own) in VIEWS.items():
        con.execute(f"create or replace view candidate.{name} as {query}")
        con.execute(f"comment on view candidate.{name} is {quoted(comment)}")
        described = _descriptions(con, table) | own
        for (column,) in con.execute(f"select column_name from (describe candidate.{name})").fetchall():
            if column in described:
                con.execute(f"comment on column candidate.{name}.{column} is {quoted(described[column])}")


def _descriptions(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    found = con.execute(
        "select column_name, comment from duckdb_columns() "
        "where database_name = 'candidate' and table_name = $1 and comment is not null",
        [table],
    ).fetchall()
    return dict(found)
