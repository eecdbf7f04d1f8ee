"""The dbt project and the expectation suites: inside the package that was installed, else in the checkout.

The wheel carries both below `evenscore/`. In a checkout they lie beside `dags/`. Nothing is written to either.
"""

import csv
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
NAMES = ("dbt_project", "expectations")

IS_CHECKOUT = not any((PACKAGE / name).is_dir() for name in NAMES)
"""Whether the package runs from a checkout. A wheel that has lost one of the two folders is still a wheel."""

ROOT = PACKAGE.parents[1] if IS_CHECKOUT else PACKAGE
DBT_PROJECT, EXPECTATIONS = (ROOT / name for name in NAMES)


def project_files(project: Path) -> list[Path]:
    """Every file of a dbt project, in order."""
    return [path for path in sorted(project.rglob("*")) if path.is_file()]


def thresholds() -> dict[str, float]:
    """The jump gate's constants by name, as its seed has them."""
    return _constants("gate_constants")


def scale(version: int) -> dict[str, float]:
    """A scoring version's constants by name, as its seed has them."""
    return _constants(f"scale_v{version}")


@cache
def _constants(seed: str) -> dict[str, float]:
    with (DBT_PROJECT / "seeds" / f"{seed}.csv").open(newline="", encoding="utf-8") as handle:
        return {row["constant"]: float(row["value"]) for row in csv.DictReader(handle)}
