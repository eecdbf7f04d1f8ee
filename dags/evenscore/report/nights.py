"""One line a night, for the index: from what is published, from runs that published nothing since, and the pages."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb

from evenscore.base import databases
from evenscore.base.errors import EvenscoreError
from evenscore.base.paths import HomePaths
from evenscore.base.warehouse import attach_published
from evenscore.checks.judge import results_of
from evenscore.publication import run_tables
from evenscore.state import runs

RUNS = """
    select runs.as_of_date, started_at, run_id, outcome, rows_per_stage['scored'], rows_per_stage['held'], failed_count,
        rows_per_stage['published']
    from published.runs
    left join (
        select run_id, count_if(not success) as failed_count from published.data_quality group by all
    ) using (run_id)
    where outcome <> 'unfinished'
"""
NEW_HOLDS = """
    select as_of_date, count_if(episode_date = as_of_date) from published.score_jumps group by all
"""
INCIDENTS = """
    select as_of_date, count(*) from published.incident_nights group by all
"""


@dataclass(frozen=True)
class NightRow:
    """The latest run of a night; a count is None where that run did not get so far."""

    as_of_date: date
    started_at: str = ""
    run_id: str = ""
    outcome: str = ""
    """Empty where a page is all that is left of the night."""
    scored: int | None = None
    held: int | None = None
    failed: int | None = None
    """Expectations that were not met."""
    asked: int | None = None
    """Holds that began on this night, where it was published."""
    incidents: int | None = None
    """Incidents that stood open or ended on this night, where it was published."""
    has_page: bool = False
    published: int | None = None
    """New scores that readers see since."""

    @property
    def said(self) -> str:
        """The outcome in a word or two: a night that went through without a new score has published nothing new."""
        return "nothing new" if self.outcome == "published" and self.published == 0 else self.outcome


def read_nights(places: HomePaths) -> tuple[NightRow, ...]:
    """Every night that has a run or a page, the newest first."""
    published, asked, incidents = _published(places)
    known = {row.run_id for row in published}
    latest: dict[date, NightRow] = {}
    for row in sorted([*published, *_since(places, known)], key=lambda row: (row.started_at, row.run_id)):
        latest[row.as_of_date] = row
    pages = set(pages_of(places))
    return tuple(
        replace(
            latest.get(day, NightRow(day)), asked=asked.get(day), incidents=incidents.get(day), has_page=day in pages
        )
        for day in sorted(latest.keys() | pages, reverse=True)
    )


def pages_of(places: HomePaths) -> list[date]:
    """The nights that have a page, in order."""
    return [date.fromisoformat(path.stem) for path in places.night_pages]


def neighbours(days: Iterable[date], day: date) -> tuple[date | None, date | None]:
    """The nearest day before and the nearest day after; None where there is none."""
    listed = list(days)
    before, after = [other for other in listed if other < day], [other for other in listed if other > day]
    return max(before, default=None), min(after, default=None)


def _published(places: HomePaths) -> tuple[list[NightRow], dict[date, int], dict[date, int]]:
    """What readers can see of all nights; nothing where that cannot be read, for the runs' folders tell the most."""
    try:
        with databases.connect() as con:
            if not attach_published(con, places, "published"):
                return [], {}, {}
            rows = [_row(*values) for values in con.execute(RUNS).fetchall()]
            nights = {row.as_of_date: 0 for row in rows if row.outcome == "published"}
            asked = nights | dict(con.execute(NEW_HOLDS).fetchall())
            return rows, asked, nights | dict(con.execute(INCIDENTS).fetchall())
    except (EvenscoreError, duckdb.Error):
        return [], {}, {}


def _row(day: date, started_at: Any, *values: Any) -> NightRow:
    *counts, published = values
    return replace(NightRow(day, f"{started_at:%Y-%m-%dT%H:%M:%S.%f}", *counts), published=published)


def _since(places: HomePaths, known: set[str]) -> Iterable[NightRow]:
    """Runs that the published tables do not know: they have published nothing, or not yet."""
    for folder in places.runs.glob("*/"):
        records = [] if folder.name in known else runs.stages(places, folder.name)
        if records:
            counts = run_tables.row_counts(records)
            yield NightRow(
                date.fromisoformat(folder.name[:10]),
                records[0]["started_at"][:26],
                folder.name,
                run_tables.outcome(records),
                counts.get("scored"),
                counts.get("held"),
                sum(not result.success for result in results_of(places, folder.name)),
                published=counts.get("published"),
            )
