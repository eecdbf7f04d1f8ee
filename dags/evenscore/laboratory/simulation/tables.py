"""How each kind of case and each mass fault fared, for a reader who asks why."""

import numpy as np

from evenscore.laboratory.simulation.detections import delay, first_held, judged
from evenscore.laboratory.simulation.jumps import happened
from evenscore.laboratory.simulation.simulate import GATE, Outcome
from evenscore.laboratory.simulation.world import HISTORY_NIGHTS


def by_kind(outcome: Outcome, detector: str = GATE) -> list[dict[str, object]]:
    """How each kind of case fared, for a reader who asks why: one row a kind."""
    verdicts, rows = outcome.verdicts[detector], happened(outcome)
    first = dict(zip(map(id, rows), first_held(outcome.verdicts[GATE], rows), strict=True))
    found = []
    for name in dict.fromkeys(row.case.kind.name for row in rows):
        of_kind = [row for row in rows if row.case.kind.name == name]
        jumps = [row for row in of_kind if row.is_jump]
        causes = [held.cause for row in of_kind if (held := first[id(row)][1])]
        found.append(
            {
                "kind": name,
                "accounts": len(of_kind),
                "median_points": round(float(np.median([row.size for row in of_kind])), 1),
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
        moves = (outcome.scores[row] - outcome.scores[row - 1])[outcome.is_eligible[row - 1]]
        verdict = outcome.verdicts[GATE][fault.night]
        found.append(
            {
                "fault": fault.name,
                "night": fault.night,
                "scope": fault.scopes[0],
                "moved_3_points_share": round(float(np.mean(np.abs(moves) >= 3)), 4),
                "judged": judged(fault, outcome.verdicts[GATE]),
                "incidents": [f"{incident.kind} {incident.scope}" for incident in verdict.incidents],
                "frozen": len(verdict.kept_back),
                "held": len(verdict.alarms),
            }
        )
    return found
