"""The plain detectors: each fires at what it is made for, and has the blind spot that it is known for."""

import numpy as np

from evenscore.laboratory.simulation.baselines import alarms

STILL = 20 + np.tile([0.0, 0.4], 15)[:29]


def recent(*series: np.ndarray) -> np.ndarray:
    return np.array(series, np.float32).T


def with_tonight(value: float, nights: int = 29) -> np.ndarray:
    series = STILL[-nights:].copy()
    series[-1] = value
    return series


def test_the_fixed_delta_fires_at_thirty_points_within_three_nights() -> None:
    climb = np.concatenate([STILL[:-3], [30, 40, 50.5]])
    slow = np.concatenate([STILL[:-4], [30, 40, 50, 59]])
    assert alarms("fixed_delta", recent(STILL, with_tonight(51), with_tonight(-11), climb, slow)).tolist() == [1, 2, 3]


def test_the_robust_z_fires_at_what_its_own_month_does_not_explain() -> None:
    wild = 20 + 8 * np.sin(np.arange(29.0))
    wild[-1] = 33
    assert alarms("robust_z", recent(STILL, with_tonight(33), wild)).tolist() == [1]


def test_elementary_fires_at_three_deviations_with_tonight_among_them() -> None:
    assert alarms("elementary", recent(STILL, with_tonight(50))).tolist() == [1]


def test_elementary_cannot_fire_with_ten_nights_because_tonight_widens_its_own_band() -> None:
    assert alarms("elementary", recent(with_tonight(99, nights=10))).tolist() == []
    assert alarms("elementary", recent(with_tonight(99, nights=11))).tolist() == [0]
