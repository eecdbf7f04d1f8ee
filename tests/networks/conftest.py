"""What the tests of networks share."""

import copy
from pathlib import Path

import pytest

from evenscore.base import atomic_io
from evenscore.consent import entries, importing


@pytest.fixture(autouse=True)
def without_authorities(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """On loopback nobody vouches for a host, and to read the list of who may takes as long as a short pull."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path_factory.getbasetemp()))


@pytest.fixture
def without_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weather is no power cut: nothing is forced to the disk, or most of the time would go there."""
    monkeypatch.setattr(atomic_io, "sync", lambda path: None)


JUDGED: dict[bytes, entries.Decisions] = {}
"""The decisions of each ledger that a test has had read, by the bytes of its file."""


@pytest.fixture(autouse=True)
def ledgers_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same few people stand in nearly every test, and to judge that file takes as long as a short pull."""

    def read(path: Path) -> entries.Decisions:
        said = path.read_bytes()
        if said not in JUDGED:
            JUDGED[said] = entries.read_decisions(path)
        return copy.deepcopy(JUDGED[said])

    monkeypatch.setattr(importing, "read_decisions", read)
