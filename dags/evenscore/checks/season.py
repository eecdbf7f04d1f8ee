"""The volume rule: a count beside those of its own season, on a logarithmic scale, where a loss and a load weigh alike.

The usual count is the median of the same phase (weekday) of up to eight periods (weeks), moved to the level of the last
period; where there are fewer than four, it is the median of the last 28 counts. The usual deviation is 1.4826 times the
median absolute deviation (Rousseeuw and Croux 1993) of the same counts around their own medians, and never less than
what chance alone does to a count of this size (Poisson). Medians keep a fault out of its own baseline.
"""

from dataclasses import dataclass

import numpy as np

from evenscore.checks.history import Floats, spread

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


def compare(earlier: Floats, count: float, period: int = NIGHTS_A_WEEK) -> Compared | None:
    """Compare a count with those just before it, oldest first, NaN where unknown; None where there is too little."""
    if np.isnan(count):
        return None
    baseline = _seasonal(earlier, period) or _recent(earlier)
    if baseline is None:
        return None
    usual, apart, size = baseline
    expected = max(float(np.exp(usual)) - 0.5, 0.0)
    if expected < LEAST_COUNT and count < 2 * LEAST_COUNT:
        return None
    # A spread within few counts is too small, and their median is itself uncertain.
    uncertain = apart * np.sqrt((size + MEDIAN_VARIANCE) / (size - 1))
    deviation = np.hypot(uncertain, 1 / np.sqrt(max(expected, 1)))
    return Compared(count, expected, float((np.log(count + 0.5) - usual) / deviation))


def _seasonal(earlier: Floats, period: int) -> tuple[float, float, int] | None:
    """Median of this phase at the last period's level, deviation around all phases' medians, and counts a phase."""
    periods = min(len(earlier) // period, MOST_PERIODS)
    if periods < FEWEST_PERIODS:
        return None
    table = np.log(earlier[len(earlier) - periods * period :] + 0.5).reshape(periods, period)
    known = int(np.count_nonzero(~np.isnan(table[:, 0])))
    table = table[:, ~np.isnan(table).all(axis=0)]
    if known < FEWEST_PERIODS:
        return None
    usual = np.nanmedian(table, axis=0)
    apart = table - usual
    last = apart[-1][~np.isnan(apart[-1])]
    level = float(np.median(last)) if len(last) else 0.0
    return float(usual[0]) + level, spread(apart[~np.isnan(apart)]), known


def _recent(earlier: Floats) -> tuple[float, float, int] | None:
    known = earlier[-RECENT:][~np.isnan(earlier[-RECENT:])]
    if len(known) < FEWEST_RECENT:
        return None
    logs = np.log(known + 0.5)
    return float(np.median(logs)), spread(logs), len(known)
