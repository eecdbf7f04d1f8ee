"""The page of an evaluation: findings first, then plots, then every figure; no script, no request to anywhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from evenscore.laboratory.evaluation.findings import figure, findings
from evenscore.laboratory.evaluation.plots import Row, lines_plot, ranges_plot
from evenscore.report.drawing import Plot
from evenscore.report.page import rendered
from evenscore.state.evaluations import Measure

HERE = Path(__file__).parent

SERIES = {"": "the score", "_of_persistence": "persistence", "_of_event_count": "events", "_of_pagerank": "PageRank"}


class Picture(NamedTuple):
    """A plot under its title, with what to look for."""

    title: str
    says: str
    plot: Plot


def render(run_id: str, about: Mapping[str, Any], measures: list[Measure]) -> bytes:
    """The page's bytes; they depend on nothing but the figures."""
    return rendered(
        HERE / "evaluation.html.j2",
        run_id=run_id,
        about=about,
        findings=findings(measures),
        pictures=[*_foresight(measures), *_ranges(measures)],
        measures=[measure for measure in measures if measure.is_summary],
        figure=figure,
    )


def _foresight(measures: list[Measure]) -> list[Picture]:
    titles = {
        "spearman": ("Foresight", "Rank correlation with the distinct engagers of the next 28 days, at each cut-off."),
        "ndcg_100": ("The top hundred", "NDCG@100 of the same, at each cut-off."),
    }
    found = []
    for name, (title, says) in titles.items():
        at = {
            label: [m for m in measures if m.measure == f"{name}{end}" and m.cut_off] for end, label in SERIES.items()
        }
        days = [measure.cut_off for measure in at["the score"] if measure.cut_off]
        if days:
            series = {label: [m.value for m in figures] for label, figures in at.items()}
            found.append(Picture(title, says, lines_plot(days, series)))
    return found


RANGES = (
    ("Points that can be bought", "points_gained_by_", "points", "an event count gives", None),
    ("Moves from night to night", "nightly_move_", "points", "persistence", None),
    ("HomePaths lost with events", "rank_loss_", "share of all places", "persistence", None),
    ("Band coverage", "band_coverage_", "share inside", "nominal", (0.85, 0.95)),
)


def _ranges(measures: list[Measure]) -> list[Picture]:
    found = []
    for title, start, unit, baseline, zone in RANGES:
        rows = [
            _row(measure, start) for measure in measures if measure.measure.startswith(start) and not _is_rival(measure)
        ]
        if rows:
            says = f"Dot: the mean, on its spread, in {unit}. Ring: {baseline}."
            found.append(Picture(title, says, ranges_plot(rows, unit, baseline, zone)))
    return found


def _is_rival(measure: Measure) -> bool:
    return any(measure.measure.endswith(end) for end in SERIES if end)


def _row(measure: Measure, start: str) -> Row:
    label = measure.measure.removeprefix(start).removeprefix("of_").replace("_", " ")
    return Row(label, measure.value, measure.low, measure.high, measure.baseline)
