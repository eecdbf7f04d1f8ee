"""The ledger's file: read and verified, added to as a whole, in one atomic replacement.

Each night's run notes how far it verified the ledger: the last row, and a SHA-256 of all bytes up to it. Where these
bytes are the same still, what stands in them is verified, and only what was added since is to be. What is said between
two nights is witnessed beside what is published: an older copy of the ledger, or of all but that, would else bring
back whoever has withdrawn since.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from evenscore.base import atomic_io
from evenscore.base.errors import BrokenChain, DiskError
from evenscore.base.paths import HomePaths
from evenscore.consent import chain
from evenscore.consent.chain import Row
from evenscore.consent.entries import shared

HEAD = "consent_head"
"""Where a run's record keeps the last row that it saw."""
ROWS_AT_ONCE = 1000
"""Rows that are parsed together have the names of their fields in common: each alone would have copies of its own, a
gigabyte for a million."""


@dataclass
class LedgerFile:
    """A verified chain; what is added is there for readers of the file when it is saved."""

    path: Path
    rows: list[Row]
    digest: str = hashlib.sha256().hexdigest()
    """Hex SHA-256 of the file's bytes, as they were read or saved."""
    is_changed: bool = field(default=False)

    @property
    def head(self) -> dict[str, Any] | None:
        """Sequence number and hash of the last row; noted elsewhere, they show later that nothing was cut off."""
        return {name: self.rows[-1][name] for name in ("sequence", "row_hash")} if self.rows else None

    def entries(self) -> Iterator[Row]:
        """The rows whose entries are there, in sequence."""
        return (row for row in self.rows if "entry" in row)

    def enter(self, fields: Row, origin: Row) -> Row:
        """Append a decision; `origin` says where it came from."""
        return self._append(chain.linked_entry(self.rows, fields, origin))

    def settle(self, sequences: list[int]) -> None:
        """Append that the loss of these entries from their file is known and accepted."""
        self._append(chain.linked(self.rows, chain.SETTLEMENT, sequences=sequences))

    def erase(self, sequences: list[int], **body: Any) -> Row:
        """Take entries and salts out for good, and append that they were."""
        for sequence in sequences:
            del self.rows[sequence - 1]["entry"]
        return self._append(chain.linked(self.rows, chain.ERASURE, sequences=sequences, **body))

    def _append(self, row: Row) -> Row:
        self.rows.append(row)
        self.is_changed = True
        return row

    def links(self) -> "Links":
        """What later heads are compared with."""
        return Links(self.path, self.digest, [row["row_hash"] for row in self.rows])

    def save(self, witness: Path) -> None:
        """Replace the file, then let the witness know its head; a run that is killed leaves the old one."""
        if self.is_changed:
            content = b"".join(chain.canonical(row) + b"\n" for row in self.rows)
            atomic_io.write_bytes(self.path, content)
            self.digest, self.is_changed = hashlib.sha256(content).hexdigest(), False
            try:
                atomic_io.write_json(witness, self.head)
            except (DiskError, OSError) as error:
                says = "recorded; whom it lets go readers see until a night has run, or this is mended and said again"
                raise DiskError(f"{self.path}: {says}: {error}") from error


@dataclass(frozen=True)
class Links:
    """What is kept of a verified chain by a process that has read it: a thirteenth of its rows' memory."""

    path: Path
    digest: str
    row_hashes: list[str]


def open_ledger_file(places: HomePaths, is_whole: bool = False) -> LedgerFile:
    """The ledger of a home, verified to the last row and against what earlier runs saw; to be read as a `whole`, from
    the first row on, whatever they verified.

    Raises BrokenChain naming the file and the sequence number.
    """
    path = places.consent_ledger
    content = path.read_bytes() if path.exists() else b""
    heads = list(_heads_seen(places))
    book = LedgerFile(path, _rows(path, content), hashlib.sha256(content).hexdigest())
    known = 0 if is_whole else _verified_count(content, book.rows, [head for _, head in heads])
    chain.verify(path, book.rows, known)
    _require_heads(book.links(), heads)
    return book


def _verified_count(content: bytes, rows: list[Row], heads: list[dict[str, Any]]) -> int:
    """How many rows from the first on hold the bytes that earlier runs verified; 0 where any run saw other bytes.

    An erasure takes entries out: what was noted before it tells nothing of the bytes that there are since.
    """
    last_erasure = max((number for number, row in enumerate(rows, 1) if row.get("kind") == chain.ERASURE), default=0)
    noted = sorted({(head["bytes"], head["sequence"], head["sha256"]) for head in heads if "sha256" in head})
    noted = [one for one in noted if one[1] >= last_erasure]
    running, at = hashlib.sha256(), 0
    for byte_count, sequence, digest in noted:
        running.update(memoryview(content)[at:byte_count])
        at = byte_count
        if len(content) < byte_count or running.hexdigest() != digest or sequence > len(rows):
            return 0
    return noted[-1][1] if noted else 0


def require_heads_seen(places: HomePaths, links: Links) -> None:
    """Raise BrokenChain unless the last row that each earlier run or writer saw is in the chain still, at its place."""
    _require_heads(links, list(_heads_seen(places)))


def last_head(places: HomePaths) -> dict[str, Any] | None:
    """The head of the ledger as it stands in the file, with the count and the hex SHA-256 of all its bytes."""
    content = places.consent_ledger.read_bytes() if places.consent_ledger.exists() else b""
    lines = content.rsplit(b"\n", 2)
    if len(lines) < 2:
        return None
    head = LedgerFile(places.consent_ledger, [json.loads(lines[-2])]).head or {}
    return head | {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def require_head(book: LedgerFile, row_hash: str) -> None:
    """Raise BrokenChain unless a row with this hash, noted once, is in the chain still."""
    if not any(row["row_hash"] == row_hash for row in book.rows):
        raise BrokenChain(f"{book.path}: no row has the hash {row_hash}: rows were cut off, or the chain was made anew")


def _rows(path: Path, content: bytes) -> list[Row]:
    rows: list[Row] = []
    lines = iter(io.BytesIO(content))
    while some := list(islice(lines, ROWS_AT_ONCE)):
        found = _together(some)
        rows += found or [_row(path, number, line) for number, line in enumerate(some, start=len(rows) + 1)]
        for row in rows[-len(some) :]:
            _share(row)
    return rows


def _together(lines: list[bytes]) -> list[Row] | None:
    """The rows of some lines; None where a line is not one whole row: then each is looked at alone."""
    try:
        found = json.loads(b"[" + b",".join(lines) + b"]")
    except ValueError:
        return None
    # Two lines that both begin like this can be one row only where an array has objects: the chain has no such row.
    is_a_row_each = len(found) == len(lines) and all(line.startswith(b"{") for line in lines)
    return found if is_a_row_each and all(isinstance(row, dict) for row in found) else None


def _row(path: Path, number: int, line: bytes) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BrokenChain(f"{path}: the chain is broken at sequence {number}: not valid JSON") from error
    if not isinstance(row, dict):
        raise BrokenChain(f"{path}: the chain is broken at sequence {number}: not a JSON object")
    return row


def _share(row: Row) -> None:
    """Let a decision have in common with others what they say in the same words; whatever is odd is left alone."""
    entry = row.get("entry")
    if isinstance(entry, dict) and isinstance(entry.get("fields"), dict):
        shared(entry["fields"])


def heads_seen(places: HomePaths) -> list[dict[str, Any]]:
    """What each earlier run, and the last to write, noted of the last row that it saw."""
    return [head for _, head in _heads_seen(places)]


def _heads_seen(places: HomePaths) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(places.runs.glob("*/stages/check_landing.json")):
        head = atomic_io.read_json(path).get(HEAD)
        if head:
            yield f"run {path.parents[1].name}", head
    if places.consent_head.exists():
        yield str(places.consent_head), atomic_io.read_json(places.consent_head)


def _require_heads(links: Links, heads: list[tuple[str, dict[str, Any]]]) -> None:
    for who, head in heads:
        _require_head(links.path, links.row_hashes, head, who)


def _require_head(path: Path, row_hashes: list[str], head: dict[str, Any], who: str) -> None:
    sequence = head["sequence"]
    if sequence > len(row_hashes):
        raise BrokenChain(
            f"{path}: the chain is broken at sequence {len(row_hashes) + 1}: {who} saw rows up to {sequence}, "
            "and they are gone; restore the file"
        )
    if row_hashes[sequence - 1] != head["row_hash"]:
        raise BrokenChain(
            f"{path}: the chain is broken at sequence {sequence}: {who} saw another row there; restore the file"
        )
