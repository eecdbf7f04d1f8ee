"""The plain detectors: each fires at what it is made for, and has the blind spot that it is known for."""

import numpy as np

from evenscore.laboratory.simulation.baselines import RIVALS

STILL = 20 + np.tile([0.0, 0.4], 15)[:29]


def recent(*series: np.ndarray) -> np.ndarray:
    return np.array(series, np.float32).T


def alarms(rival: str, scores: np.ndarray) -> np.ndarray:
    return np.flatnonzero(RIVALS[rival](scores, np.ones(scores.shape, bool)))


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


def test_percentiles_fire_at_who_passes_four_tenths_of_those_who_had_a_score() -> None:
    scores = np.tile(np.arange(20.0, dtype=np.float32), (5, 1))
    scores[-1, [0, 1, 19]] = 9.5, 7.5, 30
    is_shown = np.ones(scores.shape, bool)
    assert alarms("percentiles", scores).tolist() == [0]
    is_shown[:4, 0] = False
    assert not RIVALS["percentiles"](scores, is_shown).any()
    # Of half as many, a step is twice as far.
    scores[-1, 0] = 5.5
    is_shown[:, 0], is_shown[:, 10:] = True, False
    assert np.flatnonzero(RIVALS["percentiles"](scores, is_shown)).tolist() == [0, 1]
