"""Files that already have the canonical shape: Parquet, CSV and NDJSON, each plain, .gz or .zst."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from evenscore.canonical import DATASETS, REQUIRED_COLUMNS
from evenscore.connectors.base import MAX_RECORD_CHARACTERS, Parsed, Reject, parse_lines, raw_schema, raw_table
from evenscore.connectors.compressed import lines
from evenscore.connectors.records import Malformed, Row
from evenscore.errors import InputError
from evenscore.settings import Source

NDJSON_SUFFIXES = (".ndjson", ".jsonl", ".json")


class Files:
    """Canonical files of one dataset."""

    kind: ClassVar[str] = "files"

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one canonical file."""
        return read_canonical(path, source.dataset, source.network)


def read_canonical(path: Path, dataset: str, network: str | None = None) -> Parsed:
    """Read one file of a dataset by its suffix; rows that name no network get `network`.

    Raises InputError when the file cannot be read, or lacks a required column.
    """
    suffix = path.with_suffix("").suffix if path.suffix in (".gz", ".zst") else path.suffix
    required = [name for name in REQUIRED_COLUMNS[dataset] if name != "network" or not network]
    if suffix == ".parquet":
        parsed = _parquet(path, dataset, required)
    elif suffix == ".csv":
        parsed = _csv(path, dataset, required)
    elif suffix in NDJSON_SUFFIXES:
        parsed = parse_lines(path, lambda record: _ndjson(record, dataset, required))
    else:
        raise InputError(f"{path}: unknown suffix {suffix!r} (known: .parquet .csv .ndjson .jsonl .json, .gz .zst)")
    parsed.tables.setdefault(dataset, raw_table(dataset, []))
    if network:
        parsed.tables[dataset] = _fill_network(parsed.tables[dataset], network)
    return parsed


def _ndjson(record: Row, dataset: str, required: list[str]) -> Iterator[tuple[str, Row]]:
    for name in required:
        if name not in record:
            raise Malformed(f"{name} is missing")
    yield dataset, record


def _require_columns(path: Path, names: list[str], required: list[str]) -> None:
    for name in required:
        if name not in names:
            raise InputError(f"{path}: column {name} is missing (it has: {', '.join(names)})")


def _parquet(path: Path, dataset: str, required: list[str]) -> Parsed:
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: not a readable Parquet file: {error}") from error
    _require_columns(path, table.column_names, required)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {"row": pa.array(range(1, table.num_rows + 1), pa.int64())}
    for name in DATASETS[dataset].names:
        known = name in table.column_names
        columns[name] = _as_text(path, name, table.column(name)) if known else pa.nulls(table.num_rows, pa.string())
    return Parsed(tables={dataset: pa.table(columns, schema=raw_schema(dataset))}, record_count=table.num_rows)


def _as_text(path: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = column.cast(pa.timestamp(column.type.unit, "UTC"))
    try:
        return column.cast(pa.string())
    except pa.ArrowException as error:
        raise InputError(f"{path}: column {name} is of type {column.type}, which no text stands for") from error


def _csv(path: Path, dataset: str, required: list[str]) -> Parsed:
    reader = csv.reader(f"{line}\n" for line in lines(path))
    try:
        header = next(reader, None)
        if header is None:
            raise InputError(f"{path}: has no header line")
        _require_columns(path, header, required)
        return _csv_rows(reader, header, dataset)
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num}: {error}") from error


def _csv_rows(reader: Iterator[list[str]], header: list[str], dataset: str) -> Parsed:
    parsed, rows = Parsed(), []
    for number, values in enumerate(reader, start=2):
        if not values:
            continue
        parsed.record_count += 1
        if len(values) != len(header):
            reason = f"{len(values)} fields where the header has {len(header)}"
            parsed.rejects.append(Reject(number, reason, ",".join(values)[:MAX_RECORD_CHARACTERS]))
        else:
            rows.append({"row": number, **{name: value or None for name, value in zip(header, values, strict=True)}})
    parsed.tables = {dataset: raw_table(dataset, rows)}
    return parsed


def _fill_network(table: pa.Table, network: str) -> pa.Table:
    """Give rows without a network the source's own; a row that names another keeps it and is refused later."""
    index = table.column_names.index("network")
    return table.set_column(index, "network", table.column("network").fill_null(network))
