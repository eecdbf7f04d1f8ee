"""Scores from evidence, as scoring version 1 makes them, and how much evidence a wished-for jump takes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.evidence import Evidence, constants
from evenscore.laboratory.simulation.world import Floats, Ints

OTHER_VERSION = {"floor_points": 4.0, "points_per_log": 6.4}
"""What the simulated promotion of another version changes: the low rise by 3 points, the high fall by as many."""


@dataclass(frozen=True)
class Standing:
    """What the scoring makes of one night's evidence: one value an account, all networks together."""

    short: Floats
    long: Floats
    engagers: Ints
    actions: Ints

    @classmethod
    def of(cls, evidence: Evidence) -> "Standing":
        """The networks' evidence summed."""
        parts = (evidence.short, evidence.long, evidence.engagers, evidence.actions)
        return cls(*(part.sum(axis=1, dtype=part.dtype) for part in parts))

    def score(self, version: int = 1) -> Floats:
        """Candidate scores in points, from 1 to 100."""
        scale = constants() | (OTHER_VERSION if version != 1 else {})
        logs = (np.log1p(self.short) + np.log1p(self.long)) / 2
        points = scale["floor_points"] + scale["points_per_log"] * logs
        return np.asarray(np.minimum(points, scale["ceiling_points"]), np.float32)

    def half_band(self) -> Floats:
        """Half the width of a 90 % band, in points, as if all engagers had acted once (logs of .7 each)."""
        scale = constants()
        errors = [np.sqrt(np.log(2) * part) / (1 + part) for part in (self.short, self.long)]
        return np.asarray(scale["band_z"] * scale["points_per_log"] * (errors[0] + errors[1]) / 2, np.float32)

    @property
    def is_sufficient(self) -> NDArray[np.bool_]:
        """Whether there is enough evidence for a score at all."""
        scale = constants()
        return (self.engagers >= scale["least_engager_count"]) & (self.actions >= scale["least_evidence_count"])

    def evidence_for(self, account: int, points: float) -> float:
        """The evidence that lifts an account by so many points in one night."""
        short, long = 1 + float(self.short[account]), 1 + float(self.long[account])
        total, lack = short + long, short * long * (np.exp(2 * points / constants()["points_per_log"]) - 1)
        return float((np.sqrt(total**2 + 4 * lack) - total) / 2)

    def factor_for(self, account: int, points: float) -> float:
        """How many times its evidence an account needs to be lifted by so many points."""
        short, long = float(self.short[account]), float(self.long[account])
        total, product = short + long, short * long
        wanted = (1 + short) * (1 + long) * np.exp(2 * points / constants()["points_per_log"])
        return float((np.sqrt(total**2 + 4 * product * (wanted - 1)) - total) / (2 * product))
