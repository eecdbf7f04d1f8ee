"""Mastodon and what speaks its language: a person's posts, and who favourited, boosted and answered them.

Favourites and boosts come without a date: they are dated like the post.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.endpoints import ACCOUNT, WINDOW, Endpoint, children
from evenscore.connectors.instants import instant_of
from evenscore.connectors.paging import by_link
from evenscore.connectors.prose import cooked_text
from evenscore.connectors.pulled import Network, Rows, profile
from evenscore.connectors.records import Ignored, Row, mentions, need, need_id, seek

OF_PEOPLE = ("account", "favourited_by", "reblogged_by")
OPEN = ("public", "unlisted")
"""The visibilities that everybody may see; all others are for somebody."""


class Mastodon(Network):
    """One server."""

    kind: ClassVar[str] = "mastodon"
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "statuses",
        "reply": "statuses in reply to one",
        "repost": "boosts, dated like the post where only their list is read; quotes",
        "like": "favourites, dated like the post",
        "mention": "mentions",
    }
    unread: ClassVar[tuple[str, ...]] = (
        "the dates of favourites, boosts in lists, and follows",
        "what never reached this server: ask the author's own",
        "posts for followers and direct messages: left out where they come along",
    )
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("account", "/api/v1/accounts/lookup", ACCOUNT, "the account's id and its flags", 1,
                 params={"acct": "{account}"}, path_by_id="/api/v1/accounts/{id}", shows_profile=True),
        Endpoint("statuses", "/api/v1/accounts/{id}/statuses", ACCOUNT, "posts, replies and boosts", 40,
                 params={"limit": "40"}, next=by_link, instant=instant_of("created_at"), is_newest_first=True,
                 counted="listed", recheck=WINDOW),
        Endpoint("favourited_by", "/api/v1/statuses/{status}/favourited_by", "statuses", "who favourited a post", 80,
                 params={"limit": "80"}, next=by_link, owner="account.id",
                 about=lambda item: _own(item, "favourites_count")),
        Endpoint("reblogged_by", "/api/v1/statuses/{status}/reblogged_by", "statuses", "who boosted it", 80,
                 params={"limit": "80"}, next=by_link, owner="account.id",
                 about=lambda item: _own(item, "reblogs_count")),
        Endpoint("context", "/api/v1/statuses/{status}/context", "statuses", "who answered it", 4096,
                 items="descendants", owner="account.id", about=lambda item: _own(item, "replies_count")),
    )  # fmt: skip

    def account_of(self, item: Row) -> dict[str, str]:
        """The number is for good on its server; the name is not."""
        listed = (
            {"listed": f"{item['statuses_count']} {item.get('last_status_at')}"} if "statuses_count" in item else {}
        )
        return {"id": str(need(item, "id")), "acct": str(need(item, "acct")), **listed}

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """What not everybody may see, and whoever does not want to be found."""
        statuses = () if endpoint in OF_PEOPLE else filter(None, (item, item.get("reblog")))
        for visibility in (need(one, "visibility") for one in statuses):  # one that does not say so may be for few
            if visibility not in OPEN:
                return f"visibility {visibility}"
        if item.get("local_only") is True:
            return "for its own server alone"
        people = (item.get("account", item), seek(item, "reblog", "account"))
        told = (self.hides(one) for one in people if isinstance(one, dict) and endpoint != "account")
        return next(filter(None, told), None)

    def hides(self, item: Row) -> str | None:
        """The flags by which somebody asks not to be found."""
        for flag, asks in (("indexable", False), ("noindex", True), ("suspended", True), ("limited", True)):
            if item.get(flag) is asks:
                return f"{flag} is {str(asks).lower()}"
        return "discoverable is false" if item.get("discoverable") is False else None

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        return {
            "account": _account,
            "statuses": _status,
            "context": _status,
            "favourited_by": lambda item, asked, source: _engaged("like", item, asked),
            "reblogged_by": lambda item, asked, source: _engaged("repost", item, asked),
        }

    def recognised(self, record: Row) -> str | None:
        """A status by its keys."""
        return "statuses" if "visibility" in record and "account" in record else None


def _own(item: Row, counter: str) -> Any:
    """What to ask about a status of one's own; a boost is somebody else's."""
    if item.get("reblog"):
        return None
    return children(counter, status="id", at="created_at", owner="account.id")(item)


def _account(item: Row, asked: Row, _source: Source) -> Rows:
    counts = {"followers": item.get("followers_count"), "following": item.get("following_count")}
    hides = Mastodon().hides(item)
    yield from profile(asked["at"], need(item, "id"), [item.get("acct")], created_at=item.get("created_at"),
                       is_private=hides is not None, is_bot=item.get("bot") is True, **counts)  # fmt: skip


def _status(item: Row, _asked: Row, source: Source) -> Rows:
    post_id, actor = need_id(item, "id"), need_id(item, "account", "id")
    activity = {"event_id": f"status-{post_id}", "actor_id": actor, "occurred_at": need(item, "created_at")}
    boosted = item.get("reblog")
    if isinstance(boosted, dict):
        author, origin = need_id(boosted, "account", "id"), need_id(boosted, "id")
        yield "activity", {**activity, "event_id": f"repost-{origin}-{actor}", "verb": "repost",
                           "object_id": f"status-{origin}", "target_id": author}  # fmt: skip
        return
    parent, whom = item.get("in_reply_to_id"), item.get("in_reply_to_account_id")
    about = {"verb": "reply", "object_id": f"status-{parent}", "target_id": whom and str(whom)}
    post = {**activity, **(about if parent else {"verb": "post", "object_id": activity["event_id"]}),
            "network": source.network or "mastodon", "text": cooked_text(str(item.get("content") or ""))}  # fmt: skip
    yield "activity", post
    named = [str(one["id"]) for one in item.get("mentions") or () if isinstance(one, dict) and one.get("id")]
    for row in mentions(post, named, source.account_ids):
        yield "activity", row
    quoted = seek(item, "quote", "quoted_status")
    is_seen = isinstance(quoted, dict) and seek(item, "quote", "state") in (None, "accepted")
    if is_seen and quoted.get("id") and not Mastodon().kept_out("quoted", quoted):
        yield "activity", {**post, "event_id": f"{post['event_id']}-quote", "verb": "repost",
                           "object_id": f"status-{quoted['id']}",
                           "target_id": str(need(quoted, "account", "id"))}  # fmt: skip


def _engaged(verb: str, item: Row, asked: Row) -> Rows:
    """One of those who favourited or boosted a status."""
    about = asked.get("about") or {}
    if "status" not in about:
        raise Ignored("a list that does not tell of which status")
    who = need_id(item, "id")
    yield "activity", {"event_id": f"{verb}-{about['status']}-{who}", "verb": verb, "actor_id": who,
                       "object_id": f"status-{about['status']}", "target_id": about.get("owner"),
                       "occurred_at": about.get("at")}  # fmt: skip
