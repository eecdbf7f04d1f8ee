"""Nights cost seconds, so tests share them: what is shared is only read, what is to be spoilt is copied first."""

from pathlib import Path

import pytest
from stepping import EPOCH, NIGHTS, Stepped, jumping_village
from village import LAST, copied, run_unread

from evenscore.base.settings import Settings
from evenscore.night import steps
from evenscore.state.runs import Night


@pytest.fixture(scope="session")
def stepped(tmp_path_factory: pytest.TempPathFactory) -> Stepped:
    village = jumping_village(tmp_path_factory.mktemp("stepped") / "village")
    settings = village.settings(village.folder.parent / "home")
    return Stepped(village, settings, [steps.run_night(settings, day) for day in NIGHTS])


@pytest.fixture
def spoilt(stepped: Stepped, tmp_path: Path) -> Settings:
    """The three nights in a home of their own."""
    return copied(stepped.settings, tmp_path / "home")


@pytest.fixture(scope="session")
def checked(stepped: Stepped, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Night]:
    """The first two nights published, and the third once more up to its check: ready to be published."""
    settings = copied(stepped.settings, tmp_path_factory.mktemp("checked") / "home")
    settings.places.current.unlink()
    before_last = settings.places.published_run(stepped.nights[-2].run_id)
    settings.places.current.symlink_to(before_last.relative_to(settings.places.published))
    night = Night.of(LAST, "checked")
    steps.build_all(settings, night)
    steps.check(settings, night)
    return settings, night


@pytest.fixture
def ready(checked: tuple[Settings, Night], tmp_path: Path) -> tuple[Settings, Night]:
    """A checked night in a home of its own."""
    settings, night = checked
    return copied(settings, tmp_path / "home"), night


@pytest.fixture(scope="session")
def landed_at_once(stepped: Stepped, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The last night alone, at a fixed time of day: everything before it lands in one go and was never published."""
    settings = stepped.village.settings(tmp_path_factory.mktemp("once") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        run_unread(settings, LAST, "once")
    return settings
