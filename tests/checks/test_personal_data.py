"""The audit of what is published finds who did not ask by name, in ids and texts, and takes nothing else for a name."""

import csv
import re
from collections.abc import Iterator

import duckdb
import pytest
import yaml

from evenscore.base.bundled import DBT_PROJECT
from evenscore.checks.personal_data import ALLOWED, examine

COLUMNS_CALLED = DBT_PROJECT / "macros" / "columns_that_name_somebody.sql"
WAREHOUSE = """
    create schema raw; create schema conformed; create schema scores;
    create table scores.personal_data as
        select
            unnest(['topic_evidence', 'score_jumps', 'score_jumps', '*', 'score_jumps', 'pairs', 'pairs', 'pairs'])
                as relation,
            unnest(['object_id', 'top_post_id', 'why', 'why', 'decided_by', 'engager_id', 'person_id', 'account_id'])
                as column_name,
            unnest(['content', 'content', 'content', 'none', 'reviewer', 'engager', 'person', 'account']) as kind;
    create table raw.activity as select unnest(['stranger', 'ann', '12345', 'forum', 'pr-7', null]) as actor_id,
        unnest(['did:plc:xyz', 'ann', 'ann', 'Bob.Smith', 'eve', 'ann']) as target_id;
    create table raw.accounts as select 'profiled' as account_id;
    create table raw.aliases as
        select 'account' as kind, unnest(['once_called', 'mary:jane:of:the:hills', 'a:b:c:d:e:f']) as alias_id
        union all select 'object', 'thing';
    create table raw.consent as select unnest(['p_ann', 'p_left']) as person_id, unnest(['ann', 'left']) as account_id;
    create table conformed.consent as select 'p_ann' as person_id, 'ann' as account_id;
    create table conformed.consent_shown as from conformed.consent;
    create table conformed.programs as select 'robot' as account_id;
    attach ':memory:' as candidate;
    create table candidate.topic_evidence (object_id varchar);
    create table candidate.score_jumps (top_post_id varchar, why varchar, decided_by varchar);
"""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(WAREHOUSE)
        yield con


def unasked(con: duckdb.DuckDBPyConnection, database: str | None = "candidate") -> dict[str, int]:
    """How many values of each column name somebody who did not ask, where any does."""
    examine(con, database)
    return dict(con.execute("select column_name, unasked_count from examined where unasked_count > 0").fetchall())


@pytest.mark.parametrize(
    "object_id",
    [
        "stranger/tools#7",
        "ann/stranger",
        "https://x.org/@Stranger?page=2",
        "did:plc:xyz/3",
        "profiled",
        "once_called#1",
        "https://x.org/mary:jane:of:the:hills",
    ],
)
def test_an_object_that_is_called_as_a_stranger_is_found(object_id: str, con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into candidate.topic_evidence values ($1), ('topic-1')", [object_id])
    con.execute("insert into candidate.score_jumps values ('forum:' || $1, null, null)", [object_id])
    assert unasked(con) == {"topic_evidence.object_id": 1, "score_jumps.top_post_id": 1}


@pytest.mark.parametrize(
    "why", ["@stranger bought it", "so says Bob.Smith.", "p_left did", "(stranger's)", "of “left”"]
)
def test_a_reason_that_names_a_stranger_is_found(why: str, con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into candidate.score_jumps values (null, $1, 'a reviewer')", [why])
    assert unasked(con) == {"score_jumps.why": 1}


def test_numbers_members_forms_networks_and_reviewers_are_no_strangers(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "insert into candidate.topic_evidence values ('12345'), ('ann/…#7'), ('pr-7'), ('…/…'), ('2026-03-01')"
        ", ('thing')"
    )
    con.execute("insert into candidate.score_jumps values ('forum:…', 'Ann is p_ann; estranged', 'stranger')")
    assert unasked(con) == {}


@pytest.mark.parametrize("engager", ["ann", "p_ann", "account:forum:stranger", "member:p_left", "#member"])
def test_an_engager_is_a_member_by_kind_or_hashed(engager: str, con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "create table conformed.pairs as select unnest(['member:p_ann', 'unnamed:forum:topic-1']) as engager_id"
    )
    assert unasked(con, None) == {}
    con.execute("insert into conformed.pairs values ($1)", [engager])
    assert unasked(con, None) == {"pairs.engager_id": 1}


def test_each_column_of_a_table_is_counted_for_itself(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("""
        create table conformed.pairs as
        select
            unnest(['p_ann', 'p_left', 'ann', null]) as person_id, unnest(['ann', 'robot', 'left', null]) as account_id,
            unnest(['ann', 'eve', 'bob', 'member:p_ann']) as engager_id
    """)
    assert unasked(con, None) == {"pairs.person_id": 2, "pairs.account_id": 1, "pairs.engager_id": 3}


def test_a_name_is_read_in_a_text_that_is_published_alone(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create table conformed.score_jumps as select 'stranger did' as why")
    assert unasked(con, None) == {}


def test_a_column_that_is_on_no_list_is_told(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create table candidate.extra as select 'stranger' as note")
    examine(con, "candidate")
    found = con.execute("select column_name, kind from examined where is_unlisted").fetchall()
    assert found == [("extra.note", None)]


def test_whoever_a_column_is_called_after_dbt_looks_at_its_values() -> None:
    macro = COLUMNS_CALLED.read_text()
    (query,) = re.findall(r"\{% macro columns_that_name_somebody\(\) -%\}(.*)\{%- endmacro %\}", macro, re.DOTALL)
    somebody = "person other engager account actor target receiver giver author owner member user ring handle login who"
    names = [f"{name}{end}" for name in somebody.split() for end in ("", "_id", "_name")] + [
        "top_engager_id",
        "seen_by_user",
    ]
    others = ["persons", "person_count", "network", "whole", "follogin_id", "username", "ids"]
    columns = ", ".join(f"{name} varchar" for name in [*names, *others])
    with duckdb.connect() as con:
        con.execute(f"create table any_table ({columns}, member_number bigint, person_number_id bigint)")
        con.execute("create table numbers (person_id bigint)")
        assert [column for _, _, column in con.execute(query).fetchall()] == sorted(names)


def listed(what: str) -> dict[tuple[str, str], str]:
    """What the list of personal data says, by relation and column."""
    with (DBT_PROJECT / "seeds" / "personal_data.csv").open(newline="") as file:
        return {(row["relation"], row["column_name"]): row[what] for row in csv.DictReader(file)}


def test_what_is_called_after_somebody_is_listed_as_naming_them() -> None:
    (called,) = re.findall(r"'(\(\^\|_\).*)'", COLUMNS_CALLED.read_text())
    kinds = {one: kind for one, kind in listed("kind").items() if re.search(called, one[1])}
    assert {one: kind for one, kind in kinds.items() if kind not in ALLOWED} == {} and kinds


def test_the_list_says_of_every_column_of_a_mart_that_it_is_published() -> None:
    files = (DBT_PROJECT / "models" / "marts").glob("*.yml")
    marts = [mart for file in files for mart in yaml.safe_load(file.read_text())["models"]]
    retention = listed("retention")
    columns = [(mart["name"], column["name"]) for mart in marts for column in mart["columns"]]
    kept = {one: retention.get(one) or retention["*", one[1]] for one in columns}
    assert {one: where for one, where in kept.items() if "published" not in where} == {}


OF_NOBODY = {
    "cohorts of many",
    "constants and lists that ship with the code",
    "from which night on readers saw anything",
    "from which night on the history is kept",
    "how a program was recognised",
    "runs, checks and evaluations",
    "what was delivered",
    "where trust starts",
    "which run made it",
}
"""Why something is kept that is about nobody."""


def test_what_is_about_nobody_is_kept_for_reasons_that_are_nobodys() -> None:
    kinds, whose, why = listed("kind"), listed("whose"), listed("why")
    assert {one for one in kinds if (kinds[one] == "none") != (whose[one] == "nobody")} == set()
    assert {why[one] for one, kind in kinds.items() if kind == "none"} == OF_NOBODY
    of_nobody_alone = OF_NOBODY - {"where trust starts"}  # which is with members
    assert {one for one, kind in kinds.items() if kind != "none" and why[one] in of_nobody_alone} == set()
