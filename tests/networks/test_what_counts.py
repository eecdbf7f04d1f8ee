"""What a connector claims to count does count: every verb comes out of its invented network, and reaches somebody."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from invented import every, tid
from loopback import instant
from pulled_home import served

from evenscore.base.config_file import load_settings
from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS
from evenscore.connectors.instants import iso
from evenscore.connectors.pulled import ASKED, BAD, UNDATED, UNREADABLE
from evenscore.connectors.records import Ignored, Malformed, answered
from evenscore.intake.extraction import extract

pytestmark = pytest.mark.usefixtures("without_a_disk")


@pytest.mark.parametrize("kind", sorted(every()))
def test_every_verb_that_is_claimed_reaches_somebody_who_stands(kind: str, tmp_path: Path) -> None:
    """A row that does not say whose object it is about counts for nobody, and no other test would tell."""
    with served(tmp_path, every()[kind]()) as home:
        home.pull()
        (delivery,) = home.extract()
        named = {row["stable_id"] for row in home.landed("aliases") if row["alias_id"] in home.people}
        rows = home.landed()
    assert not delivery.rejected, "an answer of a shape that the network has is refused"
    claimed, seen = set(NETWORKS[kind].verbs), {row["verb"] for row in rows}
    assert seen == claimed, "the invented network shows other verbs than the connector claims"
    reached = {row["verb"] for row in rows if row["target_id"] in named | set(home.people)}
    nobodys = claimed - reached - {"post"}
    assert not nobodys, f"no {nobodys} is about anybody who stands: their target_id is empty, or is no id of theirs"
    events = {row["event_id"] for row in rows}
    judged = [row for row in rows if row["verb"] in {"like", "dislike", "accept", "review", "merge"}]
    theirs = {row["object_id"] for row in judged if row["target_id"] in named | set(home.people)}
    assert theirs <= events, "what is said of something is said under another id than that under which it was written"
    accounts = home.landed("accounts")
    assert not [row for row in accounts if row["is_private"] or row["is_bot"]], "Ann and Ben are programs, or hide"
    assert {row["captured_at"] for row in accounts} <= {datetime(2026, 3, 16, 2)}, "not seen when they were asked about"


@pytest.mark.parametrize("kind", sorted(every()))
def test_short_pages_bring_what_one_long_page_does(kind: str, tmp_path: Path) -> None:
    """A connector that does not go on to the next page reads less, and it is as good as all to whoever only counts."""
    found = []
    for folder, network in (("short", every()[kind]()), ("long", every()[kind](1_000))):
        with served(tmp_path / folder, network) as home:
            home.pull()
            home.extract()
            found.append([str(row).replace(home.server.url, "") for row in home.landed()])
    assert sorted(found[0]) == sorted(found[1]), "the pages of a walk do not bring what there is: Endpoint.next"


def rows_of(kind: str, folder: Path, *records: dict[str, Any]) -> list[dict[str, Any]]:
    """The activity in some records, as they stand in a file."""
    path = folder / "some.ndjson"
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    source = Source(name="net", kind=kind, path=str(path), network=kind)
    return NETWORKS[kind].parse(path, source).tables["activity"].to_pylist()


@pytest.mark.parametrize(
    ("told", "change", "is_counted"),
    [
        ("answer_accepted", 15, True),
        ("asker_accepts_answer", 15, True),
        ("asker_accepts_answer", 2, False),
        ("answer_accepted", 2, False),
        ("answer_accepted", None, True),
        ("asker_accepts_answer", None, False),
    ],
)
def test_an_accept_counts_for_whose_answer_it_was(told: str, change: Any, is_counted: bool, tmp_path: Path) -> None:
    """Whoever accepts an answer gets two points, whoever wrote it fifteen: both histories tell of it."""
    vote = {"reputation_history_type": told, "reputation_change": change, "post_id": 50, "user_id": 7}
    after = {"reputation_history_type": "post_upvoted", "post_id": 51, "user_id": 7, "creation_date": 1_772_400_000}
    rows = rows_of("stackexchange", tmp_path, {**vote, "creation_date": 1_772_300_000}, after)
    assert [row["target_id"] for row in rows if row["verb"] == "accept"] == ["7"] * is_counted


def test_a_comment_is_to_whom_it_names_and_else_to_whose_the_post_is(tmp_path: Path) -> None:
    question = {"question_id": 5, "owner": {"user_id": 1}, "creation_date": 1_772_300_000, "title": "why", "body": ""}
    comment = {"post_id": 5, "owner": {"user_id": 2}, "creation_date": 1_772_300_001, "body": "x"}
    named = {**comment, "comment_id": 7, "reply_to_user": {"user_id": 3}}
    rows = rows_of("stackexchange", tmp_path, question, named, {**comment, "comment_id": 8})
    told = {(row["event_id"], row["verb"], row["target_id"]) for row in rows if row["verb"] != "post"}
    assert told == {("comment-7", "reply", "3"), ("comment-7-m-3", "mention", "3"), ("comment-8", "reply", "1")}


def test_whose_a_text_is_tells_its_own_server_alone(tmp_path: Path) -> None:
    """Who calls the text of another server their own gets none of what it is answered with."""

    def act(number: int, kind: str, inner: Any, actor: str) -> dict[str, Any]:
        return {"id": f"{actor}/a/{number}", "type": kind, "actor": actor, "published": "2026-03-01T00:00:00Z",
                "to": PUBLIC, "object": inner}  # fmt: skip

    ann, ben = "https://a.test/ann", "https://b.test/ben"
    texts = [
        {"id": f"https://a.test/n/{number}", "type": "Note", "attributedTo": who}
        for number, who in ((1, ann), (2, ben))
    ]
    acts = [act(1, "Create", texts[0], ann), act(2, "Create", texts[1], ben)]
    likes = [act(3, "Like", texts[0]["id"], ben), act(4, "Announce", texts[1]["id"], ann)]
    rows = rows_of("activitystreams", tmp_path, *likes, *acts)
    assert {row["verb"]: row["target_id"] for row in rows} == {"like": ann, "repost": None, "post": None}


NOTE = {"id": 1, "noteable_type": "Issue", "author": {"id": 7}, "created_at": "2026-03-01T00:00:00Z", "body": "text"}
MESSAGE = {"ts": "1772323200.0001", "user": "U1", "text": "text"}
NAMES = ("the plan", "✔ the plan", "✔✔ The Plan")
TOPICAL = {"id": 1, "sender_id": 7, "timestamp": 1, "subject": "t"}
SHY = {"labels": [{"val": "!no-unauthenticated"}]}
OPEN = {"visibility": "public"}
FLAGS = ({"indexable": False}, {"noindex": True}, {"suspended": True}, {"limited": True})
COMMENT = {"id": "c", "snippet": {"publishedAt": "2026-03-01T00:00:00Z", "authorChannelId": {"value": "UC1"}}}


@pytest.mark.parametrize("strange", [None, "", True, [], [None], {}, {"id": 1}, 1.5])
@pytest.mark.parametrize(
    ("kind", "endpoint", "make"),
    [
        ("gitlab", "issues-notes", lambda strange: {**NOTE, "noteable_iid": strange}),
        ("slack", "messages", lambda strange: {**MESSAGE, "ts": strange}),
        ("youtube", "comments", lambda strange: {**COMMENT, "id": strange}),
        ("discourse", "likers", lambda strange: {"id": strange, "username": "ann"}),
        ("github", "stargazers", lambda strange: {"starred_at": "2026-03-02T00:00:00Z", "user": {"id": strange}}),
        ("gitlab", "approvals", lambda strange: {"approved_at": "2026-03-02T00:00:00Z", "user": {"id": strange}}),
        ("zulip", "messages", lambda strange: {**TOPICAL, "stream_id": strange}),
        ("activitystreams", "outbox", lambda strange: {"id": strange, "type": "Follow", "actor": "https://a.test/ann"}),
    ],
)  # fmt: skip
def test_no_event_is_named_after_what_is_no_id(kind: str, endpoint: str, make: Any, strange: Any) -> None:
    source = Source(name="net", kind=kind, path="-", network=kind)
    about = {"post": "1", "at": "2026-03-02T00:00:00Z", "iid": "1"}
    asked = {"endpoint": endpoint, "about": about, "at": "2026-03-16T02:00:00+00:00"}
    with pytest.raises(Malformed):
        list(NETWORKS[kind].rows({**make(strange), ASKED: asked}, source))


def told(kind: str, endpoint: str, item: dict[str, Any], **about: str) -> list[dict[str, Any]]:
    """The activity in one item of an answer."""
    asked = {"endpoint": endpoint, "about": about, "at": "2026-03-16T02:00:00+00:00"}
    source = Source(name="net", kind=kind, path="-", network=kind)
    return [row for dataset, row in NETWORKS[kind].rows({**item, ASKED: asked}, source) if dataset == "activity"]


def test_a_boost_is_one_event_whether_the_booster_or_a_list_tells_of_it() -> None:
    note = {**STATUS, "id": "5"}
    boost = {**STATUS, "id": "60", "account": {"id": "2"}, "created_at": "2026-03-02T00:00:00Z", "reblog": note}
    (by_booster,) = told("mastodon", "statuses", boost)
    (by_list,) = told("mastodon", "reblogged_by", {"id": "2"}, status="5", owner="1", at="2026-03-01T00:00:00Z")
    assert by_booster["event_id"] == by_list["event_id"]


SIGNS = {
    "activitystreams": [
        ("outbox", {"type": "Create", "object": {"type": "Note"}}),
        ("outbox", {"to": "https://a.test/ann"}),
    ],
    "bluesky": [
        ("getPostThread", {"blocked": True}),
        ("getPostThread", {"$type": "app.bsky.feed.defs#blockedPost"}),
        ("getQuotes", {"$type": "app.bsky.embed.record#viewBlocked"}),
        ("getPostThread", {"notFound": True}),
        *(("getLikes", {who: SHY}) for who in ("actor", "author")),
        ("getPosts", {"post": {"author": SHY}}),
    ],
    "discourse": [
        *(("posts", {name: "private_message"}) for name in ("topic_archetype", "archetype")),
        *(("posts", item) for item in ({"post_type": 4}, {"read_restricted": True})),
    ],
    "gitlab": [("issues-notes", {flag: True}) for flag in ("confidential", "internal", "system")],
    "lemmy": [
        *(("comments", {kind: {flag: True}}) for kind in ("comment", "post") for flag in ("deleted", "removed")),
        *(("comments", {"creator": {flag: True}}) for flag in ("deleted", "banned")),
        *(("posts", {"community": {"visibility": told}}) for told in ("Private", "LocalOnly")),
    ],
    "mastodon": [
        *(("statuses", {"visibility": told}) for told in ("private", "direct", "limited")),
        ("statuses", {"visibility": "public", "reblog": {"visibility": "private"}}),
        *(("statuses", {**OPEN, "account": flag}) for flag in FLAGS),
        *(("statuses", {**OPEN, "reblog": {**OPEN, "account": flag}}) for flag in FLAGS),
        *(("favourited_by", flag) for flag in FLAGS),
    ],
    "reddit": [
        ("submitted", {"data": {"subreddit_type": told}})
        for told in ("private", "restricted_private", "gold_only", "employees_only")
    ],
    "slack": [("messages", {flag: True}) for flag in ("is_im", "is_mpim", "is_private", "is_group")],
    "youtube": [
        *(("videos", {"status": {"privacyStatus": told}}) for told in ("private", "unlisted")),
        ("comments", {"snippet": {"isPublic": False}}),
    ],
    "zulip": [
        ("messages", {"type": "private", "display_recipient": "ann"}),
        ("messages", {"display_recipient": [{"id": 7}]}),
        *(("messages", {flag: True}) for flag in ("invite_only", "is_private")),
        ("users", {"is_guest": True}),
    ],
}
"""By kind, each sign by itself of what is not for everybody: the endpoint that it comes from, and the item."""


@pytest.mark.parametrize("kind", sorted(SIGNS))
def test_one_sign_is_enough_to_leave_an_item_out(kind: str) -> None:
    heeded = [(sign, NETWORKS[kind].left_out(*sign)) for sign in SIGNS[kind]]
    assert [sign for sign, reason in heeded if not reason] == []


HIDING = {
    "activitystreams": [{name: False} for name in ("discoverable", "indexable", "toot:discoverable", "toot:indexable")],
    "discourse": [
        told
        for name in ("profile_hidden", "hide_profile")
        for told in ({"user": {name: True}}, {"user": {"user_option": {name: True}}})
    ],
    "gitlab": [{"private_profile": True}, {"state": "blocked"}],
    "lemmy": [{"person_view": {"person": {name: True}}} for name in ("deleted", "banned")],
    "mastodon": [*FLAGS, {"discoverable": False}],
    "reddit": [{"data": {name: True}} for name in ("is_suspended", "hide_from_robots")],
}
"""By kind, each sign by itself that somebody does not want to be shown, in their profile."""


@pytest.mark.parametrize("kind", sorted(HIDING))
def test_one_sign_is_enough_to_hide_somebody(kind: str) -> None:
    assert [profile for profile in HIDING[kind] if not NETWORKS[kind].hides(profile)] == []


HEART = {"id": 1, "user": {"id": 8, "login": "ben"}, "created_at": "2026-03-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("kind", "endpoint", "item", "about", "object_id"),
    [
        ("github", "issues-reactions", {"content": "heart"}, {"id": "7"}, "issue-7"),
        ("github", "issue-comments-reactions", {"content": "heart"}, {"id": "7"}, "ic-7"),
        ("github", "review-comments-reactions", {"content": "heart"}, {"id": "7"}, "rc-7"),
        (
            "gitlab",
            "issues-awards",
            {"awardable_type": "Issue", "name": "heart"},
            {"project": "3", "iid": "7"},
            "issue-3-7",
        ),
        (
            "gitlab",
            "merge_requests-awards",
            {"awardable_type": "MergeRequest", "name": "heart"},
            {"place": "3", "iid": "7"},
            "mr-3-7",
        ),
    ],
)
def test_a_reaction_is_to_what_it_was_asked_of(
    kind: str, endpoint: str, item: dict[str, Any], about: dict[str, str], object_id: str
) -> None:
    (row,) = told(kind, endpoint, {**HEART, **item}, owner="ann", **about)
    assert (row["verb"], row["object_id"], row["target_id"]) == ("like", object_id, "ann")


def test_a_topic_is_whose_who_wrote_its_first_message_in_whatever_order_they_come() -> None:
    for numbers in ((90, 100), (100, 90)):
        told_first = {str(number): f"topic-5-a | b|{number // 10}" for number in numbers}
        assert NETWORKS["zulip"].settled(told_first) == {"topic-5-a | b": "9|90"}


def test_a_topic_whose_first_message_was_moved_is_whose_who_wrote_what_is_first_now(tmp_path: Path) -> None:
    """A message keeps its number when it is moved."""
    messages = [{**TOPICAL, "stream_id": 5, "id": number, "sender_id": number} for number in (7, 8, 9)]
    rows = rows_of("zulip", tmp_path, *messages, {**messages[0], "subject": "other"})
    assert [(row["verb"], row["target_id"]) for row in rows[1:3]] == [("post", None), ("reply", "8")]


def test_what_stands_in_code_or_quotes_mentions_nobody_on_zulip(tmp_path: Path) -> None:
    said = "`@**A|11**` ``x ` @**A|12**`` @**A|13**\n> @**A|14**\n```quote\n@**A|15**\n```\n@**A|16**\n~~~\n@**A|17**"
    rows = rows_of("zulip", tmp_path, {**TOPICAL, "stream_id": 5, "content": said, "content_type": "text/x-markdown"})
    assert [row["target_id"] for row in rows] == [None, "13", "16"]
    assert rows[0]["text"] == said, "what is written as Markdown is no HTML"


@pytest.mark.parametrize(
    "item",
    [
        {"type": "private", "display_recipient": "ann"},
        {"type": "direct", "display_recipient": "ann"},
        {"display_recipient": [{"id": 7}]},
    ],
)
def test_a_direct_message_is_left_out_by_either_sign(item: dict[str, Any]) -> None:
    assert NETWORKS["zulip"].left_out("messages", {**TOPICAL, **item}) == "a direct message"


@pytest.mark.parametrize(("parent", "author"), [("t3_post", "ann"), ("t1_other", None)])
def test_a_comment_counts_for_the_author_of_a_post_that_it_answers_itself(parent: str, author: str | None) -> None:
    comment = {"name": "t1_c", "author": "ben", "created_utc": 1_772_300_000, "body": "text", "link_author": "ann"}
    thing = {"kind": "t1", "data": {**comment, "link_id": "t3_post", "parent_id": parent}}
    assert [row["target_id"] for row in told("reddit", "user-comments", thing)] == [author]


USER = {"id": 5, "username": "ann", "name": "Ann", "state": "active"}
THREAD = {"iid": 1, "project_id": 2, "title": "t", "created_at": "2026-03-01T00:00:00Z", "author": USER}
SAID = {
    "name": "t1_c",
    "author": "ben",
    "created_utc": 1_772_300_000,
    "body": "text",
    "link_id": "t3_p",
    "parent_id": "t3_p",
}
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
VIEW = {
    "post": {"id": 1, "ap_id": "https://l/1", "published": "2026-03-01T00:00:00Z"},
    "creator": {"actor_id": "https://l/u"},
}
STATUS = {"id": "1", "visibility": "public", "created_at": "2026-03-01T00:00:00Z", "account": {"id": "1"}}


@pytest.mark.parametrize(
    ("kind", "endpoint", "item", "reason"),
    [
        ("zulip", "messages", {**TOPICAL, "sender_realm_str": "zulipinternal"}, "a message of the system"),
        ("lemmy", "posts", {**VIEW, "community": {"visibility": "Public"}}, None),
        ("lemmy", "posts", {**VIEW, "community": {"visibility": "unlisted"}}, None),
        ("lemmy", "posts", VIEW, None),
        ("lemmy", "posts", {**VIEW, "community": {"visibility": "LocalOnlyPublic"}}, "visibility LocalOnlyPublic"),
        ("lemmy", "posts", {**VIEW, "community": {"removed": True}}, "community removed"),
        ("mastodon", "statuses", {**STATUS, "local_only": True}, "for its own server alone"),
        ("mastodon", "statuses", {**STATUS, "local_only": False}, None),
        ("mastodon", "statuses", {**STATUS, "visibility": None}, UNREADABLE),
        ("mastodon", "statuses", {**STATUS, "reblog": {"id": "2", "account": {}}}, UNREADABLE),
        *(("activitystreams", "outbox", {"type": kind, "to": PUBLIC, "object": {"type": "Note", "to": to}}, why)
          for kind in ("Create", "Update", "Announce", "Like")
          for to, why in ((PUBLIC, None), ("https://a/ann/followers", "not addressed to everybody"))),
        ("reddit", "submitted", {"data": {"subreddit_type": "user", "quarantine": False}}, None),
        ("reddit", "submitted", {"data": {"subreddit_type": "of_tomorrow"}}, "a of_tomorrow subreddit"),
        ("reddit", "submitted", {"data": {"quarantine": True}}, "a quarantined subreddit"),
        ("reddit", "submitted", {"data": {"crosspost_parent_list": [{"subreddit_type": "private"}]}},
         "a private subreddit"),
        ("youtube", "videos", {"status": {"privacyStatus": "of_tomorrow"}}, "a video that is of_tomorrow"),
        ("youtube", "comments", {"snippet": {"moderationStatus": "likelySpam"}}, "a comment that is likelySpam"),
        ("youtube", "commentThreads", {"snippet": {"topLevelComment": {"snippet": {"moderationStatus": "rejected"}}}},
         "a comment that is rejected"),
        ("youtube", "comments", {"snippet": {"moderationStatus": "published"}}, None),
        ("discourse", "posts", {"topic_archetype": "banner", "archetype": "regular"}, None),
        ("discourse", "posts", {"archetype": "of_tomorrow"}, "a topic that is of_tomorrow"),
    ],
)  # fmt: skip
def test_what_is_not_known_to_be_for_everybody_is_left_out(
    kind: str, endpoint: str, item: dict[str, Any], reason: str | None
) -> None:
    """Networks add kinds of places: one that nobody has heard of is not taken for public."""
    assert NETWORKS[kind].kept_out(endpoint, item) == reason


SIGNED_IN = "_misskey_requireSigninToViewContents"


@pytest.mark.parametrize(
    ("kind", "profile", "reason"),
    [
        ("gitlab", USER, None),
        ("gitlab", {**USER, "state": "ldap_blocked"}, "blocked"),
        ("gitlab", {**USER, "state": "banned"}, "blocked"),
        ("gitlab", {**USER, "private_profile": True}, "private_profile"),
        ("activitystreams", {SIGNED_IN: True}, f"{SIGNED_IN} is true"),
        ("activitystreams", {SIGNED_IN: False, "indexable": True}, None),
        ("activitystreams", {"toot:indexable": False}, "toot:indexable is false"),
        ("activitystreams", {"suspended": True}, "suspended is true"),
    ],
)  # fmt: skip
def test_a_flag_hides_whoever_wears_it(kind: str, profile: dict[str, Any], reason: str | None) -> None:
    assert NETWORKS[kind].hides(profile) == reason


def test_a_time_that_a_person_wrote_lands_like_any_other() -> None:
    for written, at in (
        ("2026-03-02t00:00:07z", "2026-03-02T00:00:07Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
    ):
        (row,) = told("mastodon", "statuses", {**STATUS, "created_at": written})
        assert row["occurred_at"] == at


def test_a_topic_is_the_same_when_it_is_resolved() -> None:
    """Messages that were read before have its old name: whoever wrote the newest would have begun another topic."""
    topics = [told("zulip", "messages", {**TOPICAL, "stream_id": 5, "subject": name}) for name in NAMES]
    assert {row["object_id"] for (row,) in topics} == {"topic-5-the plan"}


def test_an_answer_to_somebody_who_is_gone_is_to_nobody() -> None:
    comments = next(one for one in NETWORKS["youtube"].endpoints if one.name == "comments")
    top = {"id": "t", "snippet": {"authorDisplayName": "", "publishedAt": "2026-03-02T00:00:00Z"}}
    thread = {"id": "t", "snippet": {"videoId": "v", "topLevelComment": top, "totalReplyCount": 9}}
    asked = comments.about(thread)
    assert asked is not None
    reply = {"id": "t.a", "snippet": {"authorChannelId": {"value": "UCcid"}, "publishedAt": "2026-03-03T00:00:00Z"}}
    (row,) = told("youtube", "comments", reply, **asked.values)
    assert (row["actor_id"], row["target_id"]) == ("UCcid", None)


def test_half_a_letter_is_no_reason_to_lose_the_whole_text() -> None:
    """Some networks cut a text between the two code units of one letter; no file holds what is left of it."""
    escaped, raw = rb'{"a": "cut \ud83d", "b": "\uD83D\uDE00"}', b'{"a": "\xed\xa0\xbd"}'
    assert answered(escaped) == {"a": "cut \ufffd", "b": "\U0001f600"}
    assert answered(raw) == {"a": "\ufffd"}


def test_whoever_is_suspended_hides_though_nothing_else_is_told_of_them() -> None:
    """Reddit tells no id of them: an account that cannot be read would make every pull incomplete."""
    suspended = {"kind": "t2", "data": {"name": "ann", "is_suspended": True}}
    asked = {"endpoint": "about", "about": {"account": "ann"}, "at": "2026-03-16T02:00:00+00:00"}
    source = Source(name="net", kind="reddit", path="-", network="reddit")
    assert NETWORKS["reddit"].told_of(suspended) == ({}, "is_suspended")
    assert NETWORKS["reddit"].read({**suspended, ASKED: asked}, source)[1] is None
    assert NETWORKS["reddit"].read({"kind": "t2", "data": {"name": "ann"}, ASKED: asked}, source)[1] == BAD


@pytest.mark.parametrize(
    ("thing", "event"),
    [
        ({**SAID, "author": "[deleted]", "body": "[removed]"}, "t1_c"),
        ({**SAID, "author": "[deleted]", "body": "its author's account is gone"}, None),
        ({"name": "t3_p", "author": "[deleted]", "created_utc": 1, "title": "a link", "selftext": "",
          "removed_by_category": "deleted"}, "t3_p"),
        ({"name": "t3_p", "author": "[deleted]", "created_utc": 1, "title": "a link", "selftext": "",
          "removed_by_category": None}, None),
        ({"name": "t3_p", "author": "ann", "created_utc": 1, "title": "spam", "selftext": "[removed]",
          "removed_by_category": "moderator"}, "t3_p"),
        ({**SAID, "body": "[removed]"}, "t1_c"),
        ({**SAID, "body": "[ Removed by Reddit ]"}, "t1_c"),
        ({**SAID, "body": "[removed] was what they wrote"}, None),
    ],
)  # fmt: skip
def test_what_is_deleted_in_a_thread_is_taken_back_by_its_own_name(thing: dict[str, Any], event: str | None) -> None:
    replies = {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": {**SAID, "name": "t1_d"}}]}}
    tree = {
        "kind": "Listing",
        "data": {"children": [{"kind": thing["name"][:2], "data": {**thing, "replies": replies}}]},
    }
    comments = next(one for one in NETWORKS["reddit"].endpoints if one.name == "comments")
    first, second = comments.found([tree]) or []
    assert [row["event_id"] for row in told("reddit", "comments", second)] == ["t1_d"]
    if event:
        with pytest.raises(Ignored) as ignored:
            told("reddit", "comments", first)
        assert ignored.value.event == event
    else:
        assert [row["event_id"] for row in told("reddit", "comments", first)] == [thing["name"]]


@pytest.mark.parametrize(
    ("body", "found"),
    [({"pageInfo": {"totalResults": number}}, [] if number == 0 else None) for number in (0, 1)]
    + [({"items": [1]}, [1]), ([], None)],
)
def test_a_list_of_nobody_may_have_no_items_where_it_says_so(body: Any, found: Any) -> None:
    assert {str(one.found(body)) for one in NETWORKS["youtube"].endpoints} == {str(found)}


def test_a_comment_has_its_text_as_it_is_shown_where_it_is_not_told_as_it_was_written() -> None:
    said = {**COMMENT, "snippet": {**COMMENT["snippet"], "textDisplay": "one &amp; <b>two</b>"}}
    (row,) = told("youtube", "comments", said, thread="t", owner="UC2")
    assert row["text"] == "one & two"


def test_what_a_token_or_a_deleted_account_did_is_a_programs_or_nobodys() -> None:
    ghost = {**USER, "id": 9, "username": "ghost1", "name": "Ghost User"}
    merged = {**THREAD, "merged_at": "2026-03-02T00:00:00Z", "merge_user": None, "merged_by": ghost}
    assert [row["actor_id"] for row in told("gitlab", "merge_requests", merged)] == ["5", None]
    assert told("gitlab", "issues", {**THREAD, "author": ghost})[0]["actor_id"] is None
    assert told("gitlab", "issues", {**THREAD, "author": {**USER, "username": "ghostly"}})[0]["actor_id"] == "5"
    program = {**NOTE, "noteable_iid": 1, "author": {**USER, "username": "project_2_bot_1f"}}
    asked = {"endpoint": "issues-notes", "about": {}, "at": "2026-03-16T02:00:00+00:00"}
    source = Source(name="net", kind="gitlab", path="-", network="gitlab")
    rows = [row for dataset, row in NETWORKS["gitlab"].rows({**program, ASKED: asked}, source) if dataset == "accounts"]
    assert [(row["account_id"], row["is_bot"]) for row in rows] == [("5", True)]


@pytest.mark.parametrize(
    ("endpoint", "item", "events"),
    [
        ("issues", {**THREAD, "confidential": True}, ["issue-2-1"]),
        ("merge_requests", {**THREAD, "merged_at": "2026-03-02", "merged_by": USER}, ["mr-2-1", "mr-2-1-merge"]),
        ("issues", {**THREAD, "iid": None}, []),
        ("issues-notes", {**NOTE, "noteable_iid": 1, "internal": True}, []),
    ],
)
def test_of_what_a_listing_leaves_out_by_now_its_events_are_named_and_no_more(
    endpoint: str, item: dict[str, Any], events: list[str]
) -> None:
    asked = {"endpoint": endpoint, "about": {"place": "ann/tool"}, "at": "2026-03-16T02:00:00+00:00"}
    source = Source(name="net", kind="gitlab", path="-", network="gitlab")
    made = list(NETWORKS["gitlab"].taken_back({**item, ASKED: asked}, source))
    assert [one[ASKED]["event"] for one in made] == events
    for one, event in zip(made, events, strict=True):
        assert one.keys() == {ASKED} and one[ASKED]["about"] == {}
        with pytest.raises(Ignored) as ignored:
            list(NETWORKS["gitlab"].rows(one, source))
        assert ignored.value.event == event


@pytest.mark.parametrize(
    ("name", "verb"), [("thumbsup", "like"), ("clap_tone5", "like"), ("thumbsdown_tone1", "dislike")]
)
def test_an_award_is_about_what_it_was_asked_about_whatever_that_is_called(name: str, verb: str) -> None:
    award = {
        "id": 1,
        "name": name,
        "user": USER,
        "created_at": "2026-03-01T00:00:00Z",
        "awardable_type": "WorkItem",
    }
    (row,) = told("gitlab", "issues-awards", award, project="2", iid="1")
    assert (row["object_id"], row["verb"]) == ("issue-2-1", verb)


@pytest.mark.parametrize(
    ("quote", "is_counted"),
    [
        ({"state": "accepted", "quoted_status": STATUS}, True),
        ({"state": "pending", "quoted_status": STATUS}, False),
        ({"state": "accepted", "quoted_status": {**STATUS, "account": {"id": "2", "indexable": False}}}, False),
        ({"state": "accepted", "quoted_status": {**STATUS, "visibility": "private"}}, False),
        ({"state": "revoked", "quoted_status": None}, False),
    ],
)  # fmt: skip
def test_a_quote_counts_where_its_author_lets_it_and_does_not_hide(quote: dict[str, Any], is_counted: bool) -> None:
    verbs = [row["verb"] for row in told("mastodon", "statuses", {**STATUS, "quote": quote})]
    assert verbs == ["post", *["repost"] * is_counted]


@pytest.mark.parametrize(("kind", "said", "verb"), [("Like", "👎", "dislike"), ("EmojiReact", "👎🏽", "dislike"),
                                                    ("Like", "⭐", "like"), ("Like", None, "like")])  # fmt: skip
def test_a_reaction_is_what_it_says(kind: str, said: str | None, verb: str) -> None:
    act = {"id": "https://a/1", "type": kind, "actor": "https://a/ann", "object": "https://b/1", "content": said}
    assert [row["verb"] for row in told("activitystreams", "outbox", act)] == [verb]


@pytest.mark.parametrize(
    ("kind", "endpoint", "item", "why"),
    [
        ("bluesky", "getPostThread", {"$type": "app.bsky.unspecced.defs#of_tomorrow", "uri": "at://x"}, "#of_tomorrow"),
        ("github", "stargazers", {"starred_at": "2026-03-01T00:00:00Z", "user": None}, "a deleted account"),
    ],
)
def test_what_stands_in_the_place_of_something_that_counts_is_counted_by_its_kind(
    kind: str, endpoint: str, item: dict[str, Any], why: str
) -> None:
    with pytest.raises(Ignored, match=why):
        told(kind, endpoint, item, place="ann/tool", uri="at://x")


@pytest.mark.parametrize(
    ("kind", "endpoint", "item"),
    [
        (
            "bluesky",
            "getPostThread",
            {"$type": "app.bsky.feed.defs#threadViewPost", "post": {"author": {}, "uri": "at://x"}},
        ),
        ("github", "stargazers", {"starred_at": "2026-03-01T00:00:00Z"}),
    ],
)
def test_what_lacks_a_part_of_it_is_refused(kind: str, endpoint: str, item: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        told(kind, endpoint, item, place="ann/tool", uri="at://x")


ANN = "https://a/ann"
BY_ANN = {"id": "https://a/n/1", "type": "Note", "to": "as:Public", "attributedTo": ANN, "content": "text",
          "published": "2026-03-01T00:00:00Z"}  # fmt: skip


def by(kind: Any, thing: Any, **more: Any) -> dict[str, Any]:
    """What Ben does with something."""
    return {"id": "https://b/1", "type": kind, "actor": "https://b/ben", "to": "as:Public", "object": thing,
            "published": "2026-03-02T00:00:00Z", **more}  # fmt: skip


@pytest.mark.parametrize(
    ("act", "row"),
    [
        (by("Announce", by("Update", BY_ANN, actor=ANN)), ("post", "https://a/ann", "https://a/n/1")),
        (by("Announce", by("Like", BY_ANN)), ("like", "https://b/ben", "https://a/n/1")),
        (by("Announce", BY_ANN), ("repost", "https://b/ben", "https://a/n/1")),
        (by("Create", [BY_ANN], actor=ANN), ("post", "https://a/ann", "https://a/n/1")),
        (by("Like", [BY_ANN]), ("like", "https://b/ben", "https://a/n/1")),
        (by("as:Create", {**BY_ANN, "type": "https://www.w3.org/ns/activitystreams#Note"}, actor=ANN),
         ("post", "https://a/ann", "https://a/n/1")),
        (by(["Create"], {**BY_ANN, "type": ["mn:Poll", "Note"]}, actor=ANN), ("post", "https://a/ann", "https://a/n/1")),
    ],
)  # fmt: skip
def test_an_act_is_what_it_is_however_it_is_wrapped_or_called(act: dict[str, Any], row: tuple[str, str, str]) -> None:
    (made,) = told("activitystreams", "outbox", act)
    assert (made["verb"], made["actor_id"], made["object_id"]) == row


@pytest.mark.parametrize(
    ("act", "event"),
    [
        (by("Delete", {"id": "https://b/n/1", "type": "Tombstone"}, to="https://b/ben/followers"), "https://b/n/1"),
        (by("Undo", {"id": "https://b/l/1", "type": "Like", "to": "https://a/ann"}), "https://b/l/1"),
        (by("Announce", by("Delete", "https://b/n/1", to="https://b/ben/followers")), "https://b/n/1"),
        (by("Announce", by("Undo", {"id": "https://b/l/1", "type": "Like"})), "https://b/l/1"),
        (by("Announce", by("Add", "https://a/n/1")), None),
    ],
)
def test_what_takes_something_back_does_so_to_whomever_it_is_addressed(act: dict[str, Any], event: str | None) -> None:
    with pytest.raises(Ignored) as ignored:
        told("activitystreams", "outbox", act)
    assert ignored.value.event == event


CID_AT_A = "https://a/cid"


def pulled_from(owner: str, act: dict[str, Any]) -> dict[str, Any]:
    """An act as somebody's outbox tells of it."""
    return {**act, ASKED: {"endpoint": "outbox", "about": {"id": owner}, "at": "2026-03-16T02:00:00+00:00"}}


LIKED = by("Like", "https://c/n/1", id="https://a/l/1", actor=ANN)
LIES = {**BY_ANN, "content": "lies"}


@pytest.mark.parametrize(
    ("says", "act", "is_heeded"),
    [
        (ANN, by("Delete", BY_ANN["id"], actor=ANN), True),
        (ANN, {"id": BY_ANN["id"], "type": "Tombstone", "attributedTo": ANN}, True),
        (ANN, {"id": BY_ANN["id"], "type": "Tombstone"}, True),
        (ANN, by("Undo", LIKED["id"], actor=ANN), True),
        ("https://b/ben", by("Delete", BY_ANN["id"]), False),
        ("https://b/ben", by("Delete", BY_ANN["id"], actor=ANN), False),
        ("https://b/ben", by("Announce", by("Delete", BY_ANN["id"], actor=ANN)), False),
        ("https://b/ben", {"id": BY_ANN["id"], "type": "Tombstone"}, False),
        ("https://b/ben", by("Undo", LIKED), False),
        ("https://b/ben", by("Undo", {**LIKED, "actor": "https://b/ben"}), False),
        (CID_AT_A, by("Delete", BY_ANN["id"], actor=CID_AT_A), False),
        (CID_AT_A, by("Undo", LIKED["id"], actor=CID_AT_A), False),
        (ANN, by("Update", LIES, actor=ANN), True),
        ("https://b/ben", by("Update", LIES), False),
        ("https://b/ben", by("Update", LIES, actor=ANN), False),
        ("https://b/ben", by("Announce", by("Update", LIES, actor=ANN)), False),
        ("https://b/ben", by("Create", {**LIES, "attributedTo": "https://b/ben"}), False),
        (CID_AT_A, by("Update", LIES, actor=CID_AT_A), False),
        ("https://b/ben", by("Like", "https://c/n/2", id=LIKED["id"]), False),
    ],
)  # fmt: skip
def test_only_whose_it_is_takes_something_back_or_tells_it_anew(
    says: str, act: dict[str, Any], is_heeded: bool, tmp_path: Path
) -> None:
    """Whoever has an outbox writes into it what they like; of others' acts their own server's outbox tells."""
    path = tmp_path / "acts.ndjson"
    known = [pulled_from(ANN, by("Create", BY_ANN, actor=ANN)), pulled_from(ANN, LIKED)]
    source = Source(name="net", kind="activitystreams", path=str(path), network="activitystreams")
    path.write_text("".join(json.dumps(one) + "\n" for one in [*known, pulled_from(says, act)]))
    parsed = NETWORKS["activitystreams"].parse(path, source)
    texts = parsed.tables["activity"]["text"].to_pylist() if "activity" in parsed.tables else []
    is_told_anew = "lies" in texts
    assert (bool(parsed.taken_down) or is_told_anew) == is_heeded
    assert sum("somebody else's" in why for why in parsed.ignored) == (not is_heeded)


def test_what_its_own_server_has_not_told_of_its_owner_takes_back_by_whatever_way(tmp_path: Path) -> None:
    """A group hands on what its members did, and what they took back: nobody else would tell."""
    for actor, is_heeded in ((ANN, True), ("https://b/ben", False)):
        act = pulled_from("https://g/group", by("Announce", by("Delete", BY_ANN["id"], actor=actor)))
        with pytest.raises(Ignored) as ignored:
            list(NETWORKS["activitystreams"].rows(act, Source(name="n", kind="activitystreams", path="-")))
        assert (ignored.value.event == BY_ANN["id"]) == is_heeded


def test_nobodys_server_tells_of_records_in_anothers_repository() -> None:
    uri = "at://did:plc:ann/app.bsky.feed.post/3k7qmjev5lr2s"
    record = {"uri": uri, "value": {"text": "lies", "createdAt": "2024-01-01T00:00:00Z"}}
    assert told("bluesky", "feed.post", record, id="did:plc:ann")
    with pytest.raises(Ignored, match="somebody else's"):
        told("bluesky", "feed.post", record, id="did:plc:ben")


def test_what_one_account_lists_and_must_not_show_takes_back_nothing_of_anothers() -> None:
    """Else whoever lists another's text as private would take it down."""
    network, source = NETWORKS["activitystreams"], Source(name="net", kind="activitystreams", path="-")
    private = by("Create", {**BY_ANN, "to": "https://a/ann/followers"}, actor=ANN)
    for says, events in ((ANN, [BY_ANN["id"]]), ("https://b/ben", [])):
        found = list(network.taken_back(pulled_from(says, private), source))
        assert [one[ASKED]["event"] for one in found] == events


@pytest.mark.parametrize(
    ("act", "flaw"),
    [
        ({"published": None}, UNDATED),
        ({"published": None, "object": {"id": "https://a/n/1", "published": "2026-03-01T00:00:00Z"}}, None),
        ({"published": "of old"}, BAD),
        ({"published": 1_772_323_200}, None),
    ],
)
@pytest.mark.parametrize("kind", ["Like", "Announce", "Follow", "Create"])
def test_an_act_without_a_date_is_legal_and_lands_nowhere(
    kind: str, act: dict[str, Any], flaw: str | None, tmp_path: Path
) -> None:
    """The specification lets it out. When it was, what stands around it does not tell: that is another's date."""
    network, path = NETWORKS["activitystreams"], tmp_path / "acts.ndjson"
    note = {"id": "https://b/n/1", "type": "Note"} if kind == "Create" else {}
    item = pulled_from("https://b/ben", by(kind, "https://a/n/1") | act)
    item |= {"object": {**item["object"], **note} if isinstance(item["object"], dict) else note or item["object"]}
    source = Source(name="net", kind="activitystreams", path=str(path), network="activitystreams")
    assert network.read(item, source)[1] == flaw
    path.write_text(json.dumps(item) + "\n")
    assert network.parse(path, source).ignored == ({"an item without a date": 1} if flaw == UNDATED else {})


def test_a_list_that_is_null_is_an_empty_one() -> None:
    outbox = next(one for one in NETWORKS["activitystreams"].endpoints if one.name == "outbox")
    assert outbox.found({"type": "OrderedCollectionPage", "orderedItems": None}) == []


@pytest.mark.parametrize(
    "value",
    [
        {"reply": {"parent": {"uri": "at://ann.test/app.bsky.feed.post/3k7qmjev5lr2s"}}},
        {"facets": ["of another shape"]},
        {"facets": [{"features": [None, "of another shape"]}]},
        {"embed": {"record": {"uri": "at://ann.test/app.bsky.feed.post/3k7qmjev5lr2s"}}},
    ],
)
def test_a_record_of_which_a_part_is_strange_is_read_all_the_same(value: dict[str, Any]) -> None:
    """A person's server lets them write what they like, and what cannot be read makes a pull incomplete."""
    record = {"uri": "at://did:plc:ben/app.bsky.feed.post/3k7qmjev5lr2s", "value": {"text": "text", **value}}
    assert {(row["actor_id"], row.get("target_id")) for row in told("bluesky", "feed.post", record)} == {
        ("did:plc:ben", None)
    }


def test_a_text_may_stand_by_its_language_alone() -> None:
    note = {"id": "https://a/1", "type": "Note", "to": "as:Public", "attributedTo": "https://a/ann",
            "published": "2026-03-01T00:00:00Z", "contentMap": {"ja": "<p>一</p>"}}  # fmt: skip
    assert [row["text"] for row in told("activitystreams", "outbox", note)] == ["一"]


@pytest.mark.parametrize("gone", ["deleted", "dead"])
def test_what_the_site_has_taken_away_counts_for_nobody(gone: str) -> None:
    with pytest.raises(Ignored, match=gone):
        told("hackernews", "item", {"id": 1, "type": "story", "by": "ann", "time": 1_772_300_000, gone: True})


def jetstream(operation: str, collection: str, key: str = "of-its-own", **record: Any) -> dict[str, Any]:
    """An event of Bluesky's stream."""
    commit = {"operation": operation, "collection": f"app.bsky.{collection}", "rkey": key, "record": record}
    return {"did": "did:plc:ann", "time_us": 1_772_359_200_000_000, "kind": "commit", "commit": commit}


AT, BENS = "2026-03-01T10:00:00+00:00", "at://did:plc:ben/app.bsky.feed.post/3k"


@pytest.mark.parametrize(
    ("collection", "record", "row"),
    [
        ("feed.like", {"subject": {"uri": BENS}}, ("like", BENS, "did:plc:ben")),
        ("feed.repost", {"subject": {"uri": BENS}}, ("repost", BENS, "did:plc:ben")),
        ("graph.follow", {"subject": "did:plc:ben"}, ("follow", None, "did:plc:ben")),
        ("feed.post", {"reply": {"parent": {"uri": BENS}}}, ("reply", BENS, "did:plc:ben")),
    ],
)
def test_an_event_of_a_stream_is_the_record_that_it_tells_of(collection: str, record: Any, row: Any) -> None:
    (found,) = told("bluesky", "jetstream", jetstream("create", collection, createdAt=AT, **record))
    assert (found["verb"], found.get("object_id"), found["target_id"]) == row
    assert (found["event_id"], found["actor_id"], found["occurred_at"]) == (
        f"at://did:plc:ann/app.bsky.{collection}/of-its-own", "did:plc:ann", AT,
    )  # fmt: skip
    with pytest.raises(Ignored) as ignored:
        told("bluesky", "jetstream", jetstream("delete", collection))
    assert ignored.value.event == found["event_id"]


def test_a_record_has_the_time_of_its_key_where_it_says_quite_another() -> None:
    near = [(instant(day), instant(day)) for day in (9, 11)]
    for said, shown in (*near, (instant(9, 11), instant(10)), (instant(11, 13), instant(10)), (None, instant(10))):
        (row,) = told("bluesky", "jetstream", jetstream("create", "feed.post", tid(instant(10)), createdAt=said))
        assert iso(row["occurred_at"]) == shown, said


def test_a_did_document_says_where_the_records_are_and_counts_for_nothing() -> None:
    named = (("#other", "https://no.test"), ("#atproto_pds", "https://pds.test/"))
    listed = [{"id": name, "serviceEndpoint": address} for name, address in named]
    document = {"id": "did:plc:ann", "service": listed}
    assert NETWORKS["bluesky"].told_of(document) == ({"id": "did:plc:ann", "server": "https://pds.test"}, None)
    assert NETWORKS["bluesky"].told_of({"id": "did:plc:ann"}) == ({"id": "did:plc:ann"}, None)
    with pytest.raises(Ignored, match="a DID document"):
        told("bluesky", "did-document", document)


def test_a_quote_goes_with_the_post_that_it_was_made_in(tmp_path: Path) -> None:
    """A repost that holds a deleted post's words would keep them."""
    quoter, quoted = "did:plc:bennbennbennbennbennbenn", "did:plc:annaannaannaannaannaanna"
    key = tid("2026-03-01T10:00:00+00:00")
    commit = {"collection": "app.bsky.feed.post", "rkey": key}
    record = {
        "$type": "app.bsky.feed.post",
        "createdAt": "2026-03-01T10:00:00Z",
        "text": "regretted",
        "embed": {"$type": "app.bsky.embed.record", "record": {"uri": f"at://{quoted}/app.bsky.feed.post/3mfw"}},
    }
    made = {"did": quoter, "time_us": 1772359200000000, "kind": "commit"}
    gone = {**made, "time_us": 1772445600000000, "commit": {**commit, "operation": "delete"}}
    written = {**made, "commit": {**commit, "operation": "create", "record": record}}
    (tmp_path / "ledger.csv").write_text(
        "person_id,network,account_id,persona,action,purpose,is_adult,recorded_at\n"
        f"p,bluesky,{quoted},work,grant,public_score,true,2026-01-01T00:00:00Z\n"
    )
    (tmp_path / "evenscore.toml").write_text(
        '[consent]\nledger = "ledger.csv"\n[[sources]]\nname = "net"\nkind = "bluesky"\npath = "{date}.ndjson"\n'
    )
    (tmp_path / "2026-03-01.ndjson").write_text(json.dumps(written) + "\n")
    settings = load_settings(tmp_path / "home", tmp_path / "evenscore.toml")
    (landed,) = extract(settings, "net", date(2026, 3, 2))
    (tmp_path / "2026-03-02.ndjson").write_text(json.dumps(gone) + "\n")
    (taken,) = extract(settings, "net", date(2026, 3, 3))
    assert (landed.row_count, taken.withdrawn_count) == (2, 2)
