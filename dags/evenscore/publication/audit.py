"""Compares the candidate with the checked marts and with what readers see; the suite `published` judges it."""

from collections.abc import Mapping

import duckdb

from evenscore.base.databases import columns_of, quoted
from evenscore.checks.consent_audit import unasked_count
from evenscore.checks.personal_data import examine
from evenscore.publication import growth, parts, roster
from evenscore.publication.candidate import earlier, may_be_shown, shared_columns, tonight
from evenscore.publication.difference import difference
from evenscore.publication.nameless import lay_nameless, nameless
from evenscore.publication.shown_rows import MARTS
from evenscore.state.runs import Night

SEEN, STANDS = "roster", "stands"
"""The rosters of what readers see, and of the candidate."""


def is_at_rest(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether all that readers see may go on being shown, as it is, by the roster of it."""
    if con.execute("select count(*) from present.revoked_nights").fetchall() != [(0,)]:
        return False
    lay_nameless(con, SEEN, "shown_accounts")
    tables = [mart for mart in MARTS if columns_of(con, f"{SEEN}.{mart}")]
    for mart in tables:
        leaving = f"(select count(*) from {SEEN}.{mart} where not ({may_be_shown(mart)}))"
        if con.execute(f"select {leaving} + {unasked_count(con, SEEN, mart)}").fetchall() != [(0,)]:
            return False
    return all(difference(con, f"from {SEEN}.{mart}", f"from {nameless(SEEN, mart)}") == 0 for mart in tables)


def lay_out(
    con: duckdb.DuckDBPyConnection,
    night: Night,
    known: Mapping[str, Mapping[str, parts.Sum]] | None,
    is_as_measured: bool,
) -> None:
    """Lay out what the suite asks for: the temp tables `audit`, `last_good` and `examined`; and the roster `stands`.

    `known` is what the manifest says of the history of a candidate that has grown; None for one that was written anew.
    History that is proved to be what was published is not read: its roster stands for it, and a thirtieth of its nights
    is compared with the manifest. What cannot be proved so is read, row by row, and every night compared.
    `is_as_measured` says that readers see the very run that the night was laid out on.
    """
    has_grown = known is not None
    proven = has_grown and growth.is_proven(con, night)
    if has_grown and not proven:
        lay_nameless(con, "previous", "shown_accounts")
    where = f"as_of_date = {quoted(night.as_of_date)}"
    roster.take(con, STANDS, "candidate", **({"more": SEEN, "where": where} if proven else {}))
    con.execute(
        "create or replace temp table audit (table_name varchar, missing_tonight_count bigint, "
        "changed_history_count bigint, unconsenting_count bigint)"
    )
    for mart in MARTS:
        changed_count = 0 if proven else _changed_history(con, night, mart)
        if known is not None:
            changed_count += parts.unlike_count(con, f"candidate.{mart}", known.get(mart, {}), night.as_of_date, proven)
        con.execute(
            f"insert into audit select '{mart}', $1, $2, {unasked_count(con, STANDS, mart)}",
            [_missing_tonight(con, night, mart), changed_count],
        )
    lost = "select 0 as lost_count" if is_as_measured else _last_good(con, night)
    con.execute(f"create or replace temp table last_good as {lost}")
    examine(con, "candidate", STANDS)


def _last_good(con: duckdb.DuckDBPyConnection, night: Night) -> str:
    """SQL that counts the earlier rows that tonight was measured against and that readers do not see like this."""
    shown = columns_of(con, "previous.person_scores")
    columns = ", ".join(name for name in columns_of(con, "raw.published_scores") if name in shown)
    measured = f"select {columns or '*'} from raw.published_scores"
    seen = f" except all (select {columns} from previous.person_scores where as_of_date < {quoted(night.as_of_date)})"
    return f"select count(*) as lost_count from ({measured}{seen if shown else ''})"


def _missing_tonight(con: duckdb.DuckDBPyConnection, night: Night, mart: str) -> int:
    columns = ", ".join(columns_of(con, f"marts.{mart}"))
    written = f"select {columns} from candidate.{mart} where as_of_date = {quoted(night.as_of_date)}"
    return difference(con, tonight(mart), written)


def _changed_history(con: duckdb.DuckDBPyConnection, night: Night, mart: str) -> int:
    seen = earlier(con, night, mart)
    columns = shared_columns(con, mart) or "*"
    history = f"select {columns} from candidate.{mart} where as_of_date <> {quoted(night.as_of_date)}"
    return difference(con, history, seen or f"select * from ({history}) limit 0")


def is_unchanged(con: duckdb.DuckDBPyConnection, night: Night, rests: bool) -> bool:
    """Whether readers already see exactly tonight's rows, and no earlier row that may not be shown any more; where
    all that they see `rests`, the latter is known."""
    return all(_is_seen(con, night, mart, rests) for mart in MARTS)


def _is_seen(con: duckdb.DuckDBPyConnection, night: Night, mart: str, rests: bool) -> bool:
    columns = columns_of(con, f"marts.{mart}")
    if not set(columns) <= set(columns_of(con, f"previous.{mart}")) or not (rests or _rests(con, night, mart)):
        return False
    shown = f"select {', '.join(columns)} from previous.{mart} where as_of_date = {quoted(night.as_of_date)}"
    return difference(con, tonight(mart), shown) == 0


def _rests(con: duckdb.DuckDBPyConnection, night: Night, mart: str) -> bool:
    others = f"as_of_date <> {quoted(night.as_of_date)} and not ({may_be_shown(mart)})"
    lapsed = f"(select count(*) from previous.{mart} where {others})"
    if con.execute(f"select {lapsed} + {unasked_count(con, 'previous', mart)}").fetchall() != [(0,)]:
        return False
    return difference(con, f"from previous.{mart}", f"from {nameless('previous', mart)}") == 0
