"""The chain: each row carries the hash of the row before it, so that no row can change or go without being noticed.

A row commits to its entry (the personal part) by a salted hash and carries the entry beside it, outside of what is
chained. An erasure takes entry and salt away and the chain still verifies; without the salt nobody can test a guess.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evenscore.base.errors import BrokenChain
from evenscore.state import runs

Row = dict[str, Any]

GENESIS = "0" * 64
"""What the first row follows."""

ENTRY, ERASURE, SETTLEMENT = "entry", "erasure", "settlement"
"""The kinds of rows: a decision; entries taken out for good; entries whose loss from their file was accepted."""

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
NOT_CHAINED = ("entry", "row_hash")


def canonical(value: Any) -> bytes:
    """The one JSON text of a value: sorted keys, no spaces, UTF-8."""
    return _ENCODER.encode(value).encode()


def digest(value: Any) -> str:
    """Hex SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(value)).hexdigest()


def row_hash(row: Row) -> str:
    """The hash that the next row repeats: over everything in the row but its entry."""
    return digest({name: value for name, value in row.items() if name not in NOT_CHAINED})


def linked(rows: list[Row], kind: str, **body: Any) -> Row:
    """A new row of a kind that follows the last of `rows`."""
    after = rows[-1] if rows else {"sequence": 0, "row_hash": GENESIS}
    row = {"sequence": after["sequence"] + 1, "kind": kind, "appended_at": runs.now()}
    row |= {"prev_hash": after["row_hash"], **body}
    return row | {"row_hash": row_hash(row)}


def linked_entry(rows: list[Row], fields: Row, origin: Row) -> Row:
    """A new row that commits to a decision, with a salt of its own."""
    entry = {"salt": secrets.token_hex(16), "fields": fields, "origin": origin}
    return linked(rows, ENTRY, commitment=digest(entry)) | {"entry": entry}


def gone(rows: Iterable[Row], kind: str) -> set[int]:
    """The sequence numbers that rows of a kind (erasures, settlements) name."""
    return {sequence for row in rows if row.get("kind") == kind for sequence in row["sequences"]}


def verify(path: Path, rows: list[Row], known: int = 0) -> None:
    """Raise BrokenChain naming the file and the first sequence number at which the chain does not hold; the first
    `known` rows are known to hold."""
    previous = rows[known - 1]["row_hash"] if known else GENESIS
    for number, row in enumerate(rows[known:], start=known + 1):
        _require(path, number, _broken_link(row, number, previous))
        previous = row["row_hash"]
    erased = gone(rows, ERASURE)
    for row in rows[known:]:
        _require(path, row["sequence"], _broken_entry(row, erased))


def _require(path: Path, number: int, fault: str | None) -> None:
    if fault:
        raise BrokenChain(
            f"{path}: the chain is broken at sequence {number}: {fault}; no run goes on with it: restore the file"
        )


def _broken_link(row: Row, number: int, previous: str) -> str | None:
    if row.get("sequence") != number:
        return f"the row there says sequence {row.get('sequence')}"
    if row.get("prev_hash") != previous:
        return "it does not follow the row before it"
    return None if row.get("row_hash") == row_hash(row) else "the row was changed"


def _broken_entry(row: Row, erased: set[int]) -> str | None:
    if row["kind"] != ENTRY:
        return None
    if "entry" not in row:
        return None if row["sequence"] in erased else "its entry is gone, and no erasure names it"
    if row["sequence"] in erased:
        return "its entry was erased, and is back"
    return None if digest(row["entry"]) == row["commitment"] else "its entry was changed"
