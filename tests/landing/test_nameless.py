"""Of an object's id and of a text only what names nobody who did not ask is shown."""

import duckdb
import pytest

from evenscore.names.account_ids import AccountIds
from evenscore.publication.nameless import lay_functions, shown_ids

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
        ("", ""),
    ],
)
def test_a_text_is_shown_without_the_names(text: str, shown: str) -> None:
    with duckdb.connect() as con:
        lay_functions(con, AccountIds())
        con.execute("create table texts as select unnest([$1, null]) as text", [text])
        names = ["bob", "carol", "did:plc:xyz", "bob smith", "me@mastodon.social"]
        con.execute("create table names as select unnest($1) as name", [names])
        assert con.execute("from blanked_texts('texts', 'names')").fetchall() == [(text, shown)]
