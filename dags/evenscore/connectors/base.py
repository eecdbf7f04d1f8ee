"""What every connector shares: the shape of a parsed file, and the loop over JSON lines."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar, Protocol

import pyarrow as pa

from evenscore.base.canonical import COUNTERS, DATASETS, FLAGS, ID_COLUMNS, input_columns
from evenscore.base.errors import InputError
from evenscore.base.sources import Source
from evenscore.connectors.aliases import first_sightings
from evenscore.connectors.compressed import Unended, lines
from evenscore.connectors.records import MOST_MALFORMED, Flood, Ignored, Malformed, Row, decode
from evenscore.connectors.whole_numbers import id_of_number

MAX_RECORD_CHARACTERS = 2_000
"""How much of a refused record is kept beside its reason."""
MAX_REASON_CHARACTERS = 200
"""Reasons and kinds quote the record, which may hold a megabyte where a word belongs."""
SPARED = frozenset({*COUNTERS, *FLAGS["accounts"], "is_private", "is_bot"})
"""What a snapshot may hold anything in, and protect all the same: it is judged with its row."""
Values = tuple[Any, ...]
"""A raw row: the number of its record, and the values of its dataset's columns."""
COLUMNS = {dataset: tuple(input_columns(dataset)) for dataset in DATASETS}
"""The columns of each dataset that are taken of a record's rows."""
ROW, EVENT_ID = 0, 1 + COLUMNS["activity"].index("event_id")
"""Where in its values a row says at which record it stood, and an activity's which event it is."""
TEXT = frozenset({str, type(None)})
"""The types in a column that is text already."""
NESTED: frozenset[type] = frozenset({list, dict})
"""The types of JSON that are no single value."""
PART_OF_EVENT = "(?:-(?:m-.*|(?:dis)?like-[0-9]+)|#quote)$"
"""What follows an event's id in the ids of the rows that its record makes besides: mentions, likes and quotes."""
TAKEN_DOWN = "taken down in the same file"
MAX_REJECTS = MOST_MALFORMED
"""Past this many, a file with more malformed records than sound ones is given up before it fills the memory."""


@dataclass(frozen=True)
class Reject:
    """A refused record: where it stood, why, and its beginning."""

    row: int
    reason: str
    record: str
    is_protecting: bool = False
    """Whether it asked that somebody be left alone: whoever refuses it must say so loudly."""


@dataclass
class Parsed:
    """One input file, read: raw canonical rows by dataset (every value still text), and what was left out."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    record_count: int = 0
    unread: set[str] = field(default_factory=set)
    """Columns of a canonical file that nobody reads."""
    unended_row: int | None = None
    """The last record, where no line end closes it: refused, it tells that the rest of the file was lost."""
    notes: set[str] = field(default_factory=set)
    """What an operator should know of the file."""
    events: dict[str, int] = field(default_factory=dict)
    """The events of which a record says everything, and the row where it stood."""
    covered: tuple[date, date] | tuple[()] | None = None
    """The first and the last day that it covers, or none, where the file says so; None: those of its rows."""
    taken_down: dict[str, str | None] = field(default_factory=dict)
    """The events that a record says are not there any more, and when they happened."""


class Connector(Protocol):
    """A kind of source."""

    kind: ClassVar[str]

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one file. Raises InputError when the file as a whole cannot be read."""
        ...


class JsonLines:
    """A connector over JSON lines: `rows` maps one decoded record to (dataset, canonical row) pairs."""

    def rows(self, record: Row, source: Source) -> Iterator[tuple[str, Row]]:
        """The canonical rows in one record; raises Malformed or Ignored."""
        raise NotImplementedError

    def landing(self, record: Row, source: Source) -> Iterable[tuple[str, Row]]:
        """Those of them that may land."""
        return self.rows(record, source)

    def decode(self, line: str) -> Row:
        """One record; raises Malformed, Flood, or Ignored where a line needs no reading to its end."""
        return decode(line)

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one file of JSON lines, plain, .gz or .zst."""
        parsed = parse_lines(path, lambda record: self.landing(record, source), are_whole=True, read=self.decode)
        if "aliases" in parsed.tables:
            parsed.tables["aliases"] = first_sightings(parsed.tables["aliases"])
        return parsed


def parse_lines(
    path: Path,
    rows: Callable[[Row], Iterable[tuple[str, Row]]],
    are_whole: bool = False,
    texts: Iterable[str] | None = None,
    read: Callable[[str], Row] = decode,
) -> Parsed:
    """`read` every JSON line of a file and map it through `rows`; keep what is malformed, count what is ignored.

    `texts` are the lines where the file is no text itself. Where records `are_whole`, the first activity of each is its
    event, and the record says everything about it.
    """
    parsed = Parsed()
    found: dict[str, list[Values]] = {}
    for number, line in enumerate(lines(path, parsed.notes) if texts is None else texts, start=1):
        if not line.strip():
            continue
        parsed.record_count += 1
        parsed.unended_row = number if isinstance(line, Unended) else None
        try:
            made = [(dataset, _flat(dataset, row, number)) for dataset, row in rows(read(line))]
        except Ignored as kind:
            parsed.ignored[str(kind)[:MAX_REASON_CHARACTERS]] += 1
            if kind.event:
                parsed.taken_down[kind.event] = kind.at
        except Flood as reason:
            raise InputError(f"{path}: row {number}: {reason}; taken for a bomb") from reason
        except Malformed as reason:
            refuse(path, parsed, Reject(number, str(reason)[:MAX_REASON_CHARACTERS], line[:MAX_RECORD_CHARACTERS]))
        else:
            for dataset, values in made:
                found.setdefault(dataset, []).append(values)
            if are_whole and made:
                parsed.events[str(made[0][1][EVENT_ID])] = number
    _take_down(parsed, found)
    parsed.tables = {dataset: _table(dataset, records) for dataset, records in found.items() if records}
    return parsed


def _take_down(parsed: Parsed, found: dict[str, list[Values]]) -> None:
    """Of an event that is there and taken down in one file, in whatever order, nothing is taken."""
    events = parsed.taken_down.keys() & parsed.events.keys()
    if not events:
        return
    posts = found["activity"]
    rows = {row[ROW] for row in posts if re.sub(PART_OF_EVENT, "", str(row[EVENT_ID])) in events}
    for dataset, records in found.items():
        found[dataset] = [row for row in records if row[ROW] not in rows]
    parsed.ignored[TAKEN_DOWN] += len(rows)
    parsed.events = {event: row for event, row in parsed.events.items() if event not in events}


def refuse(path: Path, parsed: Parsed, reject: Reject) -> None:
    """Keep a refused record; an InputError when there are so many that the file is not what its name says."""
    parsed.rejects.append(reject)
    if len(parsed.rejects) > MAX_REJECTS and 2 * len(parsed.rejects) > parsed.record_count:
        raise InputError(
            f"{path}: row {reject.row}: given up after {len(parsed.rejects):,} malformed records "
            f"(the first: row {parsed.rejects[0].row}: {parsed.rejects[0].reason})"
        )


def _flat(dataset: str, row: Row, number: int) -> Values:
    """The values of a row in the order of its dataset's columns; raises Malformed where one is a list or an object."""
    values = tuple(map(row.get, COLUMNS[dataset]))
    if not NESTED.isdisjoint(map(type, values)):
        _require_single(dataset, values)
    return (number, *values)


def _require_single(dataset: str, values: Values) -> None:
    for name, value in zip(COLUMNS[dataset], values, strict=True):
        if isinstance(value, list | dict) and name not in SPARED:
            raise Malformed(
                f"{name} is not a single value but a JSON {'list' if isinstance(value, list) else 'object'}"
            )


def raw_schema(dataset: str) -> pa.Schema:
    """A dataset's columns as text, behind the row number at which each record stood."""
    return pa.schema([("row", pa.int64()), *((name, pa.string()) for name in input_columns(dataset))])


def raw_table(dataset: str, rows: list[Row]) -> pa.Table:
    """Rows of any values as a raw table: every value as text, absent columns null."""
    return _table(dataset, [(row["row"], *map(row.get, COLUMNS[dataset])) for row in rows])


def _table(dataset: str, rows: list[Values]) -> pa.Table:
    schema = raw_schema(dataset)
    texts = [
        _texts(list(map(itemgetter(place), rows)), name in ID_COLUMNS[dataset])
        for place, name in enumerate(COLUMNS[dataset], start=1)
    ]
    return pa.table([[row[ROW] for row in rows], *texts], schema=schema)


def _texts(values: list[Any], are_ids: bool) -> list[str | None]:
    return values if TEXT.issuperset(map(type, values)) else [_text(value, are_ids) for value in values]


def _text(value: Any, is_id: bool) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if is_id and isinstance(value, float):
        return id_of_number(value, not getattr(value, "has_exponent", False))
    return json.dumps(value)
