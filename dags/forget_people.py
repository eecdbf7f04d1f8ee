"""### Forget people

Erases everybody whose erasure the consent ledger asks for and that was not carried out yet: all at once, half an hour
before the night is scored. What it touches, and what proves it, is in docs/leaving.md.

| when it fails | do |
|---|---|
| another run works in the home folder | nothing: it is tried again |
| a damaged landed file | the log names it; restore it or remove it, then clear the task |

An erasure that was interrupted is finished by the next one, or by the next night. The same without Airflow:

    evenscore forget --due --by "the night"
    evenscore forget p_maya --by "privacy desk"
"""

import os
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import CronDataIntervalTimetable, dag, task

from evenscore.durable import keep_private
from evenscore.forgetting import erase
from evenscore.settings import load_settings

keep_private()
HOME = Path(os.environ.get("EVENSCORE_HOME", "var")).absolute()
CONFIG = Path(os.environ["EVENSCORE_CONFIG"]) if "EVENSCORE_CONFIG" in os.environ else None

ONE_WRITER = "warehouse"
"""The pool of one slot that the nights work in too: nothing is rewritten under a night's feet."""


@dag(
    schedule=CronDataIntervalTimetable("30 1 * * *", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "evenscore", "retries": 5, "retry_delay": timedelta(minutes=5)},
    tags=["privacy"],
    doc_md=__doc__,
)
def forget_people() -> None:
    """Forget."""

    @task(pool=ONE_WRITER)
    def forget() -> dict[str, int]:
        """Rewrite without them, each file once: landing zone, kept runs, run folders, logs; then note how much went."""
        found = erase.forget_due(load_settings(HOME, CONFIG), "forget_people")
        counts = {name: value for name, value in vars(found).items() if isinstance(value, int)}
        print(counts)
        return counts

    forget()


forget_people()
