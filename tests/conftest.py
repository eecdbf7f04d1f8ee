"""What every test may ask for."""

from pathlib import Path

import pytest

from home import Home


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
