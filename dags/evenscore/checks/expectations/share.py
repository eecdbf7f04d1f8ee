"""A share that rose: strangers among ids, rows that came twice, people who sit at one value."""

import numpy as np
import pandas as pd

from evenscore.checks.expectations.base import RunExpectation, Verdict, groups, verdict_on
from evenscore.checks.history import Floats, usual


class ExpectColumnShareToBeUsual(RunExpectation):
    """The share of `column` in `of` is not far above that of earlier nights; per group `by`, where there is one."""

    of: str
    by: str | None = None
    most_deviations: float
    least_rise: float
    least_count: int

    rule = (
        "less than $least_rise or $most_deviations usual deviations above the usual share in $of "
        "(at least $least_count)"
    )

    def verdict(self, rows: pd.DataFrame) -> Verdict:
        """Judge each group that counts enough tonight and on seven earlier nights."""
        judged = []
        for name, tonight, earlier in groups(rows[rows[self.of] >= self.least_count], self.by):
            known = usual(_even(self._shares(earlier)))
            if known:
                (share,) = self._shares(tonight)
                (size,) = tonight[self.of].to_numpy(np.float64)
                before = float(np.sin(known.value) ** 2)
                # On this scale a share's chance deviation depends on its size alone (Anscombe 1948).
                deviations = known.deviations(float(_even(share)), 0.5 / np.sqrt(size))
                success = deviations < self.most_deviations or share - before < self.least_rise
                judged.append((bool(success), f"{name} {share:.1%}, usually {before:.1%}".strip()))
        return verdict_on(judged, self.expected())

    def _shares(self, rows: pd.DataFrame) -> Floats:
        part, whole = rows[self.column].to_numpy(np.float64), rows[self.of].to_numpy(np.float64)
        if ((part < 0) | (part > whole)).any():
            raise ValueError(f"{self.column} is no part of {self.of}")
        shares: Floats = part / whole
        return shares


def _even(share: Floats) -> Floats:
    evened: Floats = np.arcsin(np.sqrt(share))
    return evened
