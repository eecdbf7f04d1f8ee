"""The steps of a night, in order; the DAG's tasks and the command line's verbs are these and nothing else."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from evenscore import pulling
from evenscore.base import atomic_io, databases, warehouse
from evenscore.base.errors import EvenscoreError, StoppedByCheck, UsageError
from evenscore.base.settings import Settings
from evenscore.checks.judge import judge
from evenscore.checks.personal_data import examine
from evenscore.checks.suites import require_suites
from evenscore.consent.ledger import noted_head, open_ledger
from evenscore.consent.ledger_file import HEAD
from evenscore.erasure.erase import keep_out
from evenscore.erasure.hide import hide, hide_before_night
from evenscore.intake import extraction, landed_names
from evenscore.intake.acceptances import how_to_go_on, stopping
from evenscore.intake.reconciliation import reconcile
from evenscore.landing_zone.deliveries import Delivery
from evenscore.night import changed_settings, dbt_build, on_spark, retention, spark
from evenscore.night.inputs import prepare_inputs
from evenscore.publication import publishing, run_folders
from evenscore.publication.run_tables import versions
from evenscore.pulling.outcome import WHOLE
from evenscore.report.writing import write_report
from evenscore.state import laid_out_run, reconstructed, runs, truths
from evenscore.state.runs import Night

STAGES = ("check_landing", "build", "check", "publish")
"""The stages that stand on one another: each needs all before it, done by the same run."""

SCORE_COUNTS = """
    select
        count(*) as people,
        count(score) as scored,
        count(*) filter (status = 'held') as held,
        count(*) filter (status = 'published') as published,
        count(*) filter (status = 'insufficient_evidence') as insufficient_evidence
    from marts.person_scores
"""


COUNTED: dict[str, Callable[[Delivery], int]] = {
    "read": lambda one: one.record_count,
    "landed": lambda one: one.landed_count,
    "rejected": lambda one: one.rejected_count,
    "duplicate": lambda one: one.duplicate_count,
    "ignored": lambda one: one.ignored_count,
    "suppressed": lambda one: one.suppressed_count,
    "rows": lambda one: one.row_count,
    "withdrawn": lambda one: one.withdrawn_count,
}
"""What is counted of a delivery: records, of which every one is in exactly one class, then the rows made of them."""


def pull(settings: Settings, night: Night, source: str, secret: str | None = None) -> pulling.Pulled:
    """Read what one source's network says. One that is incomplete is said in the night's notes, and stops nothing: what
    it covers keeps last night's grounds."""
    with runs.stage(settings.places, night, f"pull_{source}") as record:
        done = pulling.pull(settings, source, secret or pulling.secret_of(source))
        record["pull"] = done.as_plain()
        record["is_whole"] = done.is_success
        record["notes"] = [] if done.state == WHOLE else [f"pull of {done.in_words()}"]
        return done


def extract(settings: Settings, night: Night, source: str) -> dict[str, int]:
    """Land what one source has delivered. Returns counts of the records first read on this night."""
    runs.require_ended(night.as_of_date)
    with runs.stage(settings.places, night, f"extract_{source}") as record:
        truths.require_whole(settings.places)
        rewritten = landed_names.settle(settings)
        delivered = extraction.extract(settings, source, night.as_of_date)
        record["files"] = len(delivered)
        record["rows"] = {name: sum(counted(one) for one in delivered) for name, counted in COUNTED.items()}
        record["notes"] = sorted({f"{one.path}: {note}" for one in delivered for note in one.notes})
        record["notes"] += [how_to_go_on(one) for one in stopping(settings, source)]
        record["notes"] += [f"{rewritten} {landed_names.REWRITTEN}"] if rewritten else []
        counts: dict[str, int] = record["rows"]
        return counts


def check_landing(settings: Settings, night: Night) -> None:
    """Verify every landed file, lay out what the build starts from, and judge tonight's deliveries."""
    with _working(settings, night, "check_landing") as record:
        require_suites(settings.checks)
        dbt_build.require_project()
        if settings.machine.spark is not None:
            spark.python_of(settings)  # before hours go into what it cannot go on with
        keep_out(settings)
        record[truths.HEADS] = truths.require_whole(settings.places)
        hide_before_night(settings)
        retention.require_raw(settings, night.as_of_date)
        reconcile(settings)
        prepare_inputs(settings, night)
        record[HEAD] = noted_head(settings)
        record[changed_settings.RECORD] = changed_settings.rested_on(settings)
        record[publishing.MEASURED_AGAINST] = publishing.seen_now(settings.places)
        with warehouse.connect(settings.places) as con:
            record["versions"] = versions(con)
            record["notes"] = changed_settings.notes(con)
            judge(settings, night, "landing", con)


def build(settings: Settings, night: Night) -> None:
    """Build and test the dbt project."""
    with _working(settings, night, "build") as record:
        with warehouse.connect(settings.places) as con:
            laid_out_run.require_run(con, night)
        record |= _built(settings)
        reconstructed.keep(settings.places, night.as_of_date, settings.scoring.lookback_nights)


def _built(settings: Settings) -> dict[str, Any]:
    """The night, built. One that a test stops is built once more without what earlier nights have reconstructed."""
    build_night = dbt_build.build_night if settings.machine.spark is None else on_spark.build_night
    try:
        return build_night(settings)
    except StoppedByCheck:
        if not reconstructed.leave_out(settings.places):
            raise
    return build_night(settings)


def check(settings: Settings, night: Night) -> None:
    """Judge tonight's features and scores beside earlier nights."""
    with _working(settings, night, "check") as record, warehouse.connect(settings.places) as con:
        laid_out_run.require_run(con, night)
        (record["rows"],) = databases.records(con, SCORE_COUNTS)
        judge(settings, night, "features", con)
        examine(con)
        judge(settings, night, "scores", con)


def publish(settings: Settings, night: Night) -> None:
    """Publish what was checked."""
    with _working(settings, night, "publish") as record:
        outcome = publishing.publish(settings, night)
        hide(settings)  # the runs kept for a roll-back, too
        record["pruned"] = retention.prune(settings, latest_published(settings))
        record |= {"published": outcome.outcome, "folder": str(outcome.folder), "tables": outcome.row_counts}


def report(settings: Settings, night: Night) -> Path:
    """Write the page of the night."""
    with runs.stage(settings.places, night, "report"):
        return write_report(settings, night)


def take_up(settings: Settings, night: Night, name: str) -> Path | None:
    """Do one stage, or the report, as a scheduler's task does it: at any time after the one before, and any number of
    times.

    A stage that has failed begins with extract when it is tried again, for what was mended may be an input; one whose
    warehouse another run has replaced meanwhile builds its own anew. Returns the page of a report.
    """
    has_failed = any(one["stage"] == name and one["outcome"] == "failed" for one in _recorded(settings, night))
    if has_failed:
        for source in settings.sources:
            extract(settings, night, source.name)
    if has_failed or (name in NEEDS_WAREHOUSE and not laid_out_run.holds(settings.places, night)):
        for earlier in STAGES[: STAGES.index(name)] if name in STAGES else STAGES:
            DOING[earlier](settings, night)
    return DOING[name](settings, night)


def build_all(settings: Settings, night: Night) -> None:
    """Check the landing zone and build on it."""
    check_landing(settings, night)
    build(settings, night)


DOING: dict[str, Callable[[Settings, Night], Path | None]] = {
    "check_landing": check_landing,
    "build": build,
    "check": check,
    "publish": publish,
    "report": report,
}
"""What each stage, and the report, does."""

NEEDS_WAREHOUSE = STAGES[1:]
"""The stages that go on in the warehouse which `check_landing` of the same run has laid out."""


def run_night(settings: Settings, as_of_date: date) -> Night:
    """All steps of one night in this process, holding the home folder against other runs. Returns its night and run.

    What is written is its owner's alone: the process works under umask 077 from here on.
    Raises UsageError for a day that is not over or a wrong setting, StoppedByCheck when a critical check stopped the
    night (readers keep the last good scores), BusyError when another run has the home folder, and EvenscoreError for
    all else that went wrong. Nothing was published then, unless it says so.
    """
    atomic_io.keep_private()
    night = Night.of(as_of_date)
    with runs.only_one(settings.places):
        # Before minutes go into a night that a fault in it would end; kept for those who ask later.
        open_ledger(settings)
        for source in settings.sources:
            if source.is_asked(as_of_date):
                pull(settings, night, source.name)
            extract(settings, night, source.name)
        _score_night(settings, night)
    return night


def rebuild_night(settings: Settings, as_of_date: date) -> Night:
    """A night from what has landed already; the sources are not asked."""
    night = Night.of(as_of_date)
    with runs.only_one(settings.places):
        _score_night(settings, night)
    return night


def _score_night(settings: Settings, night: Night) -> None:
    build_all(settings, night)
    check(settings, night)
    publish(settings, night)
    try:
        report(settings, night)
    except (EvenscoreError, OSError) as error:
        raise EvenscoreError(f"night {night.as_of_date} is published, but its page is not written: {error}") from error


def latest_published(settings: Settings) -> date:
    """The night that readers see; a UsageError when there is none."""
    manifest = settings.places.current / run_folders.MANIFEST
    if not manifest.exists():
        raise UsageError(f"{settings.places.published}: nothing has been published yet; name the last night (--until)")
    return date.fromisoformat(atomic_io.read_json(manifest)["as_of_date"])


@contextlib.contextmanager
def _working(settings: Settings, night: Night, name: str) -> Iterator[dict[str, Any]]:
    """A stage that needs the home folder for itself. One that a check stops still leaves the reviewers their page."""
    runs.require_ended(night.as_of_date)
    before, after = STAGES[: STAGES.index(name)], STAGES[STAGES.index(name) + 1 :]
    try:
        with runs.only_one(settings.places), runs.stage(settings.places, night, name) as record:
            runs.forget_stages(settings.places, night, after)
            _require_done(settings, night, before)
            yield record
    except StoppedByCheck as stop:
        stands = "the last good scores stand" if settings.places.current.exists() else "nothing is published yet"
        raise StoppedByCheck(f"{stop}; {stands}; see {_page(settings, night)}") from stop


def _require_done(settings: Settings, night: Night, names: tuple[str, ...]) -> None:
    """Raise unless this run has done these stages: what a check has stopped must not be published by hand."""
    records = {record["stage"]: record for record in _recorded(settings, night)}
    for name in names:
        found = records.get(name, {"outcome": "not begun"})
        if found["outcome"] != "done":
            error = StoppedByCheck if runs.is_stopped(found) else EvenscoreError
            raise error(f"{name} of run {night.run_id}: {found.get('error', found['outcome'])}")


def _recorded(settings: Settings, night: Night) -> list[dict[str, Any]]:
    return runs.stages(settings.places, night.run_id)


def _page(settings: Settings, night: Night) -> str:
    try:
        return str(write_report(settings, night))
    except (EvenscoreError, OSError) as error:  # why the night stopped matters more than that its page is missing
        return f"the log: its page could not be written ({error})"
