"""Taking a ledger file into the chain: each row once, and nothing that was taken in may change or go from the file."""

from dataclasses import dataclass
from pathlib import Path

from evenscore.base.errors import InputError
from evenscore.consent import chain
from evenscore.consent.chain import Row
from evenscore.consent.entries import content, instant, just_said, moment, read_decisions
from evenscore.consent.ledger_file import LedgerFile
from evenscore.consent.suppression import Suppressed
from evenscore.state import runs


@dataclass(frozen=True)
class Imported:
    """What a file brought."""

    file: str
    appended_count: int
    known_count: int
    repeated_count: int
    forgotten_count: int
    """Rows of people who were erased later: they stay out."""
    settled_count: int = 0
    """Rows that are gone from the configured file: that is accepted now, and grants among them have ended."""


def import_file(book: LedgerFile, erased: Suppressed, path: Path, name: str, may_lack: bool = False) -> Imported:
    """Append the rows of a file that the chain does not know yet, in the order of their recording.

    Raises InputError where a row is not sound, or, unless it `may_lack` rows, where one that was taken in from a file
    of this `name` is gone.
    """
    decisions = read_decisions(path)
    wanted = [(number, fields) for number, fields in decisions.rows if not erased.forgets(fields)]
    if not may_lack:
        lost = missing(book, name, {content(fields) for _, fields in wanted})
        _require_all(path, [row for row in lost if not erased.forgets(row["entry"]["fields"])])
    known = {content(row["entry"]["fields"]) for row in book.entries()}
    fresh = [(number, fields) for number, fields in wanted if content(fields) not in known]
    for number, fields in sorted(fresh, key=lambda row: (row[1]["recorded_at"], content(row[1]))):
        book.enter(fields, {"file": name, "row": number})
    forgotten_count = len(decisions.rows) - len(wanted)
    return Imported(name, len(fresh), len(wanted) - len(fresh), decisions.repeat_count, forgotten_count)


def missing(book: LedgerFile, name: str, present: set[tuple[str, ...]]) -> list[Row]:
    """The rows that were taken in from a file and are not in it any more, nor was their loss accepted."""
    settled = chain.gone(book.rows, chain.SETTLEMENT)
    return [
        row
        for row in book.entries()
        if row["entry"]["origin"].get("file") == name
        and row["sequence"] not in settled
        and content(row["entry"]["fields"]) not in present
    ]


def _require_all(path: Path, lost: list[Row]) -> None:
    if lost:
        first = lost[0]
        more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        raise InputError(
            f"{path}: row {first['entry']['origin']['row']}, which the ledger took in as sequence {first['sequence']}, "
            f"was changed or removed{more}; the ledger is append-only: put it back and append what is new, "
            "or run `evenscore consent import --accept-missing`"
        )


def accept_missing(book: LedgerFile, path: Path, name: str) -> int:
    """Settle rows that are gone from their file: a grant among them ends now, whatever else they said stands.

    Returns how many rows were settled.
    """
    present = {content(fields) for _, fields in read_decisions(path).rows}
    lost = missing(book, name, present)
    for row in lost:
        fields = row["entry"]["fields"]
        if fields["action"] == "grant":
            now = just_said(moment(runs.now()), [moment(fields["recorded_at"])])
            ending = {"action": "withdraw", "recorded_at": instant(now), "source": f"gone from {name}"}
            book.enter(fields | ending, {"verb": "import"})
    if lost:
        book.settle([row["sequence"] for row in lost])
    return len(lost)
