"""Who liked or approved something, by name, where the network tells; and how often, where it tells no more."""

from pathlib import Path
from typing import Any

import pytest
from invented import every
from loopback import Asked, Reply
from pulled_home import PulledHome, altered, served

from evenscore.pulling import outcome

pytestmark = pytest.mark.usefixtures("without_a_disk")


def rows(home: PulledHome, verb: str) -> list[dict[str, Any]]:
    return [row for row in home.landed() if row["verb"] == verb]


def test_a_forum_names_who_liked_the_posts_of_those_who_stand_and_counts_the_others(tmp_path: Path) -> None:
    """Posts 50, 150 and 200 were liked once each, and are Cid's, Ann's and nobody's to see; Ben liked Ann's."""
    with served(tmp_path, every()["discourse"]()) as home:
        home.pull()
        home.extract()
        found = {(row["object_id"], row["actor_id"], row["target_id"]) for row in rows(home, "like")}
        assert found == {("post-50", None, "3"), ("post-150", "2", "1")}
        asked = [one.one("id") for one in home.server.log if one.path == "/post_action_users.json"]
        assert asked == ["150"]


def test_a_forum_shows_two_hundred_who_liked_a_post_on_a_page(tmp_path: Path) -> None:
    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path == "/post_action_users.json" and asked.one("page") == "0":
            reply.body["post_action_users"] = [{"id": number, "username": f"u{number}"} for number in range(100, 300)]
        return reply

    with served(tmp_path, altered(every()["discourse"](), change)) as home:
        assert home.pull().state == outcome.WHOLE
        home.extract()
        liked = {row["actor_id"] for row in rows(home, "like") if row["object_id"] == "post-150"}
        assert len(liked) == 201 and "2" in liked


def test_approvals_are_reviews_by_whoever_gave_them(tmp_path: Path) -> None:
    """One that does not tell its date is dated like the merge request."""
    with served(tmp_path, every()["gitlab"]()) as home:
        home.pull()
        home.extract()
        found = [(row["actor_id"], row["target_id"], f"{row['occurred_at']:%d}") for row in rows(home, "review")]
        assert sorted(found) == [("701001", "701002", "02"), ("701003", "701002", "08")]
