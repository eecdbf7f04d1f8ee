"""Aggregates: what two nights differ by tells nothing of the one who left in between."""

from collections.abc import Callable

import numpy as np
import pytest

from evenscore.aggregates import protected

TRIALS, NEAR_POINTS = 600, 2
Figures = Callable[[np.ndarray], tuple[float, float]]


def exact(scores: np.ndarray) -> tuple[float, float]:
    return len(scores), float(scores.mean())


def rounded(scores: np.ndarray) -> tuple[float, float]:
    cell = protected("forum", scores.tolist())
    assert cell
    return cell.people_at_least, cell.mean_points


def attacks() -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Two nights of a group each, on which scores move a little, and the score of the one who left in between."""
    rng = np.random.default_rng(20260315)
    found = []
    for _ in range(TRIALS):
        eve = 1 + 99 * rng.beta(1.5, 4, size=rng.integers(12, 60))
        moved = eve + rng.normal(0, 0.25, size=len(eve))
        found.append((eve, moved[1:], float(eve[0])))
    return found


def recovered_share(figures: Figures, knows_counts: bool) -> float:
    """How often the difference of two nights' sums lands near the score of the one who left."""
    hits = 0
    for eve, last, victim in attacks():
        (count, mean), (count_after, mean_after) = figures(eve), figures(last)
        if knows_counts:
            count, count_after = len(eve), len(last)
        guess = np.clip(count * mean - count_after * mean_after, 1, 100)
        hits += abs(guess - victim) <= NEAR_POINTS
    return hits / TRIALS


def by_chance() -> float:
    """How often the best guess that needs no figures lands as near: one and the same score for everybody."""
    victims = np.array([victim for _, _, victim in attacks()])
    return max(float(np.mean(abs(victims - guess) <= NEAR_POINTS)) for guess in range(1, 101))


def test_with_exact_figures_the_attack_finds_who_left() -> None:
    assert recovered_share(exact, knows_counts=False) > 0.4


@pytest.mark.parametrize("knows_counts", [False, True], ids=["", "who even knows how many there were"])
def test_with_what_is_shown_the_attack_does_no_better_than_a_blind_guess(knows_counts: bool) -> None:
    assert recovered_share(rounded, knows_counts) <= by_chance()


def test_a_cell_of_nine_says_nothing_and_one_of_ten_is_rounded() -> None:
    assert protected("forum", [20.0] * 9) is None
    cell = protected("forum", [20.0] * 14 + [100.0])
    assert cell and (cell.people_at_least, cell.mean_points) == (15, 25)
    cell = protected("forum", [22.4] * 14)
    assert cell and (cell.people_at_least, cell.mean_points) == (10, 20)
