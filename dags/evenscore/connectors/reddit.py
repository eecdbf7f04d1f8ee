"""Reddit: what people posted and commented, and who answered their posts. Every listing ends at about a thousand.

Each client needs Reddit's approval. Scores are noise by design, and are not counted as events.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any, ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.endpoints import ACCOUNT, WINDOW, Endpoint, Subject
from evenscore.connectors.instants import instant_of, iso
from evenscore.connectors.paging import by_cursor
from evenscore.connectors.pulled import Network, Rows, activity
from evenscore.connectors.records import Ignored, Malformed, Row, each, need, need_id, seek

GONE = re.compile(r"(?i)\[ ?(deleted|removed)( by [^\]]*)?\]")
"""What stands in the place of an author or of a text that is gone, sometimes with who took it away."""
RAW = {"raw_json": "1", "limit": "100", "sort": "new"}
OPEN = (None, "public", "restricted", "archived", "user", "gold_restricted")
"""The kinds of places that everybody may read: in some of them not everybody may write."""
CLOSED = "'reason': '(private|banned|quarantined|gated|gold_only|employees_only)'"
"""Why a place is closed that was open when somebody posted there; a 403 that gives no reason refuses whoever asks."""
PAGED: dict[str, Any] = {"items": "data.children", "next": by_cursor("data.after", "after"),
                         "instant": instant_of("data", "created_utc")}  # fmt: skip


def _fullname(item: Row) -> Subject | None:
    name = str(need(item, "data", "name"))
    values = {"fullname": name, "article": name.partition("_")[2], "owner": str(seek(item, "data", "author"))}
    return Subject(values, seek(item, "data", "num_comments") or None)


class Reddit(Network):
    """People by name; posts and comments by their full name."""

    kind: ClassVar[str] = "reddit"
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "submissions",
        "reply": "comments",
        "repost": "crossposts",
    }
    unread: ClassVar[tuple[str, ...]] = ("who voted", "followers of others", "anything beyond a listing's thousand",
                                         "comments that only `more` stands for, so far",
                                         "who answered their comments on others' posts")  # fmt: skip
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("about", "/user/{account}/about", ACCOUNT, "the account's id", 1, params={"raw_json": "1"},
                 shows_profile=True),
        Endpoint("submitted", "/user/{name}/submitted", ACCOUNT, "their posts", params=RAW, is_newest_first=True,
                 recheck=WINDOW, **PAGED),
        Endpoint("user-comments", "/user/{name}/comments", ACCOUNT, "their comments", params=RAW,
                 is_newest_first=True, recheck=WINDOW, **PAGED),
        Endpoint("info", "/api/info", "submitted", "whether a post is still there",
                 params={"raw_json": "1", "id": "{fullname}"},
                 items="data.children", batch="fullname", about=_fullname, owner="data.author"),
        Endpoint("comments", "/comments/{article}", "info", "who answered their posts", 500,
                 params={"raw_json": "1", "limit": "500", "sort": "new"},
                 items=lambda body: [*_each(body)] if isinstance(body, list) else None,
                 about=lambda item: _fullname(item) if seek(item, "data", "num_comments") else None,
                 owner="data.author", nothing_says=CLOSED),
    )  # fmt: skip

    def account_of(self, item: Row) -> dict[str, str]:
        """A person's number is for good, and names never change."""
        return {"id": f"t2_{need_id(item, 'data', 'id')}", "name": str(need(item, "data", "name"))}

    def hides(self, item: Row) -> str | None:
        """A suspended account, and one that wants no robots."""
        return next((flag for flag in ("is_suspended", "hide_from_robots") if seek(item, "data", flag) is True), None)

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """What stands in private or quarantined places, or comes from there."""
        for thing in (item["data"], *(seek(item, "data", "crosspost_parent_list") or ())):
            if thing.get("quarantine") is True:
                return "a quarantined subreddit"
            if (kind := thing.get("subreddit_type")) not in OPEN:
                return f"a {kind} subreddit"
        return None

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        return {"about": self._about, **dict.fromkeys(("submitted", "user-comments", "info", "comments"), self._thing)}

    def recognised(self, record: Row) -> str | None:
        """A thing by its kind."""
        return {"t1": "user-comments", "t3": "submitted", "t2": "about", "Listing": "comments"}.get(
            str(record.get("kind"))
        )

    def authored(self, record: Row) -> Iterator[tuple[str, str | None]]:
        """Posts and comments."""
        for thing in _things(record):
            yield str(thing.get("name")), _who(thing)

    def _about(self, item: Row, asked: Row, _source: Source) -> Rows:
        name, at = need(item, "data", "name"), iso(seek(item, "data", "created_utc"))
        hides = self.hides(item) is not None
        yield "accounts", {"account_id": name, "captured_at": asked["at"], "is_private": hides}
        if hides and seek(item, "data", "id") is None:
            return
        stable = f"t2_{need_id(item, 'data', 'id')}"
        yield "aliases", {"kind": "account", "alias_id": name, "stable_id": stable, "seen_at": at or asked["at"]}

    def _thing(self, item: Row, _asked: Row, _source: Source) -> Rows:
        found = list(_things(item))
        rows = [row for thing in found for row in self._rows(thing)]
        if not found and (item.get("kind") not in ("Listing", "more") or not isinstance(item.get("data"), dict)):
            raise Malformed("neither a post, nor a comment, nor a list of them")
        if not rows:
            event = need_id(found[0], "name") if len(found) == 1 else None
            raise Ignored("nothing but what is deleted" if found else "an empty list, or what stands for more", event)
        yield from rows

    def _rows(self, thing: Row) -> Rows:
        name, who, at = need_id(thing, "name"), _who(thing), iso(need(thing, "created_utc"))
        title, body = thing.get("title"), thing.get("selftext") if "title" in thing else thing.get("body")
        if _is_gone(body) or thing.get("removed_by_category"):
            return
        text = unescape("\n\n".join(filter(None, (title, body))))
        parent, crossed = thing.get("parent_id"), thing.get("crosspost_parent")
        if parent:
            yield activity(
                name, "reply", who, thing.get("link_id") or parent, self.authors.get(parent) or _of(thing), at, text
            )
        elif crossed:
            origin: Row = next(iter(thing.get("crosspost_parent_list") or ()), {})
            yield activity(name, "repost", who, crossed, _who(origin), at, text)
        else:
            yield activity(name, "post", who, name, None, at, text)


def _who(thing: Row) -> str | None:
    author = thing.get("author")
    return None if author is None or _is_gone(author) else need_id(thing, "author")


def _is_gone(told: Any) -> bool:
    return isinstance(told, str) and GONE.fullmatch(told.strip()) is not None


def _of(thing: Row) -> str | None:
    """The post's author, where a comment on the post itself tells it."""
    author = thing.get("link_author") if thing.get("parent_id") == thing.get("link_id") else None
    return None if _is_gone(author) else author


def _each(things: list[Any]) -> Iterator[Row]:
    """Every thing of some trees by itself: each may be deleted alone."""
    for thing in each(things):
        told = thing.get("data")
        data: Row = told if isinstance(told, dict) else {}
        if thing.get("kind") == "Listing":
            yield from _each(data.get("children") or [])
        else:
            yield {**thing, "data": {**data, "replies": ""}}
            yield from _each([data.get("replies")])


def _things(item: Row) -> Iterator[Row]:
    """The posts and comments in a thing, its replies included."""
    data = item.get("data")
    if not isinstance(data, dict):
        return
    if item.get("kind") in ("t1", "t3"):
        yield data
        item = data.get("replies") or {}
        data = item.get("data") if isinstance(item, dict) else None
    if isinstance(data, dict) and isinstance(item, dict) and item.get("kind") == "Listing":
        for child in data.get("children") or ():
            yield from _things(child) if isinstance(child, dict) else ()
