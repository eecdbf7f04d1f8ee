"""The plots, as SVG in a light and a dark variant. Only numbers and dates are drawn, never a name."""

import base64
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from evenscore.report.facts import BIN_POINTS, NetworkRows, ScoredNight
from evenscore.report.words import points, short_day, whole

WIDTH = 360
"""In the unit of the font sizes: a phone shows a plot at about this many pixels, so its text keeps its size."""

INK, SOFT, LINE, FAINT, ACCENT = "#1b1f24", "#5a626b", "#d9d6d0", "#b9c6c6", "#0b6b66"
DARK = {INK: "#eceff1", SOFT: "#a3adb6", LINE: "#3a424a", FAINT: "#4c5b5f", ACCENT: "#63cfc4"}

STYLE = {"svg.fonttype": "none", "svg.hashsalt": "evenscore", "font.size": 11, "text.parse_math": False}
FONTS = "font-family: system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


@dataclass(frozen=True)
class Plot:
    """One plot: a data URI for each colour scheme, its size, and a sentence that says what it shows."""

    light: str
    dark: str
    height: int
    label: str
    width: int = WIDTH


def score_plot(nights: tuple[ScoredNight, ...], hold_points: float) -> Plot:
    """The accepted score as a line in its band, and the candidate where it went elsewhere."""
    last = nights[-1]
    edge = last.accepted + (hold_points if last.candidate >= last.accepted else -hold_points)
    top = max(*(max(night.candidate, night.high) for night in nights), edge) * 1.06
    days = range(len(nights))

    def draw(axes: Any) -> None:
        axes.set(xlim=(0, len(nights) - 1), ylim=(0, top))
        _levels(axes, top)
        axes.fill_between(days, [n.low for n in nights], [n.high for n in nights], color=ACCENT, alpha=0.16, linewidth=0)
        axes.axhline(edge, color=SOFT, linewidth=0.8, dashes=(1, 3))
        axes.text(0, edge + top * 0.02, f"held from {points(edge)}", color=SOFT, va="bottom")
        for stretch in _departures(nights):
            axes.plot(stretch, [nights[k].candidate for k in stretch], color=INK, linewidth=1.4, dashes=(3, 2))
        axes.plot(days, [night.accepted for night in nights], color=ACCENT, linewidth=2.2)
        axes.plot(days[-1], last.accepted, "o", color=ACCENT, markersize=5, clip_on=False)
        axes.plot(days[-1], last.candidate, "o", color=INK, markersize=5, markerfacecolor="none", clip_on=False)
        for value, word, color in ((last.candidate, "waits", INK), (last.accepted, "stands", ACCENT)):
            _beside(axes, len(nights) - 1, value, f"{points(value)}\n{word}", color)
        _ends(axes, nights[0].as_of_date, last.as_of_date)

    label = (
        f"Score from {short_day(nights[0].as_of_date)} to {short_day(last.as_of_date)}: {points(last.accepted)} stands, "
        f"and tonight's candidate of {points(last.candidate)} waits; {points(nights[0].accepted)} at the start."
    )
    return _plot(draw, 168, label, right=52)


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
    return _plot(draw, 120, label, right=52)


def histogram(bins: tuple[int, ...]) -> Plot:
    """How many published scores lie in each step of points."""
    top = max(*bins, 1) * 1.14

    def draw(axes: Any) -> None:
        axes.set(xlim=(0, len(bins)), ylim=(0, top))
        axes.bar([position + 0.5 for position in range(len(bins))], bins, color=ACCENT, width=0.86)
        axes.axhline(0, color=SOFT, linewidth=0.8)
        for position in range(0, len(bins) + 1, len(bins) // 5):
            axes.text(position, -top * 0.04, str(position * BIN_POINTS), color=SOFT, ha="center", va="top")
        tallest = bins.index(max(bins))
        axes.text(tallest + 0.5, bins[tallest] + top * 0.02, whole(bins[tallest]), color=INK, ha="center", va="bottom")

    tallest = bins.index(max(bins))
    label = (
        f"Published scores in steps of {BIN_POINTS} points from 0 to 100; most, {whole(max(bins))}, "
        f"lie between {tallest * BIN_POINTS} and {(tallest + 1) * BIN_POINTS}."
    )
    return _plot(draw, 150, label, right=10)


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


def _levels(axes: Any, top: float) -> None:
    step = next(step for step in (5, 10, 20, 25, 50) if top / step <= 5)
    for value in range(0, int(top) + 1, step):
        axes.axhline(value, color=LINE, linewidth=0.8, zorder=0)
        axes.annotate(str(value), (0, value), (-6, 0), textcoords="offset points", color=SOFT, ha="right", va="center")


def _beside(axes: Any, position: float, value: float, text: str, color: str) -> None:
    axes.annotate(text, (position, value), (8, 0), textcoords="offset points", color=color, va="center", linespacing=1.15)


def _ends(axes: Any, first: date, last: date) -> None:
    for position, align, text in ((0, "left", short_day(first)), (1, "right", short_day(last))):
        axes.annotate(
            text, (position, 0), (0, -7), xycoords="axes fraction", textcoords="offset points", color=SOFT, ha=align, va="top"
        )


def _plot(draw: Callable[[Any], None], height: int, label: str, right: int) -> Plot:
    matplotlib, figure_class = _matplotlib()
    with matplotlib.rc_context(STYLE):
        figure = figure_class(figsize=(WIDTH / 72, height / 72))
        left, bottom, above = 26, 24, 8
        axes = figure.add_axes((left / WIDTH, bottom / height, 1 - (left + right) / WIDTH, 1 - (bottom + above) / height))
        axes.set_axis_off()
        draw(axes)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata=NO_METADATA, transparent=True)
    light = _trimmed(written.getvalue())
    dark = re.sub("|".join(DARK), lambda found: DARK[found[0]], light)
    return Plot(_data_uri(light), _data_uri(dark), height, label)


def _trimmed(svg: str) -> str:
    """The drawing alone, with a tenth of a unit as its finest step and the page's own fonts."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"font-family: [^;\"]+", FONTS, svg)
    svg = re.sub(r"(\d\.\d)\d+", r"\1", svg)
    return re.sub(r"\s*\n\s*", " ", svg)


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _matplotlib() -> tuple[Any, Any]:
    """matplotlib and its Figure, imported late because it takes a second, and leaving no cache in the user's home."""
    with _scratch_folder():
        import matplotlib
        from matplotlib.backends import backend_svg  # noqa: F401  (savefig would import it, and its fonts, later)
        from matplotlib.figure import Figure
    return matplotlib, Figure


@contextmanager
def _scratch_folder() -> Iterator[None]:
    if "MPLCONFIGDIR" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MPLCONFIGDIR"] = folder
        try:
            yield
        finally:
            del os.environ["MPLCONFIGDIR"]
