"""The simulated reviewers: late, never wrong, and asked again only where the gate asks again."""

from dataclasses import replace

import numpy as np

from evenscore.laboratory.simulation.reviewers import Decision, Reviewers
from evenscore.laboratory.simulation.truth import BY_NAME, Case, Fault, Truth
from evenscore.laboratory.simulation.verdicts import Held, Incident, Verdict

TRUTH = Truth([Case(0, BY_NAME["bought_burst"], (7,), 2, 1, 40.0)], [Fault("missing_network", 9, ("network:amber",))])
BOUGHT, HONEST = (Held(account, "large_move", "organic", 3, "pending", 50.0) for account in (7, 8))


def looked(*nights: Verdict) -> list[Decision]:
    reviewers = Reviewers(TRUTH, np.random.default_rng(1))
    return [decision for night in nights for decision in reviewers.look(night)]


def night(number: int, *held: Held, incidents: tuple[Incident, ...] = ()) -> Verdict:
    return Verdict(number, np.empty(0, np.int64), held=held, incidents=incidents)


def test_what_was_bought_is_rejected_and_the_rest_released_within_three_nights() -> None:
    made = looked(*(night(number, BOUGHT, HONEST) for number in range(3, 7)))
    assert {(decision.seen.account, decision.action) for decision in made} == {(7, "reject"), (8, "release")}
    assert all(4 <= decision.night <= 6 for decision in made)


def test_what_does_not_wait_is_not_decided_on() -> None:
    rejected = replace(BOUGHT, decision="rejected")
    assert looked(*(night(number, rejected) for number in range(3, 9))) == []


def test_an_incident_is_called_real_unless_a_mass_fault_lies_behind_it() -> None:
    reviewers = Reviewers(TRUTH, np.random.default_rng(1))
    drift, fault = (Incident(name, "mass_shift", name) for name in ("all", "network:amber"))
    nights = [night(5, incidents=(drift,)), *(night(number, incidents=(drift, fault)) for number in range(9, 14))]
    nights[1:1] = [night(number, incidents=(drift,)) for number in range(6, 9)]
    assert {name for each in nights for name in reviewers.call_real(each)} == {"all"}
