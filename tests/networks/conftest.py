"""What the tests of networks share."""

import pytest

from evenscore.base import atomic_io


@pytest.fixture
def without_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weather is no power cut: nothing is forced to the disk, or most of the time would go there."""
    monkeypatch.setattr(atomic_io, "sync", lambda path: None)
