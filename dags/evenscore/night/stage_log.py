"""What a stage did, in lines for the log of the task that ran it; nothing in them names a person."""

from typing import Any

from evenscore.base.paths import HomePaths
from evenscore.checks.judge import Result, results_of
from evenscore.state import runs
from evenscore.state.runs import Night

JUDGED = {"check_landing": ("landing",), "check": ("features", "scores"), "publish": ("published",)}
"""Whose suites each stage judges."""


def lines(places: HomePaths, night: Night, name: str) -> list[str]:
    """One line of what the stage did, then one for each expectation that is not met."""
    record = next((one for one in runs.stages(places, night.run_id) if one["stage"] == name), None)
    if record is None:
        return [f"{name}: left no record"]
    judged = [one for one in results_of(places, night.run_id) if one.suite.partition(".")[0] in JUDGED.get(name, ())]
    did = [_built(record), _judged(judged), _published(record)]
    said = "; ".join([f"{name}: {record['outcome']} in {record['seconds']} s", *filter(None, did)])
    return [said, *(_not_met(one) for one in judged if not one.success)]


def _built(record: dict[str, Any]) -> str:
    nodes = record.get("nodes")
    if not nodes:
        return ""
    slowest = max(nodes, key=lambda node: float(nodes[node]))
    return f"dbt built {len(nodes) - record['tests']} nodes and passed {record['tests']} tests, the slowest {slowest}"


def _judged(judged: list[Result]) -> str:
    met = sum(one.success for one in judged)
    return f"{met} of {len(judged)} expectations met" if judged else ""


def _published(record: dict[str, Any]) -> str:
    return f"{record['published']}: {record['folder']}" if "published" in record else ""


def _not_met(one: Result) -> str:
    return (
        f"not met ({one.severity}): {one.suite}: {one.expectation}: observed {one.observed}, expected {one.expected}: "
        f"{one.because}"
    )
