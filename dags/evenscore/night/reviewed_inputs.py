"""What a night is told of reviewers' decisions, released incidents and what was set aside."""

from collections.abc import Sequence

import duckdb
from pydantic import BaseModel

from evenscore.base.settings import Settings
from evenscore.night.raw_tables import create, keep_beside
from evenscore.reviews.decisions import called_real, read_decisions, read_incident_releases, that_count
from evenscore.reviews.set_asides import read_set_asides, standing
from evenscore.state.runs import Night

DECISIONS = {
    "decided_at": "timestamp",
    **dict.fromkeys(("decided_by", "why", "action", "person_id", "persona", "cause"), "varchar"),
    **dict.fromkeys(("as_of_date", "episode_date"), "date"),
    "candidate_score": "double",
    "disliker_count": "bigint",
}
INCIDENT_RELEASES = {"incident_id": "varchar", "as_of_date": "date"}
SET_ASIDES = {
    **dict.fromkeys(("person_id", "persona", "part", "post"), "varchar"),
    **dict.fromkeys(("since_date", "until_date", "episode_date", "as_of_date"), "date"),
}
"""What the build reads of what reviewers said."""


def write_decisions(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> None:
    """Lay out what reviewers have said up to the night, of which the latest word counts."""
    real = called_real(read_incident_releases(settings.places), night.as_of_date)
    said: tuple[tuple[str, dict[str, str], Sequence[BaseModel]], ...] = (
        ("decisions", DECISIONS, that_count(read_decisions(settings.places), night.as_of_date)),
        ("incident_releases", INCIDENT_RELEASES, real),
        ("set_asides", SET_ASIDES, standing(read_set_asides(settings.places), night.as_of_date)),
    )
    for table, columns, entries in said:
        rows = [{name: getattr(entry, name) for name in columns} for entry in entries]
        create(con, f"temp table {table}", columns, rows)
        keep_beside(con, settings.places, table, f"from {table}")
