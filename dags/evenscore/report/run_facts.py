"""What a run recorded about itself: its stages, its counts, its checks."""

from typing import Any

from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.checks.judge import results_of
from evenscore.checks.suites import STAGES, load_suites
from evenscore.landing_zone.deliveries import rejected_by_reason
from evenscore.publication.run_tables import outcome, row_counts
from evenscore.report.facts import Run, Source, Stage
from evenscore.state import runs
from evenscore.state.runs import Night


def read_run(settings: Settings, night: Night) -> Run:
    """The run's own record. The report's own stage is left out: writing the page again must not change it."""
    records = [record for record in runs.stages(settings.places, night.run_id) if record["stage"] != "report"]
    publish: dict[str, Any] = next((record for record in records if record["stage"] == "publish"), {})
    return Run(
        run_id=night.run_id,
        as_of_date=night.as_of_date,
        outcome=outcome(records),
        stages=tuple(_stage(record) for record in records),
        started_at=records[0]["started_at"] if records else "",
        counts=row_counts(records),
        sources=tuple(_source(settings, night, source.name, records) for source in settings.sources),
        checks=tuple(sorted(results_of(settings.places, night.run_id), key=lambda result: _position(result.suite))),
        suites=_suites(settings),
        versions=next((record["versions"] for record in records if "versions" in record), {}),
        database=str(settings.places.database),
        published_folder=publish.get("folder", ""),
    )


def _stage(record: dict[str, Any]) -> Stage:
    how = "stopped" if runs.is_stopped(record) else record["outcome"]
    return Stage(record["stage"], how, record["seconds"], record.get("error", ""), record.get("peak_megabytes"))


def _source(settings: Settings, night: Night, name: str, records: list[dict[str, Any]]) -> Source:
    source = settings.source(name)
    record: dict[str, Any] = next((found for found in records if found["stage"] == f"extract_{name}"), {})
    rejected = rejected_by_reason(settings.places, name, night.as_of_date)
    folder = settings.places.rejected(source.network or name, source.dataset, night.as_of_date)
    return Source(name, record.get("rows", {}), rejected, str(folder), tuple(record.get("notes", ())))


def _suites(settings: Settings) -> dict[str, str]:
    try:
        return {suite.name: suite.reads for stage in STAGES for suite in load_suites(stage, settings.checks)}
    except UsageError:  # a suite that cannot be read has failed the run already; the page still has to be written
        return {}


def _position(suite: str) -> int:
    stage = suite.split(".")[0]
    return STAGES.index(stage) if stage in STAGES else len(STAGES)
