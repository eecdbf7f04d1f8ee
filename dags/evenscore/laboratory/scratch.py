"""Scratch homes: what the laboratory builds in them, neither the warehouse of the nights nor any reader ever sees."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from evenscore.base import atomic_io
from evenscore.base.settings import Settings


@contextlib.contextmanager
def empty_home(settings: Settings, home: Path) -> Iterator[Settings]:
    """The same settings for another home. It may come to hold people's data: it is removed after, and before."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    try:
        yield settings.model_copy(update={"home": home})
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def scratch_home(settings: Settings, home: Path, sees_published: bool = False) -> Iterator[Settings]:
    """Such a home with landing zone and ledger of the real one linked into it, and what readers see where asked."""
    places = settings.places
    places.consent.mkdir(parents=True, exist_ok=True)  # a trial may come before the first night
    with empty_home(settings, home) as own:
        atomic_io.point(own.places.landing, places.landing)
        atomic_io.point(own.places.consent, places.consent)
        atomic_io.point(own.places.erasures, places.erasures)  # whoever was forgotten is nobody here too
        if sees_published:
            atomic_io.point(own.places.published, places.published)
        yield own
