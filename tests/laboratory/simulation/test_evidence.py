"""Evidence from events: as an oracle computes it pair by pair, as the scores bound it, and as they take it."""

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from reference import V3, _bounded

from evenscore.laboratory.simulation.events import Events, ordinary
from evenscore.laboratory.simulation.evidence import Evidence, Pairs, scale
from evenscore.laboratory.simulation.standing import Standing
from evenscore.laboratory.simulation.world import NETWORKS, Size, World

WORLD = World(Size(300, 30, 1))
WORLD_OF_30 = World(Size(30, 30, 1))
START = scale(3)["ladder_start"]


def stepped(nights: range) -> Pairs:
    pairs = Pairs.none(WORLD)
    for night in nights:
        pairs = pairs.plus(ordinary(WORLD, night), night)
    return pairs


def test_evidence_is_what_the_logs_of_decayed_actions_come_to() -> None:
    evidence = stepped(range(25)).evidence(30)
    actions: Counter[tuple[int, int, int, int]] = Counter()
    for night in range(25):
        events = ordinary(WORLD, night)
        for row in zip(events.target, events.network, events.post, events.engager, events.count, strict=True):
            actions[row[:4]] += row[4] * 2 ** (-(30 - night) / 7)
    by_pair: Counter[tuple[int, int, int]] = Counter()
    for (target, network, _, engager), amount in actions.items():
        by_pair[target, network, engager] += amount
    sums, most = np.zeros((2, 300, len(NETWORKS))), np.zeros((300, len(NETWORKS)))
    for (target, network, engager), amount in by_pair.items():
        for part, weight in enumerate((WORLD.weights(np.array([engager]))[0], 1)):
            sums[part, target, network] += weight * math.log1p(amount)
    losses: Counter[tuple[int, int, int]] = Counter()
    for (target, network, post, engager), amount in actions.items():
        whole = by_pair[target, network, engager]
        losses[target, network, post] += math.log1p(whole) - math.log1p(max(whole - amount, 0))
    for (target, network, _), loss in losses.items():
        most[target, network] = max(most[target, network], loss)
    assert sums.sum() > 100 and (most < sums[1]).any()
    np.testing.assert_allclose(evidence.sums[:, 0], sums, rtol=1e-4)
    np.testing.assert_allclose(evidence.losses[1, 0], most, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_no_post_and_no_engager_carries_more_than_a_plain_second_implementation_grants_it(seed: int) -> None:
    draws = np.random.default_rng(seed)
    engager = 30 + draws.integers(0, 30, 600) // draws.integers(1, 20, 600)
    columns = (30 * draws.random(600) ** 2, engager, draws.integers(0, 2, 600), draws.integers(0, 9, 600))
    events = Events.of(*(column.astype(np.int32) for column in columns), draws.geometric(0.3, 600))
    found = Pairs.none(WORLD).plus(events, 0).evidence(0).bounded[:, 0, :30].sum(axis=-1)
    acts = pd.DataFrame({name: getattr(events, name) for name in ("engager", "network")})
    acts = acts.assign(receiver=events.target, persona="", object=events.post, actions=events.count)
    acts = acts.assign(weight=WORLD.weights(events.engager).astype(float))
    expected = [_bounded(acts, V3, is_crowd=is_crowd) for is_crowd in (False, True)]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_more_engagement_of_anybody_with_anything_never_lowers_what_it_climbs_to() -> None:
    draws = np.random.default_rng(3)
    many = Pairs.none(WORLD_OF_30)
    bounded = np.zeros(())
    for _ in range(60):
        target, engager = draws.integers(0, 30, (2, 40))
        more = Events.of(target, engager, draws.integers(0, 2, 40), draws.integers(0, 6, 40), draws.integers(1, 9, 40))
        many = many.plus(more, 0)
        assert (many.evidence(0).bounded >= bounded - 1e-6).all()
        bounded = many.evidence(0).bounded


def test_who_was_there_when_few_were_delivered_is_there_when_more_are() -> None:
    pairs = stepped(range(10))
    parts = [pairs.times(np.full((300, len(NETWORKS)), share, np.float32)) for share in (0, 0.3, 0.6, 1, 3)]
    keys = [set(part.keys.tolist()) for part in parts]
    assert not keys[0] and keys[0] < keys[1] < keys[2] < keys[3] == keys[4] == set(pairs.keys.tolist())
    assert 0.2 < len(keys[1]) / len(keys[3]) < 0.4
    assert np.array_equal(parts[4].counts, 3 * pairs.counts) and np.allclose(parts[4].actions, 3 * pairs.actions)


def test_what_one_account_has_of_its_own_is_what_it_has_among_all() -> None:
    pairs = stepped(range(25))
    account = int(np.bincount(pairs.keys >> 43).argmax())
    lost = np.full((300, len(NETWORKS)), 0.5, np.float32)
    for among_all, alone in ((pairs, pairs.of(account)), (pairs.times(lost), pairs.of(account).times(lost[:1]))):
        own = alone.evidence(30)
        for name in Evidence.__annotations__:
            assert np.array_equal(getattr(own, name)[..., 0, :], getattr(among_all.evidence(30), name)[..., account, :])
        assert own.actions.sum() > 3


def test_engagers_count_once_actions_each_time_and_reach_fades() -> None:
    pairs = Pairs.none(World(Size(3, 30, 1)))
    for night in (0, 1):
        pairs = pairs.plus(Events.of(1, np.array([0, 0, 2]), np.array([2]), 7), night)
    evidence = pairs.evidence(121)
    assert (evidence.engagers[1, 2], evidence.actions[1, 2], evidence.engagers.sum()) == (2, 6, 2)
    assert evidence.reach[1, 2] == pytest.approx(1 + (1 + 2 ** (-1 / 120)) / 2, rel=1e-5)
    assert evidence.object_reach[1, 2] == 1


def test_nobody_engages_with_themselves() -> None:
    events = Events.together([ordinary(WORLD, night) for night in range(5)])
    assert len(events.target) > 100 and (events.target != events.engager).all()
    assert len(Events.of(1, np.array([1, 2]), np.array([0]), 7).target) == 1


def evidence_of(trusted: float, crowd: float, by_post: float = 0.0) -> Evidence:
    sums, ones = np.zeros((2, 3, 1, 1), np.float32), np.ones((1, 1), np.float32)
    sums[0], sums[1] = trusted, crowd
    losses = np.full_like(sums, by_post)
    return Evidence(sums, sums, losses, 2 * ones, 2 * ones, ones.astype(np.int32), ones.astype(np.int32))


def test_a_score_is_that_of_the_constants_of_its_version() -> None:
    known = scale(3)
    lift = known["crowd_curve"] * math.log1p(known["crowd_weight"] * 9 / 4 / known["crowd_curve"])
    amount = 3 + (START + 3) * lift
    points = known["base_points"] + known["points_per_log"] * math.log1p(amount / known["evidence_start"])
    assert Standing.of(evidence_of(3, 9)).score[0] == pytest.approx(points, rel=1e-5)
    lift = 1 + scale(2)["crowd_curve"] * math.log1p(scale(2)["crowd_weight"] * 9 / 4 / scale(2)["crowd_curve"])
    assert Standing.of(evidence_of(3, 9), 2).score[0] == pytest.approx(1 + 7.2 * math.log(4 * lift), rel=1e-5)


def test_of_version_2_one_post_brings_no_more_than_its_share() -> None:
    bound = evidence_of(1.5 / (1 - scale(2)["top_object_share"]) - 1, 0)
    alone = evidence_of(9, 9, by_post=8.5)
    assert Standing.of(alone, 2).score[0] == pytest.approx(Standing.of(bound, 2).score[0], abs=0.1)
    assert Standing.of(alone, 2).score[0] < Standing.of(evidence_of(9, 9), 2).score[0] - 5
