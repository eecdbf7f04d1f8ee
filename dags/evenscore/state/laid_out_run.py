"""The run that laid out the warehouse, and the scoring versions that it needs."""

from dataclasses import dataclass

import duckdb

from evenscore.base import warehouse
from evenscore.base.errors import EvenscoreError
from evenscore.base.paths import HomePaths
from evenscore.state.runs import Night


def require_run(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Raise unless this run laid out the warehouse: a layer of another night would be built on it."""
    found = run_in(con)
    if found != night.run_id:
        raise EvenscoreError(
            f"--date {night.as_of_date}: the warehouse holds {found or 'no run'}, not {night.run_id}; "
            "run `evenscore build` for this date"
        )


def holds(places: HomePaths, night: Night) -> bool:
    """Whether this run laid out the warehouse, and no other since."""
    if not places.warehouse.exists():
        return False
    with warehouse.connect(places) as con:
        return run_in(con) == night.run_id


def run_in(con: duckdb.DuckDBPyConnection) -> str | None:
    """The id of the run that laid out the warehouse; None where none has."""
    try:
        found = con.execute("select run_id from raw.run").fetchall()
    except duckdb.CatalogException:
        return None
    return str(found[0][0]) if found else None


@dataclass(frozen=True)
class ScoringVersions:
    """The scoring versions of one night."""

    published: int
    candidate: int | None
    previous: int | None
    """The version that readers saw last."""
    beside: tuple[int, ...] = ()
    """Versions that a trial looks at beside these."""

    @property
    def built(self) -> list[int]:
        """Every version that the night needs, in order."""
        return sorted({version for version in (self.published, self.candidate, self.previous, *self.beside) if version})


def scoring_versions(con: duckdb.DuckDBPyConnection) -> ScoringVersions:
    """Which scoring versions the night that is laid out needs."""
    query = "select scoring_version, candidate_version, previous_version from raw.run"
    return ScoringVersions(*con.execute(query).fetchall()[0])
