"""The simulated reviewers: late, wrong one time in ten, and asked again only where the gate asks again."""

from dataclasses import replace

import numpy as np

from evenscore.laboratory.simulation.night import day_of
from evenscore.laboratory.simulation.reviewers import Reviewers, is_looked_at_again
from evenscore.laboratory.simulation.truth import BY_NAME, Case, Fault, Truth
from evenscore.laboratory.simulation.verdicts import Held, Incident, Verdict
from evenscore.reviews.decisions import Decision, that_count

TRUTH = Truth(
    [Case(0, BY_NAME["bought_burst"], (7,), 2, 1, 20.0, 30.0)], [Fault("missing_network", 9, ("network:amber",))]
)
BOUGHT, HONEST = (Held(account, "large_move", "organic", 3, "pending", 50.0) for account in (7, 8))


def looked(*nights: Verdict, errors: float = 0.0) -> list[Decision]:
    reviewers = Reviewers(TRUTH, np.random.default_rng(1), errors)
    return [decision for night in nights for decision in reviewers.look(night)]


def night(number: int, *held: Held, incidents: tuple[Incident, ...] = ()) -> Verdict:
    return Verdict(number, np.empty(0, np.int64), held=held, incidents=incidents)


def test_what_was_bought_is_rejected_and_the_rest_released_within_three_nights() -> None:
    made = looked(*(night(number, BOUGHT, HONEST) for number in range(3, 7)))
    assert {(one.person_id, one.action) for one in made} == {("p0000007", "reject"), ("p0000008", "release")}
    assert all(day_of(4) <= decision.as_of_date <= day_of(6) for decision in made)


def test_what_does_not_wait_is_not_decided_on() -> None:
    rejected = replace(BOUGHT, decision="rejected")
    assert looked(*(night(number, rejected) for number in range(3, 9))) == []


def test_nobody_decides_while_an_incident_moves_candidates() -> None:
    open_one, change = (Incident("i", kind, "all") for kind in ("mass_shift", "version_change"))
    assert looked(*(night(number, HONEST, incidents=(open_one,)) for number in range(3, 9))) == []
    assert looked(*(night(number, HONEST, incidents=(change,)) for number in range(3, 9)))


def test_one_in_ten_decisions_is_an_error_and_two_others_mend_most_of_them() -> None:
    held = [replace(HONEST, account=account) for account in range(8, 2008)]
    counting = that_count(looked(*(night(number, *held) for number in range(3, 7)), errors=0.1), day_of(9))
    wrong: dict[bool, list[bool]] = {True: [], False: []}
    for made in counting:
        wrong[is_looked_at_again(int(made.person_id[1:]), 3)].append(made.action == "reject")
    assert len(wrong[True]) == len(wrong[False]) == 1000
    assert 70 < sum(wrong[False]) < 130 and 10 < sum(wrong[True]) < 50


def test_an_incident_is_called_real_unless_a_mass_fault_lies_behind_it() -> None:
    reviewers = Reviewers(TRUTH, np.random.default_rng(1))
    drift, fault = (Incident(name, "mass_shift", name) for name in ("all", "network:amber"))
    nights = [night(5, incidents=(drift,)), *(night(number, incidents=(drift, fault)) for number in range(9, 14))]
    nights[1:1] = [night(number, incidents=(drift,)) for number in range(6, 9)]
    assert {name for each in nights for name in reviewers.call_real(each)} == {"all"}
