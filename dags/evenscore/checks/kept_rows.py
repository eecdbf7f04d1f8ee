"""The rows that a suite judges; those of a part are made once, and kept while what landed on its days is the same.

A part (a month, a day) stands on files that are named by what they hold: their paths, the suite's query and DuckDB's
version are its grounds. It is a cache, of counts alone: whoever doubts it removes it.
"""

import contextlib
import hashlib
from pathlib import Path

import duckdb
import pandas as pd

from evenscore.base.databases import file_of, replace_parquet
from evenscore.base.paths import HomePaths
from evenscore.checks.suites import Parts, Suite

PARTS = {
    "month": "strftime(day, '%Y-%m') as part, date_trunc('month', day)::date as first, last_day(day) as last",
    "as_of_date": "day::varchar as part, day as first, day as last",
}
"""By what a suite may be told apart: what a row says of a day's part, and the part's first and last day."""

GROUNDS = """
    create or replace temp table parts as
    with landed as (
        select path, landed_date::date as day from raw.landed_files where dataset = 'activity' and row_count > 0
    ),
    told_apart as (select distinct {columns} from landed cross join raw.run where {is_looked_at})
    select part, first - {before} as first, last, md5($method || string_agg(path, '\n' order by path)) as grounds
    from told_apart inner join landed on day between first - {before} and last
    group by all
"""
MADE = """
    create or replace temp table told as
    select made.*, grounds
    from (
    {query}
    ) as made
    inner join parts_to_judge on made.{by}::varchar = part
"""
READ = """
    select * exclude (grounds) {tonight} from told order by all
"""


def rows_of(suite: Suite, places: HomePaths, con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Every row of a suite, those of unchanged parts as they were kept; all are kept for the next night."""
    if suite.parts is None:
        return con.execute(suite.query).df()
    path = places.kept_rows(suite.name)
    _lay_out_grounds(con, suite.query, suite.parts)
    _lay_out_kept(con, path)
    _lay_out_days(con)
    con.execute(MADE.format(query=suite.query, by=suite.parts.by))
    if con.execute("select count(*) from kept").fetchone() != (0,):  # of equal grounds, so of the same query
        con.execute("insert into told by name from kept")
    replace_parquet(con, path, "from told")
    named = {name for (name, *_) in con.execute("describe told").fetchall()}
    is_tonight = "replace (as_of_date = (select as_of_date from raw.run) as is_tonight)"
    return con.execute(READ.format(tonight=is_tonight if "is_tonight" in named else "")).df()


def _lay_out_grounds(con: duckdb.DuckDBPyConnection, query: str, parts: Parts) -> None:
    """The parts of what has landed, and what each stands on."""
    is_looked_at = "true" if parts.last_days is None else f"day >= as_of_date - {parts.last_days}"
    sql = GROUNDS.format(columns=PARTS[parts.by], is_looked_at=is_looked_at, before=parts.days_before)
    con.execute(sql, {"method": hashlib.sha256(f"{duckdb.__version__} {query}".encode()).hexdigest()})


def _lay_out_kept(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The kept rows whose grounds still hold; none where they cannot be read."""
    con.execute("create or replace temp table kept (grounds varchar)")
    with contextlib.suppress(duckdb.Error):
        kept = f"from read_parquet({file_of(path)}) semi join parts using (grounds)"
        con.execute(f"create or replace temp table kept as {kept}")


def _lay_out_days(con: duckdb.DuckDBPyConnection) -> None:
    """The activity of the days that the parts to be made rest on: their dates are written out, so no other is read."""
    con.execute("create or replace temp table parts_to_judge as from parts anti join kept using (grounds)")
    days = con.execute("select first, last + 1 from parts_to_judge order by all").fetchall()
    ranges = " or ".join(f"(occurred_at >= '{first}' and occurred_at < '{end}')" for first, end in days)
    con.execute(
        f"create or replace temp view activity_to_judge as select * from raw.activity where {ranges or 'false'}"
    )
