"""The gate's dbt models, built by dbt once and then run again night after night from the SQL that dbt compiled.

dbt takes seconds to start, and a simulation has ninety nights a seed. Its SQL changes with the scoring versions only.
"""

import duckdb

from evenscore.base import warehouse
from evenscore.base.settings import SCORING_VERSIONS, Settings
from evenscore.night import dbt_build
from evenscore.state.laid_out_run import ScoringVersions, scoring_versions

MODELS = (
    *("gate", "score_person__influence_previous_version", "score_person__candidates", "score_person__accepted"),
    "last_scores",
    *("score_jumps", "incident_nights", "cohort_moves"),
    *("gate_constants", "scale_constants"),
    *(f"scale_v{version}" for version in SCORING_VERSIONS),
)
"""What is built each night, as dbt selectors."""
STAND_INS = ("gate_person__ages", "gate_person__primary_network")
"""Made from the simulation's own counts: the models read every event there ever was, and every part of a score."""


class Models:
    """The gate's models on one scratch warehouse."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._versions: ScoringVersions | None = None
        self._statements: list[str] = []

    def build(self) -> None:
        """Build them all on the night that is laid out."""
        with warehouse.connect(self._settings.places) as con:
            versions = scoring_versions(con)
            if versions == self._versions:
                for statement in self._statements:
                    con.execute(statement)
                return
        options = ["--select", *MODELS, "--exclude-resource-type", "test", "--exclude", *STAND_INS]
        built = dbt_build.build(self._settings, "a simulated night", options)
        with warehouse.connect(self._settings.places, read_only=True) as con:
            self._statements = [found for name in built["nodes"] if (found := self._statement(con, name))]
        self._versions = versions

    def _statement(self, con: duckdb.DuckDBPyConnection, model: str) -> str | None:
        """The statement that builds one model's table again; a view needs none, nor does a seed."""
        for path in (self._settings.places.dbt / "target" / "compiled").rglob(f"{model}.sql"):
            query = "select table_schema, table_type from information_schema.tables where table_name = $1"
            ((schema, kind),) = con.execute(query, [model]).fetchall()
            return None if kind == "VIEW" else f"create or replace table {schema}.{model} as {path.read_text()}"
        return None
