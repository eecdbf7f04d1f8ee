"""Most people moved one way: a sign test over pairs, which sees what a calm histogram hides."""

import numpy as np
import pandas as pd

from evenscore.checks.expectations.base import RunExpectation, Verdict, groups, verdict_on
from evenscore.checks.history import usual


class ExpectColumnMovesToBeBalanced(RunExpectation):
    """About as many people moved up as down (`column`), given how nights usually differ; per cent of `of`."""

    up: str
    of: str
    most_deviations: float
    least_change: float
    least_count: int

    rule = (
        "people who moved down less people who moved up: within $least_change or $most_deviations usual deviations "
        "of the usual share of all (at least $least_count)"
    )

    def verdict(self, rows: pd.DataFrame) -> Verdict:
        """Judge tonight where there are people enough, tonight and on seven earlier nights."""
        judged = []
        for _, tonight, earlier in groups(rows[rows[self.of] >= self.least_count], None):
            known = usual(((earlier[self.column] - earlier[self.up]) / earlier[self.of]).to_numpy(np.float64))
            if known:
                down, up, people = (int(tonight[name].iloc[0]) for name in (self.column, self.up, self.of))
                balance = (down - up) / people
                # Were down and up equally likely, their difference would vary with their sum.
                chance = np.sqrt(max(down + up, 1)) / people
                is_far = abs(known.deviations(balance, float(chance))) >= self.most_deviations
                success = not (is_far and abs(balance - known.value) >= self.least_change)
                told = f"{down / people:.1%} down, {up / people:.1%} up, usually {known.value:+.1%} down"
                judged.append((success, told))
        return verdict_on(judged, self.expected())
