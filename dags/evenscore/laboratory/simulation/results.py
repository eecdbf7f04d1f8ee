"""The figures of one or more seeds: summed up, kept where every evaluation is kept, and said in words."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evenscore.base.config_file import load_settings
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Consent, Settings
from evenscore.base.sources import Source
from evenscore.laboratory.scratch import empty_home
from evenscore.laboratory.simulation.baselines import RIVALS
from evenscore.laboratory.simulation.evidence import VERSION
from evenscore.laboratory.simulation.measures import Figures, measure
from evenscore.laboratory.simulation.simulate import GATE, simulate
from evenscore.laboratory.simulation.tables import by_fault, by_kind
from evenscore.laboratory.simulation.world import LEAST_AGE, Size
from evenscore.publication import publishing
from evenscore.state import runs
from evenscore.state.evaluations import Measure, as_plain, keep

BASELINE = "fixed_delta"
LEAST_NIGHTS, LEAST_ACCOUNTS = 20, 60
UNITS = {
    "recall": "share",
    "questions_per": "questions",
    "reviews": "reviews",
    "seconds": "s",
    "peak": "GB",
    "median_delay": "nights",
}


@dataclass(frozen=True)
class Seed:
    """What one seed gave."""

    seed: int
    figures: dict[str, Figures]
    kinds: list[dict[str, object]]
    faults: list[dict[str, object]]
    event_count: int


@dataclass(frozen=True)
class Result:
    """What all seeds gave, and where it is kept."""

    run_id: str
    size: Size
    seeds: list[Seed]
    measures: list[Measure]
    database: Path | None


def run(settings: Settings, size: Size, seeds: int) -> Result:
    """Simulate `seeds` communities, keep the figures below the home folder and publish them with what readers see.

    Raises UsageError where a community is too small or too young for the cases to happen in.
    """
    if size.nights < LEAST_NIGHTS or size.accounts < LEAST_ACCOUNTS or size.age < LEAST_AGE:
        least = f"at least {LEAST_ACCOUNTS} accounts, {LEAST_NIGHTS} nights and an age of {LEAST_AGE} nights"
        raise UsageError(f"--accounts, --nights, --age: {least}")
    with runs.only_one(HomePaths(settings.places.evaluations)):
        found = [_one(settings, replace(size, seed=each)) for each in range(size.seed, size.seed + seeds)]
    measures = summed_up(found)
    run_id = f"simulation_{runs.now().replace(':', '').replace('-', '')}"
    about = {
        "scoring_version": VERSION,
        "is_everybody_granted": True,
        **vars(size),
    }
    keep(settings.places, run_id, about, measures)
    with runs.only_one(settings.places):
        database = publishing.republish(settings)
    return Result(run_id, size, found, measures, database)


def settings_of(home: Path, config: Path | None) -> Settings:
    """The home's settings; where nothing is configured, the defaults: a simulation needs no source and no ledger."""
    if config or Path("evenscore.toml").exists() or (HomePaths(home).demo / "evenscore.toml").exists():
        return load_settings(home, config)
    nothing = Source(name="simulated", kind="files", path="nothing")
    return Settings(
        home=home.absolute(), config=home / "nothing", sources=(nothing,), consent=Consent(ledger=Path("nothing"))
    )


def _one(settings: Settings, size: Size) -> Seed:
    with empty_home(settings, settings.places.evaluation_scratch) as own:
        outcome = simulate(own, size)
    figures = measure(outcome)
    return Seed(size.seed, figures, by_kind(outcome), by_fault(outcome), outcome.event_count)


def summed_up(found: Sequence[Seed]) -> list[Measure]:
    """Each figure's mean over the seeds, from the least to the greatest, beside the fixed delta's."""
    measures = []
    for detector in (GATE, *RIVALS):
        for name in found[0].figures[detector]:
            values = [seed.figures[detector][name] for seed in found]
            beside = [seed.figures[BASELINE].get(name, math.nan) for seed in found]
            suffix = "" if detector == GATE else f"_of_{detector}"
            measures.append(_measure(f"simulated_{name}{suffix}", values, beside if detector == GATE else []))
    return measures


def _measure(name: str, values: list[float], beside: list[float]) -> Measure:
    known = [value for value in values if not math.isnan(value)]
    baseline = _mean([value for value in beside if not math.isnan(value)])
    return Measure(
        name,
        None,
        _mean(known),
        min(known, default=math.nan),
        max(known, default=math.nan),
        baseline,
        "" if math.isnan(baseline) else BASELINE,
        next((unit for start, unit in UNITS.items() if name.startswith(f"simulated_{start}")), ""),
        "seeds",
        len(known),
    )


def _mean(values: list[float]) -> float:
    return statistics.fmean(values) if values else math.nan


def in_plain(found: Result) -> dict[str, Any]:
    """Everything found, for JSON."""
    known = {name: value for name, value in vars(found).items() if name != "size"} | vars(found.size)
    return known | {"measures": as_plain(found.measures), "seeds": [vars(seed) for seed in found.seeds]}


def in_words(found: Result) -> str:
    """The gate beside its plain rivals, then each kind of case and each mass fault of the first seed."""
    by_name = {measure.measure.removeprefix("simulated_"): measure for measure in found.measures}
    lines = [f"{'':<38} {'gate':>9} {'low':>9} {'high':>9}  " + " ".join(f"{rival:>12}" for rival in RIVALS)]
    for name in found.seeds[0].figures[GATE]:
        own = by_name[name]
        beside = [
            by_name[f"{name}_of_{rival}"].value if f"{name}_of_{rival}" in by_name else math.nan for rival in RIVALS
        ]
        figures = " ".join(f"{_figure(value):>9}" for value in (own.value, own.low, own.high))
        lines.append(f"{name:<38} {figures}  " + " ".join(f"{_figure(value):>12}" for value in beside))
    lines += ["", f"seed {found.seeds[0].seed}, kinds of cases:", *_rows(found.seeds[0].kinds)]
    lines += ["", f"seed {found.seeds[0].seed}, mass faults:", *_rows(found.seeds[0].faults)]
    database = found.database or "nothing is published yet, so no database carries these figures"
    return "\n".join([*(line.rstrip() for line in lines), "", f"kept as   {found.run_id}", f"database  {database}"])


def _rows(rows: list[dict[str, object]]) -> list[str]:
    return ["  " + "; ".join(f"{name} {_plain(value)}" for name, value in row.items()) for row in rows]


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count} {name}" for name, count in value.items()) or "none"
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)


def _figure(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4g}"
