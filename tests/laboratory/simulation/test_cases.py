"""What is planted: as little as leads as far as was wished, by posts and people that lead so far."""

import numpy as np
import pytest

from evenscore.laboratory.simulation.cases import FIRST_POST, NEARLY, POSTS_A_NIGHT, factor_of, fewest
from evenscore.laboratory.simulation.events import POST_BITS, Events, ordinary
from evenscore.laboratory.simulation.evidence import Pairs
from evenscore.laboratory.simulation.standing import Standing
from evenscore.laboratory.simulation.world import Ints, Size, World

WORLD = World(Size(3000, 30, 1))
TRUSTED = np.flatnonzero(WORLD.trust > 0.5).astype(np.int32)
AMBER = np.array(0)


def score(pairs: Pairs) -> float:
    return float(Standing.of(pairs.evidence(0)).score[0])


def standing(acts: int) -> Pairs:
    """An account for whom so many trusted people acted once, each on a post of its own."""
    events = Events.of(0, TRUSTED[:acts], AMBER, np.arange(acts))
    return Pairs.none(WORLD).plus(events, 0).of(0)


def bringing(posts: Ints, some: int) -> Events:
    return Events.of(0, TRUSTED[100 : 100 + some], AMBER, 2000 + posts[:some])


MANY, ONE = np.arange(400) % 8, np.zeros(400, np.int64)


@pytest.mark.parametrize("points", [5, 15])
def test_as_few_engagers_as_lift_a_score_as_far_as_was_wished(points: float) -> None:
    own = standing(12)
    some = fewest(own, lambda count: bringing(MANY, count), 1, 400, score(own) + points, 0)
    below, reached = (score(own.plus(bringing(MANY, count), 0)) - score(own) for count in (some - 1, some))
    assert below < points <= reached < points + 4


def test_one_post_is_tried_as_far_as_it_leads_and_that_is_not_far() -> None:
    own = standing(12)
    some = fewest(own, lambda count: bringing(ONE, count), 1, 400, 90, 0)
    reached, most = (score(own.plus(bringing(ONE, count), 0)) for count in (some, 400))
    assert 1 <= some < 100 and most - NEARLY <= reached <= most < score(own) + 4


def test_fewer_than_the_least_are_never_tried() -> None:
    own = standing(12)
    assert fewest(own, lambda count: bringing(MANY, count), 6, 400, 1.0, 0) == 6


@pytest.mark.parametrize("points", [-9, -3, 8, 20])
def test_actions_are_counted_so_often_or_so_many_are_lost_as_lead_a_score_there(points: float) -> None:
    own = standing(40)
    times = factor_of(own, score(own) + points, 0)
    moved = score(own.times(np.full((1, 4), times, np.float32))) - score(own)
    assert (times > 1) == (points > 0) and points - NEARLY <= moved < points + 2


def test_where_all_is_lost_nothing_is_left() -> None:
    assert factor_of(standing(40), -100, 0) == 0


def test_the_posts_of_cases_are_nobody_elses_in_the_longest_simulation() -> None:
    world = World(Size(60, 400, 1, age=600))
    assert ordinary(world, 399).post.max() < FIRST_POST
    assert FIRST_POST + POSTS_A_NIGHT * world.size.nights <= 1 << POST_BITS
