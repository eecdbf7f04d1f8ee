"""What is usual of a figure, seen on earlier nights: its median, and how far nights usually lie from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST_NIGHTS = 7

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Usual:
    """The median of earlier nights, and their spread around it."""

    value: float
    spread: float

    def deviations(self, value: float, chance: float) -> float:
        """How many usual deviations a value lies above; `chance` is the deviation that its size alone explains."""
        return float((value - self.value) / np.hypot(self.spread, chance))


def usual(values: Floats) -> Usual | None:
    """What is usual, or None where fewer than seven nights are known."""
    if len(values) < FEWEST_NIGHTS:
        return None
    return Usual(float(np.median(values)), spread(values))


def spread(values: Floats) -> float:
    """1.4826 times the median absolute deviation: comparable to a standard deviation (Rousseeuw and Croux 1993)."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))
