"""An erasure from end to end: an intent first, then place by place, each file once; killed at any point, it goes on.

Every step may be done again. The suppression list comes first, so that from then on nobody is taken in again, and the
intent goes last: while it is there, the next night or the next erasure carries on.
"""

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from evenscore.base import atomic_io
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.consent import ledger
from evenscore.consent.keys import make_key
from evenscore.consent.ledger import read_suppressed
from evenscore.consent.suppression import Suppressed, move_in, suppress
from evenscore.erasure import elsewhere, landed, other_files, published_runs, raw_pages, scope
from evenscore.erasure.scope import Erasure
from evenscore.intake import landed_names
from evenscore.landing_zone.deliveries import forget_names
from evenscore.names.identifier_matcher import Account, IdentifierMatcher
from evenscore.state import runs, truths


@dataclass
class Forgotten:
    """What an erasure took away; the counts name nobody."""

    people: int = 0
    accounts: int = 0
    landed_rows: int = 0
    runs_rewritten: int = 0
    files_changed: int = 0
    kept_accounts: tuple[str, ...] = ()
    """Accounts that stay, because somebody else has a standing grant on them."""
    is_noted_elsewhere: bool = False
    """Whether a scheduler's own database and logs are still to be looked through."""
    inputs: tuple[str, ...] = ()
    """Where the input files and the ledger are: they are not evenscore's to rewrite."""


def forget(
    settings: Settings, people: Iterable[str], by: str, why: str = "", accounts: Iterable[Account] = ()
) -> Forgotten:
    """Forget people with all their accounts, and further accounts by name; their past is gone when this returns.

    Where an erasure of all of them had begun, it is finished, and told.
    Raises UsageError for a person whom the ledger does not know, BusyError while another run works in the home.
    """
    with runs.only_one(settings.places):
        finished = _prepare(settings)
        if finished and not accounts:
            begun, found = finished
            people = set(people) - {one.person_id for one in begun.subjects}
            if not people:
                return found
        subjects = scope.asked_by_hand(settings, people, accounts, scope.now())
        return _carry_out(settings, Erasure(scope.with_names(settings, subjects), by, why))


def forget_due(settings: Settings, by: str) -> Forgotten:
    """Forget everybody whose erasure the ledger asks for and that has not been carried out yet, all at once.

    Where nobody is left once what had begun is finished, that is told.
    """
    with runs.only_one(settings.places):
        finished = _prepare(settings)
        subjects = scope.asked_by_ledger(settings, read_suppressed(settings))
        if not subjects:
            return finished[1] if finished else Forgotten()
        return _carry_out(settings, Erasure(scope.with_names(settings, subjects), by, "asked for in the ledger"))


def _prepare(settings: Settings) -> tuple[Erasure, Forgotten] | None:
    """Bring an older home's two lists together and finish what was interrupted; then raise LostTruth unless all that is
    only ever added to is there. Returns what was finished. The caller holds the home folder."""
    move_in(settings)
    finished = _resume(settings)
    truths.require_whole(settings.places)
    return finished


def _resume(settings: Settings) -> tuple[Erasure, Forgotten] | None:
    path = settings.places.erasure_intent
    if not path.exists():
        return None
    erasure = Erasure.from_plain(atomic_io.read_json(path))
    return erasure, _carry_out(settings, erasure)


def keep_out(settings: Settings) -> None:
    """Before a night: finish what was interrupted, and take out what a restore or a roll-back brought back."""
    _prepare(settings)
    landed_names.settle(settings)  # what was restored may be older than the normal form of names
    suppressed = read_suppressed(settings)
    if suppressed is None:
        return
    places, known = settings.places, landed.read_clean(settings.places)
    _, clean = landed.purge(places, suppressed, known)
    published = published_runs.keep_out_of_readers_sight(places, suppressed, known)
    landed.write_clean(places, clean | ({published} if published else set()))


def _carry_out(settings: Settings, erasure: Erasure) -> Forgotten:
    places = settings.places
    landed_names.settle(settings)
    _write_intent(places, erasure)
    subjects, shared = scope.not_of_others(settings, erasure.subjects)
    matcher = IdentifierMatcher(subjects, shared=shared, ids=settings.account_ids)
    known = landed.read_clean(places)
    suppress(places, scope.entries(Suppressed(make_key(places), settings.account_ids), subjects, shared))
    found = Forgotten(
        len(matcher.people), len(subjects), kept_accounts=tuple(f"{a.network}:{a.account_id}" for a in shared)
    )
    found.is_noted_elsewhere = elsewhere.note(places, subjects, shared)
    for step in STEPS:
        step(settings, matcher, known, found)
    found.inputs = _inputs(settings)
    _note(places, erasure, found)
    truths.remove(places, places.erasure_intent)
    return found


def _write_intent(places: HomePaths, erasure: Erasure) -> None:
    with atomic_io.disk_errors(places.erasure_intent):
        places.erasures.mkdir(parents=True, exist_ok=True, mode=0o700)
    truths.write_json(places, places.erasure_intent, erasure.as_plain())
    places.erasure_intent.chmod(0o600)


def _from_landing(settings: Settings, matcher: IdentifierMatcher, known: set[str], found: Forgotten) -> None:
    suppressed = read_suppressed(settings)
    assert suppressed is not None  # it was written a moment ago
    found.landed_rows, clean = landed.purge(settings.places, suppressed, known, matcher)
    forget_names(settings.places, matcher.within)
    landed.write_clean(settings.places, clean)


def _from_published(settings: Settings, matcher: IdentifierMatcher, _known: set[str], found: Forgotten) -> None:
    found.runs_rewritten = published_runs.purge_runs(settings.places, matcher)


def _from_caches(settings: Settings, _matcher: IdentifierMatcher, _known: set[str], _found: Forgotten) -> None:
    """Warehouse and what it points to are caches that the next night makes anew: removing them leaves no byte."""
    places = settings.places
    for path in (places.warehouse, places.warehouse.with_name(f"{places.warehouse.name}.wal")):
        path.unlink(missing_ok=True)
    scratch = (places.evaluation_scratch, places.comparison_scratch)
    for folder in (places.inputs, places.exchange, *places.all_spilled, places.dbt, places.reconstructed, *scratch):
        shutil.rmtree(folder, ignore_errors=True)


def _from_files(settings: Settings, matcher: IdentifierMatcher, _known: set[str], found: Forgotten) -> None:
    """The pages of nights last: they are written again from what their runs have kept, now without a subject."""
    from evenscore.report.writing import take_off  # seconds to import

    found.files_changed = other_files.purge_files(settings, matcher)
    found.files_changed += raw_pages.purge_pages(settings, read_suppressed(settings), matcher)
    found.files_changed += len(take_off(settings, matcher))


def _from_ledger(settings: Settings, matcher: IdentifierMatcher, _known: set[str], _found: Forgotten) -> None:
    """The ledger forgets by its own rules: its chain still verifies, and the input file cannot bring anybody back."""
    ledger.erase(settings, matcher.claims)


Step = Callable[[Settings, IdentifierMatcher, set[str], Forgotten], None]
STEPS: tuple[Step, ...] = (_from_landing, _from_published, _from_caches, _from_ledger, _from_files)


def _inputs(settings: Settings) -> tuple[str, ...]:
    return (
        str(settings.ledger),
        *(str(settings.folder(source)) for source in settings.sources if not source.is_pulled),
    )


def _note(places: HomePaths, erasure: Erasure, found: Forgotten) -> None:
    """What was done, for whoever must show that it was; whom it was done to is not said."""
    line: dict[str, Any] = {"at": runs.now(), "by": erasure.by, "why": erasure.why} | {
        name: value for name, value in vars(found).items() if type(value) is int
    }
    truths.append(places, places.erasure_log, json.dumps(line, sort_keys=True))
