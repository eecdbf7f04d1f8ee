"""Whom a scheduler's own database and logs may still name: noted in plain until somebody has looked there too.

evenscore knows nothing of schedulers. It knows that one has run nights here, and leaves a note of each erasure for it.
"""

from dataclasses import asdict
from typing import Any

from evenscore.base import atomic_io
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.names.identifier_matcher import ErasureSubject, IdentifierMatcher

HOW = "`python -m evenscore_airflow.erasure` where Airflow's own settings are known, or the DAG forget_people"
"""How the note is worked off."""


def note(places: HomePaths, subjects: list[ErasureSubject], shared: list[ErasureSubject]) -> bool:
    """Leave a note of those who are forgotten, where a scheduler has run nights. Returns whether it did."""
    if not places.scheduled.exists():
        return False
    known = _read(places)
    for kind, ones in (("subjects", subjects), ("shared", shared)):
        known[kind] += [plain for one in ones if (plain := _plain(one)) not in known[kind]]
    places.erasures.mkdir(parents=True, exist_ok=True, mode=0o700)
    atomic_io.write_json(places.erasure_elsewhere, known)
    places.erasure_elsewhere.chmod(0o600)
    return True


def due(settings: Settings) -> IdentifierMatcher | None:
    """What finds those who are noted; None where nobody is."""
    if not settings.places.erasure_elsewhere.exists():
        return None
    known = _read(settings.places)
    subjects, shared = ([ErasureSubject(**_tuples(row)) for row in known[kind]] for kind in ("subjects", "shared"))
    return IdentifierMatcher(subjects, shared=shared, ids=settings.account_ids)


def done(places: HomePaths) -> None:
    """Nobody is named there any more: the note goes."""
    places.erasure_elsewhere.unlink(missing_ok=True)


def _read(places: HomePaths) -> dict[str, list[Any]]:
    path = places.erasure_elsewhere
    found: dict[str, list[Any]] = atomic_io.read_json(path) if path.exists() else {"subjects": [], "shared": []}
    return found


def _plain(one: ErasureSubject) -> dict[str, Any]:
    return {**asdict(one), "names": list(one.names), "stable_ids": list(one.stable_ids)}


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "names": tuple(row["names"]), "stable_ids": tuple(row["stable_ids"])}
