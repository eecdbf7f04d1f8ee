"""A candidate that grew: a copy of the database that readers see, to which tonight was added.

Nothing of history is read or written then, row by row. That it is what was published is proved by where it stands:
every segment of every column that the run before noted is a segment of the candidate still, at the same place in the
file, unchanged in memory; no row of it is deleted; every row behind it is tonight's; and the blocks hold the same
bytes.
"""

from pathlib import Path
from typing import Any

import duckdb

from evenscore.base import atomic_io
from evenscore.base.databases import columns_of, file_of, quoted
from evenscore.base.errors import EvenscoreError
from evenscore.publication import pieces
from evenscore.publication.candidate import stamped
from evenscore.publication.difference import difference
from evenscore.publication.run_folders import DATABASE, read_manifest
from evenscore.publication.shown_rows import MARTS
from evenscore.state.runs import Night

FILE = "segments.parquet"
"""Where a run has noted the segments of its marts, as they stand in its database."""
SEGMENTS = """
    select {mart} as mart, row_group_id, column_id, column_path, segment_id, segment_type, start, count, compression,
        has_updates, persistent, block_id, block_offset, additional_block_ids
    from pragma_storage_info({table}, loaded_segments_only := {loaded_only})
"""
NOTED, LISTED = "noted_segments", "listed_segments"
"""Temp tables: what the run that readers see has noted, and what the candidate has now."""
UNLIKE = f"""
    select count(*)
    from ((from {NOTED} semi join {LISTED} using (mart, row_group_id, column_id)) except from {LISTED})
"""
"""How many segments the candidate has otherwise than they were noted, in the columns of row groups that are listed."""
SIZES = f"""
    select mart, row_group_id, max(start + count) as row_count from {NOTED} where column_id = 0 group by all
"""
MOVED = f"""
    with places as (
        select *, sum(row_count) over (partition by mart order by row_group_id) as last from ({SIZES})
    )
    select mart, min(last - row_count)::bigint, max(last)::bigint
    from places semi join (from {NOTED} except from {LISTED}) using (mart, row_group_id)
    group by mart order by mart
"""
"""Of each mart, from which row to which it has segments that the candidate has not."""
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


def settle(con: duckdb.DuckDBPyConnection, draft: Path) -> None:
    """Write the candidate to the disk, read it from there from here on, and note where its marts stand."""
    con.execute("checkpoint candidate")
    con.execute("detach candidate")
    con.execute(f"attach {quoted(draft / DATABASE)} as candidate (read_only)")
    _list(con, loaded_only=False)
    con.execute(f"copy {LISTED} to {quoted(draft / FILE)} (format parquet, compression zstd)")


def recall(con: duckdb.DuckDBPyConnection, folder: Path) -> bool:
    """Lay out what a run has noted of its segments. False where it has not, or the file is not as it was."""
    manifest = read_manifest(folder)
    if FILE not in pieces.named(manifest) or not pieces.is_whole(folder, manifest, FILE):
        return False
    con.execute(f"create or replace temp table {NOTED} as from read_parquet({file_of(folder / FILE)})")
    return True


def _list(con: duckdb.DuckDBPyConnection, loaded_only: bool) -> None:
    listed = " union all ".join(
        SEGMENTS.format(mart=quoted(mart), table=quoted(f"candidate.{mart}"), loaded_only=loaded_only)
        for mart in MARTS
        if columns_of(con, f"candidate.{mart}")
    )
    con.execute(f"create or replace temp table {LISTED} as {listed}")


def begin(con: duckdb.DuckDBPyConnection, before: Path, draft: Path) -> None:
    """Attach a copy of the database that readers see as `candidate`."""
    atomic_io.copy(before / DATABASE, draft / DATABASE)
    con.execute(f"attach {quoted(draft / DATABASE)} as candidate")


def is_proven(con: duckdb.DuckDBPyConnection, night: Night) -> bool:
    """Whether the marts of the candidate are those that were noted with rows of tonight behind them, and no other
    change.

    A column of a row group that was never loaded from the file cannot have been changed, and is not listed.
    """
    _list(con, loaded_only=True)
    return con.execute(UNLIKE).fetchall() == [(0,)] and not _with_other_rows(con, night)


def _with_other_rows(con: duckdb.DuckDBPyConnection, night: Night) -> set[str]:
    """The marts of the candidate that have lost a row of history, or have one behind it that is not tonight's."""
    seen_counts = dict(con.execute(f"select mart, sum(row_count)::bigint from ({SIZES}) group by mart").fetchall())
    looks = []
    for mart in MARTS:
        seen_count = seen_counts.get(mart, 0)
        lost = f"{seen_count} - (select count(*) from candidate.{mart} where rowid < {seen_count})"
        others = f"rowid >= {seen_count} and as_of_date is distinct from {quoted(night.as_of_date)}"
        looks.append(f"select {quoted(mart)}, {lost} + (select count(*) from candidate.{mart} where {others})")
    return {mart for mart, count in con.execute(" union all ".join(looks)).fetchall() if count}


def kept_blocks(con: duckdb.DuckDBPyConnection, night: Night) -> set[int]:
    """The blocks of the file that must hold the same bytes as before, once the candidate is settled.

    There DuckDB may put small pieces of a table together: the rows of those are compared. Raises EvenscoreError naming
    the table where they are not the same.
    """
    changed = _with_other_rows(con, night)
    for mart, first, last in con.execute(MOVED).fetchall():
        rows = [f"from {name}.{mart} where rowid >= {first} and rowid < {last}" for name in ("previous", "candidate")]
        if difference(con, *rows):
            changed.add(mart)
    if changed:
        raise EvenscoreError(f"{', '.join(sorted(changed))}: published history changed while it was put together anew")
    kept = f"(from {NOTED} intersect from {LISTED})"
    blocks = f"select distinct unnest(list_prepend(block_id, additional_block_ids)) as block_id from {kept}"
    return {block for (block,) in con.execute(f"from ({blocks}) where block_id >= 0").fetchall()}


def require_same_bytes(before: Path, draft: Path, found: set[int]) -> None:
    """Raise EvenscoreError naming the file unless these blocks of it are as they were published, and the same in the
    draft."""
    changed = pieces.changed(before, read_manifest(before), read_manifest(draft), DATABASE)
    with (before / DATABASE).open("rb", buffering=0) as old, (draft / DATABASE).open("rb", buffering=0) as new:
        for block in sorted(found):
            place = HEADER_BYTES + block * BLOCK_BYTES
            if not changed & {place // pieces.PIECE_BYTES, (place + BLOCK_BYTES - 1) // pieces.PIECE_BYTES}:
                continue
            for handle in (old, new):
                handle.seek(place)
            if old.read(BLOCK_BYTES) != new.read(BLOCK_BYTES):
                raise EvenscoreError(f"{draft / DATABASE}: block {block} of published history changed while it grew")
