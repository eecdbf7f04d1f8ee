"""Walks from one pull to the next: what is asked again, what is gone, and who turns out to be somebody else."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from invented import Invented, bluesky, every, github, mastodon
from loopback import Asked, Reply, Server, StillClock
from pulled_home import PulledHome

from evenscore.base import atomic_io
from evenscore.base.settings import Retention
from evenscore.night import retention
from evenscore.pulling import pulls

pytestmark = pytest.mark.quick
DAY = 86400


@pytest.fixture(autouse=True)
def without_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_io, "sync", lambda path: None)


@contextmanager
def served(folder: Path, network: Invented) -> Iterator[PulledHome]:
    clock = StillClock()
    with Server(network.answer, clock).running() as server:
        yield PulledHome(folder, network, server, clock)


def altered(network: Invented, change: Any) -> Invented:
    """The network with every answer changed."""
    before = network.answer
    return Invented(
        network.kind, network.people, lambda asked: change(asked, copy.deepcopy(before(asked))), network.settings
    )


@pytest.mark.parametrize("kind", ["bluesky", "mastodon", "youtube"])
def test_a_pull_of_what_has_not_changed_costs_a_fraction(tmp_path: Path, kind: str) -> None:
    network = every()[kind]() if kind == "youtube" else every()[kind](1)
    with served(tmp_path, network) as home:
        home.pull()
        first = len(home.server.log)
        home.clock.sleep(DAY)
        again = home.pull()
        assert again.state == pulls.WHOLE
        assert (len(home.server.log) - first) / first <= {"bluesky": 0.22, "mastodon": 0.2, "youtube": 0.36}[kind]


def test_fewer_than_the_network_counts_are_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from evenscore.connectors import NETWORKS

    discourse = NETWORKS["discourse"]
    counted = tuple(replace(one, total="count") if one.name == "posts" else one for one in discourse.endpoints)
    monkeypatch.setattr(type(discourse), "endpoints", counted)

    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply({**reply.body, "count": 500}) if asked.path == "/posts.json" else reply

    with served(tmp_path, altered(every()["discourse"](), change)) as home:
        done = home.pull()
        assert done.account.incomplete == {"posts: fewer than the network counts": 1}
        assert not done.is_success


def test_an_incomplete_pull_covers_no_day_and_is_tried_again(tmp_path: Path) -> None:
    is_down = [True]

    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply(status=502) if is_down[0] and asked.path.endswith("getLikes") else reply

    with served(tmp_path, altered(bluesky(), change)) as home:
        assert home.pull().state == pulls.INCOMPLETE
        (delivery,) = home.extract()
        assert (delivery.first_date, delivery.row_count > 0) == (None, True)
        is_down[0] = False
        home.clock.sleep(DAY)
        assert home.pull().state == pulls.WHOLE
        assert "like" in {row["verb"] for row in (home.extract("2026-03-16") and home.landed())}


def test_a_post_that_is_gone_at_the_next_recheck_is_taken_back(tmp_path: Path) -> None:
    gone: list[str] = []

    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path.endswith("getPosts") and gone:
            reply.body["posts"] = [one for one in reply.body["posts"] if one["uri"] not in gone]
        return reply

    with served(tmp_path, altered(bluesky(), change)) as home:
        home.pull()
        home.extract()
        posts = [row["event_id"] for row in home.landed() if row["verb"] == "post"]
        gone.append(posts[3])
        home.clock.sleep(8 * DAY)
        home.pull()
        home.extract("2026-03-23")
        assert posts[3] not in [row["event_id"] for row in home.landed()]
        assert posts[4] in [row["event_id"] for row in home.landed()]


def test_a_handle_that_somebody_else_has_taken_is_somebody_else(tmp_path: Path) -> None:
    """A login is asked for once; from then on the number is, whoever has the login."""
    with served(tmp_path, github()) as home:
        home.pull()
        before = len(home.server.log)
        home.clock.sleep(DAY)
        home.pull()
        asked = [one.path for one in home.server.log[before:]]
        assert "/user/1001" in asked and "/users/ann" not in asked


def test_an_answer_with_another_id_is_not_taken_for_the_person(tmp_path: Path) -> None:
    taken = [False]

    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path == "/api/v1/accounts/900011" and taken[0]:
            reply.body["id"] = "900099"
        return reply

    with served(tmp_path, altered(mastodon(), change)) as home:
        home.pull()
        taken[0] = True
        home.clock.sleep(DAY)
        done = home.pull()
        assert done.account.left_out["account: the handle is somebody else's now"] == 1
        assert pulls.Store(home.places, "net").people()["ann"]["values"]["id"] == "900011"


@pytest.mark.parametrize("flag", ["indexable", "discoverable"])
def test_who_hides_is_asked_about_no_further_than_the_profile(tmp_path: Path, flag: str) -> None:
    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path.endswith("/lookup") and asked.one("acct") == "ann":
            reply.body[flag] = False
        return reply

    with served(tmp_path, altered(mastodon(), change)) as home:
        done = home.pull()
        assert done.account.left_out[f"account: {flag} is false"] == 1
        assert not [one.path for one in home.server.log if "/900011/" in one.path]
        home.extract()
        hidden = {row["account_id"]: row["is_private"] for row in home.landed("accounts")}
        assert hidden == {"900011": True, "900022": False}


def test_a_quota_until_midnight_pauses_the_pull_and_nothing_is_asked_before(tmp_path: Path) -> None:
    spent = {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}], "message": "exceeded your quota"}}

    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply(spent, 403) if home.clock.now().day == 16 and home.clock.now().hour < 7 else reply

    with served(tmp_path, altered(every()["youtube"](), change)) as home:
        assert (home.pull().state, len(home.server.log)) == (pulls.PAUSED, 1)
        home.clock.sleep(3600)
        assert (home.pull().state, len(home.server.log)) == (pulls.PAUSED, 1)
        home.clock.sleep(5 * 3600)
        assert home.pull().state == pulls.WHOLE


def test_a_next_to_another_host_takes_no_secret_along(tmp_path: Path) -> None:
    with Server(lambda asked: Reply([]), StillClock()).running() as other:

        def change(asked: Asked, reply: Reply) -> Reply:
            if asked.path.endswith("/statuses"):
                reply.headers["Link"] = f'<{other.url}/steal>; rel="next"'
            return reply

        with served(tmp_path, altered(mastodon(), change)) as home:
            home.pull(secret="s3cr3t")
        assert not [one for one in other.log if "authorization" in one.headers]


@pytest.mark.parametrize("kind", ["bluesky", "mastodon", "youtube", "stackexchange"])
def test_who_withdraws_while_a_pull_is_paused_is_asked_about_no_more(tmp_path: Path, kind: str) -> None:
    """A pull goes on with whoever stands when it goes on, whatever it had brought before."""
    network = every()[kind]()
    with served(tmp_path, network) as home:
        whole = {"bluesky": 16, "mastodon": 9, "youtube": 5, "stackexchange": 4}[kind]
        assert home.pull(budget=whole).state == pulls.PAUSED
        home.say(0, home.people[0], "withdraw")
        before = len(home.server.log)
        assert home.pull().state == pulls.WHOLE
        ids = {"bluesky": "annaanna", "mastodon": "/1000/", "youtube": "'v0'", "stackexchange": "questions/1"}
        assert not [one.line for one in home.server.log[before:] if ids[kind] in one.line]


def test_raw_pages_go_when_retention_says_so(tmp_path: Path) -> None:
    with served(tmp_path, mastodon()) as home:
        home.pull()
        (page,) = home.places.raw_pages("net").iterdir()
        assert retention.prune(home.settings, date(2026, 4, 1)) == {}
        assert page.exists()
        assert retention.prune(home.settings.model_copy(update={"retention": Retention(raw_days=30)}), date(2026, 5, 1))
        assert not page.exists()


def test_a_listing_is_not_taken_for_another_whose_name_begins_alike(tmp_path: Path) -> None:
    with served(tmp_path, every()["gitlab"]()) as home:
        home.pull(budget=8)
        store = pulls.Store(home.places, "net")
        assert {item["evenscore"]["endpoint"] for item in store.records("issues")} == {"issues"}
