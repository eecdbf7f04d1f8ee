"""One simulated night, as the scoring would hand it to a detector."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.evidence import Evidence
from evenscore.laboratory.simulation.log import Log
from evenscore.laboratory.simulation.standing import Standing

FIRST_DATE = date(2025, 1, 1)
"""The day of night 0."""


def day_of(night: int) -> date:
    """The UTC day of a night."""
    return FIRST_DATE + timedelta(days=night)


def night_of(day: date) -> int:
    """The night of a UTC day."""
    return (day - FIRST_DATE).days


@dataclass(frozen=True)
class Night:
    """Everything that is known when tonight's scores have been made."""

    night: int
    evidence: Evidence
    """With tonight's engagement, as the feeds deliver it."""
    old_evidence: Evidence
    """What the engagement of the nights before is worth tonight, as the feeds deliver it."""
    eve: Evidence
    """The same, as it truly is."""
    version: int
    is_eligible: NDArray[np.bool_]
    """Whether an account has enough evidence, and is old enough, for a published score."""
    climbed: NDArray[np.float32]
    """How far each candidate lies above its lowest score of the last three weeks, or off last night's, in points."""
    log: Log

    def standing(self, version: int) -> Standing:
        """What a scoring version makes of it."""
        return Standing.of(self.evidence, version)

    def old_standing(self, version: int) -> Standing:
        """The same without tonight's engagement."""
        return Standing.of(self.old_evidence, version)
