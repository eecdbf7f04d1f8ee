"""The trust graph: against a dense solution, its caps, and what a ring or a warm start may not do to it."""

from dataclasses import replace

import numpy as np
import pytest

from evenscore.base.errors import EvenscoreError
from evenscore.scoring import trust
from evenscore.scoring.trust import (
    Constants,
    Endorsements,
    Seeds,
    Vouchers,
    band_weights,
    graph,
    nightly_standing,
    nightly_weights,
    solve,
    weights,
)

NIGHT = 1000
CONSTANTS = Constants(
    damping=0.5,
    pair_cap=3,
    lag_days=14,
    full=0.03,
    none=0.0003,
    half_life_days=120,
    outward_share=0.33,
    band_count=4,
    band_members=50,
)


def endorsements(*edges: tuple[int, int, int, int], people: int = 10, members: int | None = None) -> Endorsements:
    giver, receiver, day, actions = (np.array(column, dtype=np.int64) for column in zip(*edges, strict=True))
    return Endorsements(giver, receiver, day, actions, np.arange(people) < (people if members is None else members))


def whole(*people: int) -> Seeds:
    return Seeds(np.array(people, dtype=np.int64), np.ones(len(people)))


def random_graph(rng: np.random.Generator, people: int = 40, edges: int = 300) -> Endorsements:
    giver, receiver = rng.integers(0, people, (2, edges))
    kept = giver != receiver
    day, actions = rng.integers(NIGHT - 400, NIGHT + 1, edges), rng.integers(1, 5, edges)
    return Endorsements(giver[kept], receiver[kept], day[kept], actions[kept], np.full(people, True))


def test_trust_is_the_solution_of_its_equation() -> None:
    found = graph(random_graph(np.random.default_rng(1)), NIGHT, CONSTANTS)
    seeds = Seeds(np.array([3, 7]), np.array([1, 0.25]))
    source = np.zeros(40)
    source[[3, 7]] = 0.5, 0.125
    exact = np.linalg.solve(np.eye(40) - 0.5 * found.shares.toarray().T, source)
    assert np.allclose(solve(found, seeds, 0.5), exact, rtol=0, atol=1e-14)


def test_a_giver_passes_on_all_and_no_more() -> None:
    shares = graph(random_graph(np.random.default_rng(2)), NIGHT, CONSTANTS).shares
    total = np.asarray(shares.sum(axis=1)).ravel()
    assert np.allclose(total[total > 0], 1)


def test_what_has_faded_to_nothing_passes_nothing_on() -> None:
    decades = 20 * 365
    found = graph(endorsements((0, 1, NIGHT - decades, 1), (2, 3, NIGHT - 14, 1)), NIGHT, CONSTANTS)
    assert solve(found, whole(0, 2), 0.5)[:4].tolist() == [0.5, 0, 0.5, 0.25]


def test_more_actions_for_one_than_the_cap_pass_on_no_more() -> None:
    ten = endorsements((0, 1, NIGHT - 14, 10), (0, 2, NIGHT - 14, 1))
    thousand = endorsements((0, 1, NIGHT - 14, 1000), (0, 2, NIGHT - 14, 1))
    assert np.array_equal(graph(ten, NIGHT, CONSTANTS).shares.data, graph(thousand, NIGHT, CONSTANTS).shares.data)


def test_what_happened_within_the_lag_is_not_known_yet() -> None:
    edges = endorsements((0, 1, NIGHT - 14, 1), (0, 2, NIGHT - 13, 1))
    assert solve(graph(edges, NIGHT, CONSTANTS), whole(0), 0.5)[:3].tolist() == [0.5, 0.25, 0]
    assert solve(graph(edges, NIGHT + 1, CONSTANTS), whole(0), 0.5)[2] > 0


def test_who_is_reached_from_no_seed_weighs_nothing_however_large_their_ring() -> None:
    ring = [(giver, receiver, 900, 9) for giver in range(5, 10) for receiver in range(5, 10) if giver != receiver]
    found = graph(endorsements((0, 1, 900, 1), *ring, *((fake, 1, 900, 9) for fake in range(5, 10))), NIGHT, CONSTANTS)
    reached = solve(found, whole(0), 0.5)
    assert weights(found, reached, np.arange(5, 10), np.full(5, 1), CONSTANTS).tolist() == [0] * 5


def test_nobody_lends_trust_to_their_own_crowd() -> None:
    found = graph(endorsements((0, 1, 900, 1), (1, 2, 900, 1), (2, 1, 900, 1), (2, 3, 900, 1)), NIGHT, CONSTANTS)
    reached = solve(found, whole(0), 0.5)
    for_patron, for_other = weights(found, reached, np.array([2, 2]), np.array([1, 3]), CONSTANTS)
    assert for_patron == 0 < for_other


def test_a_warm_start_leaves_no_trace() -> None:
    edges = random_graph(np.random.default_rng(3))
    engager, person = np.divmod(np.arange(1600), 40)
    nights = range(NIGHT - 20, NIGHT + 1)
    scored = {n: np.arange(40) for n in nights}
    *_, stepped = nightly_weights(edges, engager, person, scored, {n: whole(3, 7) for n in nights}, CONSTANTS)
    (alone,) = nightly_weights(edges, engager, person, scored, {NIGHT: whole(3, 7)}, CONSTANTS)
    assert all(map(np.array_equal, stepped, alone))
    assert len(np.unique(stepped[2])) > 100


def test_a_night_weighs_the_engagers_of_those_who_are_scored_on_it_as_if_all_were() -> None:
    edges = random_graph(np.random.default_rng(3))
    engager, person = np.divmod(np.arange(1600), 40)
    everybody, some = np.arange(40), np.array([2, 31])
    seeds = {NIGHT: whole(3, 7)}
    ((_, _, weight),) = nightly_weights(edges, engager, person, {NIGHT: everybody}, seeds, CONSTANTS)
    ((_, asked, of_some),) = nightly_weights(edges, engager, person, {NIGHT: some}, seeds, CONSTANTS)
    assert set(person[asked]) == set(some) and len(asked) == 2 * 40
    assert np.array_equal(of_some, weight[asked]) and of_some.max() > 0


def test_the_order_of_the_edges_changes_no_bit() -> None:
    rng = np.random.default_rng(4)
    edges = random_graph(rng)
    order = rng.permutation(len(edges.giver))
    other = Endorsements(
        edges.giver[order], edges.receiver[order], edges.day[order], edges.actions[order], edges.is_member
    )
    first, second = (solve(graph(each, NIGHT, CONSTANTS), whole(3), 0.5) for each in (edges, other))
    assert first.tobytes() == second.tobytes()


def test_a_graph_that_does_not_converge_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    found = graph(random_graph(np.random.default_rng(1)), NIGHT, CONSTANTS)
    monkeypatch.setattr(trust, "MOST_SWEEPS", 20)
    with pytest.raises(EvenscoreError, match="not converged"):
        solve(found, whole(3, 7), 0.5)


def test_what_has_faded_to_nothing_passes_on_nothing() -> None:
    found = graph(endorsements((0, 1, 900, 1), (2, 3, 900 - 9000, 1)), NIGHT, CONSTANTS)
    assert solve(found, whole(0, 2), 0.5)[:4].tolist() == [0.5, 0.25, 0.5, 0]


VOUCHED = replace(CONSTANTS, full=0.03, none=0.01, vouched=2, own_steps=2)
"""As in scoring version 3."""
WIDE = replace(VOUCHED, full=0.3)
"""The same on a scale on which hardly anybody weighs 1."""


def weighed(edges: Endorsements, constants: Constants, engager: int, person: int, seed: int = 0) -> float:
    found = graph(edges, NIGHT, constants)
    reached = solve(found, whole(seed), constants.damping)
    return float(weights(found, reached, np.array([engager]), np.array([person]), constants)[0])


def test_one_voucher_is_none_and_two_are_believed() -> None:
    once = endorsements((0, 1, NIGHT - 14, 3), (1, 2, NIGHT - 14, 3))
    assert weighed(once, CONSTANTS, 1, 9) > 0  # versions before the third
    assert weighed(once, VOUCHED, 1, 9) == 0
    by_two = endorsements((0, 1, NIGHT - 14, 3), (0, 2, NIGHT - 14, 3), (2, 1, NIGHT - 14, 3))
    assert 0 < weighed(by_two, WIDE, 1, 9) < weighed(by_two, replace(WIDE, vouched=np.inf), 1, 9)
    on_many_days = endorsements(*((0, 1, NIGHT - day, 3) for day in range(14, 90)), (1, 2, NIGHT - 14, 3))
    assert weighed(on_many_days, CONSTANTS, 1, 9) > 0
    assert weighed(on_many_days, VOUCHED, 1, 9) == 0  # a confederate can answer on as many days as it takes


def test_a_seed_needs_no_voucher() -> None:
    assert weighed(endorsements((1, 0, NIGHT - 14, 3)), VOUCHED, 0, 9) == 1


@pytest.mark.parametrize("count", [1, 5, 20])
def test_as_many_accounts_as_one_confederate_answers_weigh_nothing(count: int) -> None:
    edges = [(1, fake, NIGHT - day, 3) for fake in range(2, 2 + count) for day in (14, 15, 40)]
    found = endorsements(*edges, people=110)
    assert weighed(found, VOUCHED, 2, 109, seed=1) == 0
    assert weighed(found, replace(VOUCHED, vouched=np.inf), 2, 109, seed=1) > 0


@pytest.mark.parametrize(("steps", "is_left"), [(1, True), (2, False)])
def test_what_came_back_over_a_friend_is_not_the_targets_own(steps: int, is_left: bool) -> None:
    # The target 1 acts for 2, and 2 for 3: what 3 has of it is the target's own, told by another.
    edges = endorsements((0, 1, NIGHT - 14, 3), (1, 2, NIGHT - 14, 3), (2, 3, NIGHT - 14, 3))
    constants = replace(VOUCHED, vouched=np.inf, own_steps=steps)
    assert (weighed(edges, constants, 3, 1) > 0) is is_left
    assert weighed(edges, constants, 3, 9) > 0


def test_vouchers_are_found_whoever_the_person_is() -> None:
    found = graph(random_graph(np.random.default_rng(5)), NIGHT, VOUCHED)
    reached = solve(found, whole(3, 7), 0.5)
    passed = 0.5 * reached[:, None] * found.shares.toarray()
    vouchers = Vouchers.of(found, reached, 0.5)
    engager, person = (grid.ravel() for grid in np.meshgrid(np.arange(40), np.arange(40)))
    for one, other, most in zip(engager, person, vouchers.most(engager, person), strict=True):
        assert most == pytest.approx(np.delete(passed[:, one], other).max(), abs=1e-15)


def test_a_graph_without_edges_or_seeds_gives_nobody_trust() -> None:
    none = np.array([], dtype=np.int64)
    found = graph(Endorsements(none, none, none, none, np.full(3, True)), NIGHT, CONSTANTS)
    assert solve(found, whole(), 0.5).tolist() == [0, 0, 0]
    assert weights(found, np.zeros(3), np.array([0]), np.array([1]), CONSTANTS).tolist() == [0]


# those who are no members ----------------------------------------------------------------------------------------

SIXTY = 60


def sixty_members(*edges: tuple[int, int, int, int]) -> Endorsements:
    """A seed acts for 59 members, who act for the next one; numbers from 60 to 69 are no members."""
    known = [(0, member, 900, 1) for member in range(1, SIXTY)]
    known += [(member, 1 + member % (SIXTY - 1), 900, 1) for member in range(1, SIXTY)]
    return endorsements(*known, *edges, people=70, members=SIXTY)


def weight_of(edges: Endorsements, engager: int, person: int) -> float:
    found = graph(edges, NIGHT, CONSTANTS)
    reached = solve(found, whole(0), 0.5)
    return float(weights(found, reached, np.array([engager]), np.array([person]), CONSTANTS)[0])


def test_acts_for_others_take_less_from_those_for_members_and_share_out_no_more_than_there_is() -> None:
    both = graph(endorsements((0, 1, 900, 1), (0, 5, 900, 1), members=5), NIGHT, CONSTANTS).shares.toarray()
    assert both[0, 1] == pytest.approx(1 / 1.33)
    assert both[0, 5] == pytest.approx(1 / 1.33)
    many = graph(endorsements(*((0, other, 900, 1) for other in range(1, 10)), members=2), NIGHT, CONSTANTS).shares
    assert many.toarray()[0, 2:].sum() == pytest.approx(1)
    assert many.toarray()[0, 1] <= 1


def test_who_is_no_member_passes_nothing_on() -> None:
    found = graph(endorsements((0, 5, 900, 1), (5, 1, 900, 1), members=5), NIGHT, CONSTANTS)
    assert solve(found, whole(0), 0.5)[[1, 5]].tolist() == [0, 0]


def test_whom_members_act_for_weighs_what_members_in_that_band_weigh() -> None:
    edges = sixty_members((1, 65, 900, 1), (2, 66, 900, 1), (3, 66, 900, 1))
    once, twice = weight_of(edges, 65, 9), weight_of(edges, 66, 9)
    assert 0 < once <= twice < 1


def test_whom_no_member_acts_for_weighs_nothing_whomever_they_act_for() -> None:
    crowd = [(fake, member, 900, 9) for fake in range(60, 70) for member in range(SIXTY)]
    edges = sixty_members(*crowd, *((fake, 60 + (fake + 1) % 10, 900, 9) for fake in range(60, 70)))
    assert [weight_of(edges, fake, 9) for fake in range(60, 70)] == [0] * 10


def test_nobody_lends_trust_to_a_crowd_of_others() -> None:
    edges = sixty_members((1, 65, 900, 3))
    assert weight_of(edges, 65, 1) == 0 < weight_of(edges, 65, 2)


def test_a_band_weighs_the_mean_of_its_members() -> None:
    of_members = np.array([0.1] * 40 + [0.15] * 40 + [0.6] * 50 + [0.8] * 50)
    assert band_weights(of_members, CONSTANTS).tolist() == [0, 0.125, 0.307692, 0.6, 0.8]


def test_a_band_weighs_no_more_than_its_middle() -> None:
    assert band_weights(np.full(100, 0.4), CONSTANTS).tolist() == [0, 0.125, 0.375, 0.4, 0.4]


def test_a_band_with_too_few_members_is_widened_and_with_too_few_in_all_weighs_nothing() -> None:
    of_members = np.array([0.0] * 40 + [0.2] * 40 + [0.3] * 20)
    assert band_weights(of_members, CONSTANTS).tolist() == [0, 0.125, 0.233333, 0.233333, 0.233333]
    assert band_weights(np.full(49, 0.3), CONSTANTS).tolist() == [0] * 5


def test_a_single_member_more_is_no_cliff() -> None:
    tops = [band_weights(np.full(count, 0.4), CONSTANTS)[4] for count in range(40, 111)]
    assert tops[0] == 0 < tops[-1] == 0.4
    assert max(np.diff(tops)) == pytest.approx(0.4 / 25, abs=1e-6)


def test_a_higher_band_never_weighs_less() -> None:
    rng = np.random.default_rng(5)
    for _ in range(500):
        of_members = np.round(rng.beta(*rng.uniform(0.2, 3, 2), rng.integers(40, 200)), 6)
        found = band_weights(of_members, CONSTANTS)
        assert (np.diff(found) >= 0).all(), found


DECADE = 3650


def test_who_founded_a_community_reaches_its_members_through_years_in_which_nothing_fades() -> None:
    # 0 passes half of its .5 on to 1, 4 a quarter each to 1 and 2, and 1 half to 2. The lesser word counts twice.
    early = [(0, 1, NIGHT - DECADE, 2), (4, 1, NIGHT - DECADE + 1, 2), (4, 2, NIGHT - 91, 2), (1, 2, NIGHT - 90, 2)]
    later = [(2, 3, NIGHT - 89, 2), (1, 3, NIGHT - 88, 2)]
    ((night, standing),) = nightly_standing(
        endorsements(*early, *later, members=5), {NIGHT: whole(0, 4)}, {NIGHT: 90.0}, WIDE
    )
    of_two_words = np.log(2 * 0.125 / 0.01) / np.log(30)
    assert night == NIGHT
    assert standing[:5].tolist() == pytest.approx([1, of_two_words, of_two_words, 0, 1], abs=1e-6)


def test_no_ring_that_came_later_has_a_standing_though_one_of_the_reached_acts_for_it() -> None:
    founded = [(founder, other, 100, 1) for founder in (0, 4) for other in (1, 2, 3)]
    ring = [(giver, to, day, 9) for giver in range(10, 40) for to in range(10, 40) if giver != to for day in (700, 800)]
    lent = [(3, member, day, 1) for member in range(10, 20) for day in (700, 800)]
    known = endorsements(*founded, *ring, *lent, people=40)
    ((_, standing),) = nightly_standing(known, {NIGHT: whole(0, 4)}, {NIGHT: 90.0}, VOUCHED)
    assert standing[:5].min() > 0.3
    assert standing[10:].max() == 0


def test_one_members_word_gives_nobody_a_standing_nor_is_anybody_without_a_score_given_one() -> None:
    edges = [(0, 2, day, 1) for day in range(400, 500)] + [(founder, to, 500, 1) for founder in (0, 1) for to in (3, 4)]
    founders = {NIGHT: whole(0, 1)}
    ((_, standing),) = nightly_standing(endorsements(*edges, members=4), founders, {NIGHT: 90.0}, VOUCHED)
    assert standing[:5].tolist() == [1, 1, 0, pytest.approx(standing[3]), 0]
    assert standing[3] > 0


def test_each_night_has_founders_and_a_lag_of_its_own_and_none_leaves_a_trace_in_the_next() -> None:
    known = random_graph(np.random.default_rng(5))
    founders = {NIGHT - 1: whole(1, 2), NIGHT: whole(3)}
    lags = {NIGHT - 1: 20.0, NIGHT: 90.0}
    both = dict(nightly_standing(known, founders, lags, CONSTANTS))
    alone = dict(nightly_standing(known, {NIGHT: founders[NIGHT]}, lags, CONSTANTS))
    assert list(both) == [NIGHT - 1, NIGHT]
    assert np.array_equal(both[NIGHT], alone[NIGHT])
    assert not np.array_equal(both[NIGHT - 1], both[NIGHT])
