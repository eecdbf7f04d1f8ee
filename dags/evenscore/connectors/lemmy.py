"""Lemmy and what speaks its language: posts and comments of people, and who commented on their posts.

People and objects are known by their address across servers. Times before 0.19 bear no zone, and are UTC.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.endpoints import ACCOUNT, WINDOW, Endpoint, Subject, counts
from evenscore.connectors.instants import instant_of, iso
from evenscore.connectors.paging import by_number
from evenscore.connectors.pulled import Network, Rows, activity, profile
from evenscore.connectors.records import Row, need, seek

OPEN = ("None", "Public", "Unlisted")
"""What a community's visibility may be for everybody to see it, of an instance that has none, too."""
NEWEST = {"username": "{account}", "sort": "New", "limit": "50"}


def _profile(body: Any) -> list[Any] | None:
    """The person alone: what they wrote comes along, and is read, or left out, where it is asked for."""
    return [{"person_view": body["person_view"]}] if isinstance(seek(body, "person_view"), dict) else None


def _commented(item: Row) -> Subject | None:
    count = seek(item, "counts", "comments")
    if count is None:
        return None
    return Subject({"post": str(item["post"]["id"]), "owner": _address(item["creator"])}, count)


class Lemmy(Network):
    """One instance."""

    kind: ClassVar[str] = "lemmy"
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "posts",
        "reply": "comments",
        "like": "upvotes beyond the author's own, as a count: anonymous, dated like the post",
        "dislike": "downvotes, likewise",
    }
    unread: ClassVar[tuple[str, ...]] = (
        "who voted, and when: only administrators see it",
        "who answered their comments on others' posts",
    )
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("person", "/api/v3/user", ACCOUNT, "the person's address and flags", 1,
                 params={"username": "{account}", "limit": "1"}, items=_profile, shows_profile=True),
        Endpoint("posts", "/api/v3/user", ACCOUNT, "their posts", 50, params=NEWEST, items="posts",
                 next=by_number(size=50), instant=instant_of("post", "published"), is_newest_first=True,
                 counted="post_count", recheck=WINDOW),
        Endpoint("person-comments", "/api/v3/user", ACCOUNT, "their comments", 50, params=NEWEST, items="comments",
                 next=by_number(size=50), instant=instant_of("comment", "published"), is_newest_first=True,
                 counted="comment_count", recheck=WINDOW),
        Endpoint("comments", "/api/v3/comment/list", "posts", "who commented on their posts", 50,
                 params={"post_id": "{post}", "sort": "New", "limit": "50", "type_": "All"}, items="comments",
                 next=by_number(size=50), about=_commented, owner="creator.actor_id|creator.ap_id"),
    )  # fmt: skip

    def account_of(self, item: Row) -> dict[str, str]:
        """The address is for good."""
        person = need(item, "person_view", "person")
        listed = counts(seek(item, "person_view", "counts") or {}, "post_count", "comment_count")
        return {"id": _address(person), "name": str(person["name"]), **listed}

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """What its author, a moderator or the server has taken away."""
        for key in ("comment", "post", "community"):
            thing = item.get(key) if isinstance(item.get(key), dict) else {}
            for flag in ("deleted", "removed"):
                if thing and thing.get(flag) is True:
                    return f"{key} {flag}"
        is_gone = seek(item, "creator", "deleted") is True or seek(item, "creator", "banned") is True
        seen = str(seek(item, "community", "visibility"))
        return "its author is gone" if is_gone else None if seen.capitalize() in OPEN else f"visibility {seen}"

    def hides(self, item: Row) -> str | None:
        """An account that is deleted or banned."""
        person = need(item, "person_view", "person")
        return next((flag for flag in ("deleted", "banned") if person.get(flag) is True), None)

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        return {
            "person": self._person,
            "posts": self._post,
            **dict.fromkeys(("comments", "person-comments"), self._comment),
        }

    def recognised(self, record: Row) -> str | None:
        """A view by what it shows."""
        return "comments" if "comment" in record else "posts" if "post" in record and "creator" in record else None

    def _person(self, item: Row, asked: Row, _source: Source) -> Rows:
        person = need(item, "person_view", "person")
        yield from profile(asked["at"], self.account_of(item)["id"], [person["name"]],
                           created_at=iso(person.get("published")), is_private=self.hides(item) is not None,
                           is_bot=person.get("bot_account") is True)  # fmt: skip

    def authored(self, record: Row) -> Iterator[tuple[str, str | None]]:
        """Posts by their address, comments by their number: that is how answers name them."""
        creator = record.get("creator")
        if isinstance(creator, dict) and isinstance(record.get("comment"), dict):
            yield f"comment-{record['comment'].get('id')}", creator.get("actor_id") or creator.get("ap_id")
        elif isinstance(creator, dict) and isinstance(record.get("post"), dict):
            yield str(record["post"].get("ap_id")), creator.get("actor_id") or creator.get("ap_id")

    def _comment(self, item: Row, _asked: Row, _source: Source) -> Rows:
        """A comment answers the comment above it, which its path names by number, or else the post."""
        comment, post = need(item, "comment"), need(item, "post")
        above = str(comment.get("path", "0.0")).split(".")[-2]
        of = self.authors.get(post["ap_id"] if above == "0" else f"comment-{above}")
        row = activity(comment["ap_id"], "reply", _address(item["creator"]), post["ap_id"], of,
                       iso(comment["published"]), comment.get("content"))  # fmt: skip
        yield row
        yield from self.tallied(item, row[1])

    def _post(self, item: Row, _asked: Row, _source: Source) -> Rows:
        post = need(item, "post")
        text = "\n\n".join(filter(None, (post.get("name"), post.get("body"))))
        row = activity(
            post["ap_id"], "post", _address(item["creator"]), post["ap_id"], None, iso(post["published"]), text
        )
        yield row
        yield from self.tallied(item, row[1])

    def counted(self, record: Row) -> Iterator[tuple[str, str, Any]]:
        """The votes on a post or comment; everybody upvotes what they write themselves."""
        thing, counts = record.get("comment") or record.get("post"), record.get("counts")
        if isinstance(thing, dict) and isinstance(counts, dict) and isinstance(counts.get("upvotes"), int):
            yield str(thing.get("ap_id")), "like", counts["upvotes"] - 1
            yield str(thing.get("ap_id")), "dislike", counts.get("downvotes")


def _address(thing: Any) -> str:
    return str(thing.get("actor_id") or thing["ap_id"])
