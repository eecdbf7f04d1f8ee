"""Evidence from events: as an oracle computes it pair by pair, and as the scores take it."""

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from evenscore.laboratory.simulation.events import Events, ordinary
from evenscore.laboratory.simulation.evidence import Evidence, Pairs, scale
from evenscore.laboratory.simulation.standing import Standing, first_that_reaches
from evenscore.laboratory.simulation.world import NETWORKS, Size, World

WORLD = World(Size(300, 30, 1))
WORLD_OF_30 = World(Size(30, 30, 1))


def stepped(nights: range) -> Pairs:
    pairs = Pairs(WORLD)
    for night in nights:
        pairs.add(ordinary(WORLD, night), night)
    return pairs


def test_evidence_is_the_sum_over_engagers_of_the_log_of_their_decayed_actions_and_losses_those_of_top_posts() -> None:
    evidence = stepped(range(25)).evidence(30)
    actions: Counter[tuple[int, int, int, int]] = Counter()
    for night in range(25):
        events = ordinary(WORLD, night)
        for row in zip(events.target, events.network, events.post, events.engager, events.count, strict=True):
            actions[row[:4]] += row[4] * 2 ** (-(30 - night) / 7)
    sums, losses = np.zeros((2, 300, len(NETWORKS))), Counter[tuple[int, int, int, int]]()
    by_pair: Counter[tuple[int, int, int]] = Counter()
    for (target, network, _, engager), amount in actions.items():
        by_pair[target, network, engager] += amount
    for (target, network, engager), amount in by_pair.items():
        sums[:, target, network] += math.log1p(amount) * np.array([WORLD.weights(np.array([engager]))[0], 1])
    for (target, network, post, engager), amount in actions.items():
        whole = by_pair[target, network, engager]
        losses[target, network, post] += math.log1p(whole) - math.log1p(max(whole - amount, 0))
    most = np.zeros((300, len(NETWORKS)))
    for (target, network, _), loss in losses.items():
        most[target, network] = max(most[target, network], loss)
    of_two = most.copy()
    on: dict[tuple[int, int], dict[int, dict[int, float]]] = {}
    for (target, network, post, engager), amount in actions.items():
        on.setdefault((target, network), {}).setdefault(post, {})[engager] = amount
    for (target, network), posts in on.items():
        for one, other in combinations(posts.values(), 2):
            lost = 0.0
            for engager in one.keys() | other.keys():
                whole = by_pair[target, network, engager]
                left = max(whole - one.get(engager, 0) - other.get(engager, 0), 0)
                lost += math.log1p(whole) - math.log1p(left)
            of_two[target, network] = max(of_two[target, network], lost)
    assert sums.sum() > 100 and (most < sums[1]).any() and (most < of_two).any() and (of_two < 2 * most).any()
    np.testing.assert_allclose(evidence.sums[:, 0], sums, rtol=1e-4)
    np.testing.assert_allclose(evidence.losses[1, 0], most, rtol=1e-3, atol=1e-5)
    # The two are looked for among the posts that bring most trusted evidence: of all engagers others may lose more.
    assert (evidence.pair_losses[1, 0] <= of_two * (1 + 1e-3) + 1e-5).all()
    assert np.isclose(evidence.pair_losses[1, 0], of_two, rtol=1e-3).mean() > 0.8


def test_two_posts_of_one_audience_lose_more_together_than_the_two_that_lose_most_apart() -> None:
    pairs, fans = Pairs(WORLD_OF_30), np.arange(5, 9)
    for post, engagers in ((7, fans), (8, fans), (9, np.array([20, 21, 22]))):
        pairs.add(Events.of(1, engagers, np.array([2]), post, 3), 0)
    evidence = pairs.evidence(0)
    apart = 3 * math.log(4)
    assert evidence.losses[1, 0, 1, 2] == pytest.approx(apart, rel=1e-5)
    assert evidence.pair_losses[1, 0, 1, 2] == pytest.approx(4 * math.log(7), rel=1e-5)
    assert 4 * math.log(7) > apart + 4 * (math.log(7) - math.log(4))
    assert evidence.engager_losses[1, 0, 1, 2] == pytest.approx(math.log(7), rel=1e-5)
    weights = WORLD_OF_30.weights
    trusted = [*(weights(fans) * math.log(7)), *(weights(np.array([20, 21, 22])) * math.log(4))]
    assert evidence.engager_losses[0, 0, 1, 2] == pytest.approx(max(trusted), rel=1e-5)
    of_fans = float(weights(fans).sum()) * math.log(7)
    assert evidence.pair_losses[0, 0, 1, 2] >= of_fans * (1 - 1e-5) > 0


def test_engagers_count_once_actions_each_time_and_reach_fades() -> None:
    pairs = Pairs(World(Size(3, 30, 1)))
    for night in (0, 1):
        pairs.add(Events.of(1, np.array([0, 0, 2]), np.array([2]), 7), night)
    evidence = pairs.evidence(121)
    assert (evidence.engagers[1, 2], evidence.actions[1, 2], evidence.engagers.sum()) == (2, 6, 2)
    assert evidence.reach[1, 2] == pytest.approx(1 + (1 + 2 ** (-1 / 120)) / 2, rel=1e-5)
    assert evidence.object_reach[1, 2] == 1


def test_nobody_engages_with_themselves() -> None:
    events = ordinary(WORLD, 3)
    assert len(events.target) > 30 and (events.target != events.engager).all()
    assert len(Events.of(1, np.array([1, 2]), np.array([0]), 7).target) == 1


def evidence_of(trusted: float, crowd: float, by_post: float = 0.0, by_engager: float = 0.0) -> Evidence:
    sums, ones = np.zeros((2, 3, 1, 1), np.float32), np.ones((1, 1), np.float32)
    sums[0], sums[1] = trusted, crowd
    losses = [np.full_like(sums, loss) for loss in (by_post, by_post, by_engager)]
    return Evidence(sums, *losses, 2 * ones, 2 * ones, ones.astype(np.int32), ones.astype(np.int32))


def test_a_score_is_that_of_the_constants_of_its_version() -> None:
    known = scale(3)
    lift = 1 + known["crowd_curve"] * math.log1p(known["crowd_weight"] * 9 / 4 / known["crowd_curve"])
    points = known["base_points"] + known["points_per_log"] * math.log1p((4 * lift - 1) / known["evidence_start"])
    assert Standing.of(evidence_of(3, 9)).score[0] == pytest.approx(points, rel=1e-5)
    lift = 1 + scale(2)["crowd_curve"] * math.log1p(scale(2)["crowd_weight"] * 9 / 4 / scale(2)["crowd_curve"])
    assert Standing.of(evidence_of(3, 9), 2).score[0] == pytest.approx(1 + 7.2 * math.log(4 * lift), rel=1e-5)


@pytest.mark.parametrize(("by", "share"), [("by_post", "top_object_share"), ("by_engager", "top_engager_share")])
def test_one_post_brings_no_more_than_its_share_nor_does_one_engager(by: str, share: str) -> None:
    beside = scale(3)["top_object_start"]
    bound = evidence_of((beside + 0.5) / (1 - scale(3)[share]) - beside, 0)
    alone = evidence_of(9, 9, **{by: 8.5})
    assert Standing.of(alone).score[0] == pytest.approx(Standing.of(bound).score[0], abs=0.5)
    assert Standing.of(alone).score[0] < Standing.of(evidence_of(9, 9)).score[0] - 20


@pytest.mark.parametrize(("points", "top_share"), [(5, 1 / 8), (15, 1 / 8), (15, 0.7)])
def test_as_few_engagers_as_lift_a_score_as_far_as_was_wished(points: float, top_share: float) -> None:
    evidence = evidence_of(0.5, 3)
    more = np.cumsum(np.full((2, 2000), 0.02), axis=1).astype(np.float32)
    tried = evidence.tried(0, 0, more, top_share)
    first = first_that_reaches(tried, float(Standing.of(evidence).score[0]) + points)
    below, reached = Standing.of(tried).score[first - 1 : first + 1] - Standing.of(evidence).score[0]
    assert below < points <= reached < points + 0.5


def test_one_post_alone_is_tried_as_far_as_it_leads() -> None:
    more = np.cumsum(np.full((2, 2000), 0.02), axis=1).astype(np.float32)
    tried = evidence_of(0.5, 3).tried(0, 0, more, 1.0)
    scores = Standing.of(tried).score
    assert scores[first_that_reaches(tried, 90)] == pytest.approx(scores.max(), abs=0.2)
