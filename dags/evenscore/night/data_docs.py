"""A night's checks as Great Expectations' own pages, for those who know them.

They take their scripts and styles from the internet, and show no reason for an expectation: our report is the one to
read. What is judged while publishing has no rows afterwards, so that suite has no page.
"""

import html
from pathlib import Path
from typing import Any

from evenscore.base import atomic_io, warehouse
from evenscore.base.settings import Settings
from evenscore.checks.judge import validate
from evenscore.checks.kept_rows import rows_of
from evenscore.checks.personal_data import examine
from evenscore.checks.suites import load_suites
from evenscore.state import laid_out_run
from evenscore.state.runs import Night

DOCUMENTED = ("landing", "features", "scores")


def write_data_docs(settings: Settings, night: Night) -> Path:
    """Judge the night again, as it lies in the warehouse, and write a page a suite. Returns their folder.

    Raises EvenscoreError when the warehouse holds another run.
    """
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    folder = settings.places.data_docs(night.as_of_date)
    with warehouse.connect(settings.places) as con:
        laid_out_run.require_run(con, night)
        examine(con)  # some suites read the temp table that it lays out
        for suite in (suite for stage in DOCUMENTED for suite in load_suites(stage, settings.checks)):
            outcome = validate(suite, rows_of(suite, settings.places, con).map(_harmless))
            page = DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(outcome))
            atomic_io.write_bytes(folder / f"{suite.name}.html", page.encode())
    return folder


def _harmless(value: Any) -> Any:
    """Great Expectations puts what it shows into its pages as it stands."""
    return html.escape(value) if isinstance(value, str) else value
