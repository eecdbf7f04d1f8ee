"""Two nights of the village in which somebody leaves; they cost seconds, so what is to be spoilt is copied first."""

from pathlib import Path

import pytest
from leaving import EVE, Left, plant, the_village
from village import LAST, copied

from evenscore.night import steps


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Two nights, and what else may lie below a home folder."""
    folder = tmp_path_factory.mktemp("leaving")
    village = the_village(folder / "village")
    settings = village.settings(folder / "home")
    for day in (EVE, LAST):
        steps.run_night(settings, day)
    plant(settings.places)
    return Left(village, settings)


@pytest.fixture
def left(lived: Left, tmp_path: Path) -> Left:
    """The same in a home of its own."""
    return Left(lived.village, copied(lived.settings, tmp_path / "home"))
