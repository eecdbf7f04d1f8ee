"""From a drawing function to a plot: SVG in a light and a dark variant, the same bytes for the same numbers."""

import base64
import io
import os
import re
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from evenscore.report.words import short_day

WIDTH = 360
"""In the unit of the font sizes: a phone shows a plot at about this many pixels, so its text keeps its size."""

INK, SOFT, LINE, FAINT, ACCENT = "#1b1f24", "#5a626b", "#d9d6d0", "#b9c6c6", "#0b6b66"
DARK = {INK: "#eceff1", SOFT: "#a3adb6", LINE: "#3a424a", FAINT: "#4c5b5f", ACCENT: "#63cfc4"}

STYLE = {"svg.fonttype": "none", "svg.hashsalt": "evenscore", "font.size": 12, "text.parse_math": False}
FONTS = "font-family: system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))

_kept_in: deque[Path] = deque(maxlen=1)


@dataclass(frozen=True)
class Plot:
    """One plot: a data URI for each colour scheme, its size, and a sentence that says what it shows."""

    light: str
    dark: str
    height: int
    label: str
    width: int = WIDTH


def drawn(draw: Callable[[Any], None], height: int, label: str, right: int) -> Plot:
    """A plot of what `draw` puts on its axes; `right` leaves room beside them for words."""
    matplotlib, figure_class = _matplotlib()
    with matplotlib.rc_context(STYLE):
        figure = figure_class(figsize=(WIDTH / 72, height / 72))
        left, bottom, above = 26, 24, 8
        wide, high = WIDTH - left - right, height - bottom - above
        axes = figure.add_axes((left / WIDTH, bottom / height, wide / WIDTH, high / height))
        axes.set_axis_off()
        draw(axes)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata=NO_METADATA, transparent=True)
    light = _trimmed(written.getvalue())
    dark = re.sub("|".join(DARK), lambda found: DARK[found[0]], light)
    return Plot(_data_uri(light), _data_uri(dark), height, label)


def note(axes: Any, text: str, at: tuple[float, float], off: tuple[float, float], **style: Any) -> None:
    """Words at a point, moved off it by so many units of the page rather than of the data."""
    axes.annotate(text, at, off, textcoords="offset points", **style)


def beside(axes: Any, position: float, value: float, text: str, color: str) -> None:
    """Words to the right of a point."""
    note(axes, text, (position, value), (8, 0), color=color, va="center", linespacing=1.15)


def ends(axes: Any, first: date, last: date) -> None:
    """The first and the last day, below the two ends of the axis."""
    for position, align, text in ((0, "left", short_day(first)), (1, "right", short_day(last))):
        note(axes, text, (position, 0), (0, -7), xycoords="axes fraction", color=SOFT, ha=align, va="top")


def _trimmed(svg: str) -> str:
    """The drawing alone, with a tenth of a unit as its finest step and the page's own fonts."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"font-family: [^;\"]+", FONTS, svg)
    svg = re.sub(r"(\d\.\d)\d{2,}", r"\1", svg)
    return re.sub(r"\s*\n\s*", " ", svg)


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def keep_fonts_in(folder: Path) -> None:
    """Where matplotlib, not loaded yet, keeps its list of fonts: to make it anew takes a third of a second."""
    _kept_in.append(folder)


@cache
def _matplotlib() -> tuple[Any, Any]:
    """matplotlib and its Figure, imported late because it takes a second, and leaving no cache in the user's home."""
    with _folder_of_its_own():
        import matplotlib
        from matplotlib.backends import backend_svg  # noqa: F401  (savefig would import it, and its fonts, later)
        from matplotlib.figure import Figure
    return matplotlib, Figure


@contextmanager
def _folder_of_its_own() -> Iterator[None]:
    if "MPLCONFIGDIR" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["MPLCONFIGDIR"] = str(_kept_in[-1] if _kept_in else scratch)
        try:
            yield
        finally:
            del os.environ["MPLCONFIGDIR"]
