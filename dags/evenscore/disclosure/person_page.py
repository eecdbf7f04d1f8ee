"""The readable page of a person's export: no script, no request to anywhere."""

from pathlib import Path
from typing import Any

from evenscore.report.page import rendered

MOST_ROWS = 100
"""How many rows of a table the page shows; the JSON has all."""


def render(found: dict[str, Any]) -> bytes:
    """The page's bytes."""
    tables = [("The consent ledger", found["ledger"])]
    tables += [(f"Published: {name}", table["rows"]) for name, table in found["published"].items()]
    tables += [(f"Landed: {name}", rows) for name, rows in found["landing"].items()]
    tables += [("Reviewers' decisions", found["decisions"]), ("Handed out before", found["exports"])]
    tables += [(f"Warehouse: {name}", _listed(rows)) for name, rows in found["warehouse"].items()]
    return rendered(Path(__file__).with_name("person.html.j2"), found=found, tables=tables, most=MOST_ROWS)


def _listed(rows: list[dict[str, Any]] | dict[str, int]) -> list[dict[str, Any]]:
    return rows if isinstance(rows, list) else [rows]
