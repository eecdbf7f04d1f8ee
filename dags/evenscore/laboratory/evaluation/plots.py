"""The plots of an evaluation's page."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from evenscore.report.drawing import ACCENT, FAINT, INK, LINE, SOFT, Plot, drawn, note
from evenscore.report.words import short_day


class Row(NamedTuple):
    """One row of a plot of ranges: the figure with its spread, beside its baseline."""

    label: str
    value: float
    low: float
    high: float
    baseline: float


ROW_HEIGHT = 40


def lines_plot(days: Sequence[date], series: Mapping[str, Sequence[float]]) -> Plot:
    """A figure at each cut-off: the score's line in the accent colour, those of rivals behind it."""
    values = [value for figures in series.values() for value in figures if not math.isnan(value)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = max(high - low, 0.02) * 0.08
    styles = (((), 2.2, ACCENT), ((3, 2), 1.4, INK), ((1, 2), 1.4, SOFT), ((6, 2), 1.2, FAINT))
    ends = _apart([figures[-1] for figures in series.values()], (high - low + 2 * margin) / 11)

    def draw(axes: Any) -> None:
        axes.set(xlim=(0, max(len(days) - 1, 1)), ylim=(low - margin, high + margin))
        for value in (low, high):
            axes.axhline(value, color=LINE, linewidth=0.8, zorder=0)
            note(axes, f"{value:.2f}".lstrip("0"), (0, value), (-4, 0), color=SOFT, ha="right", va="center")
        for (name, figures), (dashes, width, color), end in zip(series.items(), styles, ends, strict=False):
            axes.plot(range(len(days)), figures, color=color, linewidth=width, dashes=dashes or (None, None))
            note(axes, name, (len(days) - 1, end), (6, 0), color=SOFT if color == FAINT else color, va="center")
        for position, align, day in ((0, "left", days[0]), (1, "right", days[-1])):
            text = f"{short_day(day)} {day.year}"
            note(axes, text, (position, 0), (0, -7), xycoords="axes fraction", color=SOFT, ha=align, va="top")

    means = ", ".join(f"{name} {sum(figures) / len(figures):.3f}" for name, figures in series.items())
    return drawn(
        draw, 200, f"From {short_day(days[0])} {days[0].year} at {len(days)} cut-offs; mean of {means}.", right=84
    )


def ranges_plot(rows: Sequence[Row], unit: str, baseline: str, zone: tuple[float, float] | None = None) -> Plot:
    """A row each: the figure as a dot on its spread, the baseline as a ring; `zone` is where the figure should lie."""
    known = [value for row in rows for value in row[1:] if not math.isnan(value)] + list(zone or ())
    low, high = min([0.0, *known]) if not zone else min(known), max(known, default=1.0)
    reach = (high - low) or 1.0

    def draw(axes: Any) -> None:
        axes.set(xlim=(low - reach * 0.04, high + reach * 0.04), ylim=(len(rows), 0))
        if zone:
            axes.axvspan(*zone, color=ACCENT, alpha=0.12, linewidth=0)
        for place, row in enumerate(rows):
            _range(axes, row, place + 0.68, low - reach * 0.04)
        for value, align in ((low, "left"), (high, "right")):
            note(
                axes,
                f"{value:g}" if value == 0 else f"{value:.2f}",
                (value, len(rows)),
                (0, -6),
                color=SOFT,
                ha=align,
                va="top",
            )

    label = "; ".join(f"{row.label} {row.value:.3f}, {baseline} {row.baseline:.3f}" for row in rows)
    return drawn(draw, ROW_HEIGHT * len(rows) + 32, f"In {unit}: {label}.", right=16)


def _range(axes: Any, row: Row, place: float, edge: float) -> None:
    axes.axhline(place, color=LINE, linewidth=0.8, zorder=0)
    if not math.isnan(row.low + row.high):
        axes.plot([row.low, row.high], [place, place], color=ACCENT, linewidth=5, alpha=0.3, solid_capstyle="round")
    axes.plot(row.value, place, "o", color=ACCENT, markersize=7, clip_on=False)
    if not math.isnan(row.baseline):
        axes.plot(row.baseline, place, "o", color=INK, markersize=6, markerfacecolor="none", clip_on=False)
    note(axes, row.label, (edge, place), (0, 8), color=SOFT, va="bottom")


def _apart(values: Sequence[float], least: float) -> list[float]:
    """Where to write words beside lines that end close to one another."""
    order = sorted(range(len(values)), key=lambda number: values[number])
    places = list(values)
    for before, after in pairwise(order):
        places[after] = max(places[after], places[before] + least)
    return places
