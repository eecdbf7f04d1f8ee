"""A task of a night: it waits for the turn of its run, does one step, and says in its log what came of it."""

from collections.abc import Callable
from datetime import UTC, date
from typing import Any

from airflow.sdk import PokeReturnValue
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from evenscore.base.errors import BrokenChain, BusyError, LostTruth, StoppedByCheck, UsageError
from evenscore.base.settings import Settings
from evenscore.state import runs, turns
from evenscore.state.runs import Night
from evenscore_airflow import surroundings, waiting

FOR_GOOD = (StoppedByCheck, LostTruth, BrokenChain, UsageError)
"""What stays so however often it is tried: somebody has to mend something, then clear the task."""

Step = Callable[[Settings, Night], Any]


def begin(dag_run: Any, ti: Any) -> PokeReturnValue:
    """Take the turn of a night. Returns the names of the sources that are configured now."""
    return _in_turn(lambda settings, _night: [source.name for source in settings.sources], dag_run, ti)


def pull(source: str, dag_run: Any, ti: Any) -> PokeReturnValue:
    """Read what one source's network says; one of a file source has nothing to do. Incomplete is a failure here."""

    def step(settings: Settings, night: Night) -> str:
        from evenscore.night import steps

        if not settings.source(source).is_asked(night.as_of_date):
            raise AirflowSkipException(f"{source} is read from files, or has ended")
        done = steps.pull(settings, night, source, surroundings.secret_of(source))
        if not done.is_success:
            raise AirflowException(done.in_words())  # tried again, and then red: what it lacks is nobody's success
        print(done.in_words())
        return done.state

    return _in_turn(step, dag_run, ti)


def refuse_incomplete() -> None:
    """Fail a run of which a pull has failed, or could not begin."""
    raise AirflowFailException(
        "a pull was incomplete, has failed or could not begin: its log, or that of begin, says why"
    )


def extract(source: str, dag_run: Any, ti: Any) -> PokeReturnValue:
    """Land what one source has delivered."""

    def step(settings: Settings, night: Night) -> dict[str, int]:
        from evenscore.night import steps, summary

        counts = steps.extract(settings, night, source)
        print(f"{source}: {summary.counted(counts)}")
        return counts

    return _in_turn(step, dag_run, ti)


def work(stage: str, dag_run: Any, ti: Any) -> PokeReturnValue:
    """Do one stage of a night, and again what it stands on where that is needed."""

    def step(settings: Settings, night: Night) -> str | None:
        from evenscore.night import stage_log, steps

        try:
            done = steps.take_up(settings, night, stage)
        finally:
            print(*stage_log.lines(settings.places, night, stage), sep="\n")
        return None if done is None else str(done)

    return _in_turn(step, dag_run, ti)


def end(dag_run: Any) -> None:
    """Let the next run have the home folder."""
    turns.give_back(surroundings.places(), waiting.holder_of(dag_run))


def _in_turn(step: Step, dag_run: Any, ti: Any) -> PokeReturnValue:
    try:
        night = Night.of(day_of(dag_run), dag_run.run_id)
        settings = surroundings.settings()
        _skip_what_never_comes(settings, night)
        waiting.take_turn(settings.places, dag_run, ti)
        with turns.acting_for(waiting.holder_of(dag_run)):
            return PokeReturnValue(is_done=True, xcom_value=step(settings, night))
    except BusyError as busy:
        return wait(busy)
    except FOR_GOOD as stop:
        raise AirflowFailException(str(stop)) from stop


def _skip_what_never_comes(settings: Settings, night: Night) -> None:
    """The schedule goes on when a community has ended, such as the demo: those nights are nobody's failure."""
    if settings.last_night and night.as_of_date > settings.last_night:
        raise AirflowSkipException(
            f"last_night is {settings.last_night}, so nothing came on {night.as_of_date}; trigger an earlier day"
        )


def between_nights(do: Callable[[Settings], Any], ti: Any) -> PokeReturnValue:
    """What needs the home folder for itself, and one task alone; it waits for a night that is under way."""
    try:
        settings = surroundings.settings()
        with runs.only_one(settings.places, between_steps=True):
            waiting.end_dead_turn(settings.places, ti)
        return PokeReturnValue(is_done=True, xcom_value=do(settings))
    except BusyError as busy:
        return wait(busy)
    except FOR_GOOD as stop:
        raise AirflowFailException(str(stop)) from stop


def wait(busy: BusyError) -> PokeReturnValue:
    """Try again in a while. A DAG that runs in one process says so and ends instead: somebody is looking at it."""
    if waiting.is_one_process():
        raise AirflowFailException(str(busy)) from busy
    print(f"waiting: {busy}")
    return PokeReturnValue(is_done=False)


def day_of(dag_run: Any) -> date:
    """The UTC day that a DAG run scores; a run that was started by hand has the present moment for it, or nothing."""
    if dag_run.logical_date is None:
        raise UsageError("this run has no logical date; trigger it with that of a day that is over")
    day: date = dag_run.logical_date.astimezone(UTC).date()
    return day
