"""Simulated reviewers: they decide on each asked episode and incident within three nights, and err one time in ten.

Of every other question two more reviewers look at what the first one said, the same day: a release that a night has
applied is over. What counts of all that they say is told by the rule of production.
"""

from datetime import UTC, datetime, time

import numpy as np

from evenscore.laboratory.simulation.night import day_of
from evenscore.laboratory.simulation.truth import Truth
from evenscore.laboratory.simulation.verdicts import Held, Verdict
from evenscore.reviews.decisions import Action, Decision

ERRORS = 0.1
"""How often a reviewer says the opposite of what is right."""
FIRST, OTHERS = "first", ("second", "third")


def is_looked_at_again(account: int, episode: int) -> bool:
    """Whether two others look at what the first reviewer says of an episode."""
    return (account + episode) % 2 == 0


class Reviewers:
    """Decide on what waits: honest jumps ought to be released, the others rejected."""

    def __init__(self, truth: Truth, draws: np.random.Generator, errors: float = ERRORS) -> None:
        self._truth = truth
        self._draws = draws
        self._errors = errors
        self._due: dict[tuple[int, int], int] = {}
        self._due_incidents: dict[str, int] = {}
        self._made = 0

    def look(self, verdict: Verdict) -> list[Decision]:
        """What they decide at the end of one night: nothing while many move at once, candidates among them."""
        made: list[Decision] = []
        if any(incident.kind == "mass_shift" for incident in verdict.incidents):
            return made
        for held in verdict.held:
            if held.decision != "pending":
                continue
            asked = (held.account, held.episode)
            due = self._due.setdefault(asked, verdict.night + int(self._draws.integers(1, 4)))
            if verdict.night >= due:
                others = OTHERS if is_looked_at_again(*asked) else ()
                made += [self._said(held, verdict.night, reviewer) for reviewer in (FIRST, *others)]
                del self._due[asked]
        return made

    def _said(self, held: Held, night: int, reviewer: str) -> Decision:
        is_right = self._draws.random() >= self._errors
        action: Action = "release" if self._truth.is_honest(held.account, night) == is_right else "reject"
        self._made += 1
        return Decision(
            decision_id=self._made,
            decided_at=datetime.combine(day_of(night), time(), UTC),
            decided_by=reviewer,
            why="the truth, or an error",
            action=action,
            person_id=held.person_id,
            persona="personal",
            as_of_date=day_of(night),
            episode_date=day_of(held.episode),
            candidate_score=held.candidate_score,
            last_good_score=None,
            cause=held.cause,
            run_id="simulated",
        )

    def call_real(self, verdict: Verdict) -> list[str]:
        """Which incidents they call real moves at the end of one night: those that no mass fault lies behind."""
        faults = {fault.night for fault in self._truth.faults}
        for incident in verdict.incidents:
            due = verdict.night + int(self._draws.integers(1, 4))
            self._due_incidents.setdefault(incident.name, -1 if verdict.night in faults else due)
        return [incident.name for incident in verdict.incidents if self._due_incidents[incident.name] == verdict.night]
