"""### Compare versions

Puts a candidate scoring version beside the published one: who moves, how far, and how that compares with an ordinary
night. It runs when somebody triggers it, and touches nothing that readers see.

| parameter | is |
|---|---|
| `date` | a published night; empty for the latest |
| `candidate` | a scoring version; empty for `scoring.candidate`, else `scoring.version`, of the configuration |

The task's log says where the page and everybody's moves are. The same without Airflow:

    evenscore compare --date 2026-03-15 --candidate 1

To promote the candidate, set `version` under `[scoring]` in `evenscore.toml`; the next night is the first that it
scores, and what is published keeps its version.
"""

from datetime import date
from typing import Any

from airflow.sdk import Param, dag, task

from evenscore.base.settings import Settings
from evenscore_airflow import nights
from evenscore_airflow.failures import failed
from evenscore_airflow.surroundings import DEFAULTS, POOL, WAITING


@dag(
    schedule=None,
    max_active_runs=1,
    params={
        "date": Param(None, type=["null", "string"], format="date", description="A published night."),
        "candidate": Param(None, type=["null", "integer"], description="A scoring version."),
    },
    default_args=DEFAULTS,
    on_failure_callback=failed,
    tags=["scores"],
    doc_md=__doc__,
)
def compare_versions() -> None:
    """Compare."""

    @task.sensor(pool=POOL, **WAITING)
    def compare(params: dict[str, Any] | None = None, ti: Any = None) -> Any:
        """Build a published night with both versions on the side, and write who moves as tables and a page."""
        from evenscore.laboratory.comparison import compare as comparison  # seconds to import: not while Airflow parses
        from evenscore.laboratory.comparison import wording

        asked = params or {}
        night = date.fromisoformat(asked["date"]) if asked.get("date") else None

        def compared(settings: Settings) -> str:
            found = comparison.compare(settings, night, asked.get("candidate"))
            print(wording.in_full(found.facts, str(found.page), str(found.people)))
            return str(found.page)

        return nights.between_nights(compared, ti)

    compare()


compare_versions()
