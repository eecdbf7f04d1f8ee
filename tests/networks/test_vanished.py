"""What vanishes from a listing without a word is taken back, where a walk that saw all of its window proves it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from invented import ANN, every, tid
from loopback import Asked, Reply, instant
from pulled_home import PulledHome, altered, served

from evenscore.connectors import NETWORKS
from evenscore.connectors.vanished import Listing
from evenscore.pulling import outcome
from evenscore.pulling.store import Cursor, Store

pytestmark = pytest.mark.usefixtures("without_a_disk")
DAY = 86400


Vanish = Callable[[Asked, Reply], None]


@dataclass
class Case:
    """A listing, of which an event vanishes, and how its network answers then."""

    kind: str
    event: str
    vanish: Vanish


def without(reply: Reply, keep: Callable[[Any], bool], at: str = "", within: str = "") -> None:
    body = reply.body[within] if within else reply.body
    if at and at in body:
        body[at] = [one for one in body[at] if keep(one)]
    elif not at:
        reply.body = [one for one in reply.body if keep(one)]


def a_status(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/statuses"):
        without(reply, lambda one: one["id"] != "1005")
    elif "/accounts/" in asked.path and reply.body.get("id") == "900011":
        reply.body["statuses_count"] -= 1


def the_newest_status(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/statuses"):
        without(reply, lambda one: one["id"] != "1021")
    elif "/accounts/" in asked.path and reply.body.get("id") == "900011":
        reply.body["statuses_count"] -= 1


def the_only_boost(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/reblogged_by"):
        reply.body = []
    elif asked.path.endswith("/statuses"):
        for one in reply.body:
            one["reblogs_count"] = 0


def a_favourite(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/favourited_by"):
        without(reply, lambda one: one["id"] != "900033")
    elif asked.path.endswith("/statuses"):
        for one in reply.body:
            one["favourites_count"] -= one["id"] == "1000"


def a_lemmy_post(asked: Asked, reply: Reply) -> None:
    without(reply, lambda one: one["post"]["id"] != 14, "posts")
    if "posts" in reply.body:
        reply.body["person_view"]["counts"]["post_count"] -= reply.body["person_view"]["person"]["name"] == "ann"


def a_comment(asked: Asked, reply: Reply) -> None:
    without(reply, lambda one: one["comment"]["id"] != 8, "comments")
    for one in reply.body.get("posts") or ():
        one["counts"]["comments"] = min(1, one["counts"]["comments"])


def a_comment_in_both_listings(asked: Asked, reply: Reply) -> None:
    without(reply, lambda one: one["comment"]["id"] != 7, "comments")
    for one in reply.body.get("posts") or ():
        one["counts"]["comments"] = min(1, one["counts"]["comments"])
    if seen := reply.body.get("person_view"):
        seen["counts"]["comment_count"] = 0


BLUESKY_POST = f"at://{ANN}/app.bsky.feed.post/{tid(instant(12))}"


def a_bluesky_post(asked: Asked, reply: Reply) -> None:
    if "records" in reply.body:
        without(reply, lambda one: one["uri"] != BLUESKY_POST, "records")
    for one in reply.body.get("profiles") or ():
        one["postsCount"] -= one["did"] == ANN


def a_video(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/playlistItems"):
        without(reply, lambda one: one["snippet"]["resourceId"]["videoId"] != "v4", "items")
    for one in reply.body["items"] if asked.path.endswith("/channels") else ():
        one["statistics"]["videoCount"] = str(int(one["statistics"]["videoCount"]) - (one["id"] == "UCann"))


def an_answered_submission(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/submitted"):
        without(reply, lambda one: one["data"]["name"] != "t3_p1", "children", "data")


def a_question(asked: Asked, reply: Reply) -> None:
    without(reply, lambda one: one.get("question_id") != 17, "items")


def a_story(asked: Asked, reply: Reply) -> None:
    without(reply, lambda one: one["objectID"] != "104", "hits")


def a_message(asked: Asked, reply: Reply) -> None:
    if "messages" in reply.body:
        without(reply, lambda one: one["id"] != 20, "messages")


def an_answer(asked: Asked, reply: Reply) -> None:
    """Another question makes another batch of those whose answers are asked for."""
    without(reply, lambda one: one.get("answer_id") != 54, "items")
    if asked.path.endswith("/questions") and asked.one("page", "1") == "1":
        new = {"question_id": 30, "creation_date": int(datetime(2026, 3, 17, tzinfo=UTC).timestamp())}
        reply.body["items"].insert(0, {**reply.body["items"][0], **new})


def a_like_of_somebody_renamed(asked: Asked, reply: Reply) -> None:
    """Ann is called otherwise by now, and what she wrote is liked by one less."""
    if asked.path == "/post_action_users.json":
        without(reply, lambda one: asked.one("id") != "150", "post_action_users")
    elif asked.path == "/u/ann.json":
        reply.status = 404
    for one in reply.body.get("latest_posts") or ():
        one["username"] = {"ann": "anna"}.get(one["username"], one["username"])
        one["actions_summary"] = [] if one["id"] == 150 else one["actions_summary"]


def an_answer_in_a_thread(asked: Asked, reply: Reply) -> None:
    """YouTube counts a video's threads and what answers in them together."""
    for one in reply.body["items"]:
        if asked.path.endswith("/videos") and one["id"] == "v0":
            one["statistics"]["commentCount"] = "2"
        elif asked.path.endswith("/commentThreads"):
            one["snippet"]["totalReplyCount"], one["replies"] = 1, {"comments": []}
    if asked.path.endswith("/comments"):
        without(reply, lambda one: one["id"] != "t1.a", "items")


def a_star(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/stargazers"):
        without(reply, lambda one: one["user"]["login"] != "ben")


def an_issue(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/issues"):
        without(reply, lambda one: one["number"] != 5)


def a_gitlab_issue(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/issues"):
        without(reply, lambda one: one["iid"] != 5)
        reply.headers["X-Total"] = ""


def an_announcement(asked: Asked, reply: Reply) -> None:
    for page in (reply.body, reply.body.get("first")):
        if isinstance(page, dict) and "orderedItems" in page:
            page["orderedItems"] = [one for one in page["orderedItems"] if one["id"] != "https://as.test/a/8"]


CASES = {
    "a like of somebody renamed": Case("discourse", "post-150-by-2", a_like_of_somebody_renamed),
    "an answer in a thread": Case("youtube", "comment-t1.a", an_answer_in_a_thread),
    "a star": Case("github", "star-ann/tool-1002", a_star),
    "an issue on GitHub": Case("github", "issue-5", an_issue),
    "an issue on GitLab": Case("gitlab", "issue-5-5", a_gitlab_issue),
    "an announcement": Case("activitystreams", "https://as.test/a/8", an_announcement),
    "an answer": Case("stackexchange", "post-54", an_answer),
    "a message": Case("zulip", "message-20", a_message),
    "a post of which the app tells counts": Case("bluesky", BLUESKY_POST, a_bluesky_post),
    "a video": Case("youtube", "video-v4", a_video),
    "a submission that is answered": Case("reddit", "t3_p1", an_answered_submission),
    "a question": Case("stackexchange", "post-17", a_question),
    "a story": Case("hackernews", "item-104", a_story),
    "a status": Case("mastodon", "status-1005", a_status),
    "the newest status": Case("mastodon", "status-1021", the_newest_status),
    "a favourite": Case("mastodon", "like-1000-900033", a_favourite),
    "the only boost": Case("mastodon", "repost-1003-900033", the_only_boost),
    "a post": Case("lemmy", "https://lemmy.test/post/14", a_lemmy_post),
    "a comment": Case("lemmy", "https://lemmy.test/comment/8", a_comment),
    "a comment in both": Case("lemmy", "https://lemmy.test/comment/7", a_comment_in_both_listings),
}


def events(home: PulledHome) -> set[str]:
    return {row["event_id"] for row in home.landed()}


@contextmanager
def read_once(folder: Path, case: Case, *doubts: Vanish) -> Iterator[tuple[PulledHome, list[bool], set[str]]]:
    """A home that has read a network from which, once that is switched on, something vanishes; and what had landed."""
    is_gone = [False]

    def change(asked: Asked, reply: Reply) -> Reply:
        for one in (case.vanish, *doubts) if is_gone[0] else ():
            one(asked, reply)
        return reply

    with served(folder, altered(every()[case.kind](), change)) as home:
        home.pull()
        home.extract()
        before = events(home)
        assert case.event in before
        home.clock.sleep(8 * DAY)
        is_gone[0] = True
        yield home, is_gone, before


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_a_listing_does_not_show_any_more_is_taken_back_and_lands_when_it_shows_again(
    name: str, tmp_path: Path
) -> None:
    with read_once(tmp_path, CASES[name]) as (home, is_gone, before):
        assert home.pull().state == outcome.WHOLE
        home.extract("2026-03-23")
        assert before - events(home) == {CASES[name].event}
        touch(home, 0)
        assert before - events(home) == {CASES[name].event}
        is_gone[0] = False
        home.clock.sleep(8 * DAY)
        home.pull()
        home.extract("2026-03-31")
        assert events(home) == before
        touch(home, 1)
        assert events(home) == before


def touch(home: PulledHome, number: int) -> None:
    """Change a raw file, as an erasure does: it is read again."""
    with sorted(home.places.raw_pages("net").iterdir())[number].open("a") as file:
        file.write("\n")
    home.extract("2026-03-31")


def breaks_off(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/statuses") and "max_id" in asked.params:
        reply.status = 502


def is_cut_and_not_counted(asked: Asked, reply: Reply) -> None:
    if "/accounts/" in asked.path and isinstance(reply.body, dict):
        reply.body["statuses_count"] = None
    if asked.path.endswith("/statuses") and asked.one("max_id") == "8":
        reply.headers.clear()


def begins_with_the_oldest(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/statuses"):
        reply.body.reverse()


def has_one_without_an_instant(asked: Asked, reply: Reply) -> None:
    for one in reply.body if asked.path.endswith("/statuses") else ():
        one["created_at"] = None if one["id"] == "1008" else one["created_at"]


def has_what_is_no_object(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/statuses"):
        reply.body = ["strange" if one["id"] == "1008" else one for one in reply.body]


def has_what_cannot_be_read(asked: Asked, reply: Reply) -> None:
    for one in reply.body if asked.path.endswith("/statuses") else ():
        one["account"] = {} if one["id"] == "1008" else one["account"]


def counts_more(asked: Asked, reply: Reply) -> None:
    if "/accounts/" in asked.path and isinstance(reply.body, dict):
        reply.body["statuses_count"] += 1


def counts_as_before(asked: Asked, reply: Reply) -> None:
    for one in reply.body if asked.path.endswith("/statuses") else ():
        one["favourites_count"] += one["id"] == "1000"


def counts_one_more_favourite(asked: Asked, reply: Reply) -> None:
    for one in reply.body if asked.path.endswith("/statuses") else ():
        one["favourites_count"] += 2 * (one["id"] == "1000")


def is_refused(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/reblogged_by"):
        reply.status = 404


def moves() -> Vanish:
    """While pages are counted, what a first one held is drawn from behind."""
    asked_for = list[str]()

    def move(asked: Asked, reply: Reply) -> None:
        if asked.one("limit") == "50" and asked.one("username") == "ann":
            asked_for.append(asked.one("page", "1"))
            if asked_for == ["1", "2", "1"]:
                del reply.body["posts"][7]

    return move


def shows_it_elsewhere(asked: Asked, reply: Reply) -> None:
    if asked.path == "/api/v3/comment/list" and asked.one("page", "1") == "1":
        reply.body = every()["lemmy"]().answer(asked).body


DOUBTS: dict[str, tuple[str, Vanish]] = {
    "a walk that breaks off": ("a status", breaks_off),
    "a listing that is cut": ("a status", is_cut_and_not_counted),
    "another order": ("a status", begins_with_the_oldest),
    "no instant": ("a status", has_one_without_an_instant),
    "no object": ("a status", has_what_is_no_object),
    "a count that is larger": ("a status", counts_more),
    "a listing that is refused": ("the only boost", is_refused),
    "what cannot be read": ("a status", has_what_cannot_be_read),
    "a count that stands still": ("a favourite", counts_as_before),
    "a larger count of who favourited": ("a favourite", counts_one_more_favourite),
    "rows that moved": ("a post", moves()),
    "another listing that shows it": ("a comment in both", shows_it_elsewhere),
}
"""What makes a listing prove nothing."""


@pytest.mark.parametrize("doubt", sorted(DOUBTS))
def test_in_doubt_nothing_is_taken_back(doubt: str, tmp_path: Path) -> None:
    name, spoil = DOUBTS[doubt]
    with read_once(tmp_path, CASES[name], spoil) as (home, _, before):
        home.pull()
        home.extract("2026-03-23")
        assert events(home) >= before


def test_a_budget_that_ends_a_walk_takes_nothing_back_and_the_pull_that_goes_on_does(tmp_path: Path) -> None:
    case = CASES["a status"]
    with read_once(tmp_path, case) as (home, _, before):
        assert home.pull(budget=4).state == outcome.PAUSED
        home.extract("2026-03-23")
        assert events(home) == before
        assert home.pull().state == outcome.WHOLE
        home.extract("2026-03-23")
        assert before - events(home) == {case.event}


@pytest.mark.parametrize("which", [0, 1])
def test_raw_lines_that_an_erasure_took_out_have_not_vanished(which: int, tmp_path: Path) -> None:
    """Of the earlier pull what is erased was never kept; a listing of which a line is erased proves nothing."""
    with read_once(tmp_path, CASES["a status"]) as (home, _, _before):
        home.pull()
        path, taken = sorted(home.places.raw_pages("net").iterdir())[which], ("1005", "1007")[which]
        kept = [line for line in path.read_text().splitlines(True) if not line.startswith(f'{{"id":"{taken}"')]
        path.write_text("".join(kept))
        home.extract("2026-03-23")
        assert f"status-{('1007', '1005')[which]}" in events(home)


class Killed(BaseException):
    """As if the process had ended there."""


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_walk_that_is_killed_as_it_ends_says_no_more_than_it_has_seen(
    goes_on: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, keep, is_down = CASES["a status"], Store.keep, [False]

    def kill(store: Store, walk: str, cursor: Cursor) -> None:
        if walk.startswith("statuses") and not cursor.todo:
            raise Killed
        keep(store, walk, cursor)

    def fails(asked: Asked, reply: Reply) -> None:
        if is_down[0] and asked.path.endswith("/900011/statuses"):
            reply.headers["Link"] = f'<http://{asked.headers["host"]}{asked.path}?max_id=1000>; rel="next"'
            reply.status = 502 if asked.one("max_id") == "1000" else 200

    with read_once(tmp_path, case, fails) as (home, _, before):
        monkeypatch.setattr(Store, "keep", kill)
        with pytest.raises(Killed):
            home.pull()
        monkeypatch.undo()
        is_down[0] = not goes_on
        home.pull()
        home.extract("2026-03-23")
        assert before - events(home) == ({case.event} if goes_on else set())


def test_raw_files_from_before_what_a_walk_answers_for_need_not_be_read() -> None:
    statuses = next(one for one in NETWORKS["mastodon"].endpoints if one.name == "statuses")
    told = {"bound": "2026-03-10T00:00:00+00:00", "lines": 0, "is_all": True}
    listing = Listing(statuses, told)
    assert not listing.reaches(datetime(2026, 3, 9, tzinfo=UTC))
    assert listing.reaches(datetime(2026, 3, 9, 0, 0, 1, tzinfo=UTC)) and listing.reaches(None)
    assert not Listing(statuses).reaches(None)
