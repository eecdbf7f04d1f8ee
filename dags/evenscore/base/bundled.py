"""Where the dbt project and the expectation suites are: inside the package that was installed, else in the checkout.

The wheel carries both below `evenscore/`. In a checkout they lie beside `dags/`. Nothing is written to either.
"""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
NAMES = ("dbt_project", "expectations")

IS_CHECKOUT = not any((PACKAGE / name).is_dir() for name in NAMES)
"""Whether the package runs from a checkout. A wheel that has lost one of the two folders is still a wheel."""

ROOT = PACKAGE.parents[1] if IS_CHECKOUT else PACKAGE
DBT_PROJECT, EXPECTATIONS = (ROOT / name for name in NAMES)
