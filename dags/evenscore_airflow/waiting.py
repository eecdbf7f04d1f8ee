"""How a DAG run waits until the home folder is its own, from its first step to its last.

Backfills, schedules and hands start runs as they like: Airflow's `max_active_runs` does not bind a backfill, and a pool
puts tasks in a row, not runs. So the turn is noted in the home folder, and every task makes sure that it is its run's.
Airflow says whether a run that was noted is still there: the turn of one that is not is over.
"""

import os
import sys
from datetime import date
from typing import Any

from evenscore.base.errors import BusyError
from evenscore.base.paths import HomePaths
from evenscore.state import runs, turns
from evenscore.state.turns import Turn

PATIENCE = 10.0
"""Seconds that a task waits for another to have noted its turn."""

UNDER_WAY = ["running", "queued"]


def is_one_process() -> bool:
    """Whether this process runs the whole DAG (`airflow dags test`): nobody looks after its run when it is gone."""
    return sys.argv[1:3] == ["dags", "test"]


def holder_of(dag_run: Any) -> str:
    """What a DAG run is called where its turn is noted."""
    return f"{dag_run.dag_id} {dag_run.run_id}"


def take_turn(places: HomePaths, dag_run: Any, ti: Any) -> None:
    """Make it the turn of a DAG run. Raises BusyError while it is another's, or while an earlier night has begun."""
    holder = holder_of(dag_run)
    with runs.only_one(places, between_steps=True, patience=PATIENCE):
        end_dead_turn(places, ti)
        known = turns.current(places)
        if known and known.holder != holder:
            raise turns.busy(places, known)
        if known is None:
            _let_earlier_nights_go_first(ti)
        turns.take(places, holder, os.getpid() if is_one_process() else None)


def end_dead_turn(places: HomePaths, ti: Any) -> None:
    """Free the home of a run that was deleted, marked, or has ended without saying so."""
    known = turns.current(places)
    if known and (known.is_of_no_process or not _is_under_way(known, ti)):
        print(f"{known.holder} is not under way any more; its turn, which began at {known.since}, is over")
        turns.give_back(places, known.holder)


def _is_under_way(known: Turn, ti: Any) -> bool:
    dag_id, _, run_id = known.holder.partition(" ")
    return bool(ti.get_dr_count(dag_id, run_ids=[run_id], states=UNDER_WAY))


def _let_earlier_nights_go_first(ti: Any) -> None:
    """Nights build on the nights before them. Only what runs is waited for: what is queued may wait for this run."""
    if is_one_process():
        return
    earlier = ti.get_previous_dagrun(state="running")
    if earlier:
        raise BusyError(f"the night of {_night(earlier)} goes first ({earlier.run_id})")


def _night(dag_run: Any) -> date:
    day: date = dag_run.logical_date.date()
    return day
