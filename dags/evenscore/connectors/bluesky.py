"""Bluesky: a person's own records from their own server, and who liked, reposted, quoted and answered them.

What a person did is read with listRecords, which leaves nothing out; getAuthorFeed does.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import unquote

from evenscore.base.sources import URLS, Source
from evenscore.connectors.at_records import (
    UNAUTHENTICATED,
    did_of,
    event_rows,
    is_unauthenticated,
    record_rows,
    written_at,
)
from evenscore.connectors.endpoints import ACCOUNT, WINDOW, Endpoint, Subject, children, counts
from evenscore.connectors.instants import iso
from evenscore.connectors.paging import by_cursor
from evenscore.connectors.pulled import ASKED, Network, Rows, profile
from evenscore.connectors.records import Ignored, Row, need, need_id, seek

XRPC = "/xrpc/app.bsky."
PLC = "https://plc.directory"
KINDS = {"feed.post": "posts, replies, quotes and mentions", "graph.follow": "follows"}
COUNTS = {"feed.post": "postsCount", "graph.follow": "followsCount"}
"""Where a profile counts what is listed."""
GONE = r"Repo(Deactivated|Takendown|NotFound|Suspended)|Account(Deactivated|Takedown)"


def _engaged(counter: str) -> Callable[[Row], Subject | None]:
    return children(counter, uri="uri", owner="author.did")


def _own(item: Row) -> Subject | None:
    """A record of the person whose records were asked for."""
    uri = str(item.get("uri"))
    return Subject({"uri": uri}) if did_of(uri) == seek(item, ASKED, "about", "id") else None


def _document_of(did: str) -> dict[str, str]:
    """Where a DID's document stands: in the directory of all, or on the host that its owner has named it after."""
    host = unquote(did.removeprefix("did:web:"))
    if did.startswith("did:web:") and re.fullmatch(r"[\w.-]+(:\d+)?", host):
        return {"directory": f"https://{host}/.well-known", "document": "did.json"}
    return {"document": did}


def _replies(body: Any) -> list[Any] | None:
    """Who answered: no key where nobody did, and no post where it is gone by now."""
    thread = body["thread"]
    is_there = isinstance(thread, dict) and ("post" in thread or str(thread.get("$type")).endswith("Post"))
    return (thread.get("replies") or []) if is_there else None


class Bluesky(Network):
    """Public records of the AT protocol."""

    kind: ClassVar[str] = "bluesky"
    written: ClassVar[frozenset[str]] = frozenset({"value", "record"})
    may_lack_dates: ClassVar[bool] = True
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "posts",
        "reply": "posts with a reply reference",
        "repost": "reposts, and quotes (with their text)",
        "like": "likes",
        "follow": "follows of consenting people",
        "mention": "facets, by DID",
    }
    unread: ClassVar[tuple[str, ...]] = ("anything of an account that is deactivated", "profile views")
    endpoints: ClassVar[tuple[Endpoint, ...]] = (
        Endpoint("getProfiles", XRPC + "actor.getProfiles", ACCOUNT, "the DID, its handle, counts and labels", 25,
                 params={"actors": "{actor}"}, items="profiles", batch="actor", joint="&", shows_profile=True,
                 answers="did|handle"),
        Endpoint("did-document", "{directory}/{document}", ACCOUNT, "which server holds the person's records", 1,
                 shows_profile=True, rarely=True),
        *(
            Endpoint(kind, "{server}/xrpc/com.atproto.repo.listRecords", ACCOUNT, what, 100,
                     params={"repo": "{id}", "collection": f"app.bsky.{kind}", "limit": "100"}, items="records",
                     next=by_cursor(), instant=lambda item: written_at(item.get("uri")), is_newest_first=True,
                     counted=COUNTS[kind], recheck=WINDOW, nothing_says=GONE)
            for kind, what in KINDS.items()
        ),
        Endpoint("getPosts", XRPC + "feed.getPosts", "feed.post", "how often each post was liked, reposted, answered",
                 25, params={"uris": "{uri}"}, items="posts", batch="uri", joint="&", answers="uri",
                 about=_own),
        Endpoint("getLikes", XRPC + "feed.getLikes", "getPosts", "who liked a post, and when",
                 params={"uri": "{uri}", "limit": "100"}, items="likes", next=by_cursor(),
                 about=_engaged("likeCount"), owner="author.did"),
        Endpoint("getRepostedBy", XRPC + "feed.getRepostedBy", "getPosts", "who reposted it (without a date)",
                 params={"uri": "{uri}", "limit": "100"}, items="repostedBy", next=by_cursor(),
                 about=_engaged("repostCount"), owner="author.did"),
        Endpoint("getQuotes", XRPC + "feed.getQuotes", "getPosts", "who quoted it",
                 params={"uri": "{uri}", "limit": "100"}, items="posts", next=by_cursor(),
                 about=_engaged("quoteCount"), owner="author.did"),
        Endpoint("getPostThread", XRPC + "feed.getPostThread", "getPosts", "who answered it", 1000,
                 params={"uri": "{uri}", "depth": "1", "parentHeight": "0"}, items=_replies,
                 nothing_says="'NotFound'", about=_engaged("replyCount"), owner="author.did"),
    )  # fmt: skip

    def given(self, source: Source) -> dict[str, str]:
        """Where a person's server is looked up, and which it is until that is known."""
        is_public = source.url == URLS["bluesky"]
        return {"directory": source.directory or (PLC if is_public else str(source.url)), "server": str(source.url)}

    def account_of(self, item: Row) -> dict[str, str]:
        """The DID is for good, the handle is not; a DID document says which server holds its records."""
        if "did" in item:
            did, listed = str(item["did"]), counts(item, *COUNTS.values())
            return {"id": did, "handle": str(item.get("handle")), **_document_of(did), **listed}
        servers = [
            one.get("serviceEndpoint") for one in item.get("service") or () if "atproto_pds" in str(one.get("id"))
        ]
        return {"id": str(need(item, "id")), **({"server": str(servers[0]).rstrip("/")} if servers else {})}

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """What blocks stand before, and whoever wants to be shown to those alone who have signed in."""
        if item.get("blocked") or "blocked" in str(item.get("$type")).casefold():
            return "blocked"
        if item.get("notFound"):
            return "not found"
        people = (item, item.get("actor"), item.get("author"), seek(item, "post", "author"))
        is_shy = endpoint != "getProfiles" and any(is_unauthenticated(one) for one in people)
        return UNAUTHENTICATED if is_shy else None

    def hides(self, item: Row) -> str | None:
        """The label by which somebody asks not to be shown outside the app."""
        return UNAUTHENTICATED if is_unauthenticated(item) else None

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint."""
        listed = dict.fromkeys(KINDS, record_rows)
        views = dict.fromkeys(("getPosts", "getQuotes", "getPostThread"), _view)
        engaged = {"getLikes": _like, "getRepostedBy": _reposter, "jetstream": event_rows}
        return {"getProfiles": _profile, "did-document": _document, **engaged, **listed, **views}

    def recognised(self, record: Row) -> str | None:
        """An event of Jetstream; a post as the app shows it, alone or in a feed; a record; a profile."""
        if "time_us" in record:
            return "jetstream"
        if isinstance(record.get("post"), dict) and "uri" in record["post"]:
            return "getPostThread"
        if "uri" in record and isinstance(record.get("record"), dict):
            return "getPosts"
        return "feed.post" if "uri" in record and "value" in record else "getProfiles" if "did" in record else None

    def event_of(self, record: Row) -> str | None:
        """A record's address is its event."""
        return record.get("uri")


def _profile(item: Row, asked: Row, _source: Source) -> Rows:
    names = [item.get("handle")] if item.get("handle") != "handle.invalid" else []
    yield from profile(
        asked["at"], need(item, "did"), names, created_at=item.get("createdAt"), followers=item.get("followersCount"),
        following=item.get("followsCount"), no_unauthenticated=is_unauthenticated(item),
    )  # fmt: skip


def _document(_item: Row, _asked: Row, _source: Source) -> Rows:
    raise Ignored("a DID document")


def _view(item: Row, asked: Row, source: Source) -> Rows:
    """A post as the app shows it, of whoever wrote it; what stands in its place is no post, of whatever kind."""
    post: Row = item.get("post") or item
    if "record" not in post and "author" not in post and item.get("$type"):
        raise Ignored(str(item["$type"]))
    yield from record_rows({"uri": need(post, "uri"), "value": need(post, "record")}, asked, source)


def _like(item: Row, asked: Row, _source: Source) -> Rows:
    did, uri = need_id(item, "actor", "did"), need_id(asked, "about", "uri")
    at = iso(item.get("createdAt")) or need(item, "indexedAt")
    yield "activity", {"event_id": f"like:{did}:{uri}", "verb": "like", "actor_id": did, "object_id": uri,
                       "target_id": did_of(uri), "occurred_at": at}  # fmt: skip


def _reposter(item: Row, asked: Row, _source: Source) -> Rows:
    did, uri = need_id(item, "did"), need_id(asked, "about", "uri")
    at = written_at(uri)
    if at is None:
        raise Ignored("a repost of which nobody tells the date")
    yield "activity", {"event_id": f"repost:{did}:{uri}", "verb": "repost", "actor_id": did, "object_id": uri,
                       "target_id": did_of(uri), "occurred_at": at.isoformat()}  # fmt: skip
