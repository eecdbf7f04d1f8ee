"""What a pull would ask is told before it asks: by whom it may ask about, and by how long the last walks were."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from evenscore import pulling
from evenscore.base.config_file import load_settings
from evenscore.base.settings import Settings
from evenscore.connectors.endpoints import ACCOUNT, PLACE, SITE, Endpoint
from evenscore.pulling import planning
from evenscore.pulling.outcome import INCOMPLETE, WHOLE, Account, Pulled
from evenscore.pulling.planning import Plan
from evenscore.pulling.store import Cursor, Store

ONE = Endpoint(name="posts", path="/{account}", per=ACCOUNT, reads="posts", size=25)
ENDPOINTS = (
    ONE,
    replace(ONE, name="profiles", batch="account"),
    replace(ONE, name="issues", per=PLACE),
    replace(ONE, name="topics", per=SITE),
    replace(ONE, name="likes", per="posts"),
)
SOURCES = """
[consent]
ledger = "ledger.csv"
[[sources]]
name = "net"
kind = "gitlab"
url = "https://forge.test"
places = ["a/b", "c/d", "e/f"]
[[sources]]
name = "files"
kind = "files"
network = "forum"
path = "*.csv"
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "ledger.csv").write_text("person_id,network,account_id,persona,action,purpose,is_adult,recorded_at\n")
    (tmp_path / "evenscore.toml").write_text(SOURCES)
    monkeypatch.setattr(planning, "NETWORKS", {"gitlab": SimpleNamespace(endpoints=ENDPOINTS)})
    return load_settings(tmp_path / "home", tmp_path / "evenscore.toml")


def standing(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(planning, "standing", lambda *_: [f"a{number}" for number in range(count)])


def test_where_nobody_stands_nothing_would_be_asked(settings: Settings) -> None:
    assert pulling.plan(settings, "net") == Plan("net", 0)


@pytest.mark.parametrize(("count", "batches"), [(1, 1), (25, 1), (26, 2)])
def test_before_the_first_pull_it_is_one_request_for_each_that_is_asked_about(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, count: int, batches: int
) -> None:
    standing(monkeypatch, count)
    (source,) = pulling.pulled_sources(settings)  # what is read from files is asked nothing
    plan = pulling.plan(settings, source.name)
    assert (plan.source, plan.accounts) == ("net", count)
    assert plan.requests == {"posts": count, "profiles": batches, "issues": 3, "topics": 1}
    assert plan.unknown == ("likes",)


def test_afterwards_it_is_as_many_as_the_last_walks_had_and_never_fewer_than_there_are(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing(monkeypatch, 2)
    store = Store(settings.places, "net")
    walks = {"posts-a": 4, "posts-b": 3, "issues-a": 1, "likes-a-b": 0, "likes-c": 5, "of-another-a": 9}
    for walk, pages in walks.items():
        store.keep(walk, Cursor(page_count=pages))
    plan = pulling.plan(settings, "net")
    assert plan.requests == {"posts": 7, "profiles": 1, "issues": 3, "topics": 1, "likes": 5}
    assert plan.unknown == ()


def test_a_plan_is_told_in_numbers_and_in_words() -> None:
    plan = Plan("net", 2, {"posts": 1200, "likes": 6}, ("replies", "votes"))
    assert plan.minutes == 10.1
    assert plan.as_plain() == {
        "source": "net",
        "accounts": 2,
        "requests": {"posts": 1200, "likes": 6},
        "unknown": ("replies", "votes"),
        "minutes": 10.1,
    }
    head, *known, more = plan.lines()
    assert head == "net: 2 accounts, 1,206 requests or more, 10.1 minutes"
    assert [line.split() for line in known] == [["posts", "1,200"], ["likes", "6"]]
    assert more.strip() == "and as many as there turn out to be of: replies, votes"
    assert len(Plan("net", 2, {"posts": 1}).lines()) == 2


def test_what_came_of_a_pull_is_one_line_without_what_there_was_none_of() -> None:
    assert Pulled("net", WHOLE).in_words() == "net: whole"
    told = Account(requests=1200, items=7, waited=Counter(limit=3, busy=4), left_out=Counter({"likes: private": 2}))
    told.incomplete.update(["posts: 403", "likes: 502", "posts: 403"])
    said = Pulled("net", INCOMPLETE, "a reason", told).in_words()
    assert said == (
        "net: incomplete; a reason; 1,200 requests, 7 items, 7 s waited; "
        "incomplete: 1 likes: 502, 2 posts: 403; left out: 2 likes: private"
    )
