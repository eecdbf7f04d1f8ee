"""A candidate that grew: a copy of the database that readers see, to which tonight was added.

Nothing of history is read or written then, row by row. That it is what readers see is proved by where it stands: every
segment of every column that readers see is a segment of the candidate still, at the same place in the file, unchanged
in memory; no row of it is deleted; every row behind it is tonight's; and the blocks hold the same bytes.
"""

from pathlib import Path
from typing import Any

import duckdb

from evenscore.base import atomic_io
from evenscore.base.errors import EvenscoreError
from evenscore.building.warehouse import columns_of, quoted
from evenscore.publication.candidate import stamped
from evenscore.publication.difference import difference
from evenscore.publication.run_folders import DATABASE
from evenscore.publication.shown_rows import MARTS
from evenscore.state.runs import Night

SEGMENTS = """
    select row_group_id, column_id, column_path, segment_id, segment_type, start, count, compression, has_updates,
        persistent, block_id, block_offset, additional_block_ids
    from pragma_storage_info({table})
"""
MOVED = """
    with sizes as (
        select row_group_id, max(start + count) as row_count from ({previous}) where column_id = 0 group by 1
    ),
    places as (
        select row_group_id, row_count, sum(row_count) over (order by row_group_id) as last from sizes
    )
    select min(last - row_count)::bigint, max(last)::bigint
    from places semi join ({previous} except {candidate}) using (row_group_id)
"""
"""From which row to which a table of readers has segments that the candidate has not."""
NAMES = ("previous", "candidate")
BLOCK_BYTES, HEADER_BYTES = 256 << 10, 12 << 10
"""A DuckDB file: three headers, then blocks."""


def may_grow(con: duckdb.DuckDBPyConnection, night: Night, manifest: dict[str, Any]) -> bool:
    """Whether tonight can be added at the end: it comes after all that readers see, none of that is to leave, and the
    tables are those that they see."""
    days = sorted({day for found in manifest.get("nights", {}).values() for day in found})
    ((first_kept,),) = con.execute("from raw.first_kept_night").fetchall()
    if not days or manifest["hashed_by"] != duckdb.__version__:
        return False
    is_last = first_kept.isoformat() <= days[0] and days[-1] < night.as_of_date.isoformat()
    return is_last and all(_shape(con, stamped(mart, night)) == _shape(con, f"from previous.{mart}") for mart in MARTS)


def _shape(con: duckdb.DuckDBPyConnection, rows: str) -> set[tuple[str, str]]:
    try:
        return {(name, kind) for name, kind, *_ in con.execute(f"describe {rows}").fetchall()}
    except duckdb.CatalogException:
        return set()


def begin(con: duckdb.DuckDBPyConnection, before: Path, draft: Path) -> None:
    """Attach a copy of the database that readers see as `candidate`."""
    atomic_io.copy(before / DATABASE, draft / DATABASE)
    con.execute(f"attach {quoted(draft / DATABASE)} as candidate")


def is_proven(con: duckdb.DuckDBPyConnection, night: Night, mart: str) -> bool:
    """Whether a table of the candidate is that of readers with rows of tonight behind it, and no other change."""
    if not columns_of(con, f"previous.{mart}"):
        return False
    segments = {name: SEGMENTS.format(table=quoted(f"{name}.{mart}")) for name in NAMES}
    ((seen_count,),) = con.execute(f"select count(*) from previous.{mart}").fetchall()
    counts = f"""
        select
            (select count(*) from ({segments["previous"]} except {segments["candidate"]})),
            (select count(*) from previous.{mart} where rowid >= {seen_count}),
            {seen_count} - (select count(*) from candidate.{mart} where rowid < {seen_count}),
            (
                select count(*) from candidate.{mart}
                where rowid >= {seen_count} and as_of_date is distinct from {quoted(night.as_of_date)}
            )
    """
    return con.execute(counts).fetchall() == [(0, 0, 0, 0)]


def settled(con: duckdb.DuckDBPyConnection) -> set[int]:
    """The blocks of the file that must hold the same bytes as before, once the candidate is written to the disk.

    There DuckDB may put small pieces of a table together: the rows of those are compared. Raises EvenscoreError naming
    the table where they are not the same.
    """
    found = set[int]()
    for mart in MARTS:
        previous, candidate = (SEGMENTS.format(table=quoted(f"{name}.{mart}")) for name in NAMES)
        kept = f"select block_id, additional_block_ids from ({previous} intersect {candidate})"
        for block, more in con.execute(kept).fetchall():
            found |= {block, *(more or ())} - {-1}
        first, last = con.execute(MOVED.format(previous=previous, candidate=candidate)).fetchall()[0]
        if first is not None:
            old, new = (f"from {name}.{mart} where rowid >= {first} and rowid < {last}" for name in NAMES)
            if difference(con, old, new):
                raise EvenscoreError(f"{mart}: published history changed while it was put together anew")
    return found


def require_same_bytes(before: Path, draft: Path, found: set[int]) -> None:
    """Raise EvenscoreError naming the file unless these blocks of it are the same in the draft."""
    with (before / DATABASE).open("rb", buffering=0) as old, (draft / DATABASE).open("rb", buffering=0) as new:
        for block in sorted(found):
            for handle in (old, new):
                handle.seek(HEADER_BYTES + block * BLOCK_BYTES)
            if old.read(BLOCK_BYTES) != new.read(BLOCK_BYTES):
                raise EvenscoreError(f"{draft / DATABASE}: block {block} of published history changed while it grew")
