"""Scores from evidence by the constants of a scoring version, as its model makes them; and how far they spread."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenscore.base.bundled import scale, thresholds
from evenscore.laboratory.simulation.evidence import VERSION, Evidence
from evenscore.laboratory.simulation.world import Floats, Ints

OTHER_VERSION = 2
"""The scoring version that the simulated promotion goes to: a way back."""


@dataclass(frozen=True)
class Standing:
    """What a scoring version makes of one night's evidence: one value an account, all networks together."""

    score: Floats
    """Candidates in points."""
    half_band: Floats
    """Half the width of a 90 % band, in points, as if all engagers had acted once (logs of .7 each)."""
    is_sufficient: NDArray[np.bool_]
    """Whether there is enough evidence for a score at all."""
    engagers: Ints
    actions: Ints

    @classmethod
    def of(cls, evidence: Evidence, version: int = VERSION) -> "Standing":
        """The score as dbt_project/models/scores/score_person__influence_v3.sql makes it.

        Version 2 is the same without a brief half-life and without climbs, with a scale that starts at its floor, and
        all at evidence of 1.
        """
        known = scale(version)
        shares = np.array([known.get("brief_weight", 0), known["recent_weight"], known["lasting_weight"]], np.float32)
        trusted, crowd = bounded(evidence, known).sum(axis=-1)
        curve = known["crowd_curve"]
        lift = curve * np.log1p(known["crowd_weight"] * crowd / (1 + trusted) / curve)
        amount = np.expm1(shares @ np.log1p(trusted + (known.get("ladder_start", 1) + trusted) * lift))
        start, floor = known.get("evidence_start", 1), known["floor_points"]
        points = known.get("base_points", floor) + known["points_per_log"] * np.log1p(amount / start)
        error = shares @ (np.sqrt(np.log(2) * trusted) / (1 + trusted))
        band = known["band_z"] * known["points_per_log"] * (1 + amount) / (start + amount) * error
        reached = (evidence.reach.sum(axis=1) >= known["least_reach"]) & (trusted[-1] >= known.get("least_trusted", 0))
        return cls(
            np.clip(points, floor, known["ceiling_points"]).astype(np.float32),
            band.astype(np.float32),
            reached & (evidence.object_reach.sum(axis=1) >= known["least_objects"]),
            evidence.engagers.sum(axis=1, dtype=np.int32),
            evidence.actions.sum(axis=1, dtype=np.int32),
        )


def bounded(evidence: Evidence, known: dict[str, float]) -> Floats:
    """The evidence of which no post carries more than its share, nor any engager where a version has climbs."""
    if "ladder_start" in known:
        return evidence.bounded
    rest = np.maximum(evidence.sums - evidence.losses, 0)
    return np.asarray(np.minimum(evidence.sums, (1 + rest) / (1 - known["top_object_share"]) - 1))


def spread_of(scores: Floats) -> float:
    """The spread of a community, from its 10th to its 90th percentile in points, and never less than the gate takes."""
    known = scores if len(scores) else np.zeros(1, np.float32)
    low, high = np.quantile(known, (0.1, 0.9))
    return max(float(high - low), thresholds()["least_spread_points"])
