"""Figures about many people that do not give one of them away, also not by their difference from night to night.

A cell says something only of ten people or more; its count is rounded down to a multiple of five and its mean to the
nearest five points. Nothing is drawn at random, so asking again tells nothing new.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import duckdb

from evenscore.errors import UsageError
from evenscore.places import Places

By = Literal["network", "topic", "band"]

FEWEST_PEOPLE = 10
COUNT_STEP = 5
MEAN_STEP_POINTS = 5
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
    mean_points: int


def protected(cell: str, scores: list[float]) -> Cell | None:
    """What may be said of the people with these scores, one each; None where they are too few."""
    if len(scores) < FEWEST_PEOPLE:
        return None
    mean = sum(scores) / len(scores)
    points = MEAN_STEP_POINTS * int(mean / MEAN_STEP_POINTS + 0.5)
    return Cell(cell, len(scores) // COUNT_STEP * COUNT_STEP, points)


def aggregate(places: Places, by: By, as_of_date: date | None) -> dict[str, Any]:
    """The cells of a published night, the latest by default, and which may not be shown.

    That a cell exists is public (a network, a topic of the list, a band); how few are in it is not.
    Raises UsageError when nothing is published for that night.
    """
    if not places.database.exists():
        raise UsageError(f"{places.database}: nothing has been published yet; run a night first")
    with duckdb.connect(places.database.resolve(), read_only=True) as con:
        night = con.execute(
            "select max(as_of_date) from person_scores where as_of_date = coalesce($1, as_of_date)", [as_of_date]
        ).fetchall()[0][0]
        if night is None:
            raise UsageError(f"--date {as_of_date}: nothing is published for that night")
        con.execute("create temp table night as select $1::date as as_of_date", [night])
        con.execute(
            "create temp view scored as select person_scores.* from person_scores "
            "inner join night using (as_of_date) where score is not null"
        )
        found = con.execute(
            f"select cell, list(score order by score, person_id) from ({CELLS[by]}) group by all order by cell"
        ).fetchall()
    cells = {cell: protected(cell, scores) for cell, scores in found}
    return {
        "as_of_date": night,
        "by": by,
        "cells": [vars(cell) for cell in cells.values() if cell],
        "too_few_people": [name for name, cell in cells.items() if not cell],
    }
