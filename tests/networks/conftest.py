"""What the tests of networks share."""

import pytest

from evenscore.base import atomic_io


@pytest.fixture(autouse=True)
def without_authorities(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """On loopback nobody vouches for a host, and to read the list of who may takes as long as a short pull."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path_factory.getbasetemp()))


@pytest.fixture
def without_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weather is no power cut: nothing is forced to the disk, or most of the time would go there."""
    monkeypatch.setattr(atomic_io, "sync", lambda path: None)
