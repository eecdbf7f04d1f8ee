"""Scores of nights that nobody was shown: reconstructed once, kept for each person, and used while nothing has changed.

Each row names its grounds: a keyed digest of all that the score was computed from (the dbt models `night_grounds` and
`looked_back_nights` say of what). A night takes a row only where its own digest is the same, so a late event, another
ledger, setting, method or version has the night scored again. It is a cache: whoever doubts it removes it.
"""

import contextlib
import hashlib
import platform
import shutil
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import duckdb

from evenscore.base import atomic_io, databases, warehouse
from evenscore.base.bundled import DBT_PROJECT, PACKAGE, project_files
from evenscore.base.databases import file_of
from evenscore.base.paths import HomePaths
from evenscore.scoring.secrecy import draw_key

COLUMNS = {
    "person_id": "varchar",
    "persona": "varchar",
    "as_of_date": "date",
    "scoring_version": "integer",
    "grounds": "ubigint",
    **dict.fromkeys(("score", "score_low", "score_high"), "double"),
    **dict.fromkeys(("evidence_count", "engager_count"), "bigint"),
    **dict.fromkeys(("is_sufficient", "has_parts"), "boolean"),
}
"""A kept row: what the gate asks of a night that is past."""

COMPUTING = ("scoring", "names")
"""The rooms of the package that the dbt project's Python models and the engagers' names rest on."""

ENGINES = ("duckdb", "dbt-core", "dbt-duckdb", "numpy", "scipy", "pyarrow")
"""The packages whose other version might compute another last digit."""

ROWS = f"select {', '.join(COLUMNS)} from "
NO_ROWS = f"select {', '.join(f'cast(null as {kind}) as {name}' for name, kind in COLUMNS.items())} where false"

BUILT = """
    select scored.person_id, scored.persona, scored.as_of_date,
        if(scored.as_of_date < run.tonight, run.previous_version, run.scoring_version) as scoring_version,
        nights.grounds,
        scored.score, scored.score_low, scored.score_high, scored.evidence_count, scored.engager_count,
        scored.is_sufficient, scored.as_of_date < run.tonight and parts.person_id is not null as has_parts
    from scores.score_person__candidates as scored
    inner join conformed.looked_back_nights as nights using (person_id, persona, as_of_date)
    anti join conformed.known_scores as known using (person_id, persona, as_of_date)
    left join (
        select person_id, persona, parts_date from scores.score_person__accepted semi join raw.run using (as_of_date)
    ) as parts
        on scored.person_id = parts.person_id and scored.persona = parts.persona
        and scored.as_of_date = parts.parts_date
    cross join (
        select as_of_date as tonight, scoring_version, coalesce(previous_version, scoring_version) as previous_version
        from raw.run
    ) as run
    where nights.grounds is not null
"""
"""What tonight has scored of the nights that it looked at; a score that is held stands on the parts of one of them."""


def lay_out(places: HomePaths, con: duckdb.DuckDBPyConnection) -> None:
    """Lay out all kept rows for the night, as copies of their files: when somebody leaves before it ends, those go."""
    rows_kept(places, con)
    folder = places.inputs / "reconstructed"
    folder.mkdir()
    for path in places.all_reconstructed:
        atomic_io.copy(path, folder / path.name)
    con.execute(f"create view raw.reconstructed_scores as {_rows_of(sorted(folder.iterdir()))}")


def rows_kept(places: HomePaths, con: duckdb.DuckDBPyConnection) -> str:
    """SQL of all kept rows. What cannot be read is removed, all of it: the night reconstructs what it needs."""
    rows = _rows_of(places.all_reconstructed)
    if rows != NO_ROWS and places.grounds_key.exists():
        with contextlib.suppress(duckdb.Error):
            found = dict(con.execute(f"select column_name, lower(column_type) from (describe {rows})").fetchall())
            if found == COLUMNS:
                con.execute(f"select max(columns(*)) from ({rows})").fetchall()  # every page of it
                return rows
    discard(places)
    return NO_ROWS


def _rows_of(paths: Sequence[Path]) -> str:
    return f"{ROWS} read_parquet([{', '.join(map(file_of, paths))}])" if paths else NO_ROWS


def grounds_key(places: HomePaths) -> str:
    """The key of the digests, drawn when there is none."""
    if not places.grounds_key.exists():
        atomic_io.write_bytes(places.grounds_key, draw_key().encode())
        places.grounds_key.chmod(0o600)
    return places.grounds_key.read_text()


def method(evidence: str) -> str:
    """A digest of everything that computes: dbt project, numeric methods, and the engines that run them. `evidence` is
    the one that builds the evidence layer."""
    own = (path for room in COMPUTING for path in sorted((PACKAGE / room).glob("*.py")))
    files = [*project_files(DBT_PROJECT), *own]
    known = [(path.name, atomic_io.sha256(path)) for path in files]
    engines = [("evidence", evidence), *((name, version(name)) for name in ENGINES)]
    return hashlib.sha256(repr((known, engines, platform.python_version(), platform.machine())).encode()).hexdigest()


def keep(places: HomePaths, night: date, lookback_nights: int) -> None:
    """Keep what the night in the warehouse has reconstructed, and let go what no later night will look at."""
    path = places.reconstructed_by(night)
    before = f"union {ROWS} read_parquet({file_of(path)})" if path.exists() else ""
    with warehouse.connect(places, read_only=True) as con:
        databases.replace_parquet(con, path, f"{BUILT} {before} order by all")
    for old in places.all_reconstructed:
        if date.fromisoformat(old.stem) < night - timedelta(lookback_nights):
            old.unlink()


def keep_only(places: HomePaths, people: Collection[tuple[str, str]]) -> None:
    """Remove everything where it tells of anybody but these (person, persona): all others' trust rested on them too."""
    files = ", ".join(file_of(path) for path in places.all_reconstructed)
    if not files:
        return
    try:
        with databases.connect() as con:
            found = con.execute(f"select distinct person_id, persona from read_parquet([{files}])").fetchall()
    except duckdb.Error:
        found = [("", "")]  # it cannot be told whom it names
    if not set(found) <= set(people):
        discard(places)


def leave_out(places: HomePaths) -> bool:
    """Let the night that is laid out use no kept row, and keep none any more. Returns whether it used any."""
    with warehouse.connect(places) as con:
        used = con.execute("select exists (from conformed.known_scores)").fetchall() == [(True,)]
        if used:
            con.execute(f"create or replace view raw.reconstructed_scores as {NO_ROWS}")
    discard(places)
    return used


def discard(places: HomePaths) -> None:
    """Remove everything that is kept, and the key with it."""
    shutil.rmtree(places.reconstructed, ignore_errors=True)
