"""The volume rule sees a loss of a fifth and a double load, and nothing where chance or the season explains it."""

import numpy as np
import pytest

from evenscore.checks import season
from evenscore.checks.history import Floats

LIMITS = (3.5, 0.15)


def weeks(level: float, count: int = 8, noise: float = 0.03, seed: int = 1) -> Floats:
    """Whole weeks of a source that is busy on working days, each day a little off."""
    rng = np.random.default_rng(seed)
    rhythm = np.tile([1.0, 1.1, 1.1, 1.05, 0.9, 0.4, 0.3], count)
    return np.round(level * rhythm * np.exp(noise * rng.standard_normal(len(rhythm))))


def is_out(earlier: Floats, count: float) -> bool:
    found = season.compare(earlier, count)
    return found is not None and found.is_out(*LIMITS)


@pytest.mark.parametrize(
    ("factor", "out"), [(1, False), (0.9, False), (1.1, False), (0.75, True), (2, True), (0, True)]
)
def test_a_monday_is_compared_with_mondays(factor: float, out: bool) -> None:
    assert is_out(weeks(2000), 2000 * factor) is out


def test_the_count_of_a_monday_is_out_of_season_on_a_sunday() -> None:
    assert is_out(weeks(2000)[:-1], 2000)
    assert not is_out(weeks(2000)[:-1], 600)


def test_a_new_level_is_usual_before_its_first_week_is_over() -> None:
    earlier = np.concatenate([weeks(2000), weeks(3200, 1)])
    assert is_out(earlier[:-7], 3200)
    assert [is_out(earlier[:day], earlier[day]) for day in range(len(earlier) - 3, len(earlier))] == [False] * 3


def test_a_lost_day_does_not_become_its_own_baseline() -> None:
    earlier = weeks(2000)
    earlier[[-7, -14]] *= 0.5
    assert not is_out(earlier, 2000)
    assert is_out(earlier, 1400)


def test_unknown_days_are_neither_quiet_nor_counted() -> None:
    earlier = weeks(2000)
    earlier[[-1, -2, -7, -21]] = np.nan
    assert not is_out(earlier, 2000)
    assert is_out(earlier, 1400)
    assert season.compare(earlier, np.nan) is None


def test_a_young_source_is_compared_with_the_days_it_has() -> None:
    earlier = weeks(2000, 4)[:7]
    assert season.compare(earlier[:6], 4000) is None
    assert not is_out(earlier, 560)  # like the Sunday that it has
    assert is_out(earlier, 200)
    assert is_out(np.full(8, 2000.0), 1500)


@pytest.mark.parametrize("count", [0, 5, 20, 39])
def test_where_chance_alone_may_halve_a_count_nothing_is_said(count: float) -> None:
    assert season.compare(weeks(10, noise=0), count) is None


def test_a_flood_into_a_quiet_source_is_out_of_season() -> None:
    assert is_out(weeks(10, noise=0), 90)
    assert is_out(np.zeros(30), 60)


def test_a_source_that_never_varies_is_allowed_what_chance_does() -> None:
    assert not is_out(np.full(56, 30.0), 18)
    assert is_out(np.full(56, 30.0), 8)


def test_a_trifle_is_not_called_out_however_sure_it_is() -> None:
    found = season.compare(np.full(56, 1e6), 0.9e6)
    assert found and found.deviations < -50
    assert not found.is_out(*LIMITS)


def test_false_alarms_are_rarer_than_one_in_a_hundred_nights() -> None:
    rng = np.random.default_rng(7)
    nights = rng.poisson(weeks(800, 80, noise=0.1))
    out = [is_out(nights[night - 56 : night].astype(float), nights[night]) for night in range(56, len(nights))]
    assert sum(out) <= len(out) / 100


# each bound, and each figure by hand ------------------------------------------------------------------------------


@pytest.mark.parametrize("deviations", [3.5, -3.5])
def test_a_count_is_out_from_the_very_bounds_on(deviations: float) -> None:
    twice = season.Compared(99.5, 49.5, deviations)
    half = season.Compared(49.5, 99.5, deviations)
    assert twice.change == half.change == 1
    for found in (twice, half):
        assert found.is_out(3.5, 1)
        assert not found.is_out(3.51, 1) and not found.is_out(3.5, 1.01)


@pytest.mark.parametrize(
    ("usual", "count", "is_told"),
    [(20.5, 1, True), (19.5, 39, False), (19.5, 40, True), (20.5, 39, True), (0, 39, False)],
)
def test_a_small_count_says_something_from_twenty_usual_or_forty_tonight_on(
    usual: float, count: float, is_told: bool
) -> None:
    assert (season.compare(np.full(56, usual), count) is not None) is is_told


def test_four_weeks_make_a_season_and_three_do_not() -> None:
    assert is_out(weeks(2000, 4), 1400)
    assert not is_out(weeks(2000, 4)[1:], 600), "a Sunday"
    assert not is_out(weeks(2000, 3), 1400)
    known = weeks(2000, 5)
    known[[0, 7]] = np.nan
    assert not is_out(known, 1400), "of three Mondays"
    known = weeks(2000, 5)
    known[0] = np.nan
    assert is_out(known, 1400), "of four Mondays"


def logs(*values: float) -> Floats:
    """Counts of which half more are these."""
    return np.array(values, dtype=float) - 0.5


def test_a_season_of_one_night_has_the_level_of_the_last_and_the_spread_of_all() -> None:
    found = season.compare(logs(100, 200, 100, 50), 199.5, period=1)
    assert found
    spread = 1.4826 * np.log(2) / 2 * np.sqrt((4 + np.pi / 2) / 3)
    assert (found.count, found.usual) == (199.5, pytest.approx(49.5))
    assert found.deviations == pytest.approx(np.log(4) / np.hypot(spread, 1 / np.sqrt(49.5)))
    nine = season.compare(logs(1000, 100, 100, 100, 100, 200, 200, 200, 200), 399.5, period=1)
    spread = 1.4826 * np.log(2) / 2 * np.sqrt((8 + np.pi / 2) / 7)
    assert nine and nine.deviations == pytest.approx(np.log(2) / np.hypot(spread, 1 / np.sqrt(199.5)))


def test_what_has_no_season_yet_is_compared_with_the_range_of_its_last_28() -> None:
    steady = season.compare(np.full(8, 30.0), 18)
    assert steady and steady.deviations == pytest.approx(np.log(18.5 / 30.5) * np.sqrt(30))
    assert steady.usual == pytest.approx(30)
    zeros = season.compare(np.zeros(30), 60)
    assert zeros and (zeros.usual, zeros.deviations) == (pytest.approx(0), pytest.approx(np.log(121)))
    young = np.append(10.0, np.full(28, 100.0))
    assert season.compare(young, 10, period=100).is_out(*LIMITS)
    assert season.compare(young[:-1], 10, period=100).deviations == 0
    assert season.compare(logs(100, 200, 100, 50, 100, 100, 100), 149.5, period=100).deviations == 0
    assert season.compare(np.full(6, 100.0), 10, period=100) is None
    assert season.compare(np.append(np.full(6, 100.0), np.nan), 10, period=100) is None
    assert season.compare(np.append(np.full(7, 100.0), np.nan), 10, period=100) is not None
