"""A source that lost a part, or came twice: tonight's rows beside the same weekday of past weeks."""

import numpy as np
import pandas as pd

from evenscore.checks import season
from evenscore.checks.expectations.base import RunExpectation, Verdict, groups, verdict_on


class ExpectColumnVolumeToBeInSeason(RunExpectation):
    """The count of `column`, one row a night without a gap, is near the usual one of its season; per group `by`."""

    by: str
    most_deviations: float
    least_change: float

    rule = "less than $least_change, as a share, or $most_deviations usual deviations from its weekday's usual count"

    def verdict(self, rows: pd.DataFrame) -> Verdict:
        """Judge each group that has a history and is large enough for chance not to explain it."""
        judged = []
        for name, tonight, earlier in groups(rows, self.by):
            dates = pd.to_datetime(earlier["as_of_date"])
            if not dates.is_monotonic_increasing or (dates.diff().dropna() != pd.Timedelta(days=1)).any():
                raise ValueError(f"{name}: the nights are not one after the other")
            counts = earlier[self.column].to_numpy(np.float64, na_value=np.nan)
            (count,) = tonight[self.column].to_numpy(np.float64, na_value=np.nan)
            found = season.compare(counts, float(count))
            if found:
                is_out = found.is_out(self.most_deviations, self.least_change)
                judged.append((not is_out, f"{name} {found.count:,.0f}, usually {found.usual:,.0f}"))
        return verdict_on(judged, self.expected())
