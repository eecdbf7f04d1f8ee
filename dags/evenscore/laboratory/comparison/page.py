"""One self-contained page a comparison: no script, no request to anywhere, the same bytes for the same facts."""

from pathlib import Path
from typing import Any

from evenscore.laboratory.comparison import plots, wording
from evenscore.laboratory.comparison.moves import Comparison
from evenscore.report.page import rendered

MOST_ROWS = 200
"""How many people the page lists; the tables beside it have all."""


def render(found: Comparison, facts: dict[str, Any]) -> bytes:
    """The page's bytes."""
    drawings = (plots.scatter(found), plots.sizes(found), plots.levels(found)) if facts["compared"] else ()
    return rendered(
        Path(__file__).with_name("comparison.html.j2"),
        facts=facts,
        found=found,
        people=found.compared.slice(0, MOST_ROWS).to_pylist(),
        drawings=drawings,
        wording=wording,
    )
