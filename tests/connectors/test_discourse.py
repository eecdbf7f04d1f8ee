"""Discourse posts become canonical rows, and the real ones become the rows of the sample data."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from oracle import same_shares

from evenscore.base.sources import Source
from evenscore.connectors.base import Parsed
from evenscore.connectors.discourse import Discourse
from evenscore.connectors.prose import cooked_names, discourse_names

SOURCE = Source(name="forum", kind="discourse", path="*.ndjson", network="agora")
AT = "2026-03-01T10:00:00.123Z"


def post(author: Any, number: int = 1, answers: int | None = None, likes: Any = 0, **more: Any) -> dict[str, Any]:
    place = {"id": 100 + number, "topic_id": 9, "post_number": number, "post_type": 1, "reply_to_post_number": answers}
    actions = [{"id": 2, "count": likes}] if likes else []
    return {**place, "username": author, "created_at": AT, "raw": "Hello", "actions_summary": actions, **more}


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def parse(folder: Path, *records: dict[str, Any]) -> Parsed:
    return Discourse().parse(write(folder / "posts.ndjson", *records), SOURCE)


def rows(folder: Path, *records: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parse(folder, *records).tables["activity"].to_pylist()
    return found


def test_the_first_post_of_a_topic_is_a_post(tmp_path: Path) -> None:
    assert rows(tmp_path, post("ann")) == [
        {
            "row": 1,
            "event_id": "post-101",
            "network": "agora",
            "verb": "post",
            "actor_id": "ann",
            "object_id": "topic-9",
            "target_id": None,
            "occurred_at": AT,
            "value": None,
            "text": "Hello",
        }
    ]


def test_a_reply_goes_to_the_author_of_the_post_it_names(tmp_path: Path) -> None:
    reply = rows(tmp_path, post("ann"), post("bob", 2), post("cy", 3, answers=2))[2]
    assert (reply["event_id"], reply["verb"], reply["object_id"]) == ("post-103", "reply", "topic-9")
    assert (reply["actor_id"], reply["target_id"]) == ("cy", "bob")


@pytest.mark.parametrize("answers", [None, 77])
def test_a_reply_without_a_known_parent_goes_to_the_author_of_the_topic(tmp_path: Path, answers: int | None) -> None:
    assert rows(tmp_path, post("ann"), post("bob", 2), post("cy", 3, answers=answers))[2]["target_id"] == "ann"


def test_a_reply_to_a_post_that_is_not_to_be_read_goes_to_whom_it_names(tmp_path: Path) -> None:
    told = {"reply_to_user": {"username": "bob"}}
    assert rows(tmp_path, post("ann"), post("cy", 3, answers=2, **told))[1]["target_id"] == "bob"


def test_a_reply_in_a_topic_whose_start_is_unknown_goes_to_nobody(tmp_path: Path) -> None:
    assert rows(tmp_path, post("bob", 2))[0]["target_id"] is None


def test_a_parent_may_stand_in_another_file_of_the_source(tmp_path: Path) -> None:
    write(tmp_path / "older.ndjson", post("ann"))
    assert rows(tmp_path, post("bob", 2))[0]["target_id"] == "ann"


def test_each_like_is_an_anonymous_row_dated_like_its_post(tmp_path: Path) -> None:
    likes = rows(tmp_path, post("ann", likes=2))[1:]
    assert [row["event_id"] for row in likes] == ["post-101-like-0", "post-101-like-1"]
    for row in likes:
        assert (row["verb"], row["actor_id"], row["target_id"]) == ("like", None, "ann")
        assert (row["object_id"], row["occurred_at"], row["text"]) == ("post-101", AT, None)


def test_actions_other_than_likes_are_no_likes(tmp_path: Path) -> None:
    assert len(rows(tmp_path, post("ann", actions_summary=[{"id": 3, "count": 5}, {"id": 2}]))) == 1


def test_an_account_named_in_a_text_is_mentioned_once(tmp_path: Path) -> None:
    found = rows(tmp_path, post("ann", raw="@bo.b, @u_0a1b and @bo.b. But not `@this` or me@home"))
    assert [row["event_id"] for row in found] == ["post-101", "post-101-m-bo.b", "post-101-m-0a1b"]
    mention = found[2]
    assert (mention["verb"], mention["actor_id"], mention["target_id"]) == ("mention", "ann", "u_0a1b")
    assert (mention["object_id"], mention["occurred_at"], mention["text"]) == ("topic-9", AT, None)


def test_a_post_of_a_deleted_account_is_anonymous(tmp_path: Path) -> None:
    found = rows(tmp_path, post(None, likes=1), post("bob", 2))
    assert [(row["verb"], row["actor_id"], row["target_id"]) for row in found] == [
        ("post", None, None),
        ("like", None, None),
        ("reply", "bob", None),
    ]


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"post_type": 3}, "post_type 3"),
        ({"hidden": True}, "hidden"),
        ({"deleted_at": AT}, "deleted_at"),
        ({"user_deleted": True, "raw": "(post deleted by author)"}, "user_deleted"),
    ],
)
def test_what_readers_do_not_see_as_a_post_is_ignored_and_named_as_gone(
    tmp_path: Path, more: dict[str, Any], kind: str
) -> None:
    record = post("ann", likes=1, **more)
    parsed = parse(tmp_path, record)
    assert (parsed.tables, parsed.ignored, parsed.rejects) == ({}, {kind: 1}, [])
    assert parsed.taken_down == {f"post-{record['id']}": record["created_at"]}


@pytest.mark.parametrize(
    "field", ["id", "topic_id", "post_number", "post_type", "username", "created_at", "raw", "actions_summary"]
)
def test_a_post_that_lacks_a_field_is_refused_with_its_name(tmp_path: Path, field: str) -> None:
    record = post("ann")
    del record[field]
    parsed = parse(tmp_path, record)
    assert [reject.reason for reject in parsed.rejects] == [f"{field} is missing"]
    assert parsed.tables == {}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (post("ann", actions_summary={}), "actions_summary is not a list"),
        (post("ann", likes="many"), "actions_summary.count is no count of likes: many"),
        (post("ann", likes=-1), "actions_summary.count is no count of likes: -1"),
        (post("ann", likes=100_001), "actions_summary.count is no count of likes: 100001"),
        (post("ann", raw=5), "raw is not text"),
        (post(["ann"]), "username is not text"),
    ],
)
def test_a_malformed_post_is_refused_whole(tmp_path: Path, record: dict[str, Any], expected: str) -> None:
    parsed = parse(tmp_path, record)
    assert [reject.reason for reject in parsed.rejects] == [expected]
    assert parsed.tables == {}


def test_the_native_file_gives_the_rows_of_the_sample_data(shared_data: Path) -> None:
    source = Source(name="delving", kind="discourse", path="delving_posts.ndjson.gz", network="discourse")
    parsed = Discourse().parse(shared_data / "native/discourse" / source.path, source)
    landed = parsed.tables["activity"]
    assert (parsed.record_count, parsed.rejects) == (3654, [])
    assert landed.num_rows == len(set(landed["event_id"].to_pylist()))
    # The sample data count the 39 posts that their authors took back, too.
    assert parsed.ignored == {"user_deleted": len(parsed.taken_down)}
    oracle = pq.read_table(shared_data / "activity/delving.parquet").to_pylist()
    missing = {row["event_id"] for row in oracle if row["verb"] != "mention"} - set(landed["event_id"].to_pylist())
    assert missing == set(parsed.taken_down)
    shares = same_shares(landed, shared_data / "activity/delving.parquet")
    mentions = shares.pop("mention")
    assert shares["like"] == 1.0
    # The native texts are cut at 2,000 characters; what is quoted was said elsewhere; some are no members.
    assert mentions == pytest.approx(371 / 480)


def test_the_forum_itself_marks_whom_we_find_mentioned(shared_data: Path) -> None:
    path = shared_data / "native/discourse/delving_posts.ndjson.gz"
    with gzip.open(path, "rt") as lines:
        posts = [post for post in map(json.loads, lines) if 'class="mention"' in post["cooked"]]
    raw = {(post["id"], name) for post in posts for name in discourse_names(post["raw"])}
    cooked = {(post["id"], name) for post in posts for name in cooked_names(post["cooked"])}
    # Both texts are cut, the longer one earlier.
    assert (len(cooked), len(cooked & raw)) == (359, 358)


def test_the_author_of_a_post_is_noted_by_name_and_number(tmp_path: Path) -> None:
    parsed = parse(
        tmp_path, post("ann", user_id=5), post("ann", 2, user_id=5), post("bob", 3), post(None, 4, user_id=6)
    )
    assert parsed.tables["aliases"].to_pylist() == [
        {"row": 1, "network": "agora", "kind": "account", "alias_id": "ann", "stable_id": "5", "seen_at": AT}
    ]


def test_each_account_of_the_native_file_has_one_name_and_one_number(shared_data: Path) -> None:
    source = Source(name="delving", kind="discourse", path="delving_posts.ndjson.gz", network="discourse")
    noted = Discourse().parse(shared_data / "native/discourse" / source.path, source).tables["aliases"]
    assert noted.num_rows == len(set(noted["alias_id"].to_pylist())) == len(set(noted["stable_id"].to_pylist())) == 323


COOKED = """<aside class="quote no-group" data-username="dee"><div class="title">dee:</div><blockquote>
<p><a class="mention" href="/u/quoted">@quoted</a></p></blockquote></aside>
<p>Thanks <a class="mention" href="/u/bob">@Bob</a> and <span class="mention">@nobody</span>,
<a class="mention-group notify" href="/groups/team">@team</a> &amp; <code>@code</code></p>"""


def cooked(author: Any, **more: Any) -> dict[str, Any]:
    record = post(author, **more)
    del record["raw"]
    return {**record, "cooked": COOKED}


def test_a_post_without_raw_is_read_from_what_the_forum_shows(tmp_path: Path) -> None:
    begun, mention = rows(tmp_path, cooked("ann"))
    assert begun["text"] == "Thanks @Bob and @nobody, @team &"
    assert (mention["verb"], mention["target_id"]) == ("mention", "bob")


@pytest.mark.parametrize("raw", [None, [{"type": "paragraph"}]])
def test_a_raw_that_is_no_text_gives_way_to_what_the_forum_shows(tmp_path: Path, raw: Any) -> None:
    assert [row["target_id"] for row in rows(tmp_path, post("ann", raw=raw, cooked=COOKED))] == [None, "bob"]


def test_what_the_forum_shows_as_no_member_is_not_mentioned_in_raw(tmp_path: Path) -> None:
    found = rows(tmp_path, post("ann", raw="@bob @Nobody @team @cy", cooked=COOKED))
    assert [row["target_id"] for row in found[1:]] == ["bob", "cy"]


@pytest.mark.parametrize("author", [{"user_id": -1}, {"user_id": -1204}, {"is_bot": True}])
def test_who_the_forum_brings_along_is_a_program(tmp_path: Path, author: dict[str, Any]) -> None:
    (account,) = parse(tmp_path, post("discobot", **author), post("ann", 2, user_id=1)).tables["accounts"].to_pylist()
    assert (account["account_id"], account["captured_at"], account["is_bot"]) == ("discobot", AT, "true")
