"""The bench: one evaluation's question, its nights, and the trials that several measures share."""

import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from evenscore.base.errors import UsageError
from evenscore.laboratory.evaluation.measures import Floats
from evenscore.laboratory.evaluation.question import Question
from evenscore.laboratory.evaluation.trials import Scratch

OUTCOME_DAYS = 28
"""A ranking is judged by the distinct engagers of so many days after it."""
FIRST_CUT_OFF_SHARE = 0.35
"""Before the first cut-off lies this share of the activity: a ranking needs a past."""
SERIES_NIGHTS = 42


class Bench:
    """The scratch home, the nights to measure at, and what is built only once."""

    def __init__(self, scratch: Scratch, question: Question) -> None:
        self.scratch = scratch
        self.question = question
        self.first, self.last = self._span()
        self.cut_offs = spaced(self.first, self.last, question.cut_off_count)
        self.frozen: dict[str, list[date]] = {}
        """Of what was built once, the nights on which a network was frozen."""
        self.tonight = self.cut_offs[-1] if self.cut_offs else self.last

    def _span(self) -> tuple[date, date]:
        """The days that there is activity on, within what was asked."""
        low, high = self.question.first or date.min, self.question.last or date.max
        with self.scratch.connect() as con:
            ((first, last),) = con.execute(
                "select min(occurred_at)::date, max(occurred_at)::date from base.activity "
                "where occurred_at::date between $1 and $2",
                [low, high],
            ).fetchall()
        if first is None:
            raise UsageError("--from, --until: no activity has landed between them; run `evenscore extract` first")
        return first, last

    @property
    def beside(self) -> tuple[str, ...]:
        """The columns of the other scoring versions' standings."""
        return tuple(f"version_{version}" for version in self.question.beside)

    @property
    def nights(self) -> list[date]:
        """Consecutive nights up to tonight."""
        count = min(SERIES_NIGHTS, (self.tonight - self.first).days)
        return [self.tonight - timedelta(days=ago) for ago in range(count, -1, -1)]

    def draws(self, purpose: str) -> np.random.Generator:
        """Random draws of one purpose: what another measure draws changes nothing here."""
        return np.random.default_rng([self.question.seed, zlib.crc32(purpose.encode())])

    @cached_property
    def quality(self) -> pd.DataFrame:
        """Standings at the cut-offs, with what happened after each."""
        self.scratch.build(self.cut_offs, self.last)
        self.frozen["cut_offs"] = self.scratch.frozen()
        return self.scratch.standings(self.cut_offs)

    @cached_property
    def plain(self) -> pd.DataFrame:
        """Standings on consecutive nights up to tonight; all that was built stands in the schema `base`."""
        self.scratch.build(self.nights, self.tonight)
        self.scratch.remember(self.tonight)
        self.frozen["nights"] = self.scratch.frozen()
        return self.scratch.standings([self.tonight])

    @cached_property
    def standing_tonight(self) -> pd.DataFrame:
        """Everybody's standing tonight, undisturbed."""
        return on(self.plain, self.tonight)


def spaced(first: date, last: date, count: int) -> list[date]:
    """Cut-offs at equal distances; none where the activity is too short to judge one."""
    span = (last - first).days
    begin, end = int(span * FIRST_CUT_OFF_SHARE), span - OUTCOME_DAYS
    if end < begin or not count:
        return []
    days = sorted({round(begin + (end - begin) * number / max(count - 1, 1)) for number in range(count)})
    return [first + timedelta(days=day) for day in days]


def on(standings: pd.DataFrame, day: date) -> pd.DataFrame:
    """The standings of one date, by person."""
    return standings[standings["as_of_date"] == pd.Timestamp(day)].set_index("person")


def figures(standings: pd.DataFrame, people: Iterable[object], ranking: str) -> Floats:
    """What a ranking says of these people, in their order; not a number of whom it does not know."""
    return standings[ranking].reindex(pd.Index(people)).to_numpy(dtype=float)


def each_day(standings: pd.DataFrame) -> Iterator[tuple[date, pd.DataFrame]]:
    """The standings date by date, each by person."""
    for day in sorted(standings["as_of_date"].unique()):
        found: datetime = pd.Timestamp(day).to_pydatetime()
        yield found.date(), on(standings, found.date())
