"""Discourse over HTTP: the newest posts of a forum, downwards, and the profiles of those who stand.

A post is read as one on disk is. Pages are windows of numbers: one may be empty, and is then no end.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.base import Parsed
from evenscore.connectors.discourse import LIKE, Discourse
from evenscore.connectors.endpoints import ACCOUNT, SITE, WINDOW, Endpoint, Subject
from evenscore.connectors.instants import instant_of
from evenscore.connectors.paging import Next, Page, by_number
from evenscore.connectors.pulled import ASKED, Network, Rows, activity, covering, profile
from evenscore.connectors.records import Row, each, need, need_id, require_ids, seek

NUMBERS = 50
"""A page holds the posts of so many numbers, those that there are."""
HIDING = ("profile_hidden", "hide_profile")


def _liked(item: Row) -> Subject | None:
    """Of a post: who liked it is asked where its count has changed."""
    likes = sum(one.get("count") or 0 for one in each(item.get("actions_summary") or []) if one.get("id") == LIKE)
    at, called = item.get("created_at"), item.get("username")  # by the name an erasure finds whose it is
    values = {"post": item.get("id"), "owner": item.get("user_id"), "called": called}
    if at is None or None in values.values():
        return None
    return Subject({**{name: str(value) for name, value in values.items()}, "at": str(at)}, likes)


def _older(page: Page) -> Next | None:
    numbers = [item["id"] for item in each(page.items) if isinstance(item.get("id"), int)]
    asked = page.params.get("before")
    before = min(numbers) - 1 if numbers else int(asked) - NUMBERS if asked else 0
    return Next({"before": str(before)}) if before > 0 else None


class DiscourseApi(Discourse, Network):
    """One forum."""

    kind: ClassVar[str] = "discourse"
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "the first post of a topic",
        "reply": "further posts",
        "like": "likes of a post, dated like the post: by name where it is a consenting person's, else as a count",
        "mention": "what the forum marks as one",
    }
    unread: ClassVar[tuple[str, ...]] = (
        "likes received, mentions and quotes of a person: Discourse shows those lists to the person alone",
        "private messages and whispers: never read",
        "bookmarks: private",
        "the dates of likes",
    )
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("user", "/u/{account}.json", ACCOUNT, "the account's id, and whether the profile is hidden", 1,
                 shows_profile=True),
        Endpoint("posts", "/posts.json", SITE, "posts, replies and how often each was liked", NUMBERS,
                 items="latest_posts", next=_older, instant=instant_of("created_at"), is_newest_first=True,
                 recheck=WINDOW),
        Endpoint("likers", "/post_action_users.json", "posts", "who liked consenting people's posts", 200,
                 params={"id": "{post}", "post_action_type_id": str(LIKE), "limit": "200", "page": "0"},
                 items="post_action_users", next=by_number(size=200),
                 about=_liked, owner="user_id"),
    )  # fmt: skip

    def authorise(self, secret: str) -> tuple[dict[str, str], dict[str, str]]:
        """A user's API key."""
        return {"User-Api-Key": secret}, {}

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one file of posts, pulled or delivered."""
        return covering(Discourse.parse(self, path, source), path)

    def rows(self, record: Row, source: Source) -> Iterator[tuple[str, Row]]:
        """The rows of a profile, or of a post as it also stands in files."""
        asked = record.get(ASKED)
        is_own = isinstance(asked, dict) and asked.get("endpoint") in ("pull", *self.readers())
        if asked:
            require_ids(record)
        yield from Network.rows(self, record, source) if is_own else Discourse.rows(self, record, source)

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """Private messages, and what stands where not everybody may read."""
        if endpoint != "posts":
            return None
        kinds = {item.get("topic_archetype"), item.get("archetype")} - {None, "regular", "banner"}
        if kinds:
            return "a private message" if kinds == {"private_message"} else f"a topic that is {min(map(str, kinds))}"
        if item.get("post_type") == 4:
            return "a whisper"
        return "a category that not everybody may read" if item.get("read_restricted") is True else None

    def hides(self, item: Row) -> str | None:
        """A profile that is hidden, in whichever of the forum's ways."""
        user: Row = item.get("user") or item
        hidden = [flag for flag in HIDING if user.get(flag) or seek(item, "user", "user_option", flag)]
        return hidden[0] if hidden else None

    def account_of(self, item: Row) -> dict[str, str]:
        """The number is for good, the name is not."""
        return {"id": str(need(item, "user", "id")), "username": str(need(item, "user", "username"))}

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """What only the API tells."""
        return {"user": self._user, "likers": _liker}

    def _user(self, item: Row, asked: Row, _source: Source) -> Rows:
        yield from profile(asked["at"], need(item, "user", "id"), [need(item, "user", "username")],
                           created_at=seek(item, "user", "created_at"),
                           is_private=self.hides(item) is not None)  # fmt: skip


def _liker(item: Row, asked: Row, _source: Source) -> Rows:
    """One of those who liked a post."""
    post, owner, who = (str(need(asked, "about", "post")), seek(asked, "about", "owner"), need_id(item, "id"))
    yield activity(f"post-{post}-by-{who}", "like", who, f"post-{post}", owner, need(asked, "about", "at"))
