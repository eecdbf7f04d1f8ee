"""The plots of a comparison. Only numbers are drawn, never a name."""

from typing import Any

import numpy as np

from evenscore.laboratory.comparison.moves import Comparison, Floats
from evenscore.report.drawing import ACCENT, FAINT, INK, LINE, SOFT, Plot, drawn
from evenscore.report.words import points, whole

MOST_DOTS = 1500
EDGES = (0.1, 0.3, 1, 3, 10, 20)
"""Steps of a move in points, each about three times the last; beyond the last a move is held by default."""


def scatter(found: Comparison) -> Plot:
    """Each person's candidate score against the published one; outside their band in the accent colour."""
    before, after = found.values("published_score"), found.values("candidate_score")
    is_outside = found.values("is_outside_band") > 0
    chosen = np.unique(np.linspace(0, len(before) - 1, MOST_DOTS).astype(int))
    top = max(float(np.max([before, after], initial=10)) * 1.05, 10)

    def draw(axes: Any) -> None:
        axes.set(xlim=(0, top), ylim=(0, top))
        for value in range(0, int(top) + 1, 10 if top <= 60 else 20):
            axes.axhline(value, color=LINE, linewidth=0.8, zorder=0)
            axes.text(-top * 0.02, value, str(value), color=SOFT, ha="right", va="center")
            axes.text(value, -top * 0.03, str(value), color=SOFT, ha="center", va="top")
        axes.plot([0, top], [0, top], color=SOFT, linewidth=0.9, dashes=(3, 2))
        for is_drawn, color in ((~is_outside, FAINT), (is_outside, ACCENT)):
            dots = [place for place in chosen if is_drawn[place]]
            axes.plot(before[dots], after[dots], "o", color=color, markersize=3, markeredgewidth=0, alpha=0.7)

    label = (
        f"Candidate score against published score of {whole(len(before))} people; "
        f"{whole(is_outside.sum())} lie outside the published band. On the dashed line nobody moves."
    )
    return drawn(draw, 300, label, right=16)


def sizes(found: Comparison) -> Plot:
    """How large the moves are beside those of ordinary nights: the share of people in each step of points."""
    moves, nightly = _shares(np.abs(found.values("move"))), _shares(found.nightly)
    names = [f"<{EDGES[0]:g}", *(f"{edge:g}" for edge in EDGES[:-1]), f"{EDGES[-1]:g}+"]
    top = max(*moves, *nightly, 0.01) * 1.15

    def draw(axes: Any) -> None:
        axes.set(xlim=(-0.6, len(names) - 0.4), ylim=(0, top))
        places = np.arange(len(names))
        axes.bar(places - 0.2, nightly, color=FAINT, width=0.36)
        axes.bar(places + 0.2, moves, color=ACCENT, width=0.36)
        axes.axhline(0, color=SOFT, linewidth=0.8)
        for place, name, share in zip(places, names, moves, strict=True):
            axes.text(place, -top * 0.03, name, color=SOFT, ha="center", va="top")
            axes.text(place + 0.2, share + top * 0.01, f"{share:.0%}", color=INK, ha="center", va="bottom", fontsize=10)

    steps = zip(names, nightly, moves, strict=True)
    words = "; ".join(f"{name} points {usual:.0%} and {moved:.0%}" for name, usual, moved in steps)
    label = f"Share of moves by their size, on ordinary nights and with the candidate: {words}."
    return drawn(draw, 190, label, right=16)


def levels(found: Comparison) -> Plot:
    """Moves against the published score: whether the version moves the high, the low, or everybody alike."""
    before, moves = found.values("published_score"), found.values("move")
    lowest, highest = float(np.min(moves, initial=-1)), float(np.max(moves, initial=1))
    room = (highest - lowest) * 0.06
    right = max(float(np.max(before, initial=10)) * 1.05, 10)
    starts = [start for start in range(0, int(right) + 1, 10) if np.any(_within(before, start))]

    def draw(axes: Any) -> None:
        axes.set(xlim=(0, right), ylim=(lowest - room, highest + room))
        axes.axhline(0, color=SOFT, linewidth=0.9, dashes=(3, 2))
        for start in starts:
            low, middle, high = np.percentile(moves[_within(before, start)], [5, 50, 95])
            axes.plot([start + 5, start + 5], [low, high], color=FAINT, linewidth=9, solid_capstyle="butt")
            axes.plot(start + 5, middle, "o", color=ACCENT, markersize=6)
            axes.text(start + 5, lowest - room * 1.5, f"{start}", color=SOFT, ha="center", va="top")
        ends = (value for value in (lowest, highest) if abs(value) > 2 * room)  # else it would lie on the zero
        for value in (0.0, *ends):
            axes.text(-right * 0.01, value, f"{value:.0f}", color=SOFT, ha="right", va="center")

    medians = (f"from {start} {points(float(np.median(moves[_within(before, start)])))}" for start in starts)
    label = f"Median move by steps of ten published points, with the middle nine tenths: {', '.join(medians)}."
    return drawn(draw, 220, label, right=16)


def _within(before: Floats, start: int) -> Any:
    return (before >= start) & (before < start + 10)


def _shares(moves: Floats) -> list[float]:
    if not len(moves):
        return [0.0] * (len(EDGES) + 1)
    counts = np.bincount(np.digitize(moves, EDGES), minlength=len(EDGES) + 1)
    return [float(count) / len(moves) for count in counts]
