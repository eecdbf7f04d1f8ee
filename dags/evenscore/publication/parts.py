"""The published tables as Parquet: a folder a table, a file a night, which all runs share that show the same rows.

History is immutable, so a night's file is a link to the one that an earlier run has, as long as count and sum of hashes
say that it holds the same rows. Tables that are no history of nights are one file, written anew.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenscore.base import atomic_io
from evenscore.base.databases import columns_of, file_of, quoted
from evenscore.publication.run_folders import PARQUET, read_manifest
from evenscore.publication.shown_rows import MARTS

Sum = tuple[int, str]
"""The count of a night's rows in a table, and the sum of their 64-bit hashes, as text: JSON has no number so large."""
Nights = dict[str, dict[str, Sum]]
"""Of each mart, of each night (ISO 8601) that has rows there."""

OWN = ("runs", "data_quality", "evaluation", "incidents")
"""What is no history of nights, and small."""
LATEST = "current_scores"
"""Of each person and persona the latest row of `person_scores`, without reading all of them."""
LATEST_OF = ("person_id", "persona")
EMPTY = "empty"
LOOKED_AT_EVERY = 30
"""After so many nights the file of each earlier night was looked at once, by the way: whether it holds what was written
then."""


def sums(con: duckdb.DuckDBPyConnection, database: str, night: date | None = None) -> Nights:
    """What the marts of a database hold of each night, or of one."""
    return {mart: _sums(con, f"{database}.{mart}", night) for mart in MARTS if columns_of(con, f"{database}.{mart}")}


def _sums(con: duckdb.DuckDBPyConnection, table: str, night: date | None) -> dict[str, Sum]:
    where = f"where as_of_date = {quoted(night)}" if night else ""
    total = "sum(hash(rows)::hugeint)"
    query = f"select as_of_date, count(*), {total} from (from {table} {where}) as rows group by 1 order by 1"
    rows = con.execute(query).fetchall()
    return {str(day): (count, str(total)) for day, count, total in rows}


def unlike_count(
    con: duckdb.DuckDBPyConnection, table: str, known: Mapping[str, Sum], tonight: date, is_proven: bool
) -> int:
    """How many earlier nights hold other rows than the manifest says: of all of them or, where history is proved to
    stand where it was published, of the last."""
    looked_at = [max(known)] if known and is_proven else None
    found = _sums(con, table, date.fromisoformat(looked_at[0]) if looked_at else None)
    days = looked_at or (known.keys() | found.keys()) - {str(tonight)}
    return sum(tuple(found.get(day, ())) != tuple(known.get(day, ())) for day in days)


def is_due(day: str, tonight: date) -> bool:
    """Whether the file of an earlier night is looked at tonight: that of the last one always, the others in turn."""
    nights_ago = (tonight - date.fromisoformat(day)).days
    return nights_ago == 1 or nights_ago % LOOKED_AT_EVERY == 0


def write(con: duckdb.DuckDBPyConnection, draft: Path, nights: Nights, donors: Iterable[Path], tonight: date) -> None:
    """Write the tables of the database `candidate` below a draft.

    Nights whose rows one of the `donors`, kept runs, has already are linked to. One thread writes, so the bytes repeat.
    """
    known = [
        (folder, manifest)
        for folder in donors
        if (manifest := read_manifest(folder)).get("hashed_by") == duckdb.__version__
    ]
    (draft / PARQUET).mkdir()
    con.execute("set threads = 1")
    for mart, found in nights.items():
        folder = draft / PARQUET / f"{mart}.parquet"
        folder.mkdir()
        for day, total in found.items():
            path = folder / f"{day}.parquet"
            if not any(_link(path, donor, manifest, (mart, day, total), tonight) for donor, manifest in known):
                _copy(con, f"select * from candidate.{mart} where as_of_date = {quoted(day)}", path)
        if not found:
            _copy(con, f"select * from candidate.{mart} limit 0", folder / f"{EMPTY}.parquet")
    for table in OWN:
        if columns_of(con, f"candidate.{table}"):
            _copy(con, f"from candidate.{table}", draft / PARQUET / f"{table}.parquet")
    con.execute("reset threads")


def _link(path: Path, donor: Path, manifest: Mapping[str, Any], what: tuple[str, str, Sum], tonight: date) -> bool:
    """Link a part to a kept run's with the same rows. False where there is none, or it is not what was written."""
    mart, day, total = what
    name = f"{PARQUET}/{mart}.parquet/{day}.parquet"
    digest = manifest["sha256"].get(name)
    if digest is None or tuple(manifest.get("nights", {}).get(mart, {}).get(day, ())) != tuple(total):
        return False
    try:
        if is_due(day, tonight) and atomic_io.sha256(donor / name) != digest:
            return False
        os.link(donor / name, path)
    except OSError:  # it is gone, or the file system has no links
        return False
    return True


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"copy ({query}) to {quoted(path)} (format parquet, compression zstd)")


def write_latest(con: duckdb.DuckDBPyConnection, draft: Path, before: Path | None, tonight: date) -> int:
    """Write `current_scores`: where the draft adds a night to the run `before`, its rows in the place of older ones.

    Returns how many rows it has.
    """
    query = f"from candidate.{LATEST}"
    if before:
        con.execute(
            f"create or replace temp view newer as from candidate.person_scores where as_of_date = {quoted(tonight)}"
        )
        older = f"from read_parquet({file_of(before / PARQUET / f'{LATEST}.parquet')})"
        query = f"({older} as older anti join newer using ({', '.join(LATEST_OF)})) union all by name from newer"
    path = draft / PARQUET / f"{LATEST}.parquet"
    _copy(con, f"from ({query}) order by {', '.join(LATEST_OF)}", path)
    ((found,),) = con.execute(f"select count(*) from read_parquet({file_of(path)})").fetchall()
    return int(found)


def row_counts(con: duckdb.DuckDBPyConnection, nights: Nights, latest_count: int) -> dict[str, int]:
    """How many rows each table and view of the database `candidate` has."""
    own = {
        name: con.execute(f"select count(*) from candidate.{name}").fetchall()[0][0]
        for name in OWN
        if columns_of(con, f"candidate.{name}")
    }
    return (
        own
        | {mart: sum(count for count, _ in found.values()) for mart, found in nights.items()}
        | {LATEST: latest_count}
    )
