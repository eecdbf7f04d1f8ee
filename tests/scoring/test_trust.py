"""The trust graph: against a dense solution, its caps, and what a ring or a warm start may not do to it."""

import numpy as np
import pytest

from evenscore.errors import EvenscoreError
from evenscore.scoring import trust
from evenscore.scoring.trust import Constants, Endorsements, graph, nightly_weights, solve, weights

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


def endorsements(*edges: tuple[int, int, int, int], people: int = 10) -> Endorsements:
    giver, receiver, day, actions = (np.array(column, dtype=np.int64) for column in zip(*edges, strict=True))
    return Endorsements(giver, receiver, day, actions, np.full(people, True))


def random_graph(rng: np.random.Generator, people: int = 40, edges: int = 300) -> Endorsements:
    giver, receiver = rng.integers(0, people, (2, edges))
    kept = giver != receiver
    day, actions = rng.integers(NIGHT - 400, NIGHT + 1, edges), rng.integers(1, 5, edges)
    return Endorsements(giver[kept], receiver[kept], day[kept], actions[kept], np.full(people, True))


def test_trust_is_the_solution_of_its_equation() -> None:
    found = graph(random_graph(np.random.default_rng(1)), NIGHT, CONSTANTS)
    seeds = np.array([3, 7])
    source = np.zeros(40)
    source[seeds] = 0.5
    exact = np.linalg.solve(np.eye(40) - 0.5 * found.shares.toarray().T, source)
    assert np.allclose(solve(found, seeds, 0.5), exact, rtol=0, atol=1e-14)


def test_a_giver_passes_on_all_and_no_more() -> None:
    shares = graph(random_graph(np.random.default_rng(2)), NIGHT, CONSTANTS).shares
    total = np.asarray(shares.sum(axis=1)).ravel()
    assert np.allclose(total[total > 0], 1)


def test_what_has_faded_to_nothing_passes_nothing_on() -> None:
    decades = 20 * 365
    found = graph(endorsements((0, 1, NIGHT - decades, 1), (2, 3, NIGHT - 14, 1)), NIGHT, CONSTANTS)
    assert solve(found, np.array([0, 2]), 0.5)[:4].tolist() == [0.5, 0, 0.5, 0.25]


def test_more_actions_for_one_than_the_cap_pass_on_no_more() -> None:
    ten = endorsements((0, 1, NIGHT - 14, 10), (0, 2, NIGHT - 14, 1))
    thousand = endorsements((0, 1, NIGHT - 14, 1000), (0, 2, NIGHT - 14, 1))
    assert np.array_equal(graph(ten, NIGHT, CONSTANTS).shares.data, graph(thousand, NIGHT, CONSTANTS).shares.data)


def test_what_happened_within_the_lag_is_not_known_yet() -> None:
    edges = endorsements((0, 1, NIGHT - 14, 1), (0, 2, NIGHT - 13, 1))
    assert solve(graph(edges, NIGHT, CONSTANTS), np.array([0]), 0.5)[:3].tolist() == [0.5, 0.25, 0]
    assert solve(graph(edges, NIGHT + 1, CONSTANTS), np.array([0]), 0.5)[2] > 0


def test_who_is_reached_from_no_seed_weighs_nothing_however_large_their_ring() -> None:
    ring = [(giver, receiver, 900, 9) for giver in range(5, 10) for receiver in range(5, 10) if giver != receiver]
    found = graph(endorsements((0, 1, 900, 1), *ring, *((fake, 1, 900, 9) for fake in range(5, 10))), NIGHT, CONSTANTS)
    reached = solve(found, np.array([0]), 0.5)
    assert weights(found, reached, np.arange(5, 10), np.full(5, 1), CONSTANTS).tolist() == [0] * 5


def test_nobody_lends_trust_to_their_own_crowd() -> None:
    found = graph(endorsements((0, 1, 900, 1), (1, 2, 900, 1), (2, 1, 900, 1), (2, 3, 900, 1)), NIGHT, CONSTANTS)
    reached = solve(found, np.array([0]), 0.5)
    for_patron, for_other = weights(found, reached, np.array([2, 2]), np.array([1, 3]), CONSTANTS)
    assert for_patron == 0 < for_other


def test_a_warm_start_leaves_no_trace() -> None:
    edges = random_graph(np.random.default_rng(3))
    engager, person = np.divmod(np.arange(1600), 40)
    nights = range(NIGHT - 20, NIGHT + 1)
    stepped = dict(nightly_weights(edges, engager, person, {n: np.array([3, 7]) for n in nights}, CONSTANTS))
    alone = dict(nightly_weights(edges, engager, person, {NIGHT: np.array([3, 7])}, CONSTANTS))
    assert np.array_equal(stepped[NIGHT], alone[NIGHT])
    assert len(np.unique(stepped[NIGHT])) > 100


def test_the_order_of_the_edges_changes_no_bit() -> None:
    rng = np.random.default_rng(4)
    edges = random_graph(rng)
    order = rng.permutation(len(edges.giver))
    other = Endorsements(
        edges.giver[order], edges.receiver[order], edges.day[order], edges.actions[order], edges.is_member
    )
    first, second = (solve(graph(each, NIGHT, CONSTANTS), np.array([3]), 0.5) for each in (edges, other))
    assert first.tobytes() == second.tobytes()


def test_a_graph_that_does_not_converge_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    found = graph(random_graph(np.random.default_rng(1)), NIGHT, CONSTANTS)
    monkeypatch.setattr(trust, "MOST_SWEEPS", 20)
    with pytest.raises(EvenscoreError, match="not converged"):
        solve(found, np.array([3, 7]), 0.5)


def test_what_has_faded_to_nothing_passes_on_nothing() -> None:
    found = graph(endorsements((0, 1, 900, 1), (2, 3, 900 - 9000, 1)), NIGHT, CONSTANTS)
    assert solve(found, np.array([0, 2]), 0.5)[:4].tolist() == [0.5, 0.25, 0.5, 0]


def test_a_graph_without_edges_or_seeds_gives_nobody_trust() -> None:
    none = np.array([], dtype=np.int64)
    found = graph(Endorsements(none, none, none, none, np.full(3, True)), NIGHT, CONSTANTS)
    assert solve(found, none, 0.5).tolist() == [0, 0, 0]
    assert weights(found, np.zeros(3), np.array([0]), np.array([1]), CONSTANTS).tolist() == [0]
