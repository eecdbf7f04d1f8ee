"""The data tests of laws L1 and L7 see what breaks them: their own SQL, over tables of a few rows."""

from collections.abc import Iterator

import duckdb
import jinja2
import pytest

from evenscore.base.bundled import DBT_PROJECT

MEMBER, HASH = "member:p_ann", "#" + "0f" * 32
COLUMNS = [("main", "pairs", "person_id"), ("main", "pairs", "engager_id")]


def sql_of(test: str) -> str:
    """The test as dbt would render it over these tables."""
    words = {
        "ref": str,
        "execute": True,
        "columns_that_name_somebody": str,
        "run_query": lambda _: COLUMNS,
        "member_name": lambda column: f"'member:' || {column}",
    }
    return jinja2.Template((DBT_PROJECT / "tests" / f"{test}.sql").read_text()).render(words)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("create table consent as select 'p_ann' as person_id, 'ann' as account_id")
        con.execute("create table consent_shown as select 'p_shown' as person_id, 'shown' as account_id")
        con.execute("create table programs as select 'robot' as account_id")
        con.execute("create table pairs (person_id varchar, engager_id varchar)")
        con.execute("create table person_scores as select 'p_ann' as person_id, 'work' as persona, 1 as as_of_date")
        con.execute("create table score_contributions as select *, 7.5::double as points from person_scores")
        con.execute("alter table person_scores add column score double default 7.5")
        yield con


@pytest.mark.parametrize("person", ["p_ann", "p_shown", "ann", "shown", "robot", None])
@pytest.mark.parametrize("engager", [MEMBER, HASH, "unnamed:forum:topic-1", None])
def test_who_asked_may_be_named(person: str | None, engager: str | None, con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into pairs values ($1, $2)", [person, engager])
    assert con.execute(sql_of("only_consenting_people_are_named")).fetchall() == []


@pytest.mark.parametrize(
    ("column", "stranger"),
    [
        ("person_id", "stranger"),
        ("person_id", HASH),
        ("person_id", "unnamed:forum:topic-1"),
        ("engager_id", "account:forum:stranger"),
        ("engager_id", HASH[:-1]),
        ("engager_id", "member:stranger"),
    ],
)
def test_whoever_did_not_ask_is_named_by_nothing(column: str, stranger: str, con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"insert into pairs ({column}) values ($1)", [stranger])
    found = con.execute(sql_of("only_consenting_people_are_named")).fetchall()
    assert found == [(f"pairs.{column}", stranger)]


@pytest.mark.parametrize(
    ("change", "is_broken"),
    [
        ("select 1", False),
        ("update score_contributions set points = points + 9e-7", False),
        ("update score_contributions set points = points + 2e-6", True),
        ("delete from score_contributions", True),
        ("update score_contributions set as_of_date = 2", True),
        ("update person_scores set score = null; delete from score_contributions", False),
    ],
)
def test_contributions_sum_to_the_score(change: str, is_broken: bool, con: duckdb.DuckDBPyConnection) -> None:
    con.execute(change)
    assert bool(con.execute(sql_of("contributions_sum_to_the_score")).fetchall()) is is_broken
