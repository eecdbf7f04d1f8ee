"""The simulated community: the same for the same seed, heavy-tailed, and with every injected case in it."""

import numpy as np
from silent import SilentGate

from evenscore.laboratory.simulation.events import ordinary
from evenscore.laboratory.simulation.jumps import happened
from evenscore.laboratory.simulation.simulate import Outcome, simulate
from evenscore.laboratory.simulation.truth import KINDS
from evenscore.laboratory.simulation.world import HISTORY_NIGHTS, Size, World


def test_the_same_seed_gives_the_same_community_and_another_does_not() -> None:
    first, again, other = (simulate(None, Size(500, 20, seed), SilentGate) for seed in (1, 1, 2))  # type: ignore[arg-type]  # no gate
    assert np.array_equal(first.scores, again.scores) and first.truth == again.truth
    assert not np.array_equal(first.scores, other.scores)


def test_a_few_receive_most_of_the_engagement() -> None:
    received = np.bincount(ordinary(World(Size(20_000, 30, 1)), 5).target, minlength=20_000)
    assert np.sort(received)[-200:].sum() > 0.25 * received.sum()
    assert np.median(received) == 0


def test_nobody_is_engaged_with_before_they_arrive_or_while_they_are_silent() -> None:
    world = World(Size(20_000, 60, 1))
    begins, ends = world.silence
    targets = ordinary(world, 40).target
    assert (world.arrival > 40).sum() > 100 and (world.arrival[targets] <= 40).all()
    is_silent = (begins <= 40) & (ends > 40)
    assert is_silent.sum() > 100 and not is_silent[targets].any()


def test_every_kind_of_case_happens_and_to_nobody_twice(silent: Outcome) -> None:
    assert {case.kind.name for case in silent.truth.cases} == {kind.name for kind in KINDS}
    accounts = [account for case in silent.truth.cases for account in case.accounts]
    assert len(accounts) == len(set(accounts))


def test_what_is_to_be_a_jump_moves_thirty_points_within_its_nights(silent: Outcome) -> None:
    jumps = ("viral_post", "viral_nights", "bought_burst", "return", "feed_up", "feed_down")
    rows = [row for row in happened(silent) if row.case.kind.name in jumps]
    faults = {night for fault in silent.truth.faults for night in range(fault.night, fault.night + 4)}
    undisturbed = [row for row in rows if not faults & set(range(row.case.begins, row.case.ends + 1))]
    assert len(undisturbed) >= 12 and all(abs(row.size) >= 30 for row in undisturbed)


def test_a_faulty_feed_has_recovered_the_night_after(silent: Outcome) -> None:
    for case in silent.truth.cases:
        if case.kind.crowd == "none" and case.begins < silent.size.first_fault_night:
            eve, after = (silent.scores[case.begins + step + HISTORY_NIGHTS, list(case.accounts)] for step in (-1, 1))
            np.testing.assert_allclose(after, eve, atol=4)


def test_mass_faults_move_their_cohort_for_one_night_and_leave_two_thirds_of_the_nights_alone(silent: Outcome) -> None:
    assert min(fault.night for fault in silent.truth.faults) > silent.size.nights * 2 // 3
    (fault,) = (fault for fault in silent.truth.faults if fault.name == "missing_network")
    eve, struck, recovered = silent.scores[fault.night - 1 + HISTORY_NIGHTS : fault.night + 2 + HISTORY_NIGHTS]
    assert np.mean(np.abs(struck - eve) > 3) > 0.2 > 0.02 > np.mean(np.abs(recovered - eve) > 3)
