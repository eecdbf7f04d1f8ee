"""An evaluation: put the question to the bench, measure by measure, keep the figures, write the page, publish."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from evenscore.base import atomic_io
from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.base.terminal import say
from evenscore.laboratory.evaluation import gaming, quality, robustness
from evenscore.laboratory.evaluation.bench import Bench
from evenscore.laboratory.evaluation.page import render
from evenscore.laboratory.evaluation.question import GROUPS, Question
from evenscore.laboratory.evaluation.trials import scratch
from evenscore.landing_zone import landing
from evenscore.publication import publishing
from evenscore.state import runs
from evenscore.state.evaluations import Measure, as_plain, keep

MEASURES: dict[str, Callable[[Bench], list[Measure]]] = {
    "quality": quality.measure_quality,
    "moves": quality.measure_moves,
    "lag": gaming.measure_lag,
    "fakes": gaming.measure_fakes,
    "viral": gaming.measure_viral,
    "loss": robustness.measure_loss,
    "outage": robustness.measure_outage,
    "bands": robustness.measure_bands,
    "pairs": quality.measure_pairs,
    "labels": quality.measure_labels,
}
"""How each group of measures is measured."""

PAGE = "evaluation.html"


@dataclass(frozen=True)
class Evaluation:
    """What was found, and where it is kept."""

    run_id: str
    first: date
    last: date
    measures: list[Measure]
    page: Path
    database: Path | None
    """The published database that carries it now; None where nothing is published yet."""

    @property
    def summary(self) -> list[Measure]:
        """The figures that sum up, without those of single cut-offs."""
        return [measure for measure in self.measures if measure.is_summary]


def evaluate(settings: Settings, question: Question) -> Evaluation:
    """Measure, keep the figures and the page below the home folder, and publish them with what readers see.

    Raises UsageError where there is nothing to measure.
    """
    until = question.last or _last_landed(settings)
    with scratch(settings, question.version, until, question.is_everybody_granted, question.beside) as home:
        bench = Bench(home, question)
        found = [measure for name in question.only or GROUPS for measure in _timed(name, bench)]
    if not found:
        raise UsageError("--from, --until, --only: too little activity, or too few people, for any of these measures")
    return _kept(settings, bench, found)


def _last_landed(settings: Settings) -> date:
    """The last day of activity that has landed: a set that has ended is not judged on days of which nobody knows."""
    days = [found.day for found in landing.manifests(settings.places) if found.dataset == "activity"]
    return date.fromisoformat(max(days)) if days else datetime.now(UTC).date()


def _timed(name: str, bench: Bench) -> list[Measure]:
    started = time.monotonic()
    found = MEASURES[name](bench)
    says = f"{len(found)} figures" if found else "not measured"
    say(f"evaluate {name}: {says}, {time.monotonic() - started:.0f} s", is_error=True)
    return found


def _kept(settings: Settings, bench: Bench, found: list[Measure]) -> Evaluation:
    places, question = settings.places, bench.question
    run_id = _fresh_id(settings, f"evaluation_{runs.now().replace(':', '').replace('-', '')}")
    about = {
        "scoring_version": question.version,
        "is_everybody_granted": question.is_everybody_granted,
        "seed": question.seed,
        "first_date": bench.first,
        "last_date": bench.last,
        "cut_offs": bench.cut_offs,
    }
    keep(places, run_id, about, found)
    page = places.evaluation(run_id) / PAGE
    atomic_io.write_bytes(page, render(run_id, about, found))
    with runs.only_one(places):
        database = publishing.republish(settings)
    return Evaluation(run_id, bench.first, bench.last, found, page, database)


def _fresh_id(settings: Settings, run_id: str) -> str:
    number = sum(path.name.startswith(run_id) for path in settings.places.evaluations.glob("evaluation_*"))
    return f"{run_id}.{number + 1}" if number else run_id


def in_plain(found: Evaluation) -> dict[str, Any]:
    """Everything found, for JSON."""
    return vars(found) | {"measures": as_plain(found.measures)}


def in_words(found: Evaluation) -> str:
    """The figures that sum up, each beside its baseline, as a table for a terminal."""
    lines = [f"{'measure':<42} {'value':>8} {'low':>8} {'high':>8} {'baseline':>9}"]
    for measure in found.summary:
        figures = (_figure(value) for value in (measure.value, measure.low, measure.high))
        beside = f"{_figure(measure.baseline):>9} {measure.baseline_name}".rstrip()
        lines.append(" ".join([f"{measure.measure:<42}", *(f"{figure:>8}" for figure in figures), beside]))
    database = found.database or "nothing is published yet, so no database carries these figures"
    return "\n".join([*lines, "", f"page      {found.page}", f"database  {database}"])


def _figure(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}"
