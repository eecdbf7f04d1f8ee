"""The figures: what each detector found of what was injected, what it said for nothing, and what it cost."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.baselines import RIVALS
from evenscore.laboratory.simulation.detections import delay, first_held, first_nights, judged, names, nights_of, opened
from evenscore.laboratory.simulation.jumps import explained, far_moves, happened
from evenscore.laboratory.simulation.simulate import GATE, Outcome
from evenscore.laboratory.simulation.verdicts import Verdict
from evenscore.laboratory.simulation.world import HISTORY_NIGHTS

Figures = dict[str, float]
RAMP_POINTS = 20.0


def measure(outcome: Outcome, promised_points: float) -> dict[str, Figures]:
    """All figures of one simulation by detector. Moves of `promised_points` or more are never false alarms."""
    truth = _Truth(outcome, promised_points)
    found = {name: truth.common(name) for name in (GATE, *RIVALS)}
    found[GATE] |= truth.of_gate()
    return found


class _Truth:
    def __init__(self, outcome: Outcome, promised_points: float) -> None:
        self.outcome = outcome
        self.happened = happened(outcome)
        self.is_explained = explained(outcome)
        self.is_far = far_moves(outcome, promised_points)
        self.eligible = outcome.is_eligible[HISTORY_NIGHTS:]
        fault_nights = [fault.night for fault in outcome.truth.faults]
        self.fault_nights = {*fault_nights, *(night + 1 for night in fault_nights)}
        self.verdicts = outcome.verdicts[GATE]

    def common(self, detector: str) -> Figures:
        """What can be asked of every detector."""
        verdicts = self.outcome.verdicts[detector]
        first = first_nights(verdicts, self.outcome.size.accounts)
        jumps = [row for row in self.happened if row.is_jump]
        delays = np.array([delay(row, verdicts) for row in jumps])
        known = delays[delays < math.inf]
        clean = np.array([night not in self.fault_nights for night in range(len(verdicts))])
        false = first & ~self.is_explained & ~self.is_far
        return {
            "recall_of_jumps_same_night": _share(delays <= 0),
            "recall_of_jumps_within_1_night": _share(delays <= 1),
            "recall_of_jumps_within_3_nights": _share(delays <= 3),
            "jumps": float(len(jumps)),
            "median_delay_nights": float(np.median(known)) if len(known) else math.nan,
            "false_alarms_per_10000": 1e4 * _ratio(false.sum(), self.eligible.sum()),
            "false_alarms_per_10000_clean_nights": 1e4 * _ratio(false[clean].sum(), self.eligible[clean].sum()),
            "ramps_caught_before_20_points": self._ramps(verdicts),
        }

    def of_gate(self) -> Figures:
        """What only the gate says: incidents, causes, reviews."""
        asked = self._asked()
        accounts = self.outcome.size.accounts
        return {
            **self._incidents(),
            **self._causes(),
            "jumps_kept_back_by_an_incident_share": self._kept_back(),
            "reviews_a_night_per_million": 1e6 * len(asked) / len(self.verdicts) / accounts,
            "episodes_asked_twice": float(self._asked_twice(asked)),
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
        for row in (row for row in self.happened if row.case.kind.name == "slow_ramp"):
            series = self.outcome.scores[:, row.account]
            climb = series[HISTORY_NIGHTS:] - series[HISTORY_NIGHTS + row.case.begins - 1]
            below = [night for night in nights_of(row, len(verdicts)) if climb[night] < RAMP_POINTS]
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
            "clean_nights": float(len(self.verdicts) - len(self.fault_nights)),
        }

    def _frozen_share(self) -> float:
        """Of the account-nights that no mass fault touches, the share that an incident keeps back all the same."""
        clean = [verdict for verdict in self.verdicts if verdict.night not in self.fault_nights]
        published = sum(int(self.eligible[verdict.night].sum()) for verdict in clean)
        return _ratio(sum(len(verdict.kept_back) for verdict in clean), published)

    def _causes(self) -> Figures:
        first = first_held(self.verdicts, self.happened)
        named = [(row, held) for row, held in first if held is not None]
        causes = [held.cause in row.case.kind.causes for row, held in named if row.case.kind.causes]
        ring = [(row, held) for row, held in first if row.case.kind.name == "ring"]
        friends = [held.cause == "ring" for row, held in named if row.case.kind.name in ("community", "celebrity")]
        return {
            "cause_right_share": _share(causes),
            "ring_members_held_share": _share(held is not None for _, held in ring),
            "ring_members_labelled_ring_share": _share(held is not None and held.cause == "ring" for _, held in ring),
            "honest_labelled_ring": float(sum(friends)),
        }

    def _asked(self) -> list[tuple[int, int, int]]:
        """Every time that a reviewer is asked: account, episode, night."""
        asked, waiting = [], set[tuple[int, int]]()
        for verdict in self.verdicts:
            pending = {(held.account, held.episode) for held in verdict.held if held.decision == "pending"}
            asked += [(*key, verdict.night) for key in sorted(pending - waiting)]
            waiting = pending
        return asked

    def _asked_twice(self, asked: list[tuple[int, int, int]]) -> int:
        """Times that a reviewer is asked again about an injected case, or about a hold that goes on."""
        again, seen = 0, set[tuple[int, int]]()
        cases = {account: case.case_id for case in self.outcome.truth.cases for account in case.accounts}
        for account, episode, night in asked:
            key = (account, -1 if account in cases and self.is_explained[night, account] else episode)
            again += key in seen
            seen.add(key)
        return again


def _share(values: Iterable[bool] | NDArray[np.bool_]) -> float:
    listed = list(values)
    return sum(map(bool, listed)) / len(listed) if listed else math.nan


def _ratio(count: float, total: float) -> float:
    return float(count / total) if total else math.nan
