"""The plot of a held score: sixty nights of what stood, in its band, and the candidate that waits."""

from collections.abc import Iterator
from typing import Any

from evenscore.report.drawing import ACCENT, INK, LINE, SOFT, Plot, beside, drawn, ends, note
from evenscore.report.gate import Jump, ScoredNight
from evenscore.report.words import points, short_day


def score_plot(jump: Jump, hold_points: float) -> Plot:
    """The accepted score as a line in its band, and the candidate where it went elsewhere."""
    nights, last = jump.nights, jump.nights[-1]
    is_rise = last.candidate >= last.accepted
    edge = last.accepted + (hold_points if is_rise else -hold_points) if jump.rule == "large_move" else None
    top = max(*(max(night.candidate, night.high) for night in nights), edge or 0) * 1.06
    days = [(night.as_of_date - nights[0].as_of_date).days for night in nights]

    def draw(axes: Any) -> None:
        axes.set(xlim=(0, max(days[-1], 1)), ylim=(0, top))
        _levels(axes, top, clear_of=edge)
        lows, highs = [night.low for night in nights], [night.high for night in nights]
        axes.fill_between(days, lows, highs, color=ACCENT, alpha=0.16, linewidth=0)
        if edge is not None:
            _edge(axes, edge, f"held {'from' if is_rise else 'below'} {points(edge)}", top)
        for stretch in _departures(nights):
            axes.plot(
                [days[k] for k in stretch],
                [nights[k].candidate for k in stretch],
                color=INK,
                linewidth=1.4,
                dashes=(3, 2),
            )
        axes.plot(days, [night.accepted for night in nights], color=ACCENT, linewidth=2.2)
        axes.plot(days[-1], last.accepted, "o", color=ACCENT, markersize=5, clip_on=False)
        axes.plot(days[-1], last.candidate, "o", color=INK, markersize=5, markerfacecolor="none", clip_on=False)
        _two_ends(axes, days[-1], last, top)
        ends(axes, nights[0].as_of_date, last.as_of_date)

    first = nights[0]
    label = (
        f"Score from {short_day(first.as_of_date)}, {points(first.accepted)}, to {short_day(last.as_of_date)}: "
        f"{points(last.accepted)} stands, a candidate of {points(last.candidate)} waits."
    )
    return drawn(draw, 168, label, right=56)


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
    beside(axes, position, last.candidate + up, f"{points(last.candidate)}\nwaits", INK)
    beside(axes, position, last.accepted - up, f"{points(last.accepted)}\nstands", ACCENT)


def _levels(axes: Any, top: float, clear_of: float | None) -> None:
    """Thin lines at round scores, but none through the words below the level `clear_of`."""
    step = next(step for step in (5, 10, 20, 25, 50) if top / step <= 5)
    for value in range(0, int(top) + 1, step):
        if clear_of is None or not clear_of - top * 0.14 < value < clear_of + top * 0.02:
            axes.axhline(value, color=LINE, linewidth=0.8, zorder=0)
        note(axes, str(value), (0, value), (-6, 0), color=SOFT, ha="right", va="center")
