"""The volume rule: a count beside those of its own season, on a logarithmic scale, where a loss and a load weigh alike.

The usual count is the median of the same phase (weekday) of up to eight periods (weeks), moved to the level of the last
period; where there are fewer than four, it is all that the last 28 counts have been. The usual deviation is 1.4826
times the median absolute deviation (Rousseeuw and Croux 1993) of the same counts around their own medians, and never
less than what chance alone does to a count of this size (Poisson). Medians keep a fault out of its own baseline.
"""

from dataclasses import dataclass

import numpy as np

from evenscore.checks import history
from evenscore.checks.history import Floats

NIGHTS_A_WEEK = 7
MOST_PERIODS = 8
FEWEST_PERIODS = 4
RECENT = 28
"""How many counts are the baseline where there are too few periods."""
FEWEST_RECENT = 7
LEAST_COUNT = 20
"""A usual count below this says nothing of a loss: chance alone may halve it. Twice as much can tell a load."""

MEDIAN_VARIANCE = np.pi / 2
"""Variance of a median beside that of a mean, for normal errors."""


@dataclass(frozen=True)
class Compared:
    """A count beside its usual one; `deviations` is the distance in usual deviations, negative for a loss."""

    count: float
    usual: float
    deviations: float

    @property
    def change(self) -> float:
        """The count's ratio to the usual one, upside down for a loss, less one: .25 for 80 of 100, and 125 of 100."""
        ratio = (self.count + 0.5) / (self.usual + 0.5)
        return float(max(ratio, 1 / ratio) - 1)

    def is_out(self, most_deviations: float, least_change: float) -> bool:
        """Whether this is neither chance nor small: a count of thousands leaves its season by a trifle."""
        return abs(self.deviations) >= most_deviations and self.change >= least_change


@dataclass(frozen=True)
class _Baseline:
    """What is usual, as logarithms: nothing between `low` and `high` is out of the ordinary."""

    usual: float
    low: float
    high: float
    spread: float
    size: int


def compare(earlier: Floats, count: float, period: int = NIGHTS_A_WEEK) -> Compared | None:
    """Compare a count with those just before it, oldest first, NaN where unknown; None where there is too little."""
    baseline = _seasonal(earlier, period) or _recent(earlier)
    if baseline is None or np.isnan(count):
        return None
    expected = max(float(np.exp(baseline.usual)) - 0.5, 0.0)
    if expected < LEAST_COUNT and count < 2 * LEAST_COUNT:
        return None
    # A spread within few counts is too small, and their median is itself uncertain.
    spread = baseline.spread * np.sqrt((baseline.size + MEDIAN_VARIANCE) / (baseline.size - 1))
    chance = 1 / np.sqrt(max(expected, 1))
    found = np.log(count + 0.5)
    beyond = found - np.clip(found, baseline.low, baseline.high)
    return Compared(count, expected, float(beyond / np.hypot(spread, chance)))


def _seasonal(earlier: Floats, period: int) -> _Baseline | None:
    """The median of this phase at the level of the last period; the spread of all phases around their medians."""
    periods = min(len(earlier) // period, MOST_PERIODS)
    table = np.log(earlier[len(earlier) - periods * period :] + 0.5).reshape(periods, period)
    size = int(np.count_nonzero(~np.isnan(table[:, 0])))
    if size < FEWEST_PERIODS:
        return None
    table = table[:, ~np.isnan(table).all(axis=0)]
    usual = np.nanmedian(table, axis=0)
    apart = table - usual
    last = apart[-1][~np.isnan(apart[-1])]
    value = float(usual[0] + (np.median(last) if len(last) else 0))
    return _Baseline(value, value, value, history.spread(apart[~np.isnan(apart)]), size)


def _recent(earlier: Floats) -> _Baseline | None:
    """All of the last 28 counts, whose season is not known yet: a first Sunday is like no day before it."""
    known = earlier[-RECENT:][~np.isnan(earlier[-RECENT:])]
    if len(known) < FEWEST_RECENT:
        return None
    logs = np.log(known + 0.5)
    return _Baseline(float(np.median(logs)), float(logs.min()), float(logs.max()), history.spread(logs), len(known))
