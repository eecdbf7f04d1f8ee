"""Kept evaluations: what each measured, and the published table `evaluation` that holds all of them."""

import math
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import duckdb

from evenscore.base import atomic_io
from evenscore.base.paths import HomePaths


@dataclass(frozen=True)
class Measure:
    """One figure with its spread, beside the same figure of a simpler ranking measured in the same run."""

    measure: str
    cut_off: date | None
    """The night that it is about; None where it is about all of them."""
    value: float
    low: float = math.nan
    high: float = math.nan
    baseline: float = math.nan
    baseline_name: str = ""
    unit: str = ""
    spread_over: str = ""
    sample_count: int = 0
    is_summary: bool = True
    """Whether the figure stands for itself, or is one of several that another sums up."""


EVALUATION = {
    "run_id": ("varchar", "The evaluation."),
    "measure": ("varchar", "What was measured; what a simpler ranking reaches is measured as ..._of_<ranking>."),
    "cut_off": ("date", "The night that the figure is about; null where it sums up several."),
    "value": ("double", "The figure: a mean where it sums up several."),
    "low": ("double", "The least of the figures that it sums up, or the lower end of their 90 % interval."),
    "high": ("double", "The greatest of them, or the upper end."),
    "baseline": ("double", "The same figure of a simpler ranking, measured in the same run."),
    "baseline_name": ("varchar", "That ranking."),
    "unit": ("varchar", "What the figure is counted in."),
    "spread_over": ("varchar", "What low and high are taken over."),
    "sample_count": ("bigint", "How many of those there were."),
    "scoring_version": ("integer", "The scoring version that was measured."),
    "is_everybody_granted": ("boolean", "Whether all accounts were scored, or only those of people who consent."),
    "is_summary": ("boolean", "Whether the figure stands for itself, or is one of several that another sums up."),
    "seed": ("bigint", "What the random draws started from."),
}
COMMENT = (
    "How well the scores do, measured by evenscore evaluate; see docs/evaluation.md. One row a (run, measure, cut-off)."
)
FILE = "evaluation.json"


def keep(places: HomePaths, run_id: str, about: dict[str, Any], measures: list[Measure]) -> None:
    """Keep one evaluation below the home folder."""
    kept = {"run_id": run_id, "about": about, "measures": as_plain(measures)}
    atomic_io.write_json(places.evaluation(run_id) / FILE, kept)


def as_plain(measures: list[Measure]) -> list[dict[str, Any]]:
    """The figures for JSON, which has no word for what is not a number."""
    return [{name: None if value != value else value for name, value in asdict(found).items()} for found in measures]


def kept_rows(places: HomePaths) -> list[list[Any]]:
    """The rows of the table `evaluation`, of all kept evaluations in order."""
    rows = []
    for path in sorted(places.evaluations.glob(f"*/{FILE}")):
        kept = atomic_io.read_json(path)
        for measure in kept["measures"]:
            known = {"run_id": kept["run_id"], **kept["about"], **measure}
            rows.append([known.get(name) for name in EVALUATION])
    return rows


def write_evaluation(con: duckdb.DuckDBPyConnection, places: HomePaths, database: str) -> None:
    """Write the table `evaluation` of an attached database anew, from what is kept."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in EVALUATION.items())
    con.execute(f"create or replace table {database}.evaluation ({columns})")
    con.execute(f"comment on table {database}.evaluation is '{COMMENT}'")
    for name, (_, description) in EVALUATION.items():
        con.execute(f"comment on column {database}.evaluation.{name} is '{description}'")
    if rows := kept_rows(places):
        con.executemany(f"insert into {database}.evaluation values ({', '.join('?' * len(EVALUATION))})", rows)
