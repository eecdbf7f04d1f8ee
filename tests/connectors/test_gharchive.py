"""GH Archive events become canonical rows; what says nothing about influence is counted by type."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from evenscore.base.sources import Source
from evenscore.connectors.base import Parsed
from evenscore.connectors.gharchive import GhArchive

SOURCE = Source(name="archive", kind="gharchive", path="x")
AT = "2026-03-01T10:00:00Z"


def event(kind: str, payload: dict[str, Any] | None = None, actor: Any = "bob", **more: Any) -> dict[str, Any]:
    by = {"login": actor, "gravatar_id": ""} if isinstance(actor, str) else actor
    return {
        "id": "55",
        "type": kind,
        "actor": by,
        "repo": {"name": "ann/tools"},
        "payload": payload or {},
        "created_at": AT,
        **more,
    }


def thread(author: Any = "ann", **more: Any) -> dict[str, Any]:
    by = {"login": author, "type": "User"} if isinstance(author, str) else author
    return {"number": 7, "title": "A hammer", "body": "It hits.", "user": by, **more}


REVIEW = {"id": 9, "body": None}
COMMENT = {"id": 1, "body": "ACK", "commit_id": "c0ffee", "user": {"login": "bob"}}


def parse(folder: Path, *records: dict[str, Any], source: Source = SOURCE) -> Parsed:
    path = folder / "2026-03-01-10.json"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return GhArchive().parse(path, source)


def only(folder: Path, record: dict[str, Any]) -> dict[str, Any]:
    found: list[dict[str, Any]] = parse(folder, record).tables["activity"].to_pylist()
    assert len(found) == 1
    return found[0]


def test_a_watch_is_a_star_for_the_owner_of_the_repository(tmp_path: Path) -> None:
    assert only(tmp_path, event("WatchEvent", {"action": "started"})) == {
        "row": 1,
        "event_id": "gh-55",
        "network": "github",
        "verb": "star",
        "actor_id": "bob",
        "object_id": "ann/tools",
        "target_id": "ann",
        "occurred_at": AT,
        "value": None,
        "text": None,
    }


@pytest.mark.parametrize(
    ("record", "verb", "object_id", "target_id", "text"),
    [
        (event("ForkEvent", {"forkee": {}}), "fork", "ann/tools", "ann", None),
        (
            event("IssueCommentEvent", {"action": "created", "issue": thread(), "comment": COMMENT}),
            "reply",
            "ann/tools#7",
            "ann",
            "ACK",
        ),
        (event("CommitCommentEvent", {"comment": COMMENT}), "reply", "ann/tools@c0ffee", None, "ACK"),
        (
            event(
                "PullRequestReviewCommentEvent", {"action": "created", "pull_request": thread("cy"), "comment": COMMENT}
            ),
            "reply",
            "ann/tools#7",
            "cy",
            "ACK",
        ),
        (
            event("PullRequestReviewEvent", {"action": "created", "pull_request": thread("cy"), "review": REVIEW}),
            "review",
            "ann/tools#7",
            "cy",
            None,
        ),
        (
            event("PullRequestEvent", {"action": "opened", "pull_request": thread("bob")}),
            "post",
            "ann/tools#7",
            None,
            "A hammer\n\nIt hits.",
        ),
        (
            event("PullRequestEvent", {"action": "closed", "pull_request": thread("cy", merged=True)}),
            "merge",
            "ann/tools#7",
            "cy",
            None,
        ),
        (
            event("IssuesEvent", {"action": "opened", "issue": thread("bob", title="", body="")}),
            "post",
            "ann/tools#7",
            None,
            None,
        ),
        (event("MemberEvent", {"action": "added", "member": {"login": "dot"}}), "endorse", "ann/tools", "dot", None),
        (event("FollowEvent", {"target": {"login": "dot"}}), "follow", None, "dot", None),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else None,
)
def test_each_type_of_event_says_who_did_what_to_whom(
    tmp_path: Path, record: dict[str, Any], verb: str, object_id: str | None, target_id: str | None, text: str | None
) -> None:
    row = only(tmp_path, record)
    assert (row["verb"], row["actor_id"], row["object_id"], row["target_id"], row["text"]) == (
        verb,
        "bob",
        object_id,
        target_id,
        text,
    )


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (event("PushEvent"), "PushEvent"),
        (event("SomethingNewEvent"), "SomethingNewEvent"),
        (event("IssuesEvent", {"action": "closed", "issue": thread()}), "IssuesEvent closed"),
        (event("IssueCommentEvent", {"action": "deleted"}), "IssueCommentEvent deleted"),
        (event("PullRequestEvent", {"action": "reopened"}), "PullRequestEvent reopened"),
        (
            event("PullRequestEvent", {"action": "closed", "pull_request": thread(merged=False)}),
            "PullRequestEvent closed unmerged",
        ),
        (event("MemberEvent", {"action": "removed"}), "MemberEvent removed"),
        (event("IssuesEvent", {"issue": thread()}), "IssuesEvent without action"),
        (event("IssuesEvent", {"action": "opened", "issue": {}}), "IssuesEvent without issue.number"),
        (event("IssueCommentEvent", {"action": "created", "issue": thread()}), "IssueCommentEvent without comment.id"),
        (event("CommitCommentEvent", {"comment": {"body": ""}}), "CommitCommentEvent without comment.commit_id"),
        (
            event("PullRequestEvent", {"action": "closed", "pull_request": thread()}),
            "PullRequestEvent closed, and not said whether merged",
        ),
        (event("FollowEvent", {}), "FollowEvent without target.login"),
        (event("MemberEvent", {"action": "added"}), "MemberEvent without member.login"),
        (event("ReleaseEvent", {"action": "published"}), "ReleaseEvent without release.id"),
        (event("PullRequestEvent", None), "PullRequestEvent without action"),
        (
            event("PullRequestReviewEvent", {"action": "created", "review": REVIEW | {"state": "pending"}}),
            "PullRequestReviewEvent not submitted yet",
        ),
        (
            event(
                "IssueCommentEvent",
                {"action": "created", "issue": thread(), "comment": COMMENT | {"performed_via_github_app": {"id": 1}}},
            ),
            "performed via a GitHub app",
        ),
    ],
)
def test_an_event_that_says_nothing_about_influence_is_ignored_by_kind(
    tmp_path: Path, record: dict[str, Any], kind: str
) -> None:
    parsed = parse(tmp_path, record)
    assert (parsed.tables, parsed.ignored, parsed.rejects) == ({}, {kind: 1}, [])


@pytest.mark.parametrize("deleted", [None, {"login": "ghost"}])
def test_a_deleted_account_is_nobody(tmp_path: Path, deleted: Any) -> None:
    payload = {"action": "created", "issue": thread(deleted), "comment": COMMENT}
    row = only(tmp_path, event("IssueCommentEvent", payload, actor=deleted))
    assert (row["actor_id"], row["target_id"]) == (None, None)


def test_the_ghost_owns_no_repository(tmp_path: Path) -> None:
    row = only(tmp_path, event("WatchEvent", repo={"name": "ghost/tools"}))
    assert (row["object_id"], row["target_id"]) == ("ghost/tools", None)


def test_a_bot_is_noted_as_one(tmp_path: Path) -> None:
    tables = parse(tmp_path, event("WatchEvent", actor="linter[bot]")).tables
    (account,) = tables["accounts"].to_pylist()
    assert (account["network"], account["account_id"]) == ("github", "linter[bot]")
    assert (account["captured_at"], account["is_bot"]) == (AT, "true")


def test_the_source_may_name_another_network(tmp_path: Path) -> None:
    source = SOURCE.model_copy(update={"network": "forge"})
    assert parse(tmp_path, event("WatchEvent"), source=source).tables["activity"]["network"].to_pylist() == ["forge"]


@pytest.mark.parametrize("kind", ["WatchEvent", "PushEvent"])
def test_the_timeline_format_before_2015_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    record = {
        "type": kind,
        "actor": "bob",
        "repository": {"owner": "ann", "name": "tools"},
        "created_at": "2012-03-10T22:00:00Z",
    }
    (reject,) = parse(tmp_path, record).rejects
    assert reject.reason.startswith("actor is not an object: this is the timeline format")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"actor": {}}, "type is missing"),
        (event("WatchEvent", id=None), "id is missing"),
        (event("WatchEvent", created_at=None), "created_at is missing"),
        (event("WatchEvent", actor={}), "actor.login is missing"),
        (event("WatchEvent", repo={}), "repo.name is missing"),
        (event("WatchEvent", repo={"name": "tools"}), "repo.name is not owner/name: tools"),
        (event("IssuesEvent", {"action": "opened", "issue": thread(body=5)}), "payload.issue.body is not text"),
    ],
)
def test_a_malformed_event_is_refused_with_the_field_at_fault(
    tmp_path: Path, record: dict[str, Any], expected: str
) -> None:
    parsed = parse(tmp_path, record)
    assert [reject.reason for reject in parsed.rejects] == [expected]
    assert parsed.tables == {}


def test_real_hours_are_read_without_a_reject(shared_data: Path) -> None:
    paths = sorted((shared_data / "native/gharchive").glob("*.json.gz"))
    parsed = [GhArchive().parse(path, SOURCE) for path in paths]
    verbs = [Counter(file.tables["activity"]["verb"].to_pylist()) for file in parsed]
    assert verbs == [
        {"reply": 205, "star": 140, "post": 103, "fork": 56, "merge": 41, "endorse": 5},
        {"reply": 240, "star": 155, "post": 111, "fork": 49, "merge": 13, "endorse": 4},
    ]
    for file in parsed:
        assert file.rejects == []
        assert file.tables["activity"].num_rows + file.ignored.total() == file.record_count == 2000


def test_a_comment_has_the_id_under_which_its_rest_page_lands_it(tmp_path: Path) -> None:
    payload = {"action": "created", "issue": thread(), "comment": COMMENT | {"id": 77}}
    assert only(tmp_path, event("IssueCommentEvent", payload))["event_id"] == "ic-77"


def aliases(folder: Path, *records: dict[str, Any]) -> set[tuple[str, str, str]]:
    noted = parse(folder, *records).tables["aliases"].to_pylist()
    assert {(row["network"], row["seen_at"]) for row in noted} == {("github", AT)}
    return {(row["kind"], row["alias_id"], row["stable_id"]) for row in noted}


NUMBERED = {"actor": {"login": "bob", "id": 5}, "repo": {"id": 30, "name": "ann/tools"}}


def test_a_repository_is_noted_by_name_and_number_and_so_are_accounts(tmp_path: Path) -> None:
    assert aliases(tmp_path, event("WatchEvent", **NUMBERED)) == {
        ("account", "bob", "5"),
        ("object", "ann/tools", "30"),
    }
    member = {"action": "added", "member": {"login": "cy", "id": 6}}
    assert ("account", "cy", "6") in aliases(tmp_path, event("MemberEvent", member, **NUMBERED))
    follow = event("FollowEvent", {"target": {"login": "dee", "id": 7}}, **NUMBERED)
    assert aliases(tmp_path, follow) == {("account", "bob", "5"), ("account", "dee", "7")}


def test_a_thread_and_a_commit_keep_their_number_when_their_repository_is_renamed(tmp_path: Path) -> None:
    thread_of = {"action": "created", "issue": thread({"login": "ann", "id": 4}), "comment": COMMENT}
    assert aliases(
        tmp_path,
        event("IssueCommentEvent", thread_of, **NUMBERED),
        event("IssueCommentEvent", thread_of, **NUMBERED | {"repo": {"id": 30, "name": "ann/toolbox"}}),
        event("CommitCommentEvent", {"comment": COMMENT}, **NUMBERED),
    ) == {
        ("account", "bob", "5"),
        ("account", "ann", "4"),
        ("object", "ann/tools#7", "30#7"),
        ("object", "ann/toolbox#7", "30#7"),
        ("object", "ann/tools@c0ffee", "30@c0ffee"),
    }


def test_where_there_is_no_number_nothing_is_noted(tmp_path: Path) -> None:
    assert set(parse(tmp_path, event("WatchEvent")).tables) == {"activity"}


def test_real_hours_note_each_name_once_an_hour_and_none_of_two_numbers(shared_data: Path) -> None:
    paths = sorted((shared_data / "native/gharchive").glob("*.json.gz"))
    noted = [row for path in paths for row in GhArchive().parse(path, SOURCE).tables["aliases"].to_pylist()]
    assert Counter(row["kind"] for row in noted) == {"account": 1452, "object": 960}
    names = {(row["kind"], row["alias_id"], row["stable_id"]) for row in noted}
    assert len({name[:2] for name in names}) == len({(kind, number) for kind, _, number in names}) == len(names) == 2325


def test_a_comment_that_was_deleted_is_named_as_gone(tmp_path: Path) -> None:
    comment = {"id": 77, "created_at": "2026-03-01T10:00:00Z"}
    for kind, event_id in (("IssueCommentEvent", "ic-77"), ("PullRequestReviewCommentEvent", "rc-77")):
        parsed = parse(tmp_path, event(kind, {"action": "deleted", "comment": comment}))
        assert (parsed.ignored, parsed.taken_down) == ({f"{kind} deleted": 1}, {event_id: comment["created_at"]})


def trimmed(kind: str, number: int = 38, **payload: Any) -> dict[str, Any]:
    """An event as GitHub sends it since October 2025: of a pull request only number, address and commits are left."""
    pull = {"url": f"https://api.github.com/repos/ann/tools/pulls/{number}", "id": 4, "number": number, "head": {}}
    return event(kind, {"pull_request": pull, **payload}, repo={"id": 30, "name": "ann/tools"})


def test_trimmed_pull_requests_land_with_what_they_have(tmp_path: Path) -> None:
    opened = trimmed("PullRequestEvent", action="opened")
    review = trimmed("PullRequestReviewEvent", action="created", review={"id": 9})
    remark = trimmed("PullRequestReviewCommentEvent", 39, action="created", comment={"id": 1, "body": "@cy"})
    merged = trimmed("PullRequestEvent", action="merged")
    parsed = parse(tmp_path, review, opened, remark, merged, trimmed("PullRequestEvent", action="closed"))
    assert (parsed.rejects, parsed.ignored) == ([], {"PullRequestEvent closed, and not said whether merged": 1})
    found = parsed.tables["activity"].to_pylist()
    assert [(row["event_id"], row["verb"], row["object_id"], row["target_id"]) for row in found] == [
        ("rv-9", "review", "ann/tools#38", "bob"),
        ("gh-55", "post", "ann/tools#38", None),
        ("rc-1", "reply", "ann/tools#39", None),
        ("rc-1-m-cy", "mention", "ann/tools#39", "cy"),
        ("gh-55", "merge", "ann/tools#38", "bob"),
    ]


def test_an_author_is_asked_of_the_other_hours_of_the_day_alone(tmp_path: Path) -> None:
    source = SOURCE.model_copy(update={"path": "in/{date}-*.json"})
    review = trimmed("PullRequestReviewEvent", action="created", review={"id": 9})
    told = {"action": "created", "issue": thread("dee", number=38), "comment": COMMENT}
    comment = event("IssueCommentEvent", told, repo={"id": 30, "name": "ann/renamed"})
    for hour, record in (("2026-03-01-9", review), ("2026-03-01-23", comment), ("2026-03-02-0", review)):
        (tmp_path / f"{hour}.json").write_text(json.dumps(record) + "\n")
    for hour, target in (("2026-03-01-9", "dee"), ("2026-03-02-0", None)):
        (row,) = GhArchive().parse(tmp_path / f"{hour}.json", source).tables["activity"].to_pylist()
        assert row["target_id"] == target


def test_every_kind_of_text_names_people(tmp_path: Path) -> None:
    said = {"id": 1, "number": 7, "commit_id": "c0ffee", "body": "cc @cy, not @types/node", "user": {"login": "bob"}}
    for kind, action, key in (
        ("CommitCommentEvent", "created", "comment"),
        ("DiscussionEvent", "created", "discussion"),
        ("IssuesEvent", "opened", "issue"),
        ("PullRequestEvent", "opened", "pull_request"),
        ("PullRequestReviewEvent", "created", "review"),
        ("ReleaseEvent", "published", "release"),
    ):
        answered = {"pull_request": thread("ann", body="@old")} if key == "review" else {}
        payload = {"action": action, **answered, key: said}
        found = parse(tmp_path, event(kind, payload)).tables["activity"].to_pylist()
        assert [row["target_id"] for row in found if row["verb"] == "mention"] == ["cy"], kind


def test_a_program_is_one_though_only_its_comment_says_so(tmp_path: Path) -> None:
    comment = COMMENT | {"user": {"login": "bob", "type": "Bot"}}
    payload = {"action": "created", "issue": thread(), "comment": comment}
    (account,) = parse(tmp_path, event("IssueCommentEvent", payload)).tables["accounts"].to_pylist()
    assert (account["account_id"], account["is_bot"]) == ("bob", "true")
