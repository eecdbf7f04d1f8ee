"""Evidence from events: as an oracle computes it pair by pair, and as the scores take it."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest

from evenscore.laboratory.simulation.events import Events, ordinary
from evenscore.laboratory.simulation.evidence import Evidence, Pairs, climbs_of, scale
from evenscore.laboratory.simulation.standing import Standing
from evenscore.laboratory.simulation.world import NETWORKS, Size, World

WORLD = World(Size(300, 30, 1))
WORLD_OF_30 = World(Size(30, 30, 1))
START = scale(3)["ladder_start"]
SHARES = {name: scale(3)[f"top_{name}_share"] for name in ("object", "engager")}


def stepped(nights: range) -> Pairs:
    pairs = Pairs.none(WORLD)
    for night in nights:
        pairs = pairs.plus(ordinary(WORLD, night), night)
    return pairs


def climbed(values: Iterable[float], share: float) -> float:
    height = START
    for value in sorted(values):
        height = min(height + value, height / (1 - share))
    return height - START


def test_evidence_is_what_the_logs_of_decayed_actions_come_to_and_what_engagers_and_posts_climb_to() -> None:
    evidence = stepped(range(25)).evidence(30)
    actions: Counter[tuple[int, int, int, int]] = Counter()
    for night in range(25):
        events = ordinary(WORLD, night)
        for row in zip(events.target, events.network, events.post, events.engager, events.count, strict=True):
            actions[row[:4]] += row[4] * 2 ** (-(30 - night) / 7)
    by_pair: Counter[tuple[int, int, int]] = Counter()
    for (target, network, _, engager), amount in actions.items():
        by_pair[target, network, engager] += amount
    trust = {engager: WORLD.weights(np.array([engager]))[0] for _, _, engager in by_pair}
    of_engagers, of_posts = (defaultdict[tuple[int, int, int], list[float]](list) for _ in range(2))
    for (target, network, engager), amount in by_pair.items():
        for part, weight in enumerate((trust[engager], 1)):
            of_engagers[part, target, network].append(weight * math.log1p(amount))
    brought, losses = (Counter[tuple[int, int, int, int]]() for _ in range(2))
    for (target, network, post, engager), amount in actions.items():
        whole = by_pair[target, network, engager]
        losses[1, target, network, post] += math.log1p(whole) - math.log1p(max(whole - amount, 0))
        for part, weight in enumerate((trust[engager], 1)):
            brought[part, target, network, post] += weight * math.log1p(amount)
    most = np.zeros((300, len(NETWORKS)))
    for (_, target, network, _), loss in losses.items():
        most[target, network] = max(most[target, network], loss)
    for (part, target, network, _), amount in brought.items():
        of_posts[part, target, network].append(amount)
    sums, bounded, by_engagers = (np.zeros((2, 300, len(NETWORKS))) for _ in range(3))
    for place, logs in of_engagers.items():
        sums[place], by_engagers[place] = sum(logs), climbed(logs, SHARES["engager"])
        bounded[place] = min(by_engagers[place], climbed(of_posts[place], SHARES["object"]))
    assert sums.sum() > 100 and (most < sums[1]).any()
    assert (bounded < by_engagers - 0.1).any() and (by_engagers > 0.1).any() and (by_engagers < sums - 0.1).any()
    np.testing.assert_allclose(evidence.sums[:, 0], sums, rtol=1e-4)
    np.testing.assert_allclose(evidence.bounded[:, 0], bounded, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(evidence.losses[1, 0], most, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_all_climb_at_once_as_each_does_alone(seed: int) -> None:
    draws = np.random.default_rng(seed)
    starts = np.cumsum([0, *draws.integers(1, 40, 30)])
    values = draws.pareto(0.7, (2, 3, starts[-1])) * (draws.random((2, 3, starts[-1])) < 0.8)
    found = climbs_of(values, starts[:-1], 0.25)
    alone = [[[climbed(one[first:last], 0.25) for one in part] for part in values] for first, last in pairwise(starts)]
    np.testing.assert_allclose(found, np.moveaxis(alone, 0, -1), rtol=1e-12, atol=1e-12)


def test_no_value_carries_more_than_its_share_and_neither_a_greater_one_nor_another_lowers_what_all_climb_to() -> None:
    draws = np.random.default_rng(7)

    def climb(values: Iterable[float]) -> float:
        return float(climbs_of(np.array([*values]), np.array([0]), 0.25)[0])

    for _ in range(300):
        values = draws.pareto(0.7, draws.integers(2, 12))
        height, of_rest = climb(values), climb(np.delete(values, values.argmax()))
        assert height - of_rest <= 0.25 * (START + height) + 1e-12
        greater = values.copy()
        greater[draws.integers(len(values))] *= 1 + draws.pareto(1)
        assert height <= climb(greater) + 1e-12
        assert height <= climb([*values, draws.pareto(0.7)]) + 1e-12


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
    events = ordinary(WORLD, 3)
    assert len(events.target) > 30 and (events.target != events.engager).all()
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
