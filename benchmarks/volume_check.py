"""The volume check on five labelled series: how often each of five companies was named, every five minutes for 55 days.

Prints, for three sizes of bucket, in which of the 14 labelled windows the check gives an alarm, how many hours after
what was labelled, and how many alarms it gives outside them; beside it a plain 3-sigma rule over as many counts, and
that rule with the lowest limit at which it gives no more false alarms. The rule is the one that judges tonight's
deliveries (`evenscore.checks.season`), with the limits of `expectations/landing/volumes.yml`.

Usage: python benchmarks/volume_check.py FOLDER    (FOLDER/series/nab_*.csv, FOLDER/labels/nab_{windows,points}.csv)
The series and labels are the Numenta Anomaly Benchmark's (MIT), https://github.com/numenta/NAB.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evenscore.base.settings import Checks
from evenscore.checks import season
from evenscore.checks.history import Floats
from evenscore.checks.suites import load_suites

BUCKETS = {"5min": 288, "1h": 24, "1D": 7}
"""Each size of bucket, and how many of them make a season: a day of the short ones, a week of days."""

SUITE = {suite.name: suite for suite in load_suites("landing", Checks())}["landing.volumes"]
LIMITS = {name: SUITE.expectations[0].arguments[name] for name in ("most_deviations", "least_change")}

Rule = Callable[[Floats, float, int], float]
"""How loud an alarm a count gives, from the counts before it and the length of a season; 0 for none."""


@dataclass(frozen=True)
class Series:
    """One ticker's counts: when each bucket ends, how loud each is, and the labels of its windows."""

    ticker: str
    ends: pd.DatetimeIndex
    loudness: Floats
    windows: list[np.ndarray]
    """Which buckets are in each window."""
    points: list[pd.Timestamp]
    """What was labelled, in the middle of each window."""

    @property
    def quiet(self) -> Floats:
        """The loudness outside all windows."""
        return self.loudness[~np.any(self.windows, axis=0)]


def volume(earlier: Floats, count: float, period: int) -> float:
    """The rule of the landing suite, with its limits."""
    found = season.compare(earlier, count, period)
    return float(found is not None and found.is_out(**LIMITS))


def sigma(earlier: Floats, count: float, period: int) -> float:
    """Standard deviations from the mean of the counts that the volume rule looks at."""
    return abs(count - earlier.mean()) / max(earlier.std(), 1e-9) if len(earlier) >= season.FEWEST_RECENT else 0.0


def series(folder: Path, size: str, rule: Rule) -> Iterator[Series]:
    """Every ticker's counts, each judged knowing those before it alone."""
    labels = pd.read_csv(folder / "labels/nab_windows.csv", parse_dates=["window_start", "window_end"])
    labels["point"] = pd.read_csv(folder / "labels/nab_points.csv", parse_dates=["timestamp"])["timestamp"]
    for ticker, mine in labels.groupby("ticker"):
        path = folder / f"series/nab_{ticker}.csv"
        counts = pd.read_csv(path, parse_dates=["timestamp"]).set_index("timestamp")["value"].resample(size).sum()
        period, values = BUCKETS[size], counts.to_numpy(float)
        starts = [max(0, place - period * season.MOST_PERIODS) for place in range(len(values))]
        loudness = [rule(values[start:place], values[place], period) for place, start in enumerate(starts)]
        ends = counts.index + pd.Timedelta(size)  # a bucket is judged when it has ended
        spans = zip(mine["window_start"], mine["window_end"], strict=True)
        windows = [np.asarray((ends > start) & (counts.index <= end)) for start, end in spans]
        yield Series(str(ticker), ends, np.array(loudness), windows, list(mine["point"]))


def column(found: list[Series], limit: float) -> list[str]:
    """For each window when its first alarm came, in hours after what was labelled; then how many, and at what price."""
    cells = []
    for one in found:
        for window, point in zip(one.windows, one.points, strict=True):
            first = one.ends[window & (one.loudness >= limit)]
            cells.append(f"{(first[0] - point) / pd.Timedelta('1h'):+.1f} h" if len(first) else "-")
    quiet = np.concatenate([one.quiet for one in found])
    hits = sum(cell != "-" for cell in cells)
    return [*cells, str(hits), f"{1000 * np.mean(quiet >= limit):.1f}"]


def as_rare(found: list[Series], other: list[Series]) -> float:
    """The limit at which a rule gives no more false alarms than the volume rule."""
    allowed = int(sum(np.sum(one.quiet >= 1) for one in found))
    return float(np.sort(np.concatenate([one.quiet for one in other]))[-allowed - 1]) + 1e-9


def report(folder: Path) -> Iterator[str]:
    """The table, line by line."""
    columns: dict[str, list[str]] = {}
    for size in BUCKETS:
        ours, plain = list(series(folder, size, volume)), list(series(folder, size, sigma))
        limit = as_rare(ours, plain)
        columns[f"{size}, volume"] = column(ours, 1)
        columns[f"{size}, 3 sigma"] = column(plain, 3)
        columns[f"{size}, {limit:.1f} sigma"] = column(plain, limit)
    names = [f"{one.ticker} {point:%d %b %H:%M}" for one in ours for point in one.points]
    yield "| labelled | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for name, *cells in zip([*names, "found of 14", "false alarms per 1,000"], *columns.values(), strict=True):
        yield f"| {name} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for line in report(Path(sys.argv[1])):
        print(line)
