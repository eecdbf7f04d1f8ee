"""A scratch home: it reads what has landed and what was published, builds a warehouse of its own, and is gone after."""

import contextlib
import shutil
from collections.abc import Iterator

from evenscore.base import atomic_io
from evenscore.base.settings import Settings
from evenscore.consent.ledger import share_ledger


@contextlib.contextmanager
def scratch_home(settings: Settings) -> Iterator[Settings]:
    """The same settings for a home below this one, with landing zone, published nights and ledger linked into it.

    Neither the warehouse of the nights nor what readers see is written.
    """
    places = settings.places
    scratch = settings.model_copy(update={"home": places.comparison_scratch})
    shutil.rmtree(scratch.home, ignore_errors=True)
    scratch.home.mkdir(parents=True)
    atomic_io.point(scratch.places.landing, places.landing)
    atomic_io.point(scratch.places.published, places.published)
    share_ledger(places, scratch.places)
    atomic_io.point(scratch.places.erasures, places.erasures)  # whoever was forgotten is nobody here too
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch.home, ignore_errors=True)
