"""What every test may ask for, which tests share a process, and which answer at once."""

from pathlib import Path

import pytest

from evenscore import durable
from home import Home

durable.keep_private()  # as every verb and every DAG does

TESTS = Path(__file__).parent

SHARED = ("stepped", "lived", "evaluated", "silent", "airflow_home")
"""Fixtures of a session that take long to build: the tests that read one run in one process, longest first."""

LONG = ("pipeline", "forgetting", "dbt")
"""The folders whose tests build nights: they are handed out first, so that no process waits for another at the end."""

QUICK = ("cli", "connectors", "landing", "reviews", "scoring")
"""The folders whose tests build no night."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests by what they share, long ones first, and mark as quick what builds nothing."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
        if _folder(item) in QUICK and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.quick)
    items.sort(key=_rank)


def _group(item: pytest.Item) -> str:
    """A fixture that takes long to build, if the test reads one, and the test's file otherwise."""
    read = [name for name in SHARED if name in getattr(item, "fixturenames", ())]
    return read[0] if read else str(item.path.relative_to(TESTS))


def _rank(item: pytest.Item) -> tuple[int, int]:
    group = _group(item)
    shared = SHARED.index(group) if group in SHARED else len(SHARED)
    return shared, LONG.index(_folder(item)) if _folder(item) in LONG else len(LONG)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real sample data, which stays outside the repository."""
    root = Path(__file__).parents[2] / "shared" / "data"
    if not root.is_dir():
        pytest.skip(f"no sample data at {root}")
    return root


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A configured home with an empty source."""
    return Home(tmp_path)
