"""GH Archive: events a CPU second, of the connector and of what else reads JSON lines, one after another in one run.

The connector decides what an event is, whom its text mentions, and who is behind it, and refuses what is malformed;
the others only read columns and write Parquet: DuckDB's read_json with the columns named and with its own detection,
Polars (where an interpreter has it: a second argument names one), and gunzip with json.loads. The connector writes the
same Parquet from its rows.

Usage: PYTHONPATH=dags python benchmarks/gharchive_rows.py FILE.json.gz [PYTHON-WITH-POLARS]
"""

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas  # noqa: F401  # pyarrow asks for it once a process, at the first list that it is given
import pyarrow as pa
import pyarrow.parquet as pq

from evenscore.base.sources import Source
from evenscore.connectors import CONNECTORS

COLUMNS = {
    "id": "varchar",
    "type": "varchar",
    "actor": "json",
    "repo": "json",
    "payload": "json",
    "created_at": "varchar",
}
POLARS = """
import sys, time
import polars as pl
started = time.process_time()
columns = {name: pl.String for name in ("id", "type", "created_at")}
frame = pl.read_ndjson(sys.argv[1], infer_schema_length=None, ignore_errors=True)
frame.write_parquet(sys.argv[2])
print(frame.height, time.process_time() - started)
"""


def connector(path: Path, target: Path) -> int:
    """Canonical rows, checked, as Parquet."""
    parsed = CONNECTORS["gharchive"].parse(path, Source(name="net", kind="gharchive", path=str(path), network="github"))
    pq.write_table(parsed.tables["activity"], target)
    return parsed.record_count


def explicit(path: Path, target: Path) -> int:
    """DuckDB, told the columns."""
    return _duckdb(f"read_json('{path}', format = 'newline_delimited', columns = {COLUMNS})", target)


def detected(path: Path, target: Path) -> int:
    """DuckDB, finding out the columns of the whole file."""
    return _duckdb(f"read_json('{path}', format = 'newline_delimited', sample_size = -1)", target)


def _duckdb(read: str, target: Path) -> int:
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"copy (from {read}) to '{target}' (format parquet)")
        ((count,),) = con.execute(f"select count(*) from '{target}'").fetchall()
        return int(count)


def plain(path: Path, target: Path) -> int:
    """Gunzip, json.loads, and Parquet of what stands at the top."""
    with gzip.open(path, "rt") as file:
        events = [json.loads(line) for line in file]
    texts = {name: [str(one.get(name)) for one in events] for name in COLUMNS}
    pq.write_table(pa.table(texts), target)
    return len(events)


def timed(read: Callable[[Path, Path], int], path: Path, target: Path) -> tuple[int, float]:
    """How many events, and how many of them a CPU second."""
    started = time.process_time()
    count = read(path, target)
    return count, count / (time.process_time() - started)


def polars(python: str, path: Path, target: Path) -> tuple[int, float]:
    """The same of Polars, in an interpreter that has it."""
    said = subprocess.run([python, "-c", POLARS, str(path), str(target)], capture_output=True, text=True, check=True)
    count, seconds = said.stdout.split()
    return int(count), int(count) / float(seconds)


def main() -> None:
    """Print one line each."""
    path = Path(sys.argv[1])
    ways = {"connector": connector, "read_json, columns named": explicit, "read_json, detected": detected,
            "gunzip + json.loads": plain}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for name, read in ways.items():
            count, rate = timed(read, path, Path(folder) / "rows.parquet")
            print(f"| {name} | {count:,} | {rate:,.0f} |")
        if len(sys.argv) > 2:
            count, rate = polars(sys.argv[2], path, Path(folder) / "rows.parquet")
            print(f"| Polars read_ndjson | {count:,} | {rate:,.0f} |")


if __name__ == "__main__":
    main()
