"""Files that already have the canonical shape: Parquet, CSV and NDJSON, each plain, .gz or .zst."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenscore.base.canonical import ID_COLUMNS, REQUIRED_COLUMNS, input_columns
from evenscore.base.errors import InputError
from evenscore.base.sources import Source
from evenscore.connectors.base import MAX_RECORD_CHARACTERS, Parsed, Reject, parse_lines, raw_schema, raw_table, refuse
from evenscore.connectors.columns import MAX_UNREAD, require_columns, require_spelling, require_width, unread
from evenscore.connectors.compressed import BOMB_BYTES, MAX_LINE_BYTES, MAX_RATIO, PACKED, Unended, lines
from evenscore.connectors.records import Malformed, Row
from evenscore.connectors.whole_numbers import ids_of_numbers, require_digits

FOOTER_END_BYTES = 8
"""A Parquet file ends with the length of its footer, in four bytes, and four letters."""
MAX_FOOTER_BYTES = 8 << 20
NDJSON_SUFFIXES = (".ndjson", ".jsonl", ".json")
UNCLOSED_QUOTE = "unexpected end of data"
"""How the csv module says that the file ended within quotes."""

csv.field_size_limit(MAX_LINE_BYTES)  # by default 128 KiB, less than one long post

PROTECTING = ("accounts", "consent")
"""Datasets of which a row that was cut may have asked that somebody be left alone."""
MAY_BE_TORN = "the last line has no line end, so it may be the beginning of a longer one, and the rest lost"
WHOLE_END = re.compile(r'"$|,(true|false|[^,]*T[^,]*(Z|[+-]\d\d:?\d\d))$', re.IGNORECASE)
"""How a CSV line ends that no longer one begins with: in a closed quote, a truth, or an instant with its zone."""


class Files:
    """Canonical files of one dataset."""

    kind: ClassVar[str] = "files"

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one canonical file."""
        return read_canonical(path, source.dataset, source.network)


def read_canonical(path: Path, dataset: str, network: str | None = None) -> Parsed:
    """Read one file of a dataset by its suffix; rows that name no network get `network`.

    Raises InputError when the file cannot be read, lacks a required column or misspells a known one, holds ids that
    have lost digits, or, of account snapshots, holds a record of which nobody can tell whom it protects.
    """
    suffix = path.with_suffix("").suffix if path.suffix in PACKED else path.suffix
    required = [name for name in REQUIRED_COLUMNS[dataset] if name != "network" or not network]
    if suffix == ".parquet":
        parsed = _parquet(path, dataset, required)
    elif suffix == ".csv":
        parsed = _csv(path, dataset, required)
    elif suffix in NDJSON_SUFFIXES:
        parsed = _json_lines(path, dataset, required)
    else:
        raise InputError(f"{path}: unknown suffix {suffix!r} (known: .parquet .csv .ndjson .jsonl .json, .gz .zst)")
    if dataset == "accounts":
        _require_sound(path, parsed)
    rows = _without_blanks(parsed.tables.get(dataset, raw_table(dataset, [])))
    # The ledger keeps to the letter what was said, or a row that was taken in would count as changed.
    rows = require_digits(path, dataset, rows, is_kept_as_written=dataset == "consent")
    parsed.tables[dataset] = _fill_network(rows, network) if network else rows
    return parsed


def _require_sound(path: Path, parsed: Parsed) -> None:
    for reject in parsed.rejects:
        raise InputError(
            f"{path}: row {reject.row}: {reject.reason}: a snapshot that cannot be read may ask that somebody be "
            "private; mend the row"
        )


def _without_blanks(rows: pa.Table) -> pa.Table:
    """An empty text says nothing, in whatever format it stands."""
    for place, name in enumerate(rows.column_names):
        if name != "row" and pc.any(pc.equal(rows[name], "")).as_py():
            rows = rows.set_column(place, name, pc.if_else(pc.equal(rows[name], ""), None, rows[name]))
    return rows


def _json_lines(path: Path, dataset: str, required: list[str]) -> Parsed:
    seen: set[str] = set()

    def rows(record: Row) -> Iterator[tuple[str, Row]]:
        if not seen.issuperset(record):
            fresh = record.keys() - seen
            require_spelling(path, sorted(fresh), dataset)
            if len(seen) < MAX_UNREAD:
                seen.update(fresh)
        for name in required:
            if name not in record:
                raise Malformed(f"{name} is missing")
        yield dataset, record

    parsed = parse_lines(path, rows)
    parsed.unread = unread(seen, dataset)
    return parsed


def _parquet(path: Path, dataset: str, required: list[str]) -> Parsed:
    _require_plain_footer(path)
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        require_width(path, file.metadata.num_columns)
        names = file.schema_arrow.names
        require_columns(path, names, dataset, required)
        _require_no_bomb(path, file.metadata)
        table = file.read([name for name in input_columns(dataset) if name in names])
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: not a readable Parquet file: {' '.join(str(error).split())}") from error
    columns: dict[str, pa.Array | pa.ChunkedArray] = {"row": pa.array(range(1, table.num_rows + 1), pa.int64())}
    for name in input_columns(dataset):
        known = name in table.column_names
        is_id = name in ID_COLUMNS[dataset]
        columns[name] = _as_text(path, name, table.column(name), is_id) if known else _nothing(table.num_rows)
    raw = pa.table(columns, schema=raw_schema(dataset))
    return Parsed(tables={dataset: raw}, record_count=table.num_rows, unread=unread(names, dataset))


def _require_plain_footer(path: Path) -> None:
    """Refuse a description of the columns that takes longer to read than all the rows of an honest file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - FOOTER_END_BYTES))
        footer_bytes = int.from_bytes(file.read(4), "little")
    if MAX_FOOTER_BYTES < footer_bytes <= size:
        raise InputError(f"{path}: its columns are described in {footer_bytes:,} bytes; taken for a bomb")


def _nothing(count: int) -> pa.Array:
    return pa.nulls(count, pa.string())


def _require_no_bomb(path: Path, metadata: pq.FileMetaData) -> None:
    """Equal values take no room in Parquet, so rows are weighed beside bytes."""
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    unpacked_bytes = max(metadata.num_rows * metadata.num_columns, sum(group.total_byte_size for group in groups))
    if unpacked_bytes > BOMB_BYTES and unpacked_bytes > MAX_RATIO * path.stat().st_size:
        raise InputError(f"{path}: unpacks to more than {MAX_RATIO} times its size; taken for a bomb")


def _as_text(path: Path, name: str, column: pa.ChunkedArray, is_id: bool) -> pa.ChunkedArray:
    if is_id and (pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        return ids_of_numbers(path, name, column)
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = column.cast(pa.timestamp(column.type.unit, "UTC"))
    try:
        column = column.cast(pa.string())
    except pa.ArrowNotImplementedError as error:
        raise InputError(f"{path}: column {name} is of type {column.type}, which no text stands for") from error
    except pa.ArrowInvalid as error:
        raise InputError(f"{path}: column {name} cannot be read as text: {error}") from error
    try:
        column.validate(full=True)
    except pa.ArrowInvalid as error:
        raise InputError(f"{path}: column {name} is not UTF-8: {error}") from error
    return column


def _csv(path: Path, dataset: str, required: list[str]) -> Parsed:
    parsed, rows = Parsed(), list[Row]()
    text = _Text(path, parsed.notes)
    records = _csv_records(path, text)
    header = next(records, None)
    if header is None:
        raise InputError(f"{path}: has no header line; move it away, or deliver the header alone of a quiet day")
    if isinstance(header, csv.Error):
        raise InputError(f"{path}: line 1: {header}")
    require_columns(path, header, dataset, required)
    parsed.unread = unread(header, dataset)
    for number, values in enumerate(records, start=2):
        if not values:
            continue
        parsed.record_count += 1
        parsed.unended_row = number if text.is_unended else None
        if isinstance(values, csv.Error):
            refuse(path, parsed, Reject(number, f"invalid CSV: {values}", ""))
        elif len(values) != len(header):
            reason = f"{len(values)} fields where the header has {len(header)}"
            refuse(path, parsed, Reject(number, reason, ",".join(values)[:MAX_RECORD_CHARACTERS]))
        else:
            rows.append({**{name: value or None for name, value in zip(header, values, strict=True)}, "row": number})
    parsed.tables = {dataset: raw_table(dataset, rows)}
    if text.may_be_torn:
        if dataset in PROTECTING:
            raise InputError(f"{path}: {MAY_BE_TORN}; end it with a line end, or deliver the whole file")
        parsed.notes.add(MAY_BE_TORN)
    return parsed


class _Text:
    """The lines of a file, each with its end, as the csv module wants them; knows whether the last had one."""

    def __init__(self, path: Path, notes: set[str]) -> None:
        self._lines = lines(path, notes)
        self._is_vouched_for = path.suffix in PACKED
        self.last: str = ""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.last = line
            yield f"{line}\n"

    @property
    def is_unended(self) -> bool:
        """Whether no line end closes the last line."""
        return isinstance(self.last, Unended)

    @property
    def may_be_torn(self) -> bool:
        """Whether the last line may be the beginning of a longer one: a packed file is whole by its checksum."""
        return self.is_unended and not self._is_vouched_for and not WHOLE_END.search(self.last)


def _csv_records(path: Path, text: _Text) -> Iterator[list[str] | csv.Error]:
    """The records of a CSV file, and for one that isn't sound, what is wrong with it."""
    reader = csv.reader(text, strict=True)
    while True:
        first_line = reader.line_num + 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if str(error) == UNCLOSED_QUOTE:
                raise InputError(f"{path}: line {first_line}: a quote is opened and never closed") from error
            yield error


def _fill_network(table: pa.Table, network: str) -> pa.Table:
    """Give rows without a network the source's own; a row that names another keeps it and is refused later."""
    index = table.column_names.index("network")
    return table.set_column(index, "network", table.column("network").fill_null(network))
