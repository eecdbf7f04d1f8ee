"""The plots of the page. Only numbers and dates are drawn, never a name."""

from datetime import date
from typing import Any

from evenscore.report.drawing import ACCENT, FAINT, INK, SOFT, Plot, beside, drawn, ends, note
from evenscore.report.facts import BIN_POINTS, NetworkRows
from evenscore.report.words import plural, short_day, whole

CORNER: dict[str, Any] = {"xycoords": "axes fraction", "ha": "right", "va": "center"}


def rows_plot(rows: NetworkRows) -> Plot:
    """A bar a day, tonight's in the accent colour, against the usual day."""
    counts = [count for _, count in rows.days]
    top = max(*counts, rows.usual, 1) * 1.12

    def draw(axes: Any) -> None:
        axes.set(xlim=(-0.6, len(counts) - 0.4), ylim=(0, top))
        axes.bar(range(len(counts) - 1), counts[:-1], color=FAINT, width=0.72)
        axes.bar(len(counts) - 1, counts[-1], color=ACCENT, width=0.72)
        axes.axhline(rows.usual, color=INK, linewidth=0.9, dashes=(3, 2))
        axes.axhline(0, color=SOFT, linewidth=0.8)
        beside(axes, len(counts) - 0.4, rows.usual, f"{whole(rows.usual)}\nusual", SOFT)
        ends(axes, rows.days[0][0], rows.days[-1][0])

    empty = sum(count == 0 for count in counts[:-1])
    label = (
        f"Rows landed on each of the last {len(counts) - 1} days and tonight: {whole(rows.tonight)} tonight, "
        f"{whole(rows.usual)} on a usual day, none on {empty} of the earlier days."
    )
    return drawn(draw, 120, label, right=56)


def nights_plot(counts: tuple[tuple[date, int], ...], what: str) -> Plot:
    """A bar a night, the last in the accent colour; nights without a run stay empty."""
    first, last = counts[0][0], counts[-1][0]
    places = [(day - first).days for day, _ in counts]
    values = [count for _, count in counts]
    wide = max(places[-1], 6)
    top = max(*values, 1) * 1.12

    def draw(axes: Any) -> None:
        axes.set(xlim=(-0.6, wide + 0.6), ylim=(0, top))
        axes.bar(places[:-1], values[:-1], color=FAINT, width=0.72)
        axes.bar(places[-1], values[-1], color=ACCENT, width=0.72)
        axes.axhline(0, color=SOFT, linewidth=0.8)
        beside(axes, places[-1] + 0.6, values[-1], f"{whole(values[-1])}\n{what}", INK)
        ends(axes, first, last)

    label = (
        f"Scores {what} on each of {plural(len(counts), 'night')} from {short_day(first)} to {short_day(last)}: "
        f"{whole(values[-1])} on the last one, between {whole(min(values))} and {whole(max(values))} on all."
    )
    return drawn(draw, 120, label, right=64)


def histogram(bins: tuple[int, ...], before: tuple[int, ...] | None) -> Plot:
    """How many scores lie in each step of points: bars for tonight, an outline for a week before."""
    top = max(*bins, *(before or ()), 1) * 1.14
    tallest = bins.index(max(bins))
    # Beside the tallest bars, never on them.
    side, corner = (1, CORNER) if 2 * tallest < len(bins) else (0, CORNER | {"ha": "left"})

    def draw(axes: Any) -> None:
        axes.set(xlim=(0, len(bins)), ylim=(0, top))
        axes.bar([position + 0.5 for position in range(len(bins))], bins, color=ACCENT, width=0.86, alpha=0.55)
        if before:
            axes.stairs(before, range(len(bins) + 1), color=INK, linewidth=1.3)
            note(axes, "\N{BOX DRAWINGS HEAVY HORIZONTAL} a week before", (side, 1), (0, -24), **corner, color=INK)
        note(axes, "\N{BLACK SQUARE} tonight", (side, 1), (0, -8), **corner, color=ACCENT)
        axes.axhline(0, color=SOFT, linewidth=0.8)
        for position in range(0, len(bins) + 1, len(bins) // 5):
            axes.text(position, -top * 0.04, str(position * BIN_POINTS), color=SOFT, ha="center", va="top")
        high = max(bins[tallest], before[tallest] if before else 0) + top * 0.02
        axes.text(tallest + 0.5, high, whole(bins[tallest]), color=INK, ha="center", va="bottom")

    compared = f", {whole(before[tallest])} of the same people a week before" if before else ""
    label = (
        f"Scores in steps of {BIN_POINTS} points from 0 to 100; most, {whole(max(bins))}, "
        f"lie between {tallest * BIN_POINTS} and {(tallest + 1) * BIN_POINTS}{compared}."
    )
    return drawn(draw, 170, label, right=16)
