"""Of an object's id and of a text only what names nobody who did not ask is shown."""

import duckdb
import pytest

from evenscore.names.account_ids import AccountIds
from evenscore.publication.nameless import lay_functions, lay_nameless, nameless, shown_ids

ACCOUNTS = [("github", "Alice"), ("forum", "bob"), ("hackernews", "carol")]


@pytest.mark.parametrize(
    ("network", "object_id", "shown"),
    [
        ("github", "stranger/repo#7", "…/…#7"),
        ("github", "alice/repo#7", "alice/…#7"),
        ("github", "bob/repo#7", "…/…#7"),  # a member elsewhere
        ("forum", "https://forum.org/t/of-stranger/12?u=bob", "…://…/…/…/12?…=bob"),
        ("forum", "topic-12", "topic-12"),
        ("forum", "topic-12-stranger", "…"),
        ("forum", "2026-03-01", "2026-03-01"),
        ("forum", "a stranger", "… …"),
        ("forum", "日本/7", "…/7"),
        ("forum", "4711/status/99", "…/…/99"),  # an account may be a number
        ("forum", "u/4711/99", "…/…/99"),
        ("forum", "99", "99"),
        ("forum", "💖", "…"),
        ("forum", "…/…#7", "…/…#7"),
        ("forum", "", ""),
        ("hackernews", "carol:1", "carol:1"),
        ("hackernews", "Carol:1", "…:1"),  # another account there
    ],
)
def test_an_id_is_shown_as_far_as_it_names_nobody(network: str, object_id: str, shown: str) -> None:
    key = (network, object_id)
    assert shown_ids(AccountIds(), [key], ACCOUNTS) == {key: shown}


def test_where_case_counts_nowhere_it_counts_nowhere() -> None:
    key = ("hackernews", "Carol:1")
    assert shown_ids(AccountIds(frozenset()), [key], ACCOUNTS) == {key: "Carol:1"}


def test_without_objects_or_members_nothing_is_shown() -> None:
    assert shown_ids(AccountIds(), [], ACCOUNTS) == {}
    assert shown_ids(AccountIds(), [("forum", "bob/7")], []) == {("forum", "bob/7"): "…/7"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@bob and Carol. Fine!", "@… and … Fine!"),
        ("bob's friends (dan)", "…'s friends (dan)"),
        ("did:plc:xyz wrote", "… wrote"),
        ("Bob Smith, me@mastodon.social", "…, …"),
        ("bobsleigh, bob-cat", "bobsleigh, bob-cat"),
        ("bob bob", "… …"),
        ("mary:jane:of:the:hills did", "… did"),
        ("", ""),
    ],
)
def test_a_text_is_shown_without_the_names(text: str, shown: str) -> None:
    with duckdb.connect() as con:
        lay_functions(con, AccountIds())
        con.execute("create table texts as select unnest([$1, null]) as text", [text])
        names = ["bob", "carol", "did:plc:xyz", "bob smith", "me@mastodon.social", "mary:jane:of:the:hills"]
        con.execute("create table names as select unnest($1) as name", [names])
        assert con.execute("from blanked_texts('texts', 'names')").fetchall() == [(text, shown)]


def test_what_was_published_is_read_without_the_names_of_who_has_left_since() -> None:
    with duckdb.connect() as con:
        lay_functions(con, AccountIds())
        con.execute("create schema conformed; create schema marts; create table shown (network text, account_id text)")
        con.execute("insert into shown values ('forum', 'ann')")
        con.execute("create table conformed.non_member_names as select 'bob' as name")
        con.execute(
            "create table marts.topic_evidence as "
            "select unnest(['forum', 'forum', 'forge']) network, unnest(['ann/7', 'bob/7', 'ann/7']) object_id"
        )
        con.execute(
            "create table marts.score_jumps as select unnest(['p', 'q', 'r', 's']) person_id, "
            "unnest(['forum:bob/8', 'forum:ann/8', null, 'forge:ann/8']) top_post_id, "
            "unnest(['as Bob said', 'as ann said', null, 'bob']) why"
        )
        lay_nameless(con, "marts", "shown")
        assert con.execute(f"from {nameless('marts', 'topic_evidence')} order by all").fetchall() == [
            ("forge", "…/7"),
            ("forum", "ann/7"),
            ("forum", "…/7"),
        ]
        assert con.execute(f"from {nameless('marts', 'score_jumps')} order by all").fetchall() == [
            ("p", "forum:…/8", "as … said"),
            ("q", "forum:ann/8", "as ann said"),
            ("r", None, None),
            ("s", "forge:…/8", "…"),
        ]
        assert nameless("marts", "person_scores") == "marts.person_scores"


def test_of_a_table_that_is_not_there_nothing_is_laid_out() -> None:
    with duckdb.connect() as con:
        lay_nameless(con, "marts", "shown")
        assert con.execute("select table_name from duckdb_tables()").fetchall() == []
