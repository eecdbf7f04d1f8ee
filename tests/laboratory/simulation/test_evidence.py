"""Evidence from events: as an oracle computes it pair by pair, and as the scores take it."""

import math
from collections import Counter

import numpy as np
import pytest

from evenscore.laboratory.simulation.events import Events, ordinary
from evenscore.laboratory.simulation.evidence import Pairs
from evenscore.laboratory.simulation.standing import Standing
from evenscore.laboratory.simulation.world import NETWORKS, Size, World

WORLD = World(Size(300, 30, 1))


def stepped(nights: range) -> Pairs:
    pairs = Pairs(300)
    for night in nights:
        pairs.add(ordinary(WORLD, night), night)
    return pairs


def test_evidence_is_the_sum_over_engagers_of_the_log_of_their_decayed_actions() -> None:
    evidence = stepped(range(25)).evidence(30)
    actions: Counter[tuple[int, int, int]] = Counter()
    for night in range(25):
        events = ordinary(WORLD, night)
        for row in zip(events.target, events.network, events.engager, events.count, strict=True):
            actions[row[:3]] += row[3] * 2 ** (-(30 - night) / 28)
    expected = np.zeros((300, len(NETWORKS)))
    for (target, network, _), amount in actions.items():
        expected[target, network] += math.log1p(amount)
    assert expected.sum() > 100
    np.testing.assert_allclose(evidence.short, expected, rtol=1e-4)


def test_engagers_count_once_and_actions_each_time() -> None:
    pairs = Pairs(3)
    for night in (0, 1):
        pairs.add(Events.of(1, np.array([0, 0, 2]), np.array([2]), 7), night)
    evidence = pairs.evidence(1)
    assert (evidence.engagers[1, 2], evidence.actions[1, 2], evidence.engagers.sum()) == (2, 6, 2)


def test_nobody_engages_with_themselves() -> None:
    events = ordinary(WORLD, 3)
    assert len(events.target) > 30 and (events.target != events.engager).all()
    assert len(Events.of(1, np.array([1, 2]), np.array([0]), 7).target) == 1


@pytest.mark.parametrize("points", [5, 31, 45])
def test_the_evidence_asked_for_lifts_a_score_as_far_as_was_wished(points: float) -> None:
    standing = Standing(*(np.array([value], np.float32) for value in (2.5, 4.0)), *(np.array([9]),) * 2)  # type: ignore
    more = standing.evidence_for(0, points)
    lifted = Standing(standing.short + more, standing.long + more, standing.engagers, standing.actions)  # type: ignore
    assert lifted.score()[0] - standing.score()[0] == pytest.approx(points, abs=0.01)
    times = standing.factor_for(0, points)
    grown = Standing(standing.short * times, standing.long * times, standing.engagers, standing.actions)  # type: ignore
    assert grown.score()[0] - standing.score()[0] == pytest.approx(points, abs=0.01)


def test_a_score_is_that_of_the_scale_of_version_1() -> None:
    standing = Standing(*(np.array([value], np.float32) for value in (9.0, 99.0)), *(np.array([9]),) * 2)  # type: ignore
    assert standing.score()[0] == pytest.approx(1 + 7.2 * (math.log(10) + math.log(100)) / 2, rel=1e-6)
