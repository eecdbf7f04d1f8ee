"""Decisions on their way into the ledger: judged row by row, in one shape, each with the row where it stood."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from evenscore.base.canonical import CONSENT
from evenscore.base.errors import InputError, UsageError
from evenscore.connectors.base import Parsed, raw_table
from evenscore.connectors.files import read_canonical
from evenscore.consent.chain import Row
from evenscore.landing_zone.validation import accepted_rows, refused, repeats, validator

SAID_ALIKE = ("network", "persona", "action", "purpose", "recorded_at", "text_version", "source")
"""What many decisions say in the same words."""
MOMENT = timedelta(microseconds=1)
"""The ledger tells instants apart that are so far from each other."""
ROWS_AT_ONCE = 1000
"""So many rows are in memory twice while they take their shape."""


@dataclass(frozen=True)
class Decisions:
    """Sound decisions: (row where it stood, fields) each, and how many rows repeated one of them."""

    rows: list[tuple[int, Row]]
    repeat_count: int


def read_decisions(path: Path) -> Decisions:
    """The decisions in a file. Raises InputError naming the file, the first bad row and the reason."""
    parsed = read_canonical(path, "consent")
    problem, decisions = _judged(parsed, datetime.now(UTC))
    if problem:
        raise InputError(f"{path}: {problem}")
    return decisions


def typed_decisions(rows: list[Row], now: datetime) -> Decisions:
    """Decisions that were typed in; one without `recorded_at` is said `now` (UTC).

    Raises UsageError naming the reason where one is not sound.
    """
    numbered = [
        {**row, "recorded_at": row["recorded_at"] or instant(now), "row": number}
        for number, row in enumerate(rows, start=1)
    ]
    latest = max(datetime.now(UTC), now.replace(tzinfo=UTC) + MOMENT)
    problem, decisions = _judged(Parsed(tables={"consent": raw_table("consent", numbered)}), latest)
    if problem:
        raise UsageError(problem)
    return decisions


def just_said(now: datetime, before: Iterable[datetime]) -> datetime:
    """The instant of what is said now (UTC, without a zone): after all that was said `before`, as it is in truth.

    On a machine whose clock was set back a withdrawal would otherwise lie before the grant that it ends.
    """
    return max([now, *(said + MOMENT for said in before)])


def _judged(parsed: Parsed, latest: datetime) -> tuple[str | None, Decisions]:
    with validator() as con:
        rejects = refused(con, "consent", parsed.tables["consent"], None, latest)
        repeat_count = repeats(con)
        found = accepted_rows(con, "consent")
    problems = sorted(parsed.rejects + rejects, key=lambda reject: reject.row)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    problem = f"row {problems[0].row}: {problems[0].reason}{more}" if problems else None
    rows = (row for batch in found.to_batches(max_chunksize=ROWS_AT_ONCE) for row in batch.to_pylist())
    return problem, Decisions([(row.pop("row"), fields_of(row)) for row in rows], repeat_count)


def fields_of(row: dict[str, Any]) -> Row:
    """A typed row as the ledger keeps it: text, booleans, and the instant as ISO 8601 in UTC."""
    return shared(row | {"recorded_at": instant(row["recorded_at"])})


def shared(fields: Row) -> Row:
    """Decisions with one copy in memory of what they say in the same words; changed in place."""
    for name in SAID_ALIKE:
        value = fields.get(name)
        if type(value) is str:
            fields[name] = sys.intern(value)
    return fields


def plain(row: Row) -> Row:
    """A chained decision as people read it: number, when it was appended, what it says, where it came from."""
    said = {name: row["entry"][name] for name in ("fields", "origin")}
    return {"sequence": row["sequence"], "appended_at": row["appended_at"], **said["fields"], "origin": said["origin"]}


def instant(moment: datetime) -> str:
    """An instant without a zone (UTC) or with one, as text that sorts by time."""
    naive = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return naive.isoformat(timespec="microseconds") + "Z"


def moment(recorded_at: str) -> datetime:
    """The instant, without a zone (UTC), that `instant` wrote down."""
    return datetime.fromisoformat(recorded_at.removesuffix("Z"))


def content(fields: Row) -> tuple[str, ...]:
    """What makes two decisions the same one; sorts by what it says, whatever is left out."""
    return tuple(str(fields[name]) for name in CONSENT.names)


def table(rows: list[Row], names: Iterable[str] = tuple(CONSENT.names)) -> pa.Table:
    """Decisions as a table of the canonical schema, or of some columns of it."""
    schema = pa.schema([CONSENT.field(name) for name in names])
    return pa.Table.from_arrays([_column(rows, field) for field in schema], schema=schema)


def _column(rows: list[Row], field: pa.Field) -> pa.Array:
    if pa.types.is_timestamp(field.type):
        return pa.array([moment(row[field.name]) for row in rows], field.type)
    return pa.array([row.get(field.name) for row in rows], field.type)
