"""### Nightly scores

Scores one UTC day: the logical date. A run starts at 02:00 UTC, when that day has ended.

| when a task fails | do |
|---|---|
| `extract` | the log names the file; mend or move it, then clear the task |
| "is not over yet", "has no logical date" | trigger the DAG again with the logical date of a day that is over |
| `check_landing`, `check` | a critical check stopped the night; readers keep the last good scores; read its page |
| anything else | clear it: every task may be run again |

Earlier nights run one at a time, oldest first, and the same without Airflow:

    airflow backfill create --dag-id nightly_scores --from-date 2026-03-01 --to-date 2026-03-07
    evenscore night --date 2026-03-01 --until 2026-03-07
"""

import os
from collections.abc import Callable
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pendulum
from airflow.sdk import Asset, CronDataIntervalTimetable, chain, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from evenscore import steps
from evenscore.demo.configuration import configured_sources
from evenscore.durable import keep_private
from evenscore.errors import LostTruth, StoppedByCheck, UsageError
from evenscore.runs import Night
from evenscore.settings import load_settings

keep_private()
HOME = Path(os.environ.get("EVENSCORE_HOME", "var")).absolute()
CONFIG = Path(os.environ["EVENSCORE_CONFIG"]) if "EVENSCORE_CONFIG" in os.environ else None

LANDING = Asset("landing", uri=f"file://{HOME}/landing")
PUBLISHED = Asset("published_scores", uri=f"file://{HOME}/published/evenscore.duckdb")

EXTRACT = "Land what one source has delivered, a day whole or not at all; what is landed already is left alone."

ONE_WRITER = "warehouse"
"""The pool that holds the one slot of the warehouse, which has one writer."""


def source_names() -> list[str]:
    """The configured sources; before there is a configuration, those of the demo."""
    try:
        return [source.name for source in load_settings(HOME, CONFIG).sources]
    except UsageError:
        return configured_sources()


def do(step: Callable[..., Any], dag_run: Any, *arguments: str) -> Any:
    """One step of the night that this DAG run scores. What a check stops, or a setting or day that is wrong, stays so
    however often it is tried."""
    try:
        night = Night.of(day_of(dag_run), dag_run.run_id)
        return step(load_settings(HOME, CONFIG), night, *arguments)
    except (StoppedByCheck, LostTruth, UsageError) as stop:
        raise AirflowFailException(str(stop)) from stop


def day_of(dag_run: Any) -> date:
    """The UTC day that a DAG run scores; a run that was started by hand has the present moment for it, or nothing."""
    if dag_run.logical_date is None:
        raise UsageError("this run has no logical date; trigger it with that of a day that is over")
    day: date = dag_run.logical_date.astimezone(UTC).date()
    return day


@dag(
    schedule=CronDataIntervalTimetable("0 2 * * *", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "evenscore", "retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["scores"],
    doc_md=__doc__,
)
def nightly_scores() -> None:
    """Extract, build, check, publish, report."""

    # A mapped task does not show its docstring, so its page gets one here.
    @task(outlets=[LANDING], map_index_template="{{ source }}", doc_md=EXTRACT)
    def extract(source: str, dag_run: Any = None) -> dict[str, int]:
        get_current_context()["source"] = source  # type: ignore[typeddict-unknown-key]  # the label of the mapped task
        return dict(do(steps.extract, dag_run, source))

    @task(pool=ONE_WRITER)
    def check_landing(dag_run: Any = None) -> None:
        """Verify every landed file, lay out what the build starts from, and judge tonight's deliveries."""
        do(steps.check_landing, dag_run)

    @task(pool=ONE_WRITER)
    def build_staging(dag_run: Any = None) -> None:
        """Build staging and the conformed tables with dbt; consent is applied here, first."""
        do(steps.build, dag_run, "staging")

    @task(pool=ONE_WRITER)
    def build_features(dag_run: Any = None) -> None:
        """Build the features of consenting people with dbt."""
        do(steps.build, dag_run, "features")

    @task(pool=ONE_WRITER)
    def build_scores(dag_run: Any = None) -> None:
        """Build candidate scores and marts with dbt; jumps are held here."""
        do(steps.build, dag_run, "scores")

    @task(pool=ONE_WRITER)
    def check(dag_run: Any = None) -> None:
        """Judge tonight's features and scores beside earlier nights; a critical failure ends the run."""
        do(steps.check, dag_run)

    @task(outlets=[PUBLISHED], pool=ONE_WRITER)
    def publish(dag_run: Any = None) -> None:
        """Audit a candidate database and swap the one pointer that readers follow."""
        do(steps.publish, dag_run)

    @task(pool=ONE_WRITER)
    def report(dag_run: Any = None) -> str:
        """Write the page that reviewers read."""
        return str(do(steps.report, dag_run))

    landed = extract.expand(source=source_names())
    chain(landed, check_landing(), build_staging(), build_features(), build_scores(), check(), publish(), report())


nightly_scores()
