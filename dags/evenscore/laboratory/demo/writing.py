"""Source files, in the three forms that the networks deliver; the same rows are always the same bytes."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evenscore.base.canonical import ACTIVITY
from evenscore.laboratory.demo.accounts import Accounts
from evenscore.laboratory.demo.draws import Words
from evenscore.laboratory.demo.events import Events, event_ids
from evenscore.laboratory.demo.faults import Columns, DayFile
from evenscore.laboratory.demo.nights import LAST_NIGHT

COMPRESSION_LEVEL = 4


def columns_of(accounts: Accounts, rows: Events) -> dict[str, Words]:
    """The canonical columns of events; instants are still text."""
    names = np.append(accounts.ids, [None])  # NOBODY is -1, the last position: null
    size = len(rows)
    seconds = np.datetime64(LAST_NIGHT, "s") + (rows.second - 86_400 * rows.offset).astype("timedelta64[s]")
    return {
        "event_id": event_ids(accounts.network.prefix, rows),
        "network": np.full(size, accounts.network.name, dtype=object),
        "verb": rows.verb,
        "actor_id": names[rows.actor],
        "object_id": rows.object,
        "target_id": names[rows.target],
        "occurred_at": np.char.add(seconds.astype("U19"), "Z").astype(object),
        "value": np.full(size, None, dtype=object),
        "text": rows.text,
    }


def write_activity(path: Path, file: DayFile) -> None:
    """Write one night's file in the form that its name says."""
    form = next(form for suffix, form in FORMS.items() if path.name.endswith(suffix))
    path.write_bytes(form(file))


def _ndjson_gz(file: DayFile) -> bytes:
    line = "{" + ", ".join(f'"{name}": %s' for name in file.columns) + "}"
    columns = [[_json(value) for value in values] for values in file.columns.values()]
    lines = [line % row for row in zip(*columns, strict=True)]
    for position in file.unreadable:
        lines[position] = lines[position][:-20]
    return gzip.compress("".join(f"{line}\n" for line in lines).encode(), COMPRESSION_LEVEL, mtime=0)


_json = lru_cache(maxsize=1 << 15)(json.dumps)


def _csv(file: DayFile) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(file.columns)
    for position, row in enumerate(zip(*file.columns.values(), strict=True)):
        writer.writerow((*row, "surplus") if position in file.unreadable else row)
    return text.getvalue().encode()


def _parquet(file: DayFile) -> bytes:
    return parquet_bytes(pa.table({field.name: _typed(field, file.columns) for field in ACTIVITY}, schema=ACTIVITY))


def _typed(field: Any, columns: Columns) -> pa.Array:
    values: Any = columns[field.name]
    if pa.types.is_timestamp(field.type):
        values = np.array([value.removesuffix("Z") for value in values], dtype="datetime64[us]")
    return pa.array(values, field.type)


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as Parquet."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


FORMS: dict[str, Callable[[DayFile], bytes]] = {".ndjson.gz": _ndjson_gz, ".csv": _csv, ".parquet": _parquet}
