"""Simulated reviewers: they decide on each asked episode and each incident within three nights, and are never wrong."""

from dataclasses import dataclass

import numpy as np

from evenscore.laboratory.simulation.truth import Truth
from evenscore.laboratory.simulation.verdicts import Held, Verdict


@dataclass(frozen=True)
class Decision:
    """One decision: what was seen, and what it says."""

    decision_id: int
    night: int
    """The night that the reviewer looked at; it is applied from the next one on."""
    action: str
    seen: Held


class Reviewers:
    """Decide on what waits: honest jumps are released, the others rejected."""

    def __init__(self, truth: Truth, draws: np.random.Generator) -> None:
        self._truth = truth
        self._draws = draws
        self._due: dict[tuple[int, int], int] = {}
        self._due_incidents: dict[str, int] = {}
        self.decisions: list[Decision] = []

    def look(self, verdict: Verdict) -> list[Decision]:
        """What they decide at the end of one night; a candidate that has gone on since is decided on anew."""
        dishonest = {
            account
            for case in self._truth.cases
            if not case.kind.is_honest and case.begins <= verdict.night
            for account in case.accounts
        }
        made: list[Decision] = []
        for held in verdict.held:
            if held.decision != "pending":
                continue
            asked = (held.account, held.episode)
            due = self._due.setdefault(asked, verdict.night + int(self._draws.integers(1, 4)))
            if verdict.night >= due:
                action = "reject" if held.account in dishonest else "release"
                made.append(Decision(len(self.decisions) + len(made) + 1, verdict.night, action, held))
                del self._due[asked]
        self.decisions += made
        return made

    def call_real(self, verdict: Verdict) -> list[str]:
        """Which incidents they call real moves at the end of one night: those that no mass fault lies behind."""
        faults = {fault.night for fault in self._truth.faults}
        for incident in verdict.incidents:
            due = verdict.night + int(self._draws.integers(1, 4))
            self._due_incidents.setdefault(incident.name, -1 if verdict.night in faults else due)
        return [incident.name for incident in verdict.incidents if self._due_incidents[incident.name] == verdict.night]
