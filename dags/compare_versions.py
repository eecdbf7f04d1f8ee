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

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

from evenscore.durable import keep_private
from evenscore.errors import UsageError
from evenscore.settings import load_settings

keep_private()
HOME = Path(os.environ.get("EVENSCORE_HOME", "var")).absolute()
CONFIG = Path(os.environ["EVENSCORE_CONFIG"]) if "EVENSCORE_CONFIG" in os.environ else None

ONE_WRITER = "warehouse"
"""The pool of one slot that the nights work in too: landing zone and published database hold still meanwhile."""


@dag(
    schedule=None,
    max_active_runs=1,
    params={
        "date": Param(None, type=["null", "string"], format="date", description="A published night."),
        "candidate": Param(None, type=["null", "integer"], description="A scoring version."),
    },
    default_args={"owner": "evenscore", "retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["scores"],
    doc_md=__doc__,
)
def compare_versions() -> None:
    """Compare."""

    @task(pool=ONE_WRITER)
    def compare(params: dict[str, Any] | None = None) -> str:
        """Build a published night with both versions on the side, and write who moves as tables and a page."""
        from evenscore.comparison import compare as comparison  # seconds to import: not while Airflow parses
        from evenscore.comparison import wording

        asked = params or {}
        night = date.fromisoformat(asked["date"]) if asked.get("date") else None
        try:
            found = comparison.compare(load_settings(HOME, CONFIG), night, asked.get("candidate"))
        except UsageError as error:  # asking again would not help
            raise AirflowFailException(str(error)) from error
        print(wording.in_full(found.facts, str(found.page), str(found.people)))
        return str(found.page)

    compare()


compare_versions()
