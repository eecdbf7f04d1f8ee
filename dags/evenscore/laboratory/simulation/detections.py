"""What was said, held against what was injected: when an account was first named, which incident a fault became."""

import math

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.jumps import Happened
from evenscore.laboratory.simulation.truth import Fault
from evenscore.laboratory.simulation.verdicts import Held, Verdict


def names(verdict: Verdict, account: int) -> bool:
    """Whether a night's verdict names an account, or an incident keeps it back."""
    return account in verdict.alarms or account in verdict.kept_back


def delay(row: Happened, verdicts: list[Verdict]) -> float:
    """Nights from the jump to the first alarm since its case began; infinite where there is none."""
    onset = row.onset if row.onset is not None else row.case.begins
    last = min(onset + 7, len(verdicts) - 1)
    named = (night for night in range(row.case.begins, last + 1) if names(verdicts[night], row.account))
    return next((float(night - onset) for night in named), math.inf)


def holds(verdicts: list[Verdict], rows: list[Happened]) -> list[tuple[Happened, list[Held]]]:
    """Each case with the first hold of its account while it lasts, or in the week after, night by night to its end."""
    held = [{held.account: held for held in verdict.held} for verdict in verdicts]
    found = []
    for row in rows:
        first = next((held[n][row.account] for n in nights_of(row, len(held)) if row.account in held[n]), None)
        own = [one for night in held if (one := night.get(row.account))] if first else []
        found.append((row, [one for one in own if first and one.episode == first.episode]))
    return found


def nights_of(row: Happened, count: int) -> range:
    """The nights of a case and the week after it."""
    return range(row.case.begins, min(row.case.ends + 8, count))


def first_nights(verdicts: list[Verdict], accounts: int) -> NDArray[np.bool_]:
    """Alarms that are not the same as last night's: nights x accounts."""
    named = np.zeros((len(verdicts) + 1, accounts), bool)
    for place, verdict in enumerate(verdicts, start=1):
        named[place, verdict.alarms] = True
    return named[1:] & ~named[:-1]


def opened(verdicts: list[Verdict]) -> dict[str, int]:
    """Each incident and the night on which it was first said."""
    found: dict[str, int] = {}
    for verdict in verdicts:
        for incident in verdict.incidents:
            found.setdefault(incident.name, verdict.night)
    return found


def judged(fault: Fault, verdicts: list[Verdict]) -> str:
    """What became of a mass fault: exact (one incident, the right cohort), missed, wrong_cohort or more_than_one."""
    since = opened(verdicts)
    new = [incident for incident in verdicts[fault.night].incidents if since[incident.name] == fault.night]
    if not new:
        return "missed"
    if len(new) > 1:
        return "more_than_one"
    return "exact" if new[0].scope in fault.scopes else "wrong_cohort"
