"""Every measure on a case small enough to work out by hand."""

import math

import numpy as np
import pytest

from evenscore.laboratory.evaluation import measures


def floats(*values: float) -> measures.Floats:
    return np.array(values, dtype=float)


def test_the_spread_of_several_figures_leaves_out_what_is_not_a_number() -> None:
    assert measures.spread([1.0, math.nan, 3.0]) == (2.0, 1.0, 3.0)


def test_the_spread_of_nothing_is_not_a_number() -> None:
    assert all(math.isnan(figure) for figure in measures.spread([]))


def test_spearman_sees_the_order_and_not_the_size() -> None:
    assert measures.spearman(floats(1, 2, 1000), floats(5, 6, 7)) == pytest.approx(1)
    # 1 - 6 * (1 + 1) / (4 * 15): two neighbours are swapped
    assert measures.spearman(floats(1, 2, 3, 4), floats(1, 3, 2, 4)) == pytest.approx(0.8)


def test_a_ranking_in_which_all_tie_has_no_spearman() -> None:
    assert math.isnan(measures.spearman(floats(1, 1, 1), floats(1, 2, 3)))


def test_ndcg_is_one_for_the_best_order_and_discounts_the_second_place() -> None:
    assert measures.ndcg(floats(3, 2, 1), floats(9, 4, 0)) == pytest.approx(1)
    # the one that matters stands second: 1 / log2(3)
    assert measures.ndcg(floats(2, 1), floats(0, 5)) == pytest.approx(1 / math.log2(3))


def test_ndcg_looks_no_further_than_the_top() -> None:
    assert measures.ndcg(floats(3, 2, 1), floats(0, 0, 5), top=2) == 0


def test_kendall_counts_pairs_that_changed_their_order() -> None:
    # three pairs, one of them turned: (2 - 1) / 3
    assert measures.kendall(floats(1, 2, 3), floats(1, 3, 2)) == pytest.approx(1 / 3)


def test_pagerank_of_two_who_give_to_one_and_one_who_gives_to_nobody() -> None:
    giver, receiver, weight = np.array([0, 1]), np.array([2, 2]), floats(1, 5)
    rank = measures.pagerank(giver, receiver, weight, 3)
    # x = y = .05 + .85 z / 3 and z = x + .85 (x + y), and they sum to one
    fan = 1 / (2 + 1 + 0.85 * 2)
    assert rank == pytest.approx([fan, fan, 1 - 2 * fan])


def test_pagerank_does_not_mind_how_much_somebody_gives_in_all() -> None:
    giver, receiver = np.array([0, 0, 1]), np.array([1, 2, 2])
    little, much = (measures.pagerank(giver, receiver, floats(1, 1, 1) * size, 3) for size in (1, 100))
    assert little == pytest.approx(much)


def test_a_rival_stands_where_as_many_stand_below() -> None:
    population, points = floats(1, 2, 3, 4), floats(10, 20, 30, 40)
    # 3 has two and a half of four below it, and the quantile of 0.625 lies 0.875 of the way from 20 to 30
    assert measures.equated(floats(3), population, points) == pytest.approx([28.75])


def test_a_rival_beyond_everybody_gets_the_highest_points_and_no_more() -> None:
    assert measures.equated(floats(10**9), floats(1, 2), floats(10, 20)) == pytest.approx([20])


def test_among_nobody_a_rival_stands_nowhere() -> None:
    assert np.isnan(measures.equated(floats(1), floats(), floats())).all()


def test_rank_loss_is_the_mean_number_of_places_of_all_places() -> None:
    # places 1 2 3 4 become 2 1 3 4: two people move one place, of four places
    assert measures.rank_loss(floats(1, 2, 3, 4), floats(2, 1, 3, 4)) == pytest.approx(2 / 4 / 4)
    assert measures.rank_loss(floats(1, 2), floats(10, 20)) == 0


def test_coverage_counts_the_ends_in() -> None:
    assert measures.coverage(floats(1, 2, 3, 9), floats(1, 1, 1, 1), floats(2, 2, 2, 2)) == 0.5


def test_moves_leave_out_nights_without_a_score() -> None:
    nights = np.array([[1.0, 5.0], [3.0, math.nan], [2.0, 6.0]])
    assert sorted(measures.moves(nights)) == [1, 2]


def jumping(*scores: float) -> measures.Floats:
    return np.array(scores, dtype=float)[:, None]


def test_a_jump_that_is_undone_is_a_false_one() -> None:
    nights = jumping(*[10.0] * 5, *[20.0] * 3, *[12.0] * 20)
    assert measures.false_jumps(nights, 5) == (1, 1)


@pytest.mark.parametrize(("left", "undone"), [(15, 1), (16, 0)])
def test_a_jump_is_undone_where_half_of_it_is_gone(left: float, undone: int) -> None:
    assert measures.false_jumps(jumping(*[10.0] * 5, *[20.0] * 3, *[left] * 20), 5) == (1, undone)


def test_a_jump_that_lasts_is_none() -> None:
    assert measures.false_jumps(jumping(*[10.0] * 5, *[20.0] * 25), 5) == (1, 0)


def test_a_jump_too_near_to_the_end_is_not_judged() -> None:
    assert measures.false_jumps(jumping(*[10.0] * 20, *[20.0] * 3), 5) == (0, 0)


def test_a_small_rise_is_no_jump() -> None:
    assert measures.false_jumps(jumping(*[10.0] * 5, *[14.0] * 25), 5) == (0, 0)


def test_the_lag_lies_between_two_days_by_a_straight_line() -> None:
    # 90 % of 10 is reached half-way from day 2, at 8, to day 4, at 10
    assert measures.lag(floats(0, 2, 4), floats(0, 8, 10)) == pytest.approx(3)


def test_what_does_not_rise_has_no_lag() -> None:
    assert math.isnan(measures.lag(floats(0, 1), floats(0, 0)))


def test_a_tie_agrees_by_half() -> None:
    first, second = floats(2, 1, 5), floats(1, 2, 5)
    # right, wrong (the label says the first), tie
    assert measures.agreement(first, second, np.array([True, True, True])) == pytest.approx(0.5)
    assert measures.agreement(first, second, np.array([True, False, False])) == pytest.approx(2.5 / 3)


def test_the_interval_of_a_share_holds_it_and_stays_within_bounds() -> None:
    low, high = measures.share_interval(0.5, 100)
    assert (low, high) == pytest.approx((0.4189, 0.5811), abs=1e-3)  # Wilson, z = 1.645
    assert measures.share_interval(0.0, 10)[0] == 0


def test_the_marked_are_counted_among_the_first_only() -> None:
    marked = np.array([True, False, True])
    assert measures.in_top(floats(3, 2, 1), marked, top=2) == 1
