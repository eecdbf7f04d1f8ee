"""Odd answers that a network's documentation allows and that nobody has recorded: none makes a pull less than whole."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from invented import ANN, BEN, every, person, tid
from loopback import Asked, Reply, instant
from pulled_home import PulledHome, altered, served

from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS
from evenscore.connectors.pulled import ASKED, BAD
from evenscore.connectors.records import Ignored
from evenscore.pulling import outcome

pytestmark = pytest.mark.usefixtures("without_a_disk")
Item = dict[str, Any]
DAY = 86400
GHOST = {"id": 3, "username": "ghost1", "name": "Ghost User"}
AT = "2026-03-02T00:00:00Z"


def read(kind: str, endpoint: str, item: Item, **about: str) -> tuple[list[Item], str | None]:
    """The activity in one item of an answer, and what is wrong with it."""
    asked = {"endpoint": endpoint, "about": about, "at": "2026-03-16T02:00:00+00:00"}
    source = Source(name="net", kind=kind, path="-", network=kind)
    rows, flaw = NETWORKS[kind].read({**item, ASKED: asked}, source)
    return [row for dataset, row in rows if dataset == "activity"], flaw


def record(kind: str, key: str, **value: Any) -> Item:
    return {"uri": f"at://{ANN}/app.bsky.{kind}/{key}", "cid": "b", "value": {"createdAt": AT, **value}}


def odd_key(day: int) -> str:
    return tid(instant(day, minute=30))


def bluesky_odd(asked: Asked) -> list[Item]:
    """What a person's server keeps as it was sent: no field of it is anybody's word but theirs."""
    if asked.one("repo") == BEN and asked.one("collection").endswith("follow"):
        return [
            {
                **record("graph.follow", odd_key(5), subject=None),
                "uri": f"at://{BEN}/app.bsky.graph.follow/x",
            }
        ]
    if asked.path.endswith("getPosts"):
        view = {"cid": "b", "author": person(ANN), "record": {"text": "odd", "createdAt": AT}}
        return [
            {**view, "uri": uri} for uri in asked.params["uris"] if uri.rpartition("/")[2] in map(odd_key, range(9))
        ]
    if asked.one("repo") != ANN or not asked.one("collection").endswith("post"):
        return []
    return [
        record("feed.post", odd_key(5), text="odd", createdAt="yesterday"),
        record(
            "feed.post",
            odd_key(6),
            text="odd",
            my_id=["a"],
            number=1.5,
            reply=None,
            facets=None,
            embed=None,
        ),
        record("feed.post", odd_key(7), text=7, reply={"parent": {"uri": ["at://x"]}}),
        record("feed.post", "of-their-own", text="never dated", createdAt="yesterday"),
        {
            **record("feed.post", odd_key(8), text="forged"),
            "uri": f"at://{BEN}/app.bsky.feed.post/3k7qmjev5lr2s",
        },
    ]


def status(number: Any, **more: Any) -> Item:
    account = {"id": 900011, "acct": "ünï@ex.example", "moved": {"id": "9", "acct": "ann@new.example"}}
    return {"id": number, "visibility": "public", "created_at": "2026-03-05T23:30:00.000+05:30",
            "account": account, "content": None, "mentions": None, "reblog": None, "in_reply_to_id": None,
            "quote": None, **more}  # fmt: skip


def mastodon_odd(asked: Asked) -> list[Item]:
    if not asked.path.endswith("/900011/statuses"):
        return []
    return [
        status(7001),
        status("7002", in_reply_to_id=5, mentions=[{"id": 3}, {"id": None}, None]),
        status("7003", quote={"state": "deleted", "quoted_status": None}),
        status("7004", reblog=status("7005", visibility="private", content="odd secret")),
    ]


def gitlab_odd(asked: Asked) -> list[Item]:
    if not asked.path.endswith("/issues"):
        return []
    issue = {"id": 71, "iid": 71, "project_id": 5, "author": GHOST, "title": "odd", "description": None, "labels": [],
             "user_notes_count": 0, "upvotes": 0, "downvotes": 0, "created_at": "2026-03-01T23:30:00.000-05:00",
             "updated_at": "2026-03-01T23:30:00.000-05:00"}  # fmt: skip
    return [issue, {**issue, "id": 72, "iid": "72", "assignee": None, "milestone": None}]


def zulip_odd(asked: Asked) -> list[Item]:
    if not asked.path.endswith("/messages"):
        return []
    message = {"id": 9001, "sender_id": 701001, "type": "stream", "stream_id": 5, "subject": "", "content": "odd",
               "timestamp": 1_772_400_000, "display_recipient": "general", "content_type": "text/plain"}  # fmt: skip
    reactions = [{"emoji_name": "+1", "user_id": "8"}, {"emoji_name": "+1", "user": None}]
    return [message | {"reactions": reactions}, {**message, "id": 9000, "content": "(deleted)"}]


def activitystreams_odd(asked: Asked) -> list[Item]:
    me = f"http://{asked.headers['host']}/users/ann"
    act = {"type": "Like", "actor": me, "to": "as:Public", "object": {"id": "https://as.test/n/1", "tag": None}}
    if not asked.path.endswith("/ann/outbox"):
        return []
    return [{**act, "id": f"{me}/odd/1"}, {**act, "id": f"{me}/odd/2", "published": "2026-03-05T23:30:00+05:30"},
            {**act, "id": f"{me}/odd/3", "type": "Delete", "object": "https://as.test/n/1"}]  # fmt: skip


def github_odd(asked: Asked) -> list[Item]:
    if not asked.path.endswith("/issues"):
        return []
    return [{"id": 71, "number": 71, "title": "odd", "body": None, "user": None, "reactions": None, "milestone": None,
             "created_at": "2026-03-01T00:00:00Z", "updated_at": "2026-03-01T00:00:00Z", "labels": [],
             "url": "https://api.github.com/repos/ann/tool/issues/71", "comments_url": "x"}]  # fmt: skip


def reddit_odd(asked: Asked) -> list[Item]:
    if not asked.path.endswith("/ann/submitted"):
        return []
    told = {"name": "t3_odd", "author": None, "title": "odd", "selftext": None, "created_utc": 1_772_400_000.0,
            "crosspost_parent": "t3_9", "crosspost_parent_list": [], "num_comments": 0}  # fmt: skip
    return [{"kind": "t3", "data": told}, {"kind": "more", "data": {"count": 3, "children": ["a"], "id": "_"}}]


ODD: dict[str, tuple[Callable[[Asked], list[Item]], dict[str, str]]] = {
    "bluesky": (bluesky_odd, {
        f"at://{ANN}/app.bsky.feed.post/{odd_key(day)}": "post" for day in (5, 6, 7)
    }),
    "mastodon": (mastodon_odd, {"status-7001": "post", "status-7002": "reply", "status-7003": "post"}),
    "gitlab": (gitlab_odd, {"issue-5-71": "post", "issue-5-72": "post"}),
    "zulip": (zulip_odd, {"message-9001": "post"}),
    "activitystreams": (activitystreams_odd, {"/users/ann/odd/2": "like"}),
    "github": (github_odd, {"issue-71": "post"}),
    "reddit": (reddit_odd, {"t3_odd": "repost"}),
}  # fmt: skip
"""By kind, what stands in a listing besides, and what of it lands for nobody: the verb of each event."""


def listed(body: Any) -> list[Any] | None:
    """Where a body lists its items."""
    if isinstance(body, list):
        return body
    parts = (body.get(key) for key in ("records", "posts", "messages", "orderedItems", "children", "first", "data"))
    return next(filter(None, (listed(part) for part in parts if isinstance(part, dict | list))), None)


@pytest.mark.parametrize("kind", sorted(ODD))
def test_what_is_odd_and_legal_is_read_or_counted_and_the_rest_lands_as_ever(kind: str, tmp_path: Path) -> None:
    odd, lands = ODD[kind]

    def landed(home: PulledHome) -> dict[str, Item]:
        assert home.pull().state == outcome.WHOLE
        home.extract()
        return {row["event_id"].replace(home.server.url, ""): row for row in home.landed()}

    def change(asked: Asked, reply: Reply) -> Reply:
        found = listed(reply.body) if isinstance(reply.body, dict | list) else None
        if found is not None and asked.one(every()[kind]().cursor, "newest") == "newest":
            found += odd(asked)
        return reply

    with served(tmp_path / "plain", every()[kind]()) as home:
        plain = landed(home)
    with served(tmp_path / "odd", altered(every()[kind](), change)) as home:
        found = landed(home)
        pages = "".join(path.read_text() for path in home.places.raw_pages("net").iterdir())
    assert plain.keys() <= found.keys() and "odd secret" not in pages
    new = {event: row["verb"] for event, row in found.items() if event not in plain and row["target_id"] is None}
    assert new == lands


def test_a_time_of_another_zone_lands_as_the_instant_that_it_is(tmp_path: Path) -> None:
    def change(asked: Asked, reply: Reply) -> Reply:
        reply.body = [*reply.body, *mastodon_odd(asked)] if isinstance(reply.body, list) else reply.body
        return reply

    with served(tmp_path, altered(every()["mastodon"](), change)) as home:
        home.pull()
        home.extract()
        (row,) = (row for row in home.landed() if row["event_id"] == "status-7001")
    assert row["occurred_at"].isoformat() == "2026-03-05T18:00:00"


def test_an_item_that_stays_unreadable_is_told_of_by_one_pull_and_counted_by_the_next(tmp_path: Path) -> None:
    """It stands on the first page for as long as nothing new comes: the network would never be whole again."""
    other = [False]

    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path.endswith("/900011/statuses") and "max_id" not in asked.params:
            reply.body.insert(0, {"id": "7", "visibility": "public", "odd": other[0]})
        return reply

    with served(tmp_path, altered(every()["mastodon"](), change)) as home:
        told = "statuses: an item cannot be read"
        for is_other, state in ((False, outcome.INCOMPLETE), (False, outcome.WHOLE), (True, outcome.INCOMPLETE)):
            other[0] = is_other
            done = home.pull()
            assert done.state == state
            assert (told in done.account.left_out) == (state == outcome.WHOLE) != (told in done.account.incomplete)
            home.clock.sleep(8 * DAY)


def test_a_page_of_which_nothing_can_be_read_is_of_another_form_however_often_it_comes(tmp_path: Path) -> None:
    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path.endswith("/900022/statuses"):
            reply.body = [{"id": str(number), "visibility": "public"} for number in (7, 8)]
            reply.headers.clear()
        return reply

    with served(tmp_path, altered(every()["mastodon"](), change)) as home:
        for _ in range(2):
            assert home.pull().account.incomplete["statuses: an item cannot be read"]
            home.clock.sleep(8 * DAY)


def test_who_approved_and_is_gone_is_nobody() -> None:
    """GitLab moves what deleted people did to accounts that stand for many."""
    (row,), _ = read("gitlab", "approvals", {"user": GHOST, "approved_at": AT}, iid="1", place="a/b", owner="1")
    assert (row["actor_id"], row["event_id"]) == (None, "approval-mr-a/b-1-3")


@pytest.mark.parametrize("content", ["(deleted)", "<p>(deleted)</p>"])
def test_a_message_that_its_sender_has_emptied_is_gone(content: str) -> None:
    message = {"id": 1, "sender_id": 7, "timestamp": 1, "stream_id": 5, "subject": "t", "content": content}
    source = Source(name="net", kind="zulip", path="-", network="zulip")
    with pytest.raises(Ignored) as ignored:
        list(NETWORKS["zulip"].rows({**message, ASKED: {"endpoint": "messages", "about": {}}}, source))
    assert ignored.value.event == "message-1"


POST = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": True}


@pytest.mark.parametrize(
    ("thread", "items"),
    [
        ({"post": {}, "replies": [{"post": {}}]}, [{"post": {}}]),
        ({"post": {}}, []),
        ({"post": {}, "replies": None}, []),
        (POST, []),
        ({**POST, "$type": "app.bsky.feed.defs#blockedPost"}, []),
        ({}, None),
        ("none", None),
        (None, None),
    ],
)
def test_a_thread_without_answers_is_a_page_and_no_thread_is_none(thread: Any, items: Any) -> None:
    endpoint = next(one for one in NETWORKS["bluesky"].endpoints if one.name == "getPostThread")
    assert endpoint.found({"thread": thread}) == items


def test_a_post_that_is_gone_before_its_answers_are_asked_for_is_no_failure(tmp_path: Path) -> None:
    gone = Reply({"error": "NotFound", "message": "Post not found: at://x"}, 400)

    def change(asked: Asked, reply: Reply) -> Reply:
        return gone if asked.path.endswith("getPostThread") else reply

    with served(tmp_path, altered(every()["bluesky"](), change)) as home:
        done = home.pull()
    assert done.state == outcome.WHOLE and done.account.nothing["getPostThread: 400"]


@pytest.mark.parametrize(
    ("did", "asked"),
    [
        ("did:plc:ann", "https://plc.directory/did:plc:ann"),
        ("did:web:ann.example", "https://ann.example/.well-known/did.json"),
        ("did:web:ann.example%3A8443", "https://ann.example:8443/.well-known/did.json"),
        ("did:web:ann.example%2Fx%3F", "https://plc.directory/did:web:ann.example%252Fx%253F"),
    ],
)
def test_a_did_that_is_a_hosts_name_has_its_document_there(did: str, asked: str) -> None:
    """Asked for in the directory of all, it is not found, and its owner's own server would never be."""
    bluesky = NETWORKS["bluesky"]
    endpoint = next(one for one in bluesky.endpoints if one.name == "did-document")
    values = {"directory": "https://plc.directory", **bluesky.account_of({"did": did, "handle": "ann.example"})}
    assert endpoint.first(values, None)["path"] == asked


@pytest.mark.parametrize(
    ("page", "follows"),
    [
        ({"type": "OrderedCollection", "first": "https://h/o?page=1"}, True),
        ({"type": "OrderedCollection", "totalItems": 3}, False),
        ({"type": "OrderedCollection", "first": None, "next": ""}, False),
        ({"type": "OrderedCollectionPage", "first": "https://h/o?page=1", "orderedItems": []}, False),
        ({"type": ["CollectionPage"], "first": "https://h/o?page=1", "next": {"href": "https://h/o?page=3"}}, True),
    ],
)
def test_a_page_that_names_the_first_one_too_is_the_last_all_the_same(page: Item, follows: bool) -> None:
    outbox = next(one for one in NETWORKS["activitystreams"].endpoints if one.name == "outbox")
    found = outbox.page({"path": "p", "params": {}}, "https://h/o?page=2", {}, page)
    assert bool(found.following) == follows


PUBLIC, FEW = "as:Public", "https://a/ann/followers"


@pytest.mark.parametrize(
    ("inner", "is_shown"),
    [
        ({"type": "Note", "cc": FEW}, False),
        ({"type": "Note", "to": [], "cc": [FEW]}, False),
        ({"type": "Create", "to": PUBLIC, "object": {"type": "Note", "to": FEW}}, False),
        ({"type": "Create", "to": FEW, "object": {"type": "Note", "to": PUBLIC}}, True),
        ({"type": "Note", "to": [], "cc": PUBLIC}, True),
        ({"type": "Note"}, True),
        ("https://a/n/1", True),
    ],
)
def test_an_act_is_no_more_for_everybody_than_what_it_is_about_however_deep(inner: Any, is_shown: bool) -> None:
    act = {"type": "Announce", "to": PUBLIC, "cc": FEW, "object": inner}
    assert (NETWORKS["activitystreams"].kept_out("outbox", act) is None) == is_shown


def test_an_actor_that_is_a_tombstone_hides_and_can_be_read() -> None:
    gone = {"id": "https://a/ann", "type": "Tombstone", "formerType": "Person"}
    assert NETWORKS["activitystreams"].told_of(gone) == ({}, "gone")
    assert read("activitystreams", "actor", gone, account="https://a/ann")[1] is None
    assert read("activitystreams", "actor", {"id": "https://a/ann", "type": "Person"}, account="x")[1] == BAD
