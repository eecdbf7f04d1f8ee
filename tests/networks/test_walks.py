"""Walks from one pull to the next: what is incomplete, what is gone, what waits, and who is asked about no more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from invented import bluesky, every, mastodon
from loopback import Asked, Reply, Server, StillClock
from pulled_home import altered, served

from evenscore.base.settings import Retention
from evenscore.connectors import NETWORKS
from evenscore.connectors.endpoints import PLACE
from evenscore.night import retention
from evenscore.pulling import outcome
from evenscore.pulling.reach import Reach
from evenscore.pulling.store import Cursor, Store, digest

pytestmark = pytest.mark.usefixtures("without_a_disk")
DAY = 86400


def test_fewer_than_the_network_counts_are_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    discourse = NETWORKS["discourse"]
    counted = tuple(replace(one, total="count") if one.name == "posts" else one for one in discourse.endpoints)
    monkeypatch.setattr(type(discourse), "endpoints", counted)

    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply({**reply.body, "count": 500}) if asked.path == "/posts.json" else reply

    with served(tmp_path, altered(every()["discourse"](), change)) as home:
        done = home.pull()
        assert done.account.incomplete == {"posts: fewer than the network counts": 1}
        assert not done.is_success


def test_a_source_that_names_no_places_is_no_success_where_places_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    discourse = NETWORKS["discourse"]
    asked = tuple(replace(one, per=PLACE) if one.name == "posts" else one for one in discourse.endpoints)
    monkeypatch.setattr(type(discourse), "endpoints", asked)
    with served(tmp_path, every()["discourse"]()) as home:
        done = home.pull()
        assert done.account.incomplete == {"posts: the source names no places": 1}
        assert not done.is_success


@pytest.mark.parametrize(
    ("kind", "misspelt", "told"),
    [
        ("github", "/repos/", "place 1: nothing was ever found there"),
        ("gitlab", "/projects/", "place 1: nothing was ever found there"),
        ("mastodon", "/api/", "url: nothing was ever found there"),
        ("discourse", "/", "url: nothing was ever found there"),
    ],
)
def test_a_misspelt_place_is_told_and_one_that_is_gone_is_not(
    tmp_path: Path, kind: str, misspelt: str, told: str
) -> None:
    is_wrong = [True]

    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply({"message": "Not Found"}, 404) if is_wrong[0] and misspelt in asked.path else reply

    with served(tmp_path, altered(every()[kind](), change)) as home:
        for _ in range(2):
            assert home.pull().account.incomplete == {told: 1}
            home.clock.sleep(DAY)
        is_wrong[0] = False
        assert home.pull().state == outcome.WHOLE
        home.clock.sleep(8 * DAY)
        is_wrong[0] = True
        done = home.pull()
        assert done.state == outcome.WHOLE and done.account.nothing, done.in_words()


@pytest.mark.parametrize(
    ("kind", "unknown"),
    [("bluesky", "zoe.test"), ("stackexchange", "709999"), ("youtube", "UCzoe")],
)
def test_whom_a_network_does_not_know_among_others_is_told(tmp_path: Path, kind: str, unknown: str) -> None:
    """It says 404 of one who is asked about alone, and leaves out one of several without a word."""
    with served(tmp_path, every()[kind]()) as home:
        home.stand(*home.people, unknown)
        done, profiles = home.pull(), NETWORKS[kind].endpoints[0].name
        assert done.state == outcome.WHOLE
        assert done.account.left_out[f"{profiles}: gone from the network"] == 1


@pytest.mark.parametrize(
    ("kind", "profile", "nobody"), [("mastodon", "/lookup", []), ("youtube", "/channels", {"items": []})]
)
def test_a_network_that_knows_nobody_who_stands_is_told(
    tmp_path: Path, kind: str, profile: str, nobody: object
) -> None:
    """Not every network says 404 of whom it does not know: some answer with a list of nobody."""

    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply(nobody) if profile in asked.path else reply

    with served(tmp_path, altered(every()[kind](), change)) as home:
        assert home.pull().account.incomplete == {"url: nothing was ever found there": 1}


@pytest.mark.parametrize(("kind", "part"), [("github", "/issues"), ("mastodon", "/statuses"), ("discourse", "/u/ann")])
def test_of_a_place_that_is_there_a_part_may_be_missing(tmp_path: Path, kind: str, part: str) -> None:
    """A repository without issues, an account that is gone: others answer."""

    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply({"message": "gone"}, 410) if part in asked.path else reply

    with served(tmp_path, altered(every()[kind](), change)) as home:
        done = home.pull()
        assert done.state == outcome.WHOLE and done.account.nothing, done.in_words()


def test_of_two_places_the_misspelt_one_is_told(tmp_path: Path) -> None:
    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply({"message": "404 Project Not Found"}, 404) if "/projects/none/" in asked.path else reply

    with served(tmp_path, altered(every()["gitlab"](), change)) as home:
        settings = home.config.read_text()
        home.config.write_text(settings.replace("places = [", 'places = ["none", '))
        assert home.pull().account.incomplete == {"place 1: nothing was ever found there": 1}


def test_an_incomplete_pull_covers_no_day_and_is_tried_again(tmp_path: Path) -> None:
    is_down = [True]

    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply(status=502) if is_down[0] and asked.path.endswith("getLikes") else reply

    with served(tmp_path, altered(bluesky(), change)) as home:
        assert home.pull().state == outcome.INCOMPLETE
        (delivery,) = home.extract()
        assert (delivery.first_date, delivery.row_count > 0) == (None, True)
        is_down[0] = False
        home.clock.sleep(DAY)
        assert home.pull().state == outcome.WHOLE
        assert "like" in {row["verb"] for row in (home.extract("2026-03-16") and home.landed())}


def test_what_was_given_up_before_a_pause_is_no_success_afterwards_either(tmp_path: Path) -> None:
    def change(asked: Asked, reply: Reply) -> Reply:
        return Reply({}, 403) if asked.path.startswith("/u/") else reply

    with served(tmp_path, altered(every()["discourse"](), change)) as home:
        while (done := home.pull(budget=1)).state == outcome.PAUSED:
            assert done.is_success
        assert done.state == outcome.INCOMPLETE
        assert done.account.incomplete == {"user: 403": 2}


def test_what_was_left_out_before_a_pause_or_a_kill_is_in_the_account_of_the_pull(tmp_path: Path) -> None:
    """However many processes it took: the last of them has seen the end alone."""
    with served(tmp_path / "one", every()["discourse"]()) as home:
        told = home.pull().account.left_out
    with served(tmp_path / "many", every()["discourse"]()) as home:
        while (done := home.pull(budget=1)).state == outcome.PAUSED:
            pass
    assert told and done.account.left_out == told


def test_a_listing_that_goes_on_at_another_host_is_not_followed_there(tmp_path: Path) -> None:
    """As a redirect is not: who answers says nothing of whom else to ask."""
    with served(tmp_path / "other", every()["mastodon"]()) as other:
        there = f'<{other.server.url}/api/v1/accounts/900011/statuses>; rel="next"'

        def change(asked: Asked, reply: Reply) -> Reply:
            return replace(reply, headers={"Link": there}) if asked.path.endswith("/statuses") else reply

        with served(tmp_path / "home", altered(every()["mastodon"](), change)) as home:
            done = home.pull()
        assert done.account.incomplete == {"statuses: leads to another host": 2} and other.server.log == []


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


def test_what_is_looked_up_by_its_id_may_have_changed_though_its_listing_has_not(tmp_path: Path) -> None:
    """A list of videos is the same, and says so with 304, when one of them gets another title."""
    titles: list[str] = []

    def change(asked: Asked, reply: Reply) -> Reply:
        for one in reply.body["items"] if asked.path.endswith("/videos") else ():
            one["snippet"]["title"] = titles[-1] if titles else one["snippet"]["title"]
        tag = f'"{digest(reply.bytes().decode())}"'
        is_known = asked.headers.get("if-none-match") == tag
        return Reply(status=304) if is_known else replace(reply, headers={"ETag": tag})

    with served(tmp_path, altered(every()["youtube"](page=50), change)) as home:
        home.pull()
        titles.append("another")
        home.clock.sleep(8 * DAY)
        home.pull()
        home.extract("2026-03-23")
        assert {row["text"] for row in home.landed() if row["verb"] == "post"} == {"another"}


FLAGS: dict[str, tuple[Callable[[Any], str], Callable[[Any], Any]]] = {
    "lemmy": (lambda one: str(one.get("post", {}).get("ap_id")), lambda one: one["post"].update(deleted=True)),
    "mastodon": (lambda one: f"status-{one.get('id')}", lambda one: one.update(visibility="private")),
}
"""Of an item, its event, and what takes it away from everybody."""


@pytest.mark.parametrize("kind", sorted(FLAGS))
def test_what_is_no_longer_for_everybody_is_taken_back_and_nothing_else_is_kept_of_it(
    kind: str, tmp_path: Path
) -> None:
    gone, (event_of, close) = list[str](), FLAGS[kind]

    def change(asked: Asked, reply: Reply) -> Reply:
        listed = reply.body.get("posts") if isinstance(reply.body, dict) else reply.body
        for one in listed or ():
            if event_of(one) in gone:
                close(one)
        return reply

    with served(tmp_path, altered(every()[kind](), change)) as home:
        home.pull()
        home.extract()
        assert "gone" not in "".join(path.read_text() for path in home.places.raw_pages("net").glob("*"))
        posts = [row["event_id"] for row in home.landed() if row["verb"] == "post"]
        gone.append(posts[3])
        home.clock.sleep(8 * DAY)
        home.pull()
        home.extract("2026-03-23")
        landed = {row["event_id"] for row in home.landed()}
        assert posts[3] not in landed and posts[4] in landed
        last = max(home.places.raw_pages("net").glob("*")).read_text()
    assert [line for line in last.splitlines() if posts[3] in line and '"gone"' not in line] == []


@pytest.mark.parametrize(
    ("mark", "created_at", "passed"),
    [
        ("2026-03-10T00:00:00+00:00", "2026-03-10T00:00:00Z", True),
        ("2026-03-10T00:00:00+00:00", "2026-03-10T00:00:01Z", False),
        ("2026-03-10T00:00:00+00:00", None, True),
        (None, "2026-03-09T00:00:00Z", False),
    ],
)
def test_of_what_no_walk_can_have_read_not_even_the_id_is_kept(
    mark: str | None, created_at: str | None, passed: bool
) -> None:
    statuses = next(one for one in NETWORKS["mastodon"].endpoints if one.name == "statuses")
    issues = next(one for one in NETWORKS["gitlab"].endpoints if one.name == "issues")
    for endpoint in (statuses, issues):
        reach = Reach(endpoint, Cursor(mark=mark), datetime(2026, 3, 12, tzinfo=UTC))
        assert reach.has_passed({"created_at": created_at, "updated_at": "2026-03-11T00:00:00Z"}) is passed


def test_a_comment_that_is_deleted_within_a_thread_is_taken_back(tmp_path: Path) -> None:
    """Its place is still there, for whoever answered it, and the thread counts one fewer."""
    gone = list[str]()

    def change(asked: Asked, reply: Reply) -> Reply:
        for listed in reply.body if isinstance(reply.body, list) else [reply.body]:
            for thing in listed["data"].get("children") or ():
                if thing["data"]["name"] in gone:
                    thing["data"] |= {"author": "[deleted]", "body": "[deleted]"}
                elif gone and thing["data"]["name"] == "t3_p1":
                    thing["data"] |= {"num_comments": 1}
        return reply

    with served(tmp_path, altered(every()["reddit"](), change)) as home:
        home.pull()
        home.extract()
        assert "t1_c1" in {row["event_id"] for row in home.landed()}
        gone.append("t1_c1")
        home.clock.sleep(8 * DAY)
        home.pull()
        home.extract("2026-03-23")
        assert "t1_c1" not in {row["event_id"] for row in home.landed()}


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
        assert (home.pull().state, len(home.server.log)) == (outcome.PAUSED, 1)
        home.clock.sleep(3600)
        assert (home.pull().state, len(home.server.log)) == (outcome.PAUSED, 1)
        home.clock.sleep(5 * 3600)
        assert home.pull().state == outcome.WHOLE


def test_a_next_to_another_host_takes_no_secret_along(tmp_path: Path) -> None:
    with Server(lambda asked: Reply([]), StillClock()).running() as other:

        def change(asked: Asked, reply: Reply) -> Reply:
            if asked.path.endswith("/statuses"):
                reply.headers["Link"] = f'<{other.url}/steal>; rel="next"'
            return reply

        with served(tmp_path, altered(mastodon(), change)) as home:
            home.pull(secret="s3cr3t-token")
        assert not [one for one in other.log if "authorization" in one.headers]


@pytest.mark.parametrize("kind", ["bluesky", "mastodon", "youtube", "stackexchange"])
def test_who_withdraws_while_a_pull_is_paused_is_asked_about_no_more(tmp_path: Path, kind: str) -> None:
    """A pull goes on with whoever stands when it goes on, whatever it had brought before."""
    network = every()[kind]()
    with served(tmp_path, network) as home:
        whole = {"bluesky": 16, "mastodon": 9, "youtube": 5, "stackexchange": 4}[kind]
        assert home.pull(budget=whole).state == outcome.PAUSED
        home.say(0, home.people[0], "withdraw")
        before = len(home.server.log)
        assert home.pull().state == outcome.WHOLE
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
        store = Store(home.places, "net")
        assert {item["evenscore"]["endpoint"] for item in store.records("issues")} == {"issues"}
