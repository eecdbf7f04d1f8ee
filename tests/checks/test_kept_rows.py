"""What a suite counted is kept while what landed is the same: the rows are those of a home that has kept nothing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from test_suites import FAULTS, HEALTHY

from evenscore.base.paths import HomePaths
from evenscore.base.settings import Checks
from evenscore.checks.kept_rows import rows_of
from evenscore.checks.suites import Suite, load_suites

SUITES = {suite.name: suite for suite in load_suites("landing", Checks()) if suite.parts}
DOUBLED, NEW_IDS = SUITES["landing.doubled"], SUITES["landing.new_ids"]
SUITE = pytest.mark.parametrize("suite", SUITES.values(), ids=list(SUITES))
AGAIN = (
    "insert into raw.activity by name select * replace ('again-' || event_id as event_id) from raw.activity "
    "where occurred_at::date between '{0}' and '{1}'"
)
UNNAMED = (
    "insert into raw.activity by name select * exclude (copy) replace (null as actor_id, event_id || copy as event_id) "
    "from raw.activity cross join unnest(range(13)) as copies (copy) where occurred_at::date between '{0}' and '{1}'"
)
STRANGERS = "update raw.activity set actor_id = 'x' || actor_id where occurred_at::date between '{0}' and '{1}'"
GONE = "delete from raw.activity where occurred_at::date between '{0}' and '{1}'"
LAST_SECOND = (
    "update raw.activity set occurred_at = occurred_at::date + interval '23:59:58' where occurred_at::date = '{0}'; "
    "insert into raw.activity by name select * replace (event_id || '!' as event_id, '{1}'::timestamp as occurred_at) "
    "from raw.activity where occurred_at::date = '{0}'"
)
LANDED = "update raw.landed_files set path = 'again-' || path where landed_date between '{0}' and '{1}'"


MOVED = {DOUBLED.name: (AGAIN, UNNAMED), NEW_IDS.name: (STRANGERS,)}
"""The changes that move a number of each suite, of whatever day."""
DAYS = {
    "tonight": ("2026-03-10", "2026-03-10"),
    "the turn of a month": ("2026-02-28", "2026-03-01"),
    "an old day": ("2026-02-14", "2026-02-14"),
}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(HEALTHY)
        yield con


def anew(suite: Suite, con: duckdb.DuckDBPyConnection, folder: Path) -> pd.DataFrame:
    """The rows as a home makes them that has kept nothing."""
    return rows_of(suite, HomePaths(folder / "another"), con)


def read_days(con: duckdb.DuckDBPyConnection) -> list[date]:
    """The first and the last day of which activity was read."""
    rows = con.execute("select min(occurred_at)::date, max(occurred_at)::date from activity_to_judge").fetchall()
    return [day for day in rows[0] if day]


@pytest.mark.parametrize("change", [AGAIN, UNNAMED, STRANGERS, GONE])
@pytest.mark.parametrize(("first", "last"), DAYS.values(), ids=list(DAYS))
def test_what_has_landed_since_is_counted_as_if_nothing_had_been_kept(
    change: str, first: str, last: str, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    before = {suite.name: rows_of(suite, HomePaths(tmp_path), con) for suite in SUITES.values()}
    con.execute(change.format(first, last) + ";" + LANDED.format(first, last))
    for suite in SUITES.values():
        found = rows_of(suite, HomePaths(tmp_path), con)
        pd.testing.assert_frame_equal(found, anew(suite, con, tmp_path))
        assert change not in MOVED[suite.name] or not found.equals(before[suite.name])


def test_what_is_said_again_a_second_into_the_next_month_is_a_repeat_of_that_month(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    before = rows_of(DOUBLED, HomePaths(tmp_path), con)
    con.execute(LAST_SECOND.format("2026-02-28", "2026-03-01") + ";" + LANDED.format("2026-02-28", "2026-02-28"))
    found = rows_of(DOUBLED, HomePaths(tmp_path), con)
    assert found.repeated_share.sub(before.repeated_share).tolist() == [0, 0, pytest.approx(0.0909, abs=1e-4)]


@SUITE
def test_the_next_night_reads_its_own_days_alone(suite: Suite, con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows_of(suite, HomePaths(tmp_path), con)
    con.execute(
        "update raw.run set as_of_date = '2026-03-11';"
        "insert into raw.landed_files by name select * replace ('2026-03-11' as landed_date, 'new.parquet' as path) "
        "from raw.landed_files where landed_date = '2026-03-10';"
        "insert into raw.activity by name select * replace (occurred_at + interval 1 day as occurred_at) "
        "from raw.activity where occurred_at::date = '2026-03-10'"
    )
    found = rows_of(suite, HomePaths(tmp_path), con)
    first = date(2026, 2, 28) if suite is DOUBLED else date(2026, 2, 11)
    assert read_days(con) == [first, date(2026, 3, 11)]
    pd.testing.assert_frame_equal(found, anew(suite, con, tmp_path))
    if suite is NEW_IDS:
        assert found[found.is_tonight].as_of_date.tolist() == [pd.Timestamp(2026, 3, 11)]


@SUITE
def test_a_night_to_which_nothing_came_reads_nothing(
    suite: Suite, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    before = rows_of(suite, HomePaths(tmp_path), con)
    found = rows_of(suite, HomePaths(tmp_path), con)
    assert read_days(con) == []
    pd.testing.assert_frame_equal(found, before)


@SUITE
@pytest.mark.parametrize("spoilt", [b"", b"no parquet", None], ids=["empty", "damaged", "of another shape"])
def test_what_cannot_be_read_is_made_anew(
    suite: Suite, spoilt: bytes | None, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    before = rows_of(suite, HomePaths(tmp_path), con)
    path = HomePaths(tmp_path).kept_rows(suite.name)
    if spoilt is None:
        con.execute(f"copy (select 1 as one) to '{path}' (format parquet)")
    else:
        path.write_bytes(spoilt)
    pd.testing.assert_frame_equal(rows_of(suite, HomePaths(tmp_path), con), before)
    assert len(read_days(con)) == 2


@SUITE
def test_another_query_counts_anew(suite: Suite, con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows_of(suite, HomePaths(tmp_path), con)
    rows_of(suite.model_copy(update={"query": suite.query + " -- otherwise"}), HomePaths(tmp_path), con)
    assert len(read_days(con)) == 2


@SUITE
def test_what_is_kept_names_nobody(suite: Suite, con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    con.execute(FAULTS["landing.doubled", "repeated_accounts"])
    rows_of(suite, HomePaths(tmp_path), con)
    path = HomePaths(tmp_path).kept_rows(suite.name)
    kinds = dict(con.execute(f"select column_name, column_type from (describe from '{path}')").fetchall())
    texts = {name for name, kind in kinds.items() if kind == "VARCHAR"}
    assert texts == {"stream", "month", "grounds"} if suite is DOUBLED else {"network", "grounds"}
