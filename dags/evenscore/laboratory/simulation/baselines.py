"""Plain detectors that watch the same scores beside the gate. They see published candidates, and never a verdict."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Alarms = NDArray[np.bool_]

FIXED_POINTS, FIXED_NIGHTS = 30, 3
ROBUST_NIGHTS, ROBUST_LIMIT = 28, 6
LEAST_SPREAD = 1.0
"""Points; without it the robust detector fires at whoever did not move for a month and then moved at all."""
TRAINING_NIGHTS, SENSITIVITY = 14, 3

Recent = NDArray[np.float32]
"""Scores of nights x accounts, tonight last."""


def fixed_delta(recent: Recent) -> Alarms:
    """Moved 30 points or more against any of the three nights before."""
    before = recent[-1 - FIXED_NIGHTS : -1]
    return np.asarray(np.abs(recent[-1] - before).max(axis=0) >= FIXED_POINTS)


def robust_z(recent: Recent) -> Alarms:
    """More than six robust standard deviations off the median of the account's own 28 nights before."""
    before = recent[-1 - ROBUST_NIGHTS : -1]
    middle = np.median(before, axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(before - middle), axis=0), LEAST_SPREAD)
    return np.asarray(np.abs(recent[-1] - middle) > ROBUST_LIMIT * spread)


def elementary(recent: Recent) -> Alarms:
    """Elementary's default: more than 3 standard deviations off the mean of 14 nights, of which tonight is one.

    Its documentation: training_period 14 days, which takes the detection period in; anomaly_sensitivity 3;
    exclude_detection_period_from_training false (docs.elementary-data.com, data-tests/anomaly-detection-configuration).
    """
    trained = recent[-TRAINING_NIGHTS:]
    spread = trained.std(axis=0, ddof=1)
    return np.asarray(np.abs(recent[-1] - trained.mean(axis=0)) > SENSITIVITY * np.maximum(spread, 1e-6))


RIVALS: dict[str, Callable[[Recent], Alarms]] = {
    "fixed_delta": fixed_delta,
    "robust_z": robust_z,
    "elementary": elementary,
}
CHUNK = 100_000
"""Accounts that are looked at together: medians copy what they are taken of."""


def alarms(rival: str, recent: Recent) -> NDArray[np.int64]:
    """The accounts that a plain detector names tonight."""
    firsts = range(0, recent.shape[1], CHUNK)
    found = [np.flatnonzero(RIVALS[rival](recent[:, first : first + CHUNK])) + first for first in firsts]
    return np.concatenate(found)
