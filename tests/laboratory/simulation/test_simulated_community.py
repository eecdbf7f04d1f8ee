"""The simulated community: the same for the same seed, heavy-tailed, and with every injected case in it."""

from dataclasses import replace

import numpy as np
import pytest
from silent import SilentGate

from evenscore.laboratory.simulation.cases import Cases, Eve
from evenscore.laboratory.simulation.events import Events, ordinary
from evenscore.laboratory.simulation.evidence import Pairs
from evenscore.laboratory.simulation.jumps import happened
from evenscore.laboratory.simulation.simulate import Outcome, simulate
from evenscore.laboratory.simulation.truth import BY_NAME, KINDS, Case, Truth
from evenscore.laboratory.simulation.world import HISTORY_NIGHTS, Size, World


def test_the_same_seed_gives_the_same_community_and_another_does_not() -> None:
    first, again, other = (simulate(None, Size(200, 20, seed, age=60), SilentGate) for seed in (1, 1, 2))  # no gate
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


def test_what_is_to_be_a_jump_moves_by_half_of_the_spread_within_its_nights(silent: Outcome) -> None:
    jumps = ("bought_burst", "return", "feed_up", "feed_down")
    rows = [row for row in happened(silent) if row.case.kind.name in jumps]
    faults = {night for fault in silent.truth.faults for night in range(fault.night, fault.night + 4)}
    undisturbed = [row for row in rows if not faults & set(range(row.case.begins, row.case.ends + 1))]
    assert len(undisturbed) >= 12 and all(abs(row.share) >= 0.5 for row in undisturbed)


def led(outcome: Outcome, kind: str) -> list[float]:
    return [row.share for row in happened(outcome) if row.case.kind.name == kind]


def test_one_engager_leads_nobody_half_of_the_spread_whatever_they_do(silent: Outcome) -> None:
    shares = led(silent, "single_engager")
    assert len(shares) >= 4 and np.median(shares) < 0.2 and max(shares) < 0.5


def test_one_post_leads_less_far_than_three_on_three_nights_and_these_less_far_than_many(silent: Outcome) -> None:
    one, three, many = (np.median(led(silent, kind)) for kind in ("one_post", "viral_nights", "viral_post"))
    assert one + 0.1 < three < many - 0.1 and one < 0.45


@pytest.mark.parametrize("kind", ["slow_ramp", "alternating", "celebrity"])
def test_what_takes_many_nights_leads_in_all_of_them_as_far_as_was_wished(silent: Outcome, kind: str) -> None:
    beyond = [row.share - row.case.points / row.case.spread for row in happened(silent) if row.case.kind.name == kind]
    assert len(beyond) >= 4 and min(beyond) > -0.05 and np.median(beyond) < 0.1


def test_the_scale_is_that_of_the_panel(silent: Outcome) -> None:
    last = silent.scores[HISTORY_NIGHTS][silent.is_eligible[HISTORY_NIGHTS]]
    assert 15 < np.median(last) < 28 and 50 < np.quantile(last, 0.99) < 75


def test_a_mass_fault_and_its_recovery_are_no_jump_of_whom_a_case_befell(silent: Outcome) -> None:
    fault = silent.truth.faults[0]
    struck = np.flatnonzero(
        silent.is_eligible[fault.night - 2 + HISTORY_NIGHTS : fault.night + 3 + HISTORY_NIGHTS].all(axis=0)
    )
    rows = slice(fault.night - 3 + HISTORY_NIGHTS, fault.night + HISTORY_NIGHTS)
    fell = silent.scores[rows, struck].mean(axis=0) - silent.scores[fault.night + HISTORY_NIGHTS, struck]
    account = int(struck[fell.argmax()])
    after = Case(0, BY_NAME["celebrity"], (account,), fault.night + 1, 1, 1.0, float(fell.max()))
    (row,) = happened(replace(silent, truth=Truth([after], silent.truth.faults)))
    assert fell.max() > 20 and not row.is_jump


def test_those_who_meet_on_a_day_seldom_act_for_one_another_again() -> None:
    truth, world = Truth(), World(Size(300, 30, 1))
    cases, pairs = Cases(world, truth), Pairs.none(world)
    for night in range(-60, 0):
        pairs = pairs.plus(ordinary(world, night), night)
    meeting = Case(0, BY_NAME["conference"], tuple(range(20)), 0, 1, 400.0, 30.0)
    truth.cases.append(meeting)
    events = Events.together(cases.events(Eve(0, pairs, pairs.evidence(0), 30.0)))
    assert set(events.target) == set(events.engager) == set(meeting.accounts) and len(events.target) > 300
    assert 0.02 < np.mean(events.count >= 3) < 0.2


def test_a_faulty_feed_has_recovered_the_night_after(silent: Outcome) -> None:
    for case in silent.truth.cases:
        if case.kind.crowd == "none" and case.begins < silent.size.first_fault_night:
            rows = case.begins + HISTORY_NIGHTS + np.arange(-1, 2)
            eve, struck, after = silent.scores[rows][:, list(case.accounts)]
            assert (np.abs(after - eve) < np.abs(struck - eve) / 2).all()


def test_mass_faults_move_their_cohort_for_one_night_and_leave_two_thirds_of_the_nights_alone(silent: Outcome) -> None:
    assert min(fault.night for fault in silent.truth.faults) > silent.size.nights * 2 // 3
    (fault,) = (fault for fault in silent.truth.faults if fault.name == "missing_network")
    eve, struck, recovered = silent.scores[fault.night - 1 + HISTORY_NIGHTS : fault.night + 2 + HISTORY_NIGHTS]
    assert np.mean(np.abs(struck - eve) > 3) > 0.3 > 0.1 > np.mean(np.abs(recovered - eve) > 3)
