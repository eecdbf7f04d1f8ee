"""All climb at once as each would alone, with anybody and without any one."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest

from evenscore.laboratory.simulation.ladders import Keys, Ladder, Values, heights_of

SHARE, START = 0.25, 0.15


def climbed(values: Iterable[float]) -> float:
    height = START
    for value in sorted(values):
        height = min(height + value, height / (1 - SHARE))
    return height


@pytest.mark.parametrize("seed", range(3))
def test_all_climb_at_once_as_each_does_alone(seed: int) -> None:
    draws = np.random.default_rng(seed)
    starts = np.cumsum([0, *draws.integers(1, 40, 30)])
    values = draws.pareto(0.7, (2, 3, starts[-1])) * (draws.random((2, 3, starts[-1])) < 0.8)
    found = np.maximum.reduceat(heights_of(values, starts[:-1], SHARE, START), starts[:-1], axis=-1)
    alone = [[[climbed(one[first:last]) for one in part] for part in values] for first, last in pairwise(starts)]
    np.testing.assert_allclose(found, np.moveaxis(alone, 0, -1), rtol=1e-12)


def test_no_value_carries_more_than_its_share_and_neither_a_greater_one_nor_another_lowers_what_all_climb_to() -> None:
    draws = np.random.default_rng(7)

    def climb(values: Iterable[float]) -> float:
        return float(heights_of(np.array([*values]), np.array([0]), SHARE, START).max())

    for _ in range(300):
        values = draws.pareto(0.7, draws.integers(2, 12))
        height, of_rest = climb(values), climb(np.delete(values, values.argmax()))
        assert height - of_rest <= SHARE * height + 1e-12
        greater = values.copy()
        greater[draws.integers(len(values))] *= 1 + draws.pareto(1)
        assert height <= climb(greater) + 1e-12
        assert height <= climb([*values, draws.pareto(0.7)]) + 1e-12


def ladder(of_touch: Keys, rows: int, by_touch: Values) -> Ladder:
    brought = np.zeros((2, 3, of_touch.max() + 1))
    np.add.at(brought, (..., of_touch), by_touch)
    return Ladder(of_touch, np.arange(rows) * brought.shape[-1] // rows, brought, SHARE, START)


@pytest.mark.parametrize("seed", range(5))
def test_the_least_of_all_that_are_left_where_any_one_is_left_out(seed: int) -> None:
    draws, rows, each = np.random.default_rng(seed), 20, 9
    # Many touch the same few others, and the first brings others of its own.
    few = np.arange(each) < draws.integers(1, each + 1, (rows, 1, 1))
    is_touched = few & (draws.random((rows, each, each)) < 0.6)
    is_touched[:, 0] = is_touched[:, :, 0] = True
    row, one, other = np.nonzero(is_touched)
    by_touch = draws.pareto(1, (2, 3, len(row))) * (draws.random((2, 3, len(row))) < 0.8)
    ones, others = ladder(row * each + one, rows, by_touch), ladder(row * each + other, rows, by_touch)
    most = np.minimum(ones.top, others.top)[0]
    expected = most.copy()
    for number in range(rows * each):
        kept = ones.of_touch != number
        left = np.zeros((3, rows * each))
        np.add.at(left, (..., others.of_touch[kept]), by_touch[0][:, kept])
        own = number // each
        for span in range(3):
            height = climbed(left[span].reshape(rows, each)[own]) / (1 - SHARE)
            expected[span, own] = min(expected[span, own], height)
    assert 10 < (expected < most - 1e-6).sum() < expected.size - 5
    np.testing.assert_allclose(others.without_any(ones, by_touch[0], most), expected, rtol=1e-9)
