"""What every test may ask for."""

from pathlib import Path

import pytest

from evenscore import durable
from home import Home

durable.keep_private()  # as every verb and every DAG does


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
