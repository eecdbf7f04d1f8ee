"""The topic list: which topics there are, and the terms that stand for each."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from evenscore.base.errors import InputError
from evenscore.base.settings import Settings
from evenscore.connectors.columns import shown

TERMS = pa.schema([("topic_id", pa.string()), ("name", pa.string()), ("term", pa.string()), ("is_name", pa.bool_())])
NAME_COLUMNS = ("name", "display_name")
SEPARATOR = "|"
MAX_ID_CHARACTERS = 500
"""Short enough for the ledger's purpose `topic:<topic_id>`."""

Record = Mapping[str, Any]


def read_topics(settings: Settings) -> pa.Table:
    """One row a (topic, term) of the configured list; empty where none is configured.

    Raises InputError naming the file and the row.
    """
    path = settings.topic_list
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for number, record in _records(path) if path else ():
        topic_id, name = _text(record, "topic_id"), _text(record, *NAME_COLUMNS)
        problem = _problem(topic_id, name, seen)
        if problem:
            raise InputError(f"{path}: row {number}: {problem}")
        seen.add(topic_id)
        terms = [term.strip() for term in _text(record, "terms").split(SEPARATOR) if term.strip()]
        rows += [{"topic_id": topic_id, "name": name, "term": t, "is_name": not terms} for t in terms or [name]]
    return pa.Table.from_pylist(rows, schema=TERMS)


def _problem(topic_id: str, name: str, seen: set[str]) -> str | None:
    if not topic_id:
        return "topic_id is missing"
    if len(topic_id) > MAX_ID_CHARACTERS:
        return "topic_id is too long"
    if topic_id in seen:
        return f"topic_id is given twice: {topic_id}"
    return None if name else "name is missing"


def _text(record: Record, *columns: str) -> str:
    """The first of the columns that says something."""
    values = (str(record[column]).strip() for column in columns if record.get(column) is not None)
    return next((value for value in values if value), "")


def _records(path: Path) -> Iterator[tuple[int, Record]]:
    """The rows of a list, numbered as its reader would: lines of a CSV file, rows of a Parquet one."""
    try:
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            _require_columns(path, table.column_names)
            yield from enumerate(table.to_pylist(), start=1)
        elif path.suffix == ".csv":
            yield from _lines(path)
        else:
            raise InputError(f"{path}: unknown suffix {path.suffix!r} (known: .csv .parquet)")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start + 1})") from error
    except (csv.Error, pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error


def _lines(path: Path) -> Iterator[tuple[int, Record]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle, strict=True)
        _require_columns(path, reader.fieldnames or ())
        for record in reader:
            if None in record or None in record.values():
                raise InputError(f"{path}: row {reader.line_num}: not as many fields as the header has")
            yield reader.line_num, record


def _require_columns(path: Path, names: Any) -> None:
    for wanted in (("topic_id",), NAME_COLUMNS):
        if not set(wanted) & set(names):
            raise InputError(f"{path}: column {wanted[0]} is missing ({shown(names)})")
