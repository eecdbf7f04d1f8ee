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

PERCENTILES, PERCENTILE_NIGHTS = 40, 3

Recent = NDArray[np.float32]
"""Scores of nights x accounts, tonight last."""
Shown = NDArray[np.bool_]
"""Alike: who had a score."""


def fixed_delta(recent: Recent, is_shown: Shown) -> Alarms:
    """Moved 30 points or more against any of the three nights before."""
    before = recent[-1 - FIXED_NIGHTS : -1]
    return np.asarray(np.abs(recent[-1] - before).max(axis=0) >= FIXED_POINTS)


def robust_z(recent: Recent, is_shown: Shown) -> Alarms:
    """More than six robust standard deviations off the median of the account's own 28 nights before."""
    before = recent[-1 - ROBUST_NIGHTS : -1]
    middle = np.median(before, axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(before - middle), axis=0), LEAST_SPREAD)
    return np.asarray(np.abs(recent[-1] - middle) > ROBUST_LIMIT * spread)


def elementary(recent: Recent, is_shown: Shown) -> Alarms:
    """Elementary's default: more than 3 standard deviations off the mean of 14 nights, of which tonight is one.

    Its documentation: training_period 14 days, which takes the detection period in; anomaly_sensitivity 3;
    exclude_detection_period_from_training false (docs.elementary-data.com, data-tests/anomaly-detection-configuration).
    """
    trained = recent[-TRAINING_NIGHTS:]
    spread = trained.std(axis=0, ddof=1)
    return np.asarray(np.abs(recent[-1] - trained.mean(axis=0)) > SENSITIVITY * np.maximum(spread, 1e-6))


def percentiles(recent: Recent, is_shown: Shown) -> Alarms:
    """Moved 40 percentiles or more, among those who had a score, against any of the three nights before."""
    places = [_percentiles(*night) for night in zip(recent, is_shown, strict=True)][-1 - PERCENTILE_NIGHTS :]
    # Who had no score on a night has moved from nowhere.
    moves = np.abs(places[-1] - np.array(places[:-1]))
    return np.asarray(np.nan_to_num(moves).max(axis=0) >= PERCENTILES)


def _percentiles(scores: Recent, is_shown: Shown) -> NDArray[np.float64]:
    ranked = np.sort(scores[is_shown])
    return np.where(is_shown, 100 * np.searchsorted(ranked, scores) / max(len(ranked), 1), np.nan)


RIVALS: dict[str, Callable[[Recent, Shown], Alarms]] = {
    "fixed_delta": fixed_delta,
    "robust_z": robust_z,
    "elementary": elementary,
    "percentiles": percentiles,
}
