"""The figures: a detector that knows all is perfect, one that says nothing finds nothing, and each error costs."""

from dataclasses import replace

import numpy as np
import pytest

from evenscore.laboratory.simulation.baselines import RIVALS
from evenscore.laboratory.simulation.jumps import happened
from evenscore.laboratory.simulation.measures import Figures, measure
from evenscore.laboratory.simulation.reviewers import Reviewers
from evenscore.laboratory.simulation.simulate import GATE, Outcome
from evenscore.laboratory.simulation.truth import Case
from evenscore.laboratory.simulation.verdicts import Held, Incident, Verdict

PENDING = {0: "pending"}


def cause_of(case: Case) -> str:
    return case.kind.causes[0] if case.kind.causes else "organic"


def all_knowing(outcome: Outcome) -> list[Verdict]:
    """Holds each case from its first night to a week after it, and opens an incident for each mass fault."""
    verdicts = []
    for night in range(outcome.size.nights):
        held = tuple(
            Held(
                account,
                "large_move",
                cause_of(case),
                case.begins,
                "pending" if night == case.begins else "rejected",
                50.0,
            )
            for case in outcome.truth.cases
            if case.begins <= night <= case.ends + 7
            for account in case.accounts
        )
        faults = (fault for fault in outcome.truth.faults if fault.night == night)
        incidents = tuple(Incident(f"{fault.name}:{night}", "mass_shift", fault.scopes[0]) for fault in faults)
        alarms = np.array([found.account for found in held], np.int64)
        verdicts.append(Verdict(night, alarms, held=held, incidents=incidents))
    return verdicts


def figures(outcome: Outcome, verdicts: list[Verdict]) -> Figures:
    silence = [Verdict(night, np.empty(0, np.int64)) for night in range(outcome.size.nights)]
    said = dict.fromkeys(RIVALS, silence) | {GATE: verdicts}
    return measure(replace(outcome, verdicts=said))[GATE]


@pytest.fixture(scope="module")
def perfect(silent: Outcome) -> list[Verdict]:
    return all_knowing(silent)


def test_who_knows_all_is_perfect(silent: Outcome, perfect: list[Verdict]) -> None:
    found = figures(silent, perfect)
    ones = ("recall_of_jumps_same_night", "ramps_caught_before_three_quarters", "mass_faults_exact")
    ones += ("cause_right_first_night_share", "cause_right_last_night_share")
    assert {name: found[name] for name in ones} == dict.fromkeys(ones, 1.0)
    nones = ("questions_per_10000", "incidents_on_clean_nights", "honest_labelled_ring", "questions_asked_twice_share")
    assert {name: found[name] for name in nones} == dict.fromkeys(nones, 0.0)
    assert found["jumps"] >= 20 and found["mass_faults"] >= 5


def test_who_says_nothing_finds_nothing(silent: Outcome) -> None:
    found = figures(silent, silent.verdicts[GATE])
    assert found["recall_of_jumps_within_3_nights"] == found["mass_faults_exact"] == 0
    assert (found["mass_faults_missed"], found["reviews_a_night_per_million"]) == (1, 0)


def test_a_day_late_is_not_the_same_night(silent: Outcome, perfect: list[Verdict]) -> None:
    late = [perfect[0], *(replace(verdict, night=verdict.night + 1) for verdict in perfect[:-1])]
    found = figures(silent, late)
    assert found["recall_of_jumps_same_night"] < found["recall_of_jumps_within_1_night"] == 1


def test_an_alarm_about_nothing_is_counted_once_however_long_it_lasts(silent: Outcome, perfect: list[Verdict]) -> None:
    calm = next(
        n for n in range(silent.size.accounts) if n not in silent.truth.used and silent.is_eligible[28:, n].all()
    )
    noisy = [replace(verdict, alarms=np.append(verdict.alarms, calm)) for verdict in perfect]
    nights = silent.is_eligible[28:].sum()
    assert figures(silent, noisy)["questions_per_10000"] == pytest.approx(1e4 / nights)


def test_a_wrong_cohort_two_incidents_and_one_on_a_clean_night_are_each_told(
    silent: Outcome, perfect: list[Verdict]
) -> None:
    first, second = (fault.night for fault in silent.truth.faults[:2])
    spoilt = list(perfect)
    spoilt[first] = replace(perfect[first], incidents=(Incident("x", "mass_shift", "all"),))
    spoilt[second] = replace(
        perfect[second], incidents=(*perfect[second].incidents, Incident("y", "mass_shift", "all"))
    )
    spoilt[5] = replace(perfect[5], incidents=(Incident("z", "mass_shift", "all"),))
    found, share = figures(silent, spoilt), 1 / len(silent.truth.faults)
    assert found["mass_faults_wrong_cohort"] == found["mass_faults_more_than_one"] == share
    assert found["incidents_on_clean_nights"] == 1


@pytest.mark.parametrize("kind", ["community", "conference"])
def test_good_news_that_is_called_a_ring_is_told(silent: Outcome, perfect: list[Verdict], kind: str) -> None:
    (community, *_) = (row for row in happened(silent) if row.case.kind.name == kind)
    spoilt = [
        replace(
            verdict,
            held=tuple(
                replace(held, cause="ring") if held.account == community.account else held for held in verdict.held
            ),
        )
        for verdict in perfect
    ]
    assert figures(silent, spoilt)["honest_labelled_ring"] == 1


def test_who_is_asked_again_about_the_same_jump_is_counted(silent: Outcome, perfect: list[Verdict]) -> None:
    case = next(case for case in silent.truth.cases if case.kind.name == "viral_post")
    later = case.ends + 4
    again = tuple(
        replace(held, episode=later, decision="pending") if held.account in case.accounts else held
        for held in perfect[later].held
    )
    spoilt = [*perfect[:later], replace(perfect[later], held=again), *perfect[later + 1 :]]
    before, found = figures(silent, perfect), figures(silent, spoilt)
    assert found["questions"] == before["questions"] + 1
    assert found["questions_asked_twice_share"] == pytest.approx(1 / found["questions"])


def test_who_goes_on_from_a_rejection_is_asked_again_and_whom_a_mass_fault_makes_held_is_not(
    silent: Outcome, perfect: list[Verdict]
) -> None:
    calm = next(n for n in range(silent.size.accounts) if n not in silent.truth.used)
    fault = silent.truth.faults[0].night
    case = next(case for case in silent.truth.cases if fault - 20 < case.ends < fault - 8)
    said = {
        fault - 3: Held(calm, "slow_climb", "slow_ramp", fault - 3, "pending", 40.0),
        fault - 2: Held(calm, "slow_climb", "slow_ramp", fault - 3, "rejected", 40.0),
        fault - 1: Held(calm, "slow_climb", "slow_ramp", fault - 1, "pending", 60.0),
        fault: Held(case.accounts[0], "inconsistent_evidence", "source_fault", fault, "pending", 1.0),
    }
    spoilt = [
        replace(verdict, held=(*verdict.held, said[verdict.night])) if verdict.night in said else verdict
        for verdict in perfect
    ]
    before, found = figures(silent, perfect), figures(silent, spoilt)
    assert found["questions"] == before["questions"] + 3
    assert found["questions_asked_twice_share"] == pytest.approx(1 / found["questions"])


def test_a_cause_that_changes_within_an_episode_is_told(silent: Outcome, perfect: list[Verdict]) -> None:
    case = next(case for case in silent.truth.cases if case.kind.name == "bought_burst")
    last = perfect[case.ends + 7]
    other = tuple(replace(held, cause="organic") if held.account in case.accounts else held for held in last.held)
    found = figures(silent, [*perfect[: last.night], replace(last, held=other), *perfect[last.night + 1 :]])
    assert found["cause_right_first_night_share"] == 1 > found["cause_right_last_night_share"]


def test_a_hold_that_began_before_a_case_has_a_cause_of_its_own(silent: Outcome, perfect: list[Verdict]) -> None:
    case = next(case for case in silent.truth.cases if case.kind.name == "bought_burst" and case.begins > 1)
    spoilt = [
        replace(
            verdict,
            held=tuple(
                replace(held, episode=case.begins - 1, cause="organic") if held.account in case.accounts else held
                for held in verdict.held
            ),
        )
        for verdict in perfect
    ]
    assert figures(silent, spoilt)["cause_right_first_night_share"] == 1


def test_who_is_answered_wrongly_is_told_by_how_many_looked(silent: Outcome, perfect: list[Verdict]) -> None:
    reviewers = Reviewers(silent.truth, np.random.default_rng(1), errors=1.0)
    said = [made for verdict in perfect for made in reviewers.look(verdict)]
    said += [made for verdict in perfect for made in reviewers.look(replace(verdict, night=verdict.night + 4))]
    found = figures(replace(silent, decisions=said), perfect)
    assert found["dishonest_released_share_by_one"] == found["honest_rejected_share_of_three"] == 1
    rejected = sum(held.decision == "rejected" for verdict in perfect for held in verdict.held)
    assert rejected > 0 and found["nights_of_a_wrong_rejection"] > 0
