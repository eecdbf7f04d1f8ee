"""The consent ledger: who granted, withdrew or asked for erasure, and when; append-only, chained, able to forget."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from evenscore.base import atomic_io
from evenscore.base.canonical import LAID_OUT_CONSENT
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.consent import importing, laid_out
from evenscore.consent.chain import ERASURE, Row
from evenscore.consent.entries import content, instant, table, typed_decisions
from evenscore.consent.forgotten import Forgotten, forgotten, hashes_of, key_check, make_key
from evenscore.consent.hearing import hear
from evenscore.consent.importing import Imported
from evenscore.consent.laid_out import Ledger
from evenscore.consent.ledger_file import (
    LedgerFile,
    heads_seen,
    last_head,
    open_ledger_file,
    require_head,
    require_heads_seen,
)
from evenscore.state import runs


def open_ledger(settings: Settings) -> Ledger:
    """The whole ledger, with what is new in the configured file taken in first.

    A ledger that cannot be understood to the last row stops the run: guessing at consent is not an option.
    A process that asks again, before any byte of what it is read from has changed, is given what it was given.
    Raises BrokenChain naming file and sequence number, InputError naming the file, the row and the reason.
    """
    with runs.only_one(settings.places, between_steps=True):
        state = _state(settings)
        if known := _known(settings, state):
            return known
        with _writing(settings) as book:
            _take_in(settings, book)
        ledger = _laid_out(settings, book)
        _remember(state, _state(settings), Read(book, ledger))
        return ledger


State = tuple[Any, ...]


@dataclass(frozen=True)
class Read:
    """A ledger that was read to the last row, and what it was laid out as."""

    book: LedgerFile
    ledger: Ledger


_read: dict[State, Read] = {}
"""What was read last, by the state that it was read from: a night asks nine times."""


def _known(settings: Settings, state: State) -> Ledger | None:
    """The ledger of a state of the files, where this process has read it, or another has and a run has noted so."""
    if state in _read:
        require_heads_seen(settings.places, _read[state].book)
        return _read[state].ledger
    return laid_out.kept(settings.places, state, heads_seen(settings.places))


def _state(settings: Settings) -> State:
    """All that the ledger is read from: how ids are written, the configured file, the chain, the key of the erased."""
    files = (settings.ledger, settings.places.consent_ledger, settings.places.consent_key)
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
    has_verified = any(read.book.digest == head["sha256"] for read in _read.values())
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
    _take_in(settings, book)
    return _laid_out(settings, book)


def share_ledger(places: HomePaths, scratch: HomePaths) -> None:
    """Let a scratch home read the ledger of the real one, also what was never in the configured file."""
    places.consent.mkdir(parents=True, exist_ok=True)
    atomic_io.point(scratch.consent, places.consent)


@contextmanager
def _writing(settings: Settings) -> Iterator[LedgerFile]:
    """The verified ledger, held against other runs, and saved when nothing went wrong."""
    with runs.only_one(settings.places, between_steps=True):
        book = open_ledger_file(settings.places)
        yield book
        book.save()


def _take_in(settings: Settings, book: LedgerFile, may_lack: bool = False) -> Imported:
    name = str(settings.consent.ledger)
    return importing.import_file(book, _forgotten(settings, book), settings.ledger, name, may_lack)


def _forgotten(settings: Settings, book: LedgerFile) -> Forgotten:
    return forgotten(settings.places, book.rows, settings.account_ids)


def _laid_out(settings: Settings, book: LedgerFile) -> Ledger:
    rows = [_with_normal_id(settings, row["entry"]["fields"]) for row in book.entries()]
    heard = hear(rows)
    more = heard.more + list(_erasures(rows, _forgotten(settings, book)))
    return Ledger(_in_order(rows + more), _in_order(rows), heard)


def _in_order(rows: list[Row]) -> pa.Table:
    entries = table(rows).select(LAID_OUT_CONSENT)
    order = ("recorded_at", *(name for name in entries.column_names if name != "recorded_at"))
    return entries.sort_by([(name, "ascending") for name in order])


def _with_normal_id(settings: Settings, fields: Row) -> Row:
    return fields | {"account_id": settings.account_ids.normal(fields["network"], fields["account_id"])}


def _erasures(rows: list[Row], erased: Forgotten) -> Iterator[Row]:
    """The erasure of each account of somebody who was erased and has granted again: the past stays gone.

    Nothing else can say it, for the rows of that past are gone. A new person on an account that was erased with
    another counts as the same one, unless they had been there before.
    """
    since: dict[tuple[str, str, str], str] = {}
    example: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        key = (row["person_id"], row["network"], row["account_id"])
        since[key] = min(row["recorded_at"], since.get(key, row["recorded_at"]))
        example.setdefault(key, row)
    for key, row in example.items():
        of_account = erased.of_account(row["network"], row["account_id"]) or ""
        until = max(erased.of_claim(*key) or "", of_account if of_account < since[key] else "")
        if until:
            yield row | {"action": "erase", "purpose": "public_score", "recorded_at": until}


def import_ledger(settings: Settings, path: Path | None, accepts_missing: bool) -> Imported:
    """Take a file into the ledger, by default the configured one. Raises as read_ledger does."""
    with _writing(settings) as book:
        if accepts_missing:
            importing.accept_missing(book, settings.ledger, str(settings.consent.ledger))
        if path is None:
            return _take_in(settings, book)
        return importing.import_file(book, _forgotten(settings, book), path, str(path))


def record(settings: Settings, rows: list[Row], verb: str) -> list[Row]:
    """Append decisions that were typed in; one that is known already is not appended again.

    Returns the rows appended. Raises UsageError where one is not sound, or lies before that person's erasure.
    """
    with _writing(settings) as book:
        known = {content(row["entry"]["fields"]) for row in book.entries()}
        erased = _forgotten(settings, book)
        fresh = [fields for _, fields in typed_decisions(rows).rows if content(fields) not in known]
        for fields in fresh:
            claim = (fields["person_id"], fields["network"], fields["account_id"])
            if fields["recorded_at"] <= (erased.of_claim(*claim) or ""):
                raise UsageError(f"recorded_at {fields['recorded_at']}: lies before this person's erasure")
        return [book.enter(fields, {"verb": verb}) for fields in fresh]


def rows_of(settings: Settings, person_id: str) -> list[Row]:
    """Every row of one person, in sequence, those that the configured file brings included."""
    book = open_ledger_file(settings.places)
    _take_in(settings, book)
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

    Raises BrokenChain naming the file and the sequence number.
    """
    book = open_ledger_file(settings.places, is_whole=True)
    _forgotten(settings, book)
    if noted_hash:
        require_head(book, noted_hash)
    erasure_count = sum(row["kind"] == ERASURE for row in book.rows)
    return Verified(len(book.rows), sum(1 for _ in book.entries()), erasure_count, book.head)


@dataclass(frozen=True)
class ErasureSubject:
    """Who is to be taken out of the ledger."""

    person_id: str
    accounts: frozenset[tuple[str, str]] | None = None
    """The only (network, account_id) that are erased; None for the person as a whole."""
    erased_at: datetime | None = None
    """UTC; what was recorded after it stays. By default the person's own last request for it, else now."""


def suppress(settings: Settings, subjects: Iterable[ErasureSubject]) -> int:
    """Take people out of the ledger: entries and salts go, the chain still verifies, keyed hashes stay.

    The configured file may go on naming them: rows up to their erasure are never taken in again. Returns how many
    entries went.
    """
    laid_out.forget(settings.places)
    with _writing(settings) as book:
        _take_in(settings, book, may_lack=True)  # who has gone from the file already may be forgotten all the same
        rows: dict[str, list[Row]] = {}
        for row in book.entries():
            rows.setdefault(row["entry"]["fields"]["person_id"], []).append(row)
        key = make_key(settings.places)
        return sum(_suppress(settings, book, key, subject, rows.get(subject.person_id, [])) for subject in subjects)


def _suppress(settings: Settings, book: LedgerFile, key: bytes, subject: ErasureSubject, rows: list[Row]) -> int:
    normal = settings.account_ids.normal
    wanted = None if subject.accounts is None else {(one[0], normal(*one)) for one in subject.accounts}
    mine = [row for row in rows if "entry" in row and (wanted is None or _account(settings, row) in wanted)]
    until = instant(subject.erased_at) if subject.erased_at else _asked_at(mine)
    doomed = [row for row in mine if row["entry"]["fields"]["recorded_at"] <= until]
    accounts = {_account(settings, row) for row in doomed} if wanted is None else set(wanted)
    hashes = hashes_of(key, subject.person_id, accounts, wanted is None)
    sequences = [row["sequence"] for row in doomed]
    book.erase(sequences, hashes=hashes, erased_at=until, key_check=key_check(key))
    return len(doomed)


def _account(settings: Settings, row: Row) -> tuple[str, str]:
    fields = _with_normal_id(settings, row["entry"]["fields"])
    return fields["network"], fields["account_id"]


def suppressed(settings: Settings) -> Forgotten:
    """Who was erased, by keyed hash: ask it for a person or an account before taking anything in."""
    return _forgotten(settings, open_ledger_file(settings.places))


def _asked_at(rows: list[Row]) -> str:
    asked = [row["entry"]["fields"]["recorded_at"] for row in rows if row["entry"]["fields"]["action"] == "erase"]
    return max(asked, default=runs.now())
