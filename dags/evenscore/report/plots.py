"""The plots of the page. Only numbers and dates are drawn, never a name."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from evenscore.report.drawing import ACCENT, FAINT, INK, LINE, SOFT, Plot, drawn
from evenscore.report.facts import BIN_POINTS, NetworkRows
from evenscore.report.gate import Jump, ScoredNight
from evenscore.report.words import plural, points, short_day, whole

CORNER: dict[str, Any] = {"xycoords": "axes fraction", "ha": "right", "va": "center"}


def score_plot(jump: Jump, hold_points: float) -> Plot:
    """The accepted score as a line in its band, and the candidate where it went elsewhere."""
    nights, last = jump.nights, jump.nights[-1]
    is_rise = last.candidate >= last.accepted
    edge = last.accepted + (hold_points if is_rise else -hold_points)
    top = max(*(max(night.candidate, night.high) for night in nights), edge) * 1.06
    days = range(len(nights))

    def draw(axes: Any) -> None:
        axes.set(xlim=(0, max(len(nights) - 1, 1)), ylim=(0, top))
        _levels(axes, top, clear_of=edge if jump.rule == "promise" else None)
        lows, highs = [night.low for night in nights], [night.high for night in nights]
        axes.fill_between(days, lows, highs, color=ACCENT, alpha=0.16, linewidth=0)
        if jump.rule == "promise":
            _edge(axes, edge, f"held {'from' if is_rise else 'below'} {points(edge)}", top)
        for stretch in _departures(nights):
            axes.plot(stretch, [nights[k].candidate for k in stretch], color=INK, linewidth=1.4, dashes=(3, 2))
        axes.plot(days, [night.accepted for night in nights], color=ACCENT, linewidth=2.2)
        axes.plot(days[-1], last.accepted, "o", color=ACCENT, markersize=5, clip_on=False)
        axes.plot(days[-1], last.candidate, "o", color=INK, markersize=5, markerfacecolor="none", clip_on=False)
        _two_ends(axes, len(nights) - 1, last, top)
        _ends(axes, nights[0].as_of_date, last.as_of_date)

    first = nights[0]
    label = (
        f"Score from {short_day(first.as_of_date)}, {points(first.accepted)}, to {short_day(last.as_of_date)}: "
        f"{points(last.accepted)} stands, a candidate of {points(last.candidate)} waits."
    )
    return drawn(draw, 168, label, right=56)


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
        _beside(axes, len(counts) - 0.4, rows.usual, f"{whole(rows.usual)}\nusual", SOFT)
        _ends(axes, rows.days[0][0], rows.days[-1][0])

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
        _beside(axes, places[-1] + 0.6, values[-1], f"{whole(values[-1])}\n{what}", INK)
        _ends(axes, first, last)

    label = (
        f"Scores {what} on each of {plural(len(counts), 'night')} from {short_day(first)} to {short_day(last)}: "
        f"{whole(values[-1])} on the last one, between {whole(min(values))} and {whole(max(values))} on all."
    )
    return drawn(draw, 120, label, right=64)


def histogram(bins: tuple[int, ...], before: tuple[int, ...] | None) -> Plot:
    """How many scores lie in each step of points: bars for tonight, an outline for a week before."""
    top = max(*bins, *(before or ()), 1) * 1.14
    tallest = bins.index(max(bins))

    def draw(axes: Any) -> None:
        axes.set(xlim=(0, len(bins)), ylim=(0, top))
        axes.bar([position + 0.5 for position in range(len(bins))], bins, color=ACCENT, width=0.86, alpha=0.55)
        if before:
            axes.stairs(before, range(len(bins) + 1), color=INK, linewidth=1.3)
            _note(axes, "\N{BOX DRAWINGS HEAVY HORIZONTAL} a week before", (1, 1), (0, -24), **CORNER, color=INK)
        _note(axes, "\N{BLACK SQUARE} tonight", (1, 1), (0, -8), **CORNER, color=ACCENT)
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


def _departures(nights: tuple[ScoredNight, ...]) -> Iterator[range]:
    """Stretches where the candidate is not what was accepted, each from the last night before it."""
    start = None
    for position, night in enumerate([*nights, None]):
        differs = night is not None and abs(night.candidate - night.accepted) > 0.05
        if differs and start is None:
            start = position
        elif not differs and start is not None:
            yield range(max(start - 1, 0), position)
            start = None


def _edge(axes: Any, edge: float, text: str, top: float) -> None:
    axes.axhline(edge, color=SOFT, linewidth=0.8, dashes=(1, 3))
    axes.text(0, edge - top * 0.02, text, color=SOFT, va="top")


def _two_ends(axes: Any, position: float, last: ScoredNight, top: float) -> None:
    """What waits and what stands, at the end of their lines, and apart where the lines end close together."""
    least = top * 0.24
    apart = max(least - abs(last.candidate - last.accepted), 0) / 2
    up = apart if last.candidate >= last.accepted else -apart
    _beside(axes, position, last.candidate + up, f"{points(last.candidate)}\nwaits", INK)
    _beside(axes, position, last.accepted - up, f"{points(last.accepted)}\nstands", ACCENT)


def _levels(axes: Any, top: float, clear_of: float | None) -> None:
    """Thin lines at round scores, but none through the words below the level `clear_of`."""
    step = next(step for step in (5, 10, 20, 25, 50) if top / step <= 5)
    for value in range(0, int(top) + 1, step):
        if clear_of is None or not clear_of - top * 0.14 < value < clear_of + top * 0.02:
            axes.axhline(value, color=LINE, linewidth=0.8, zorder=0)
        _note(axes, str(value), (0, value), (-6, 0), color=SOFT, ha="right", va="center")


def _beside(axes: Any, position: float, value: float, text: str, color: str) -> None:
    _note(axes, text, (position, value), (8, 0), color=color, va="center", linespacing=1.15)


def _ends(axes: Any, first: date, last: date) -> None:
    for position, align, text in ((0, "left", short_day(first)), (1, "right", short_day(last))):
        _note(axes, text, (position, 0), (0, -7), xycoords="axes fraction", color=SOFT, ha=align, va="top")


def _note(axes: Any, text: str, at: tuple[float, float], off: tuple[float, float], **style: Any) -> None:
    """Words at a point, moved off it by so many units of the page rather than of the data."""
    axes.annotate(text, at, off, textcoords="offset points", **style)
