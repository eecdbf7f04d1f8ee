"""A community with a history: fifty people who know each other for half a year, and strangers who come by."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from village import DAYS, LAST, Village

from evenscore.base import warehouse
from evenscore.base.settings import Settings
from evenscore.night import dbt_build, steps
from evenscore.night.inputs import prepare_inputs
from evenscore.state.runs import Night

PEOPLE = [f"m{number:02d}" for number in range(50)]
SEEDS = PEOPLE[:4]
HISTORY = [LAST - timedelta(days=number) for number in range(179, -1, -1)]
SCORING = f"lookback_nights = 28\nseeds = {[f'forum:{seed}' for seed in SEEDS]}"

TONIGHT = f"as_of_date = '{LAST}' and evidence_through_date = as_of_date"
Scores = dict[str, float]


def town(folder: Path, seed: int = 1) -> Village:
    """Everybody likes what some of the others do, the first ones' work most; strangers like things now and then."""
    rng = random.Random(seed)
    village = Village(folder, scoring=SCORING, first_file=DAYS[0])
    weight = [1 / (rank + 3) for rank in range(len(PEOPLE))]
    for person in PEOPLE:
        village.grant(person)
    for day in HISTORY:
        for target in rng.choices(PEOPLE, weight, k=30):
            village.like(target, [rng.choice(PEOPLE)], day)
        for target in rng.choices(PEOPLE, weight, k=5):
            village.like(target, [f"stranger{rng.randrange(400)}"], day)
    return village


@dataclass(frozen=True)
class Candidates:
    """What the scoring version gives on the last night, before the gate."""

    score: Scores
    low: Scores
    high: Scores
    is_sufficient: dict[str, bool]


def built(village: Village, missing: Iterable[str] = (), only: tuple[str, ...] = ()) -> Settings:
    """Build the last night of a village in a home of its own; `missing` are files that were not delivered.

    With `only`, what dbt selects by these names, and no more: the gate and the marts take half of the time.
    """
    settings = village.write().settings(village.folder.parent / f"home_of_{village.folder.name}")
    for name in missing:
        (village.folder / name).unlink()
    night = Night.of(LAST, "trial")
    for source in settings.sources:
        steps.extract(settings, night, source.name)
    prepare_inputs(settings, night)
    dbt_build.build(settings, "the trial", ["--select", *only] if only else [])
    return settings


def candidates(village: Village) -> Candidates:
    """What scoring version 3 gives everybody on the last night."""
    settings = built(village, only=("+score_person__influence.v3",))
    columns = "person_id, score, score_low, score_high, is_sufficient"
    rows = rows_of(settings, f"select {columns} from scores.score_person__influence_v3 where {TONIGHT} order by 1")
    return Candidates(*({row[0]: row[column] for row in rows} for column in range(1, 5)))


def rows_of(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """Rows of the warehouse."""
    with warehouse.connect(settings.places, read_only=True) as con:
        return con.execute(query).fetchall()
