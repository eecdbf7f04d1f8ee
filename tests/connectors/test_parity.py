"""Every column of every dataset, through every format, lands the same bytes."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from duckdb import DuckDBPyConnection

from evenscore.base.canonical import (
    COUNTERS,
    DATASETS,
    FLAGS,
    ID_COLUMNS,
    INSTANT_COLUMN,
    REQUIRED_COLUMNS,
    input_columns,
)
from evenscore.connectors.files import read_canonical
from evenscore.landing_zone.validation import validator
from evenscore.names.account_ids import AccountIds
from home import Record, event
from validated import validate

LATEST = datetime(2026, 4, 1, tzinfo=UTC)
INSTANT = datetime(2026, 3, 1, 10, 30)
SOUND: dict[str, Record] = {
    "activity": event(),
    "accounts": {"network": "forum", "account_id": "ann", "captured_at": "2026-03-01T10:30:00Z"},
    "aliases": {"network": "forum", "kind": "account", "alias_id": "ann", "stable_id": "7", "seen_at": "2026-03-01"},
    "consent": {
        "person_id": "p",
        "network": "forum",
        "account_id": "ann",
        "persona": "work",
        "action": "grant",
        "purpose": "public_score",
        "is_adult": "true",
        "recorded_at": "2026-03-01T10:30:00Z",
    },
}
FLAG_COLUMNS = ("is_private", "is_bot", "is_adult", *FLAGS["accounts"])
INSTANTS = (*INSTANT_COLUMN.values(), "recorded_at")
WORDS = {"network": ["forum"], "verb": ["review"], "kind": ["object"], "persona": ["personal"], "action": ["withdraw"]}
WORDS |= {"purpose": ["research"]}


def values_of(name: str) -> list[Any]:
    """What a column may hold, in the types that a program would give it."""
    if name in FLAG_COLUMNS:
        return [True, False]
    if name in COUNTERS:
        return [0, 12]
    if name in INSTANTS:
        return [INSTANT, INSTANT.replace(tzinfo=UTC), INSTANT.replace(tzinfo=timezone(timedelta(hours=5)))]
    if name == "value":
        return [4.5, -3.0, 1e-7]
    if any(name in names for names in ID_COLUMNS.values()):
        return ["Zo\u00eb", 10900000000, 101.0, 'a,b "c"\'']
    return WORDS.get(name, ["two\nlines", "o'neil \u00fc"])


def written(value: Any) -> str:
    """A value as a CSV has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, bool) else "" if value is None else str(value)


def as_csv(rows: list[Record]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([list(rows[0]), *([written(value) for value in row.values()] for row in rows)])
    return text.getvalue().encode()


def as_json(rows: list[Record]) -> bytes:
    plain = [{k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()} for row in rows]
    return "".join(json.dumps(row) + "\n" for row in plain).encode()


def as_parquet(rows: list[Record]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


FORMATS: dict[str, Callable[[list[Record]], bytes]] = {
    "csv": as_csv,
    "csv.gz": lambda rows: gzip.compress(as_csv(rows)),
    "csv.zst": lambda rows: zstandard.compress(as_csv(rows)),
    "ndjson": as_json,
    "ndjson.gz": lambda rows: gzip.compress(as_json(rows)),
    "jsonl": as_json,
    "json": as_json,
    "parquet": as_parquet,
}
UNIQUE = {"activity": "event_id", "accounts": "account_id", "aliases": "alias_id", "consent": "person_id"}
"""The column by which the cases of one dataset are kept apart."""


def cases(dataset: str) -> list[Record]:
    """One row for every value of every column, and for each way of saying nothing in it."""
    found = []
    for name in input_columns(dataset):
        values = [value for value in values_of(name) if (dataset, value) != ("consent", 101.0)]
        for value in [*values, "", None]:
            unique = {} if name == UNIQUE[dataset] else {UNIQUE[dataset]: f"u{len(found)}"}
            found.append({**SOUND[dataset], **unique, name: value})
        if name not in REQUIRED_COLUMNS[dataset]:
            found.append({**SOUND[dataset], UNIQUE[dataset]: f"u{len(found)}"})
    return found


@pytest.fixture(scope="module")
def con() -> Iterator[DuckDBPyConnection]:
    with validator() as scratch:
        yield scratch


def read(folder: Path, dataset: str, suffix: str, rows: list[Record]) -> pa.Table:
    path = folder / f"a.{suffix}"
    path.write_bytes(FORMATS[suffix](rows))
    return read_canonical(path, dataset, "forum").tables[dataset]


def landed(con: DuckDBPyConnection, folder: Path, dataset: str, suffix: str) -> Any:
    """What every case lands, as bytes, and what is said of the others."""
    raw = pa.concat_tables([read(folder, dataset, suffix, [row]) for row in cases(dataset)])
    raw = raw.set_column(0, "row", pa.array(range(raw.num_rows), pa.int64()))
    accepted, rejects, repeats = validate(con, dataset, raw, "forum", LATEST, AccountIds())
    sink = io.BytesIO()
    pq.write_table(accepted.sort_by([(name, "ascending") for name in accepted.column_names]), sink)
    return accepted.to_pylist(), sink.getvalue(), [(reject.row, reject.reason) for reject in rejects], repeats


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("dataset", DATASETS)
def test_every_column_lands_the_same_bytes_in_every_format(
    dataset: str, suffix: str, con: DuckDBPyConnection, tmp_path: Path
) -> None:
    found, known = (landed(con, tmp_path, dataset, each) for each in (suffix, "csv"))
    assert sorted(found[0], key=str) == sorted(known[0], key=str)
    assert found[1:] == known[1:]
    assert len(found[0]) > len(input_columns(dataset))


@pytest.mark.parametrize("suffix", FORMATS)
def test_whoever_asks_not_to_be_shown_is_private_in_every_format(
    suffix: str, tmp_path: Path, con: DuckDBPyConnection
) -> None:
    asking = {"is_private": True, **FLAGS["accounts"]}
    rows = [{**SOUND["accounts"], "account_id": flag, flag: value} for flag, value in asking.items()]
    raw = pa.concat_tables([read(tmp_path, "accounts", suffix, [row]) for row in rows])
    accepted, _, _ = validate(con, "accounts", raw, "forum", LATEST)
    assert {row["account_id"]: row["is_private"] for row in accepted.to_pylist()} == dict.fromkeys(asking, True)
