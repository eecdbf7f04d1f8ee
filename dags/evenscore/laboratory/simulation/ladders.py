"""Ladders: how high engagers, or posts, climb where none carries more than its share (docs/scoring.md, step 5).

All accounts climb at once. The models that do the same one by one are dbt_project/macros/climb.sql and
dbt_project/models/features/feat_person__without_one.sql.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Values = NDArray[Any]
ROUNDING = 1e-9
"""The part of a height that rounding may take away: what lowers it by no more lowers nothing."""


def heights_of(brought: Values, starts: Keys, share: float, start: float) -> Values:
    """How high each run of what is brought has climbed once the turn of each has come.

    The least comes first, and none adds more than its share of all up to it. All runs take their steps at once.
    """
    lengths = np.diff(starts, append=brought.shape[-1])
    run = np.repeat(np.arange(len(starts)), lengths)
    order = np.lexsort((brought, np.broadcast_to(run, brought.shape)))
    # What all bring by their first step lies side by side, the longest run's first; and so on.
    step = np.arange(len(run)) - starts[run]
    widths = np.bincount(step)
    firsts = np.cumsum(widths) - widths
    place = firsts[step] + np.argsort(np.argsort(-lengths))[run]
    steps = np.empty_like(brought)
    steps[..., place] = np.take_along_axis(brought, order, -1)
    height = np.full((*brought.shape[:-1], len(starts)), start)
    for first, width in zip(firsts, widths, strict=True):
        below, by = height[..., :width], steps[..., first : first + width]
        height = np.minimum(below + by, below / (1 - share), out=by)
    heights = np.empty_like(brought)
    np.put_along_axis(heights, order, steps[..., place], -1)
    return heights


@dataclass(frozen=True)
class Ladder:
    """What engagers bring, or posts, and how high they climb by it: on each network of each account by themselves."""

    of_touch: Keys
    """The number of each touch's engager, or post: a touch is all that one engager did to one post."""
    starts: Keys
    """The first number on each network of each account."""
    brought: Values
    """By number, the evidence of trusted engagers and that of all, at each half-life: 2 x 3 x numbers."""
    share: float
    start: float

    @cached_property
    def lengths(self) -> Keys:
        """How many climb on each network of each account."""
        return np.diff(self.starts, append=self.brought.shape[-1])

    @cached_property
    def heights(self) -> Values:
        """How high they are once the turn of each has come."""
        return heights_of(self.brought, self.starts, self.share, self.start)

    @cached_property
    def top(self) -> Values:
        """And after the last."""
        return np.asarray(np.maximum.reduceat(self.heights, self.starts, axis=-1))

    def without_any(self, ones: "Ladder", less: Values, most: Values) -> Values:
        """Of trusted evidence a step above the least top where any one of `ones` is left out, but no more than `most`.

        Without it each touch of it brings so much `less` here.
        """
        row = np.repeat(np.arange(len(ones.starts)), ones.lengths)
        lowering = (1 - ones.share) * (1 - ROUNDING) * most
        is_tried = np.any(self._least_without(ones, less, row) < lowering[:, row], axis=0)
        # For each that is tried, all of its row climb once more.
        row = row[is_tried]
        lengths = self.lengths[row]
        starts = np.cumsum(lengths) - lengths
        shift = starts - self.starts[row]
        brought = self.brought[0][:, np.arange(lengths.sum()) - np.repeat(shift, lengths)]
        touches = np.flatnonzero(is_tried[ones.of_touch])
        tried = (np.cumsum(is_tried) - 1)[ones.of_touch[touches]]
        brought[:, self.of_touch[touches] + shift[tried]] -= less[:, touches]
        tops = np.maximum.reduceat(heights_of(brought, starts, self.share, self.start), starts, axis=-1)
        lowest = most.copy()
        np.minimum.at(lowest.T, row, tops.T / (1 - ones.share))
        return lowest

    def _least_without(self, ones: "Ladder", less: Values, row: Keys) -> Values:
        """What the top without each of `ones` is not below.

        Where a turn comes to less, all above it is lower by the same part at most: a lower height is soon made good.
        """
        heights, brought = (values[0][:, self.of_touch] for values in (self.heights, self.brought))
        below = np.maximum(heights - brought, heights * (1 - self.share))
        parts = np.log(np.minimum(below + brought - less, below / (1 - self.share)) / heights)
        part = np.exp([np.bincount(ones.of_touch, each, len(row)) for each in parts])
        return np.asarray(self.top[0][:, row] * part)
