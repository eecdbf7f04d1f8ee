"""### Forget people

Erases everybody whose erasure the consent ledger asks for and that was not carried out yet: all at once, half an hour
before the night is scored. Then it takes whoever was erased, here or by `evenscore forget`, out of Airflow's own
database and logs. What it touches, and what proves it, is in docs/leaving.md.

| when it fails | do |
|---|---|
| `forget`: a damaged landed file | the log names it; restore it or remove it, then clear the task |
| `forget_in_airflow` | the log says what it could not reach, and the command that does |

An erasure that was interrupted is finished by the next one, or by the next night. The same without Airflow:

    evenscore forget --due --by "the night"
    evenscore forget p_maya --by "privacy desk"
    python -m evenscore_airflow.erasure
"""

from typing import Any

import pendulum
from airflow.sdk import CronDataIntervalTimetable, dag, task
from airflow.sdk.exceptions import AirflowFailException

from evenscore.base.errors import EvenscoreError
from evenscore.base.settings import Settings
from evenscore_airflow import nights, surroundings
from evenscore_airflow.failures import failed
from evenscore_airflow.surroundings import DEFAULTS, POOL, WAITING


@dag(
    schedule=CronDataIntervalTimetable("30 1 * * *", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=failed,
    tags=["privacy"],
    doc_md=__doc__,
)
def forget_people() -> None:
    """Forget."""

    @task.sensor(pool=POOL, **WAITING)
    def forget(ti: Any = None) -> Any:
        """Rewrite without them, each file once: landing zone, kept runs, run folders, logs; then note how much went."""
        from evenscore.erasure import erase  # seconds to import: not while Airflow parses

        def forgotten(settings: Settings) -> dict[str, int]:
            found = erase.forget_due(settings, "forget_people")
            counts = {name: value for name, value in vars(found).items() if type(value) is int}
            print(counts)
            return counts

        return nights.between_nights(forgotten, ti)

    @task
    def forget_in_airflow(dag_run: Any = None) -> dict[str, int]:
        """Take whoever was erased out of Airflow's database and logs, and say what could not be reached."""
        from evenscore_airflow import erasure

        try:
            counts = erasure.finish(surroundings.settings(), dag_run)
        except EvenscoreError as error:  # somebody has to do something, then clear the task
            raise AirflowFailException(str(error)) from error
        print(counts or "nobody is noted", *erasure.not_reached(), sep="\n")
        return counts

    forget() >> forget_in_airflow()


forget_people()
