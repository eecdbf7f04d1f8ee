"""How each kind of case and each mass fault fared, for a reader who asks why."""

import numpy as np

from evenscore.laboratory.simulation.detections import delay, holds, judged
from evenscore.laboratory.simulation.jumps import happened
from evenscore.laboratory.simulation.simulate import GATE, Outcome
from evenscore.laboratory.simulation.standing import spread_of
from evenscore.laboratory.simulation.world import HISTORY_NIGHTS


def by_kind(outcome: Outcome, detector: str = GATE) -> list[dict[str, object]]:
    """How each kind of case fared, for a reader who asks why: one row a kind."""
    verdicts, rows = outcome.verdicts[detector], happened(outcome)
    held = {id(row): found for row, found in holds(outcome.verdicts[GATE], rows)}
    found = []
    for name in dict.fromkeys(row.case.kind.name for row in rows):
        of_kind = [row for row in rows if row.case.kind.name == name]
        jumps = [row for row in of_kind if row.is_jump]
        causes = [nights[0].cause for row in of_kind if (nights := held[id(row)])]
        found.append(
            {
                "kind": name,
                "accounts": len(of_kind),
                "median_share": round(float(np.median([row.share for row in of_kind])), 2),
                "jumps": len(jumps),
                "jumps_same_night": sum(delay(row, verdicts) <= 0 for row in jumps),
                "held": len(causes),
                "causes": {cause: causes.count(cause) for cause in sorted(set(causes))},
            }
        )
    return found


def by_fault(outcome: Outcome) -> list[dict[str, object]]:
    """How each mass fault fared: how far it moved people, and what was said."""
    found = []
    for fault in outcome.truth.faults:
        row = HISTORY_NIGHTS + fault.night
        before = outcome.scores[row - 1, outcome.is_eligible[row - 1]]
        moves = outcome.scores[row, outcome.is_eligible[row - 1]] - before
        verdict = outcome.verdicts[GATE][fault.night]
        found.append(
            {
                "fault": fault.name,
                "night": fault.night,
                "scope": fault.scopes[0],
                "moved_a_tenth_share": round(float(np.mean(np.abs(moves) >= spread_of(before) / 10)), 4),
                "judged": judged(fault, outcome.verdicts[GATE]),
                "incidents": [f"{incident.kind} {incident.scope}" for incident in verdict.incidents],
                "frozen": len(verdict.kept_back),
                "held": len(verdict.alarms),
            }
        )
    return found
