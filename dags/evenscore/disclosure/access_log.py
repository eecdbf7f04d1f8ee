"""The record of what was handed out: who, when, to whom, what for; never what it said."""

import contextlib
import getpass
import json
import os
from collections.abc import Iterator
from typing import Any

from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.consent.keys import hashed, make_key, older_hash, read_keys
from evenscore.consent.suppression import PERSON
from evenscore.publication.purposes import require_allowed
from evenscore.state import runs, truths


def about_person(places: HomePaths, person_id: str) -> str:
    """How the record names a person: by the keyed hash that also outlives an erasure."""
    return f"person {hashed(make_key(places), PERSON, person_id)}"


def records_about(places: HomePaths, person_id: str) -> list[dict[str, Any]]:
    """What was handed out about a person, or refused, in order; older records name them by an older key."""
    names = {about_person(places, person_id)}
    names |= {f"person {older_hash(key, PERSON, person_id)}" for key in read_keys(places)[1:]}
    return [record for record in read_records(places) if record["about"] in names]


@contextlib.contextmanager
def handing_out(places: HomePaths, about: str, recipient: str, purpose: str) -> Iterator[None]:
    """Gather within it what is to be handed out: when that has worked, it is recorded; only then may it be shown.

    Raises UsageError where recipient or purpose is empty, or the purpose is a refused one, which is recorded too.
    """
    if not recipient.strip():
        raise UsageError("--recipient: is empty; say who gets it")
    try:
        require_allowed(purpose)
    except UsageError:
        _append(places, about, recipient, purpose, "refused")
        raise
    yield
    _append(places, about, recipient, purpose, "given")


def _append(places: HomePaths, about: str, recipient: str, purpose: str, outcome: str) -> None:
    row = {"recorded_at": runs.now(), "by": _who(), "about": about, "recipient": recipient, "purpose": purpose}
    truths.append(places, places.exports, json.dumps(row | {"outcome": outcome}, ensure_ascii=False))


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"


def read_records(places: HomePaths) -> list[dict[str, Any]]:
    """Everything that was handed out or refused, in order."""
    return [json.loads(line) for line in places.exports.read_bytes().splitlines()] if places.exports.exists() else []
