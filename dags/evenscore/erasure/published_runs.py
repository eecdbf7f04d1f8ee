"""Takes people out of the published runs that are kept: tables, Parquet and manifest of each, written anew once."""

from datetime import date, datetime
from pathlib import Path

import duckdb

from evenscore.base import databases
from evenscore.base.databases import quoted
from evenscore.base.errors import EvenscoreError
from evenscore.base.paths import HomePaths
from evenscore.consent.suppression import PERSON, Suppressed
from evenscore.names.identifier_matcher import REMOVED, IdentifierMatcher
from evenscore.publication import publishing, run_folders

IDS = ("person_id", "other_person_id")
CODED = ("persona", "network", "feature", "cause", "status", "direction", "run_id", "topic")
"""Columns of few known words: nobody's name stands there."""


def purge_runs(places: HomePaths, matcher: IdentifierMatcher) -> int:
    """Write every kept run that names one of the subjects anew, without them. Returns how many there were.

    A run that cannot be read any more is removed, for who is in it cannot be told; what readers see is an error.
    """
    run_folders.tidy(places)
    folders = run_folders.kept_runs(places)
    return sum(_purge_run(places, folder, matcher) for folder in folders)


def _purge_run(places: HomePaths, folder: Path, matcher: IdentifierMatcher) -> bool:
    try:
        kept = _kept(folder, matcher)
    except duckdb.Error as error:
        if folder.resolve() == places.current.resolve():
            raise EvenscoreError(
                f"{folder}: what readers see cannot be read; point {places.current} at another run and forget again "
                f"({str(error).splitlines()[0]})"
            ) from error
        run_folders.remove(folder)
        return True
    if kept:
        publishing.rewrite(places, folder, kept)
    return bool(kept)


def _kept(folder: Path, matcher: IdentifierMatcher) -> dict[str, str]:
    """For each table that names a subject, the SELECT of what stays of it."""
    with databases.connect() as con:
        con.execute(f"attach {quoted(folder / run_folders.DATABASE)} as previous (read_only)")
        columns = con.execute(
            "select table_name, list(column_name) filter (data_type = 'VARCHAR') from duckdb_columns() "
            "where database_name = 'previous' and table_name in (select table_name from duckdb_tables()) group by 1"
        ).fetchall()
        found = {table: _select(con, table, names or [], matcher) for table, names in columns}
    return {table: query for table, query in found.items() if query}


def _select(con: duckdb.DuckDBPyConnection, table: str, columns: list[str], matcher: IdentifierMatcher) -> str | None:
    people = ", ".join(map(quoted, sorted(matcher.people)))
    ids = [name for name in IDS if name in columns and people]
    where = " and ".join(f"{name} not in ({people})" for name in ids) or "true"
    changes = [
        change
        for name in columns
        if name not in (*IDS, *CODED) and (change := _change(con, table, name, where, matcher))
    ]
    ((leaving_count,),) = con.execute(f"select count(*) from previous.{table} where not ({where})").fetchall()
    if not changes and not leaving_count:
        return None
    replace = f" replace ({', '.join(changes)})" if changes else ""
    return f"select *{replace} from previous.{table} where {where}"


def _change(
    con: duckdb.DuckDBPyConnection, table: str, column: str, where: str, matcher: IdentifierMatcher
) -> str | None:
    """SQL that blanks a column's values where they name a subject in the rows of others."""
    values = con.execute(
        f"select distinct {column} from previous.{table} where {column} is not null and ({where})"
    ).fetchall()
    if not matcher.within("\n".join(value for (value,) in values)):
        return None
    naming = ", ".join(quoted(value) for (value,) in values if matcher.within(value))
    return f"if({column} in ({naming}), {quoted(REMOVED)}, {column}) as {column}" if naming else None


def keep_out_of_readers_sight(places: HomePaths, suppressed: Suppressed, known: set[str]) -> str | None:
    """Take out of what readers see the rows of erased people that a roll-back or a restore brought back.

    Returns the digest of a database that holds none; `known` are those that are known to.
    """
    if not places.current.exists():
        return None
    folder = places.current.resolve()
    digest = run_folders.database_digest(folder)
    if digest in known:
        return digest
    with databases.connect() as con:
        con.execute(f"attach {quoted(folder / run_folders.DATABASE)} as previous (read_only)")
        firsts: list[tuple[str, date]] = con.execute(
            "select person_id, min(as_of_date) from previous.person_scores group by 1 order by 1"
        ).fetchall()
        back = {person: at for person, first in firsts if (at := _erased_on(suppressed, person)) and first <= at}
        kept = _without_past(con, back) if back else {}
    if kept:
        folder = publishing.rewrite(places, folder, kept)
    return run_folders.database_digest(folder)


def _erased_on(suppressed: Suppressed, person: str) -> date | None:
    entry = suppressed.entry(PERSON, person)
    return datetime.fromisoformat(entry.erased_at).date() if entry else None


def _without_past(con: duckdb.DuckDBPyConnection, erased_on: dict[str, date]) -> dict[str, str]:
    past = " or ".join(
        f"({{name}} = {quoted(person)} and as_of_date <= {quoted(day)})" for person, day in erased_on.items()
    )
    tables = con.execute(
        "select table_name, list(column_name) from duckdb_columns() where database_name = 'previous' "
        "and column_name in ('person_id', 'other_person_id') "
        "and table_name in (select table_name from duckdb_tables()) group by 1"
    ).fetchall()
    return {
        table: f"select * from previous.{table} where not ({' or '.join(past.format(name=name) for name in names)})"
        for table, names in tables
    }
