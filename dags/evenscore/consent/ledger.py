"""The consent ledger: who granted, withdrew or asked for erasure, and when; append-only, chained, able to forget."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from evenscore.base import atomic_io
from evenscore.base.canonical import LAID_OUT_CONSENT
from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.consent import importing, laid_out
from evenscore.consent.chain import ERASURE, Row
from evenscore.consent.entries import content, instant, just_said, moment, table, typed_decisions
from evenscore.consent.hearing import hear
from evenscore.consent.importing import Imported
from evenscore.consent.judging import Claim, claim_of
from evenscore.consent.keys import key_check
from evenscore.consent.laid_out import Ledger
from evenscore.consent.ledger_file import (
    LedgerFile,
    Links,
    heads_seen,
    last_head,
    open_ledger_file,
    require_head,
    require_heads_seen,
)
from evenscore.consent.suppression import ACCOUNT, CLAIM, CLAIMED, Suppressed, read_list
from evenscore.names.identifier_matcher import ErasureSubject
from evenscore.state import runs


def open_ledger(settings: Settings) -> Ledger:
    """The whole ledger, with what is new in the configured file taken in first.

    A ledger that cannot be understood to the last row stops the run: guessing at consent is not an option.
    A process that asks again, before any byte of what it is read from has changed, is given what it was given.
    Raises BrokenChain naming file and sequence number, InputError naming the file, the row and the reason, LostTruth
    where the suppression list lacks whom the chain knows to be erased.
    """
    with runs.only_one(settings.places, between_steps=True):
        state = _state(settings)
        if known := _known(settings, state):
            return known
        with _writing(settings) as book:
            erased = read_list(settings, book.rows)
            _take_in(settings, book, erased)
        ledger = _laid_out(settings, book, erased)
        _remember(state, _state(settings), Read(book.links(), ledger))
        return ledger


State = tuple[Any, ...]


@dataclass(frozen=True)
class Read:
    """A ledger that was read to the last row, and what it was laid out as."""

    links: Links
    ledger: Ledger


_read: dict[State, Read] = {}
"""What was read last, by the state that it was read from: a night asks nine times."""


def _known(settings: Settings, state: State) -> Ledger | None:
    """The ledger of a state of the files, where this process has read it, or another has and a run has noted so."""
    if state in _read:
        require_heads_seen(settings.places, _read[state].links)
        return _read[state].ledger
    return laid_out.kept(settings.places, state, heads_seen(settings.places))


def _state(settings: Settings) -> State:
    """All that the ledger is read from: how ids are written, the configured file, the chain, who was erased."""
    places = settings.places
    erased = (places.suppressed, places.suppression_key, places.consent_key)
    files = (settings.ledger, places.consent_ledger, *erased)
    digests = ((str(path), atomic_io.settled_sha256(path) if path.is_file() else None) for path in files)
    return (tuple(sorted(settings.account_ids.case_counts)), *digests)


def _remember(before: State, after: State, read: Read) -> None:
    """Keep what was read, unless the configured file changed meanwhile: then nobody knows which one was read."""
    _read.clear()
    if before[:2] == after[:2]:
        _read[after] = read


def noted_head(settings: Settings) -> dict[str, Any] | None:
    """The head of the ledger for a run to note, and what it is laid out as, kept for the next process that asks.

    None for an empty ledger. Raises as open_ledger.
    """
    ledger, places = open_ledger(settings), settings.places
    head, state = last_head(places), _state(settings)
    if head is None:
        return None
    heads = heads_seen(places)
    has_verified = any(read.links.digest == head["sha256"] for read in _read.values())
    if not has_verified and laid_out.kept(places, state, heads) is None:
        return {name: head[name] for name in ("sequence", "row_hash")}  # written since: its bytes are not verified yet
    return head | {laid_out.LAID_OUT: laid_out.keep(places, ledger, state, [*heads, head])}


def read_ledger(settings: Settings) -> pa.Table:
    """The decisions of the whole ledger. Raises as open_ledger does."""
    return open_ledger(settings).table


def examine_ledger(settings: Settings) -> Ledger:
    """As open_ledger, and nothing is written."""
    if known := _known(settings, _state(settings)):
        return known
    book = open_ledger_file(settings.places)
    erased = read_list(settings, book.rows)
    _take_in(settings, book, erased)
    return _laid_out(settings, book, erased)


@contextmanager
def _writing(settings: Settings) -> Iterator[LedgerFile]:
    """The verified ledger, held against other runs, and saved when nothing went wrong."""
    with runs.only_one(settings.places, between_steps=True):
        book = open_ledger_file(settings.places)
        yield book
        book.save(settings.places.consent_head)


def _take_in(settings: Settings, book: LedgerFile, erased: Suppressed, may_lack: bool = False) -> Imported:
    return importing.import_file(book, erased, settings.ledger, str(settings.consent.ledger), may_lack)


def _laid_out(settings: Settings, book: LedgerFile, erased: Suppressed) -> Ledger:
    rows = [_with_normal_id(settings, row["entry"]["fields"]) for row in book.entries()]
    rows = [row for row in rows if not erased.forgets(row)]  # an erasure under way has not taken them out yet
    heard = hear(rows)
    more = heard.more + list(_erasures(rows, erased))
    said = _in_order(rows)
    return Ledger(_in_order(rows + more) if more else said, said, heard)


def _in_order(rows: list[Row]) -> pa.Table:
    entries = table(rows, LAID_OUT_CONSENT)
    order = ("recorded_at", *(name for name in entries.column_names if name != "recorded_at"))
    return entries.sort_by([(name, "ascending") for name in order])


def _with_normal_id(settings: Settings, fields: Row) -> Row:
    normal = settings.account_ids.normal(fields["network"], fields["account_id"])
    return fields if normal == fields["account_id"] else fields | {"account_id": normal}


def _erasures(rows: list[Row], erased: Suppressed) -> Iterator[Row]:
    """The erasure of each account of somebody who was erased and has granted again: the past stays gone.

    Nothing else can say it, for the rows of that past are gone. A new person on an account that was erased with
    another counts as the same one, unless they had been there before.
    """
    since: dict[Claim, str] = {}
    example: dict[Claim, Row] = {}
    for row in rows:
        key = claim_of(row)
        since[key] = min(row["recorded_at"], since.get(key, row["recorded_at"]))
        example.setdefault(key, row)
    for key, row in example.items():
        of_account = erased.forgotten_until(CLAIMED, row["network"], row["account_id"])
        until = max(erased.forgotten_until(CLAIM, *key), of_account if of_account < since[key] else "")
        if until:
            yield row | {"action": "erase", "purpose": "public_score", "recorded_at": until}


def import_ledger(settings: Settings, path: Path | None, accepts_missing: bool) -> Imported:
    """Take a file into the ledger, by default the configured one. Raises as read_ledger does."""
    with _writing(settings) as book:
        settled_count = 0
        if accepts_missing:
            settled_count = importing.accept_missing(book, settings.ledger, str(settings.consent.ledger))
        erased = read_list(settings, book.rows)
        if path is None:
            found = _take_in(settings, book, erased)
        else:
            found = importing.import_file(book, erased, path, str(path))
        return replace(found, settled_count=settled_count)


def record(settings: Settings, rows: list[Row], verb: str) -> list[Row]:
    """Append decisions that were typed in; one that is known already is not appended again.

    One whose `recorded_at` is None is said now, after all that the ledger has of these people and accounts.
    Returns the rows appended. Raises UsageError where one is not sound, or lies before that person's erasure.
    """
    with _writing(settings) as book:
        known = {content(row["entry"]["fields"]) for row in book.entries()}
        erased = read_list(settings, book.rows)
        now = just_said(moment(runs.now()), _said_of(settings, book, rows))
        fresh = [fields for _, fields in typed_decisions(rows, now).rows if content(fields) not in known]
        for fields in fresh:
            if erased.forgets(fields):
                raise UsageError(f"recorded_at {fields['recorded_at']}: lies before this person's erasure")
        return [book.enter(fields, {"verb": verb}) for fields in fresh]


def _said_of(settings: Settings, book: LedgerFile, about: list[Row]) -> Iterator[datetime]:
    """When anything was said of these people, or of these accounts in their normal form."""
    about = [_with_normal_id(settings, row) for row in about]
    people = {row["person_id"] for row in about}
    accounts = {(row["network"], row["account_id"]) for row in about}
    for entry in book.entries():
        fields = _with_normal_id(settings, entry["entry"]["fields"])
        if fields["person_id"] in people or (fields["network"], fields["account_id"]) in accounts:
            yield moment(fields["recorded_at"])


def rows_of(settings: Settings, person_id: str) -> list[Row]:
    """Every row of one person, in sequence, those that the configured file brings included."""
    book = open_ledger_file(settings.places)
    _take_in(settings, book, read_list(settings, book.rows))
    return [row for row in book.entries() if row["entry"]["fields"]["person_id"] == person_id]


@dataclass(frozen=True)
class Verified:
    """What a verified ledger holds."""

    row_count: int
    entry_count: int
    erasure_count: int
    head: dict[str, Any] | None


def verify(settings: Settings, noted_hash: str | None = None) -> Verified:
    """Verify the chain to its last row, against what earlier runs saw, and against a hash that was noted once.

    Raises BrokenChain naming the file and the sequence number, LostTruth as read_list does.
    """
    book = open_ledger_file(settings.places, is_whole=True)
    read_list(settings, book.rows)
    if noted_hash:
        require_head(book, noted_hash)
    erasure_count = sum(row["kind"] == ERASURE for row in book.rows)
    return Verified(len(book.rows), sum(1 for _ in book.entries()), erasure_count, book.head)


def erase(settings: Settings, subjects: Iterable[ErasureSubject]) -> int:
    """Take out of the ledger what people whom the suppression list has said of the accounts they are erased from.

    Entries and salts go, and the chain still verifies. The configured file may go on naming them: rows up to their
    erasure are never taken in again. Returns how many entries went.
    """
    laid_out.forget(settings.places)
    with _writing(settings) as book:
        erased = read_list(settings, book.rows)
        # Who has gone from the file already may be forgotten all the same.
        _take_in(settings, book, erased, may_lack=True)
        said = defaultdict[Claim, list[Row]](list)
        for row in book.entries():
            said[claim_of(_with_normal_id(settings, row["entry"]["fields"]))].append(row)
        at = {
            claim_of(_with_normal_id(settings, asdict(one))): one.erased_at
            for one in sorted(subjects, key=lambda one: one.erased_at)
            if one.person_id
        }
        return sum(_erase(book, erased, claim, at[claim], said[claim]) for claim in sorted(at))


def _erase(book: LedgerFile, erased: Suppressed, claim: Claim, at: str, said: list[Row]) -> int:
    """Take out what was said of a claim; the chain bears witness to all that the list has of its erasure."""
    until, entry = instant(datetime.fromisoformat(at)), erased.entries[erased.digest(CLAIM, *claim)]
    listed = sorted(one.digest for one in erased.entries.values() if one.of == entry.of and one.instant >= until)
    doomed = [row["sequence"] for row in said if row["entry"]["fields"]["recorded_at"] <= until]
    book.erase(doomed, listed=listed, erased_at=until, key_check=key_check(erased.key))
    return len(doomed)


def read_suppressed(settings: Settings, entries: pa.Table | None = None) -> Suppressed | None:
    """The suppression list with the grants that came after an erasure; None while nobody was ever erased.

    `entries` is the ledger, where the caller has read it already. Raises as open_ledger and read_list do.
    """
    if not settings.places.suppressed.exists():
        if _known(settings, _state(settings)) is None:  # whoever has read this ledger has asked it
            read_list(settings, open_ledger_file(settings.places).rows)  # the chain knows whether there should be one
        return None
    found, ledger = read_list(settings), read_ledger(settings) if entries is None else entries
    for row in ledger.filter(pc.equal(ledger["action"], "grant")).to_pylist():  # in the order of recording
        entry = found.entry(ACCOUNT, row["network"], row["account_id"])
        if entry and row["recorded_at"] > datetime.fromisoformat(entry.erased_at):
            found.granted_at.setdefault(entry.of, row["recorded_at"])
    return found
