"""What vanishes from a listing without a word is taken back, where a walk that saw all of its window proves it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from invented import every
from loopback import Asked, Reply
from pulled_home import PulledHome, altered, served

pytestmark = pytest.mark.usefixtures("without_a_disk")
DAY = 86400
Change = Callable[[Asked, Reply], Reply]


@dataclass
class Case:
    """A listing, of which something vanishes: whose, and what its network counts then."""

    kind: str
    event: str
    vanish: Callable[[Asked, Reply], None]


def without(reply: Reply, keep: Callable[[Any], bool], at: str = "") -> None:
    if at and at in reply.body:
        reply.body[at] = [one for one in reply.body[at] if keep(one)]
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


def a_favourite(asked: Asked, reply: Reply) -> None:
    if asked.path.endswith("/favourited_by"):
        without(reply, lambda one: one["id"] != "900033")
    elif asked.path.endswith("/statuses"):
        for one in reply.body:
            one["favourites_count"] -= one["id"] == "1000"


def a_lemmy_post(asked: Asked, reply: Reply) -> None:
    without(reply, lambda one: one["post"]["id"] != 33, "posts")


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


CASES = {
    "a status": Case("mastodon", "status-1005", a_status),
    "the newest status": Case("mastodon", "status-1021", the_newest_status),
    "a favourite": Case("mastodon", "like-1000-900033", a_favourite),
    "a post": Case("lemmy", "https://lemmy.test/post/33", a_lemmy_post),
    "a comment": Case("lemmy", "https://lemmy.test/comment/8", a_comment),
    "a comment in both": Case("lemmy", "https://lemmy.test/comment/7", a_comment_in_both_listings),
}


def events(home: PulledHome) -> set[str]:
    return {row["event_id"] for row in home.landed()}


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_a_listing_does_not_show_any_more_is_taken_back_and_lands_when_it_shows_again(
    name: str, tmp_path: Path
) -> None:
    case, is_gone = CASES[name], [False]

    def change(asked: Asked, reply: Reply) -> Reply:
        if is_gone[0]:
            case.vanish(asked, reply)
        return reply

    with served(tmp_path, altered(every()[case.kind](), change)) as home:
        home.pull()
        home.extract()
        before = events(home)
        assert case.event in before
        is_gone[0] = True
        home.clock.sleep(8 * DAY)
        assert home.pull().state == "whole"
        home.extract("2026-03-23")
        assert before - events(home) == {case.event}
        is_gone[0] = False
        home.clock.sleep(8 * DAY)
        home.pull()
        home.extract("2026-03-31")
        assert events(home) == before
