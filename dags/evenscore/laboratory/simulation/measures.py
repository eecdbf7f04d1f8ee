"""The figures: what each detector found of what was injected, what it said for nothing, and what it cost."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.baselines import RIVALS
from evenscore.laboratory.simulation.detections import delay, first_nights, holds, judged, names, nights_of, opened
from evenscore.laboratory.simulation.jumps import explained, happened
from evenscore.laboratory.simulation.night import night_of
from evenscore.laboratory.simulation.reviewers import is_looked_at_again
from evenscore.laboratory.simulation.simulate import GATE, Outcome
from evenscore.laboratory.simulation.verdicts import Verdict
from evenscore.laboratory.simulation.world import HISTORY_NIGHTS
from evenscore.reviews.decisions import that_count

Figures = dict[str, float]
RAMP_SHARE = 0.75
"""Of the spread: a ramp that has led farther has been published."""


def measure(outcome: Outcome) -> dict[str, Figures]:
    """All figures of one simulation by detector."""
    truth = _Truth(outcome)
    found = {name: truth.common(name) for name in (GATE, *RIVALS)}
    found[GATE] |= truth.of_gate()
    return found


class _Truth:
    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.happened = happened(outcome)
        self.is_explained = explained(outcome)
        self.eligible = outcome.is_eligible[HISTORY_NIGHTS:]
        fault_nights = [fault.night for fault in outcome.truth.faults]
        self.fault_nights = {*fault_nights, *(night + 1 for night in fault_nights)}
        self.verdicts = outcome.verdicts[GATE]
        # The last of them changes the scoring version: what is asked then is about the method.
        self.change = fault_nights[-1]

    def common(self, detector: str) -> Figures:
        """What can be asked of every detector."""
        verdicts = self.outcome.verdicts[detector]
        first = first_nights(verdicts, self.outcome.size.accounts)
        jumps = [row for row in self.happened if row.is_jump]
        delays = np.array([delay(row, verdicts) for row in jumps])
        known = delays[delays < math.inf]
        clean = np.array([night not in self.fault_nights for night in range(len(verdicts))])
        false = first & ~self.is_explained & self.eligible
        return {
            "recall_of_jumps_same_night": _share(delays <= 0),
            "recall_of_jumps_within_1_night": _share(delays <= 1),
            "recall_of_jumps_within_3_nights": _share(delays <= 3),
            "jumps": float(len(jumps)),
            "median_delay_nights": float(np.median(known)) if len(known) else math.nan,
            "questions_per_10000": 1e4 * _ratio(false.sum(), self.eligible.sum()),
            "questions_per_10000_clean_nights": 1e4 * _ratio(false[clean].sum(), self.eligible[clean].sum()),
            "ramps_caught_before_three_quarters": self._ramps(verdicts),
        }

    def of_gate(self) -> Figures:
        """What only the gate says: incidents, causes, reviews."""
        told = self._asked()
        asked = [one for one in told if one[2] < self.change]
        accounts = self.outcome.size.accounts
        return {
            **self._incidents(),
            **self._causes(),
            **self._reviewers(),
            "jumps_kept_back_by_an_incident_share": self._kept_back(),
            "reviews_a_night_per_million": 1e6 * len(asked) / self.change / accounts,
            "questions": float(len(asked)),
            "questions_of_the_version_change": float(len(told) - len(asked)),
            "questions_asked_twice_share": _ratio(self._asked_twice(asked), len(asked)),
            "seconds_of_a_check": float(np.median([verdict.seconds for verdict in self.verdicts])),
            "most_seconds_of_a_check": float(max(verdict.seconds for verdict in self.verdicts)),
            "peak_gigabytes_of_a_check": self.outcome.peak_gigabytes,
        }

    def _kept_back(self) -> float:
        """Of the jumps that were kept back, the share that no rule named within a week: an incident did it."""
        unnamed = [replace(verdict, kept_back=verdict.kept_back[:0]) for verdict in self.verdicts]
        jumps = [row for row in self.happened if row.is_jump and delay(row, self.verdicts) < math.inf]
        return _share(delay(row, unnamed) == math.inf for row in jumps)

    def _ramps(self, verdicts: list[Verdict]) -> float:
        caught = []
        for row in (row for row in self.happened if "slow_ramp" in row.case.kind.causes):
            series = self.outcome.scores[:, row.account]
            climb = series[HISTORY_NIGHTS:] - series[HISTORY_NIGHTS + row.case.begins - 1]
            below = [night for night in nights_of(row, len(verdicts)) if climb[night] < RAMP_SHARE * row.case.spread]
            caught.append(any(names(verdicts[night], row.account) for night in below))
        return _share(caught)

    def _incidents(self) -> Figures:
        kinds = {"exact": 0, "missed": 0, "wrong_cohort": 0, "more_than_one": 0}
        for fault in self.outcome.truth.faults:
            kinds[judged(fault, self.verdicts)] += 1
        faults = max(len(self.outcome.truth.faults), 1)
        nights = {fault.night for fault in self.outcome.truth.faults}
        nights_opened = opened(self.verdicts)
        return {
            **{f"mass_faults_{name}": count / faults for name, count in kinds.items()},
            "mass_faults": float(len(self.outcome.truth.faults)),
            "incidents_on_clean_nights": float(sum(night not in self.fault_nights for night in nights_opened.values())),
            "incidents_on_recovery_nights": float(
                sum(night in self.fault_nights and night not in nights for night in nights_opened.values())
            ),
            "frozen_share_of_clean_nights": self._frozen_share(),
            "recovery_nights_with_somebody_frozen": float(
                sum(
                    len(self.verdicts[night].kept_back) > 0
                    for night in self.fault_nights - nights
                    if night < len(self.verdicts)
                )
            ),
            "clean_nights": float(len(self.verdicts) - len(self.fault_nights)),
        }

    def _frozen_share(self) -> float:
        """Of the account-nights that no mass fault touches, the share that an incident keeps back all the same."""
        clean = [verdict for verdict in self.verdicts if verdict.night not in self.fault_nights]
        published = sum(int(self.eligible[verdict.night].sum()) for verdict in clean)
        return _ratio(sum(len(verdict.kept_back) for verdict in clean), published)

    def _causes(self) -> Figures:
        found = holds(self.verdicts[: self.change], self.happened)
        # What was held while a mass fault struck has two causes, and what was held before its case another.
        told = [
            (row.case.kind.causes, held)
            for row, held in found
            if held
            and row.case.kind.causes
            and held[0].episode >= row.case.begins
            and not self.fault_nights & set(range(row.case.begins, row.case.ends + 2))
        ]
        ring = [held for row, held in found if row.case.kind.name == "ring"]
        friends = [
            held for row, held in found if held and row.case.kind.name in ("community", "celebrity", "conference")
        ]
        return {
            "cause_right_first_night_share": _share(held[0].cause in causes for causes, held in told),
            "cause_right_last_night_share": _share(held[-1].cause in causes for causes, held in told),
            "ring_members_held_share": _share(len(held) > 0 for held in ring),
            "ring_members_labelled_ring_share": _share(len(held) > 0 and held[0].cause == "ring" for held in ring),
            "honest_labelled_ring": float(sum(any(one.cause == "ring" for one in held) for held in friends)),
        }

    def _reviewers(self) -> Figures:
        """What their errors do: the share of questions of each kind that is answered wrongly, and how long that holds.

        By one reviewer, and where two others look as well.
        """
        wrong: dict[str, list[bool]] = {
            f"{name}_{looks}": []
            for name in ("dishonest_released_share", "honest_rejected_share")
            for looks in ("by_one", "of_three")
        }
        for made in that_count(self.outcome.decisions, date.max):
            account, episode, night = int(made.person_id[1:]), night_of(made.episode_date), night_of(made.as_of_date)
            is_honest = self.outcome.truth.is_honest(account, night)
            name = "honest_rejected_share" if is_honest else "dishonest_released_share"
            looks = "of_three" if is_looked_at_again(account, episode) else "by_one"
            wrong[f"{name}_{looks}"].append((made.action == "release") != is_honest)
        return {name: _share(found) for name, found in wrong.items()} | {
            "nights_of_a_wrong_rejection": self._wrongly_held()
        }

    def _wrongly_held(self) -> float:
        """The median of the nights on which somebody honest stood at a rejection, up to the simulation's end."""
        nights = Counter(
            (held.account, held.episode)
            for verdict in self.verdicts
            for held in verdict.held
            if held.decision == "rejected" and self.outcome.truth.is_honest(held.account, verdict.night)
        )
        return float(np.median(list(nights.values()))) if nights else math.nan

    def _asked(self) -> list[tuple[int, int, int]]:
        """Every time that a reviewer is asked: account, night on which the account began to be held, night."""
        asked, waiting, since = [], set[tuple[int, int]](), dict[int, int]()
        for verdict in self.verdicts:
            since = {held.account: since.get(held.account, verdict.night) for held in verdict.held}
            pending = {(held.account, held.episode) for held in verdict.held if held.decision == "pending"}
            asked += [(account, since[account], verdict.night) for account, _ in sorted(pending - waiting)]
            waiting = pending
        return asked

    def _asked_twice(self, asked: list[tuple[int, int, int]]) -> int:
        """Times that a reviewer is asked again about an injected case, or about a hold that goes on.

        Whom a mass fault makes held is asked about for the fault, whatever befell them before.
        """
        again, seen = 0, set[tuple[int, int]]()
        for account, since, night in asked:
            is_of_case = self.is_explained[night, account] and since not in self.fault_nights
            key = (account, -1 if is_of_case else since)
            again += key in seen
            seen.add(key)
        return again


def _share(values: Iterable[bool] | NDArray[np.bool_]) -> float:
    listed = list(values)
    return sum(map(bool, listed)) / len(listed) if listed else math.nan


def _ratio(count: float, total: float) -> float:
    return float(count / total) if total else math.nan
