"""### Nightly scores

Scores one UTC day: the logical date. A run starts at 02:00 UTC, when that day has ended.

| when a task fails | do |
|---|---|
| `begin` | the log names the setting, or the day; mend it and clear the task, or trigger a day that is over |
| `pull` | a network told less than there is; the log says what. The night goes on; cleared, so does the pull |
| `require_whole_pulls` | a `pull` has failed or could not begin, so the run has: nothing to do here but there |
| `extract` | the log names the file; mend or move it, then clear the task |
| `check_landing`, `check` | a check stopped the night; readers keep the last scores. Mend the cause, clear the task |
| anything else | clear it: every task may be run again; one that had failed begins with extract |

A run that was marked by hand: clear all of it, not its failed tasks alone. Airflow takes what had not begun for
skipped, and the run for a success that has published nothing.

A run that waits (*up for reschedule*) lets another end first; its log says which. Earlier nights, in order, and the
same without Airflow:

    airflow backfill create --dag-id nightly_scores --from-date 2026-03-01 --to-date 2026-03-07T23:59
    evenscore night --date 2026-03-01 --until 2026-03-07
"""

from typing import Any

import pendulum
from airflow.sdk import Asset, CronDataIntervalTimetable, chain, dag, task

from evenscore_airflow import nights, surroundings
from evenscore_airflow.failures import failed
from evenscore_airflow.surroundings import DEFAULTS, NETWORKS, POOL, WAITING

LANDING = Asset("landing", uri=f"file://{surroundings.places().landing}")
PUBLISHED = Asset("published_scores", uri=f"file://{surroundings.places().database}")

PULL = "Read what one source's network says, for people with a standing grant; skipped where a source is files."
EXTRACT = "Land what one source has delivered, a day whole or not at all; what is landed already is left alone."


@dag(
    schedule=CronDataIntervalTimetable("0 2 * * *", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=failed,
    tags=["scores"],
    doc_md=__doc__,
)
def nightly_scores() -> None:
    """Begin, pull, extract, build, check, publish, report."""

    # Outside the pool of the warehouse: those that wait must not keep the one that works from its slot.
    @task.sensor(pool="default_pool", **WAITING)
    def begin(dag_run: Any = None, ti: Any = None) -> Any:
        """Wait until no other run works in the home folder and no earlier night is to come first; name the sources."""
        return nights.begin(dag_run, ti)

    # A mapped task does not show its docstring, so its page gets one here.
    @task.sensor(pool=NETWORKS, map_index_template="{{ task.op_kwargs['source'] }}", doc_md=PULL, **WAITING)
    def pull(source: str, dag_run: Any = None, ti: Any = None) -> Any:
        return nights.pull(source, dag_run, ti)

    # A run whose last task succeeds would count as a success, whatever was not pulled.
    @task.sensor(pool=NETWORKS, trigger_rule="one_failed", **WAITING)
    def require_whole_pulls() -> Any:
        """Fail with a pull that failed: all else of the night is done, but less than expected is no success."""
        nights.refuse_incomplete()

    # What could not be pulled stops nothing: its network keeps last night's grounds.
    @task.sensor(
        outlets=[LANDING],
        map_index_template="{{ task.op_kwargs['source'] }}",
        doc_md=EXTRACT,
        trigger_rule="all_done",
        **WAITING,
    )
    def extract(source: str, dag_run: Any = None, ti: Any = None) -> Any:
        return nights.extract(source, dag_run, ti)

    @task.sensor(pool=POOL, **WAITING)
    def check_landing(dag_run: Any = None, ti: Any = None) -> Any:
        """Verify every landed file, lay out what the build starts from, and judge tonight's deliveries."""
        return nights.work("check_landing", dag_run, ti)

    @task.sensor(pool=POOL, **WAITING)
    def build(dag_run: Any = None, ti: Any = None) -> Any:
        """Build features, scores and marts with dbt; consent is applied first, jumps are held last."""
        return nights.work("build", dag_run, ti)

    @task.sensor(pool=POOL, **WAITING)
    def check(dag_run: Any = None, ti: Any = None) -> Any:
        """Judge tonight's features and scores beside earlier nights; a critical failure ends the run."""
        return nights.work("check", dag_run, ti)

    @task.sensor(outlets=[PUBLISHED], pool=POOL, **WAITING)
    def publish(dag_run: Any = None, ti: Any = None) -> Any:
        """Audit a candidate database and swap the one pointer that readers follow."""
        return nights.work("publish", dag_run, ti)

    @task.sensor(pool=POOL, **WAITING)
    def report(dag_run: Any = None, ti: Any = None) -> Any:
        """Write the page that reviewers read, and let the next run have the home folder."""
        written = nights.work("report", dag_run, ti)
        if written:
            nights.end(dag_run)
        return written

    sources = begin()
    landed = extract.expand(source=sources)
    pull.expand(source=sources) >> [landed, require_whole_pulls()]
    chain(landed, check_landing(), build(), check(), publish(), report())


nightly_scores()
