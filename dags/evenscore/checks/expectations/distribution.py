"""The distribution as a whole: two nights' histograms, compared by Kolmogorov and Smirnov's distance."""

import numpy as np
import pandas as pd

from evenscore.checks.expectations.base import RunExpectation, Verdict
from evenscore.checks.suites import NOTHING


class ExpectColumnDistributionToHoldStill(RunExpectation):
    """The people of `column`, one row a bin in order, are distributed as those of `before`, the same bins earlier."""

    before: str
    most_distance: float
    most_deviations: float
    least_count: int

    rule = (
        "cumulated, less than $most_distance or $most_deviations times its chance deviation apart from $before "
        "(at least $least_count)"
    )

    def verdict(self, rows: pd.DataFrame) -> Verdict:
        """Judge where both nights count enough."""
        tonight, before = (rows[name].to_numpy(np.float64) for name in (self.column, self.before))
        sizes = tonight.sum(), before.sum()
        if min(sizes) < self.least_count:
            return Verdict(True, NOTHING, self.expected())
        distance = float(np.max(np.abs(np.cumsum(tonight) / sizes[0] - np.cumsum(before) / sizes[1])))
        deviations = distance * np.sqrt(sizes[0] * sizes[1] / sum(sizes))
        success = distance < self.most_distance or deviations < self.most_deviations
        return Verdict(bool(success), f"{distance:.1%} apart", self.expected())
