"""Records of the AT protocol as rows: posts, likes, reposts and follows, by their address, and as Jetstream tells them.

A record's key holds the time at which it was written; its `createdAt` is only what the client said.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from evenscore.base.sources import Source
from evenscore.connectors.instants import as_instant, iso
from evenscore.connectors.pulled import Rows, profile
from evenscore.connectors.records import Ignored, Malformed, Row, each, mentions, need, need_id, seek

COLLECTIONS = ("app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.graph.follow")
PROFILE = "app.bsky.actor.profile"
UNAUTHENTICATED = "!no-unauthenticated"
"""The label by which somebody asks to be shown to those alone who have signed in."""
MENTION = "app.bsky.richtext.facet#mention"
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
"""In the order of sorting: a record key counts the microseconds since 1970."""
NEAR = timedelta(days=1)
"""As far as a client's clock may be from the time in the key."""


def written_at(uri: Any) -> datetime | None:
    """When a record was written, by its key; None for a key that is no time."""
    key = str(uri).rpartition("/")[2]
    if len(key) != 13 or any(letter not in LETTERS for letter in key):
        return None
    number = 0
    for letter in key:
        number = number * 32 + LETTERS.index(letter)
    try:
        return datetime.fromtimestamp((number >> 10) / 1e6, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def record_rows(item: Row, asked: Row, source: Source) -> Rows:
    """A record of a person's own, by its collection."""
    uri, value = str(need(item, "uri")), need(item, "value")
    kind = uri.split("/")[3] if uri.count("/") >= 4 else ""
    if kind not in COLLECTIONS:
        raise Ignored(kind)
    if str(listed := seek(asked, "about", "id")).startswith("did:") and listed != did_of(uri):
        raise Ignored("a record of somebody else's")  # anybody's server may say anything of others
    activity = {"event_id": uri, "actor_id": did_of(uri), "occurred_at": _occurred(uri, value)}
    if kind == "app.bsky.feed.post":
        yield from _post({**activity, "network": source.network or "bluesky"}, value, source)
    elif kind == "app.bsky.graph.follow":
        yield "activity", {**activity, "verb": "follow", "target_id": _subject(value)}
    else:
        about, verb = _subject(value, "uri"), kind.rpartition(".")[2]
        yield "activity", {**activity, "verb": verb, "object_id": about, "target_id": told_did(about)}


def _subject(value: Row, *path: str) -> str:
    """What a record is about: its writer's own words, which may be none."""
    about = seek(value, "subject", *path)
    if isinstance(about, str) and about:
        return about
    raise Ignored("a record about nothing")


def _post(activity: Row, value: Row, source: Source) -> Rows:
    uri, parent, quoted = activity["event_id"], seek(value, "reply", "parent", "uri"), _quoted(value)
    parent = parent if isinstance(parent, str) else None
    about = (
        {"verb": "reply", "object_id": parent, "target_id": told_did(parent)}
        if parent
        else {"verb": "post", "object_id": uri}
    )
    said = value.get("text")
    post = {**activity, **about, "text": said if isinstance(said, str) and said else None}
    yield "activity", post
    told = (one.get("did") for facet in each(value.get("facets") or []) for one in each(facet.get("features") or [])
            if one.get("$type") == MENTION)  # fmt: skip
    named = [did for did in told if isinstance(did, str) and did]
    for row in mentions(post, named, source.account_ids):
        yield "activity", row
    if quoted:
        yield "activity", {**post, "event_id": f"{uri}#quote", "verb": "repost", "object_id": quoted,
                           "target_id": told_did(quoted)}  # fmt: skip


def is_unauthenticated(person: Any) -> bool:
    """Whether somebody wears the label: in a view of them, or in their own record, where they give it themselves."""
    labels = seek(person, "labels")
    listed = labels.get("values") if isinstance(labels, dict) else labels
    return any(seek(one, "val") == UNAUTHENTICATED for one in listed or ())


def event_rows(item: Row, asked: Row, source: Source) -> Rows:
    """One event of Jetstream; a record that was deleted is named by its address."""
    if item.get("kind") != "commit":
        raise Ignored(f"jetstream {item.get('kind')}")
    commit = need(item, "commit")
    uri = f"at://{need_id(item, 'did')}/{need_id(commit, 'collection')}/{need_id(commit, 'rkey')}"
    if commit.get("operation") == "delete":
        raise Ignored("deleted", uri)
    if commit["collection"] == PROFILE:
        at = iso(need(item, "time_us") / 1e6)
        yield from profile(at, item["did"], [], no_unauthenticated=is_unauthenticated(need(commit, "record")))
        return
    yield from record_rows({"uri": uri, "value": need(commit, "record")}, asked, source)


def _quoted(value: Row) -> str | None:
    found = seek(value, "embed", "record", "uri") or seek(value, "embed", "record", "record", "uri")
    return found if isinstance(found, str) and "/app.bsky.feed.post/" in found else None


def did_of(uri: Any) -> str:
    """Whose record stands at an address."""
    if not str(uri).startswith("at://did:"):
        raise Malformed("not the address of a record")
    return str(uri).split("/")[2]


def told_did(uri: Any) -> str | None:
    """The same of what somebody refers to; nobody's, where they named it by a handle, which may be another's by now."""
    with suppress(Malformed):
        return did_of(uri)
    return None


def _occurred(uri: str, value: Row) -> str | None:
    """What the client said, unless the record's key says that it was written at quite another time; None where neither
    tells one: a person's server keeps what it was sent."""
    written, said = written_at(uri), as_instant(value.get("createdAt"))
    if said and (written is None or -NEAR <= said - written <= NEAR):
        return said.isoformat()
    return written.isoformat() if written else None
