"""Figures about many people that do not give one of them away, whoever asks how often and owns accounts among them.

A calendar month has one figure a cell, of its first published night, made once and kept: asking again, or after
somebody has left, tells nothing new. Count and sum carry noise that is drawn from the home's key, the grouping, the
cell and the month, so that nobody's own accounts cancel it, and a cell is shown of many more people than one party
can own. docs/consent.md says what that costs.
"""

import math
from dataclasses import asdict, dataclass
from datetime import date
from statistics import NormalDist
from typing import Any, Literal

import duckdb

from evenscore.base import atomic_io
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.warehouse import read_published
from evenscore.consent.keys import hashed, make_key
from evenscore.state import truths

By = Literal["network", "topic", "band"]

FEWEST_PEOPLE = 60
"""Below so many people, noise included, nothing is said: twenty accounts of one party leave forty others."""
COUNT_STEP = 5
COUNT_NOISE = 5
"""Standard deviation of a count's noise, people."""
MEAN_STEP_POINTS = 5
SUM_NOISE_POINTS = 250
"""Standard deviation of the noise of a sum of scores: more than twice what one person can bring."""
BAND_POINTS = 20

CELLS = {
    "network": """
        select network as cell, person_id, avg(score) as score
        from network_coverage inner join scored using (person_id, persona, as_of_date)
        where is_counted
        group by all
    """,
    "topic": """
        select topic as cell, person_id, avg(topic_scores.score) as score
        from topic_scores inner join night using (as_of_date)
        group by all
    """,
    "band": f"""
        with people as (select person_id, avg(score) as score from scored group by all)
        select
            least(floor(score / {BAND_POINTS}), {100 // BAND_POINTS - 1}) * {BAND_POINTS} as low,
            low::integer || ' to ' || (low + {BAND_POINTS})::integer as cell,
            person_id,
            score
        from people
    """,
}
"""For each grouping, one row a cell and person; of two personas of a person the mean counts."""


@dataclass(frozen=True)
class Cell:
    """What is said of a group of people."""

    cell: str
    people_at_least: int
    """Rounded down to a multiple of five, after noise; more than that in all but one of fifty cells."""
    mean_points: int


@dataclass(frozen=True)
class Noise:
    """The noise of one grouping in one month, the same whenever it is drawn with the same key."""

    key: bytes
    by: str
    month: str

    def draw(self, cell: str, what: str) -> float:
        """A number of the standard normal distribution."""
        digest = hashed(self.key, "aggregate", self.by, cell, self.month, what)
        return NormalDist().inv_cdf((int(digest[:13], 16) + 0.5) / 16**13)


def protected(cell: str, scores: list[float], noise: Noise) -> Cell | None:
    """What may be said of the people with these scores, one each; None where they may be too few."""
    count = len(scores) + COUNT_NOISE * noise.draw(cell, "count")
    if not scores or count < FEWEST_PEOPLE:
        return None
    mean = (sum(scores) + SUM_NOISE_POINTS * noise.draw(cell, "sum")) / len(scores)
    points = MEAN_STEP_POINTS * math.floor(mean / MEAN_STEP_POINTS + 0.5)
    people = math.floor((count - 2 * COUNT_NOISE) / COUNT_STEP) * COUNT_STEP
    return Cell(cell, people, min(max(points, 0), 100))


def aggregate(places: HomePaths, by: By, as_of_date: date | None) -> dict[str, Any]:
    """The cells of the month of a published night, the latest by default, and which may not be shown.

    That a cell exists is public (a network, a topic of the list, a band); how few are in it is not.
    Raises UsageError when nothing is published for that night, LostTruth when what was kept is gone: made anew, it
    would differ by whoever has left since, under the same noise.
    """
    with read_published(places) as con:
        query = "select max(as_of_date) from person_scores where as_of_date = coalesce($1, as_of_date)"
        ((asked,),) = con.execute(query, [as_of_date]).fetchall()
        if asked is None:
            raise UsageError(f"--date {as_of_date}: nothing is published for that night")
        kept = places.aggregate(by, asked)
        if not kept.exists():
            truths.write_json(places, kept, _figures(con, by, asked, make_key(places)))
    found: dict[str, Any] = atomic_io.read_json(kept)
    return found | {"as_of_date": date.fromisoformat(found["as_of_date"])}


def _figures(con: duckdb.DuckDBPyConnection, by: By, asked: date, key: bytes) -> dict[str, Any]:
    """What is said of the month that a night is in, from its first published night."""
    con.execute(
        "create temp table night as select min(as_of_date) as as_of_date from person_scores "
        "where date_trunc('month', as_of_date) = date_trunc('month', $1::date)",
        [asked],
    )
    con.execute(
        "create temp view scored as select person_scores.* from person_scores "
        "inner join night using (as_of_date) where score is not null"
    )
    ((night,),) = con.execute("from night").fetchall()
    members = con.execute(
        f"select cell, list(score order by score, person_id) from ({CELLS[by]}) group by all order by cell"
    ).fetchall()
    noise = Noise(key, by, f"{night:%Y-%m}")
    cells = {cell: protected(cell, scores, noise) for cell, scores in members}
    return {
        "as_of_date": night.isoformat(),
        "by": by,
        "cells": [asdict(cell) for cell in cells.values() if cell],
        "too_few_people": [name for name, cell in cells.items() if not cell],
    }
