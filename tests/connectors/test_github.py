"""GitHub's REST objects become canonical rows, and the real ones become the rows of the sample data."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from oracle import same_shares

from evenscore.base.errors import InputError
from evenscore.base.sources import Source
from evenscore.connectors.base import Parsed
from evenscore.connectors.github import GitHub

SOURCE = Source(name="bips", kind="github", path="*.ndjson")
API = "https://api.github.com/repos/acme/tools"
AT = "2026-03-01T10:00:00Z"


def user(name: str, kind: str = "User") -> dict[str, str]:
    return {"login": name, "type": kind}


def pull(author: Any, number: int = 7, **more: Any) -> dict[str, Any]:
    urls = {"url": f"{API}/pulls/{number}", "issue_url": f"{API}/issues/{number}"}
    texts = {"title": "Add a hammer", "body": None}
    return {**urls, **texts, "number": number, "user": author, "created_at": AT, "merged_at": None, **more}


def comment(author: Any, **more: Any) -> dict[str, Any]:
    return {"id": 1, "issue_url": f"{API}/issues/7", "user": author, "created_at": AT, "body": "ACK", **more}


def issue(author: Any, number: int = 9, **more: Any) -> dict[str, Any]:
    url = f"{API}/issues/{number}"
    return {"url": url, "number": number, "title": "It bends", "user": author, "created_at": AT, "body": None, **more}


def review_comment(author: Any, number: int = 2, answers: int | None = None, **more: Any) -> dict[str, Any]:
    thread = {"pull_request_url": f"{API}/pulls/7", "in_reply_to_id": answers}
    return {"id": number, **thread, "user": author, "created_at": AT, "body": "Nit", **more}


def review(author: Any, **more: Any) -> dict[str, Any]:
    thread = {"pull_request_url": f"{API}/pulls/7", "state": "APPROVED"}
    return {"id": 3, **thread, "user": author, "submitted_at": AT, "body": "", **more}


def event(kind: str, author: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": 4,
        "event": kind,
        "actor": author,
        "created_at": AT,
        "issue": {"number": 7, "user": user("ann")},
        **more,
    }


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def parse(folder: Path, *records: dict[str, Any], source: Source = SOURCE) -> Parsed:
    return GitHub().parse(write(folder / "records.ndjson", *records), source)


def rows(parsed: Parsed, dataset: str = "activity") -> list[dict[str, Any]]:
    return parsed.tables[dataset].to_pylist() if dataset in parsed.tables else []


def only(folder: Path, *records: dict[str, Any]) -> dict[str, Any]:
    """The one activity of the last record."""
    found = [row for row in rows(parse(folder, *records)) if row["row"] == len(records)]
    assert len(found) == 1
    return found[0]


def reason(folder: Path, record: dict[str, Any]) -> str:
    parsed = parse(folder, record)
    assert parsed.tables == {}
    return parsed.rejects[0].reason


def test_a_pull_request_is_a_post_that_carries_its_title_and_body(tmp_path: Path) -> None:
    assert only(tmp_path, pull(user("ann"), body="It hits nails.")) == {
        "row": 1,
        "event_id": "pr-7",
        "network": "github",
        "verb": "post",
        "actor_id": "ann",
        "object_id": "pr-7",
        "target_id": None,
        "occurred_at": AT,
        "value": None,
        "text": "Add a hammer\n\nIt hits nails.",
    }


def test_a_comment_goes_to_the_author_of_the_pull_request(tmp_path: Path) -> None:
    row = only(tmp_path, pull(user("ann")), comment(user("bob")))
    assert (row["event_id"], row["verb"], row["actor_id"], row["object_id"]) == ("ic-1", "reply", "bob", "pr-7")
    assert (row["target_id"], row["occurred_at"], row["text"]) == ("ann", AT, "ACK")


def test_a_review_goes_to_the_author_of_the_pull_request(tmp_path: Path) -> None:
    row = only(tmp_path, pull(user("ann")), review(user("bob")))
    assert (row["event_id"], row["verb"], row["object_id"], row["target_id"]) == ("rv-3", "review", "pr-7", "ann")
    assert row["text"] is None


def test_a_review_comment_goes_to_the_author_of_the_comment_it_answers(tmp_path: Path) -> None:
    row = only(tmp_path, pull(user("ann")), review_comment(user("bob")), review_comment(user("cy"), 5, answers=2))
    assert (row["event_id"], row["verb"], row["target_id"]) == ("rc-5", "reply", "bob")


def test_a_review_comment_that_answers_none_goes_to_the_author_of_the_pull_request(tmp_path: Path) -> None:
    assert only(tmp_path, pull(user("ann")), review_comment(user("bob")))["target_id"] == "ann"


def test_a_review_comment_that_answers_a_deleted_account_goes_to_the_author_of_the_pull_request(tmp_path: Path) -> None:
    row = only(tmp_path, pull(user("ann")), review_comment(None), review_comment(user("cy"), 5, answers=2))
    assert row["target_id"] == "ann"


def test_authors_are_found_in_the_other_files_of_the_source(tmp_path: Path) -> None:
    write(tmp_path / "pulls.ndjson", pull(user("ann")))
    assert only(tmp_path, comment(user("bob")))["target_id"] == "ann"


def test_authors_are_found_in_the_files_of_other_days(tmp_path: Path) -> None:
    write(tmp_path / "bips-2026-02-01.ndjson", pull(user("ann")))
    today = write(tmp_path / "bips-2026-03-01.ndjson", comment(user("bob")))
    source = Source(name="bips", kind="github", path="in/bips-{date}.ndjson")
    assert rows(GitHub().parse(today, source))[0]["target_id"] == "ann"


def test_files_of_no_concern_to_the_source_are_not_asked(tmp_path: Path) -> None:
    write(tmp_path / "pulls.json", pull(user("ann")))
    assert only(tmp_path, comment(user("bob")))["target_id"] is None


def test_a_sibling_that_changed_is_asked_again(tmp_path: Path) -> None:
    pulls = write(tmp_path / "pulls.ndjson", pull(user("ann"), number=6))
    assert only(tmp_path, comment(user("bob")))["target_id"] is None
    write(pulls, pull(user("ann"), number=7))
    os.utime(pulls, ns=(0, 0))
    assert only(tmp_path, comment(user("bob")))["target_id"] == "ann"


def test_a_malformed_record_in_a_sibling_stays_the_siblings_problem(tmp_path: Path) -> None:
    (tmp_path / "pulls.ndjson").write_text('{"merged_at": null}\nno JSON\n' + json.dumps(pull(user("ann"))) + "\n")
    parsed = parse(tmp_path, comment(user("bob")))
    assert parsed.rejects == []
    assert rows(parsed)[0]["target_id"] == "ann"


def test_a_truncated_sibling_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "pulls.ndjson.gz").write_bytes(b"\x1f\x8b")
    source = SOURCE.model_copy(update={"path": "*.ndjson*"})
    with pytest.raises(InputError, match=r"pulls\.ndjson\.gz"):
        parse(tmp_path, comment(user("bob")), source=source)


def test_a_merged_event_is_a_merge_for_the_author_of_the_pull_request(tmp_path: Path) -> None:
    row = only(tmp_path, event("merged", user("bob")))
    assert (row["event_id"], row["verb"], row["actor_id"]) == ("ev-4", "merge", "bob")
    assert (row["object_id"], row["target_id"]) == ("pr-7", "ann")


def test_other_issue_events_are_ignored_by_name(tmp_path: Path) -> None:
    parsed = parse(
        tmp_path, event("labeled", user("bob")), event("labeled", user("bob")), event("mentioned", user("cy"))
    )
    assert parsed.ignored == {"labeled": 2, "mentioned": 1}
    assert (parsed.tables, parsed.rejects, parsed.record_count) == ({}, [], 3)


@pytest.mark.parametrize("deleted", [None, user("ghost")])
def test_a_deleted_account_is_nobody(tmp_path: Path, deleted: Any) -> None:
    parsed = parse(
        tmp_path,
        pull(deleted),
        comment(deleted, body="cc @ghost"),
        event("merged", deleted, issue={"number": 7, "user": deleted}),
    )
    assert [(row["actor_id"], row["target_id"]) for row in rows(parsed)] == [(None, None)] * 3


def test_an_account_named_in_a_text_is_mentioned_once(tmp_path: Path) -> None:
    found = rows(parse(tmp_path, pull(user("ann"), body="@bob-2, (@u_0a1b) and @bob-2. mail@home")))
    assert [row["event_id"] for row in found] == ["pr-7", "pr-7-m-bob-2", "pr-7-m-0a1b"]
    mention = found[2]
    assert (mention["verb"], mention["actor_id"], mention["object_id"]) == ("mention", "ann", "pr-7")
    assert (mention["target_id"], mention["occurred_at"], mention["text"]) == ("u_0a1b", AT, None)


@pytest.mark.parametrize("code", ["`@tag`", "```\npk(@key)\n```", "```\nan open fence @key"])
def test_an_at_sign_in_code_mentions_nobody(tmp_path: Path, code: str) -> None:
    assert len(rows(parse(tmp_path, comment(user("bob"), body=code)))) == 1


@pytest.mark.parametrize("bot", [user("linter", "Bot"), user("linter[bot]")])
def test_a_bot_is_noted_as_one(tmp_path: Path, bot: dict[str, str]) -> None:
    accounts = rows(parse(tmp_path, comment(bot)), "accounts")
    assert [(row["network"], row["account_id"], row["captured_at"], row["is_bot"]) for row in accounts] == [
        ("github", bot["login"], AT, "true")
    ]


def test_a_person_is_not_noted_as_a_bot(tmp_path: Path) -> None:
    assert rows(parse(tmp_path, comment(user("bob"))), "accounts") == []


def test_the_source_may_name_another_network(tmp_path: Path) -> None:
    source = SOURCE.model_copy(update={"network": "forge"})
    parsed = parse(tmp_path, comment(user("cy", "Bot"), body="@bob"), source=source)
    assert {row["network"] for row in rows(parsed) + rows(parsed, "accounts")} == {"forge"}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"zen": "Keep it logically awesome."}, "no GitHub object we know"),
        ({"merged_at": None}, "number is missing"),
        ({"issue_url": 5}, "issue_url ends in no number: 5"),
        ({"issue_url": None}, "issue_url is missing"),
        (comment(user("bob"), id=None), "id is missing"),
        (comment("bob"), "user.login is missing"),
        (comment({}), "user.login is missing"),
        (comment(user("bob"), created_at=None), "created_at is missing"),
        (comment(user("bob"), body=["ACK"]), "body is not text"),
        (review(user("bob"), submitted_at=None), "submitted_at is missing"),
        (event("merged", user("bob"), issue={}), "issue.number is missing"),
        (event("merged", user("bob"), issue={"number": 7}), "issue.user is missing"),
        ({"event": None}, "event is missing"),
    ],
)
def test_a_malformed_object_is_refused_with_the_field_at_fault(
    tmp_path: Path, record: dict[str, Any], expected: str
) -> None:
    assert reason(tmp_path, record).startswith(expected)


def test_an_object_without_its_user_is_malformed_and_not_anonymous(tmp_path: Path) -> None:
    record = comment(user("bob"))
    del record["user"]
    assert reason(tmp_path, record) == "user is missing"


def test_the_native_files_give_the_rows_of_the_sample_data(shared_data: Path) -> None:
    source = Source(name="bips", kind="github", path="bips_*.ndjson.gz")
    parsed = [GitHub().parse(path, source) for path in sorted((shared_data / "native/github").glob(source.path))]
    assert sum(len(file.rejects) for file in parsed) == 0
    landed = pa.concat_tables(file.tables["activity"] for file in parsed)
    assert landed.num_rows == len(set(landed["event_id"].to_pylist()))
    shares = same_shares(landed, shared_data / "activity/github_bips.parquet")
    mentions = shares.pop("mention")
    assert shares == {"merge": 1.0, "post": 1.0, "reply": 1.0, "review": 1.0}
    # The native texts are cut at 2,000 characters: a name after the cut cannot be read. One is the text of a link.
    assert mentions == pytest.approx(4015 / 4036)


def test_github_says_itself_of_whom_we_find_mentioned_that_they_were(shared_data: Path) -> None:
    source = Source(name="bips", kind="github", path="bips_*.ndjson.gz")
    folder = shared_data / "native/github"
    landed = [row for path in folder.glob(source.path) for row in rows(GitHub().parse(path, source))]
    ours = {(row["object_id"], row["target_id"]) for row in landed if row["verb"] == "mention"}
    with gzip.open(folder / "bips_issue_events.ndjson.gz", "rt") as lines:
        told = [json.loads(line) for line in lines if '"mentioned"' in line]
    theirs = {(f"pr-{event['issue']['number']}", event["actor"]["login"]) for event in told if event["actor"]}
    # Texts are cut; and whoever left the repository, or was named before they joined GitHub, has no such event.
    assert (len(ours), len(theirs), len(ours & theirs)) == (2534, 2458, 2374)


def test_pull_requests_of_two_repositories_are_not_numbered_together(tmp_path: Path) -> None:
    for name in ("one", "two"):
        record = pull(user("ann")) | {"url": f"https://api.github.com/repos/acme/{name}/pulls/1"}
        (tmp_path / f"{name}.ndjson").write_text(json.dumps(record))
    with pytest.raises(InputError, match=r"acme/one and .*acme/two"):
        GitHub().parse(tmp_path / "one.ndjson", SOURCE.model_copy(update={"path": "*.ndjson"}))


def numbered(name: str | None, number: Any = 5) -> dict[str, Any]:
    return {"login": name, "id": number, "type": "User"}


def test_every_account_of_an_object_is_noted_by_login_and_number(tmp_path: Path) -> None:
    record = event("merged", numbered("bob"), issue={"number": 7, "user": numbered("ann", 6)})
    assert sorted(rows(parse(tmp_path, record), "aliases"), key=str) == [
        {"row": 1, "network": "github", "kind": "account", "alias_id": name, "stable_id": number, "seen_at": AT}
        for name, number in (("ann", "6"), ("bob", "5"))
    ]


def test_a_name_seen_often_in_a_file_is_noted_once_at_its_earliest(tmp_path: Path) -> None:
    days = ("2026-03-02", "2026-03-01", "2026-03-03")
    seen = [comment(numbered("bob"), created_at=f"{day}T10:00:00Z") for day in days]
    renamed = comment(numbered("rob"), created_at="2026-03-04T10:00:00Z")
    noted = rows(parse(tmp_path, *seen, renamed), "aliases")
    assert sorted((row["alias_id"], row["stable_id"], row["seen_at"][:10]) for row in noted) == [
        ("bob", "5", "2026-03-01"),
        ("rob", "5", "2026-03-04"),
    ]


@pytest.mark.parametrize("who", [None, user("bob"), numbered("ghost"), numbered("bob", None), numbered("bob", ["5"])])
def test_where_name_or_number_is_missing_nothing_is_noted(tmp_path: Path, who: Any) -> None:
    parsed = parse(tmp_path, comment(who))
    assert (rows(parsed, "aliases"), len(rows(parsed)), parsed.rejects) == ([], 1, [])


def test_each_account_of_the_native_files_has_one_name_and_one_number(shared_data: Path) -> None:
    source = Source(name="bips", kind="github", path="bips_*.ndjson.gz")
    noted = [GitHub().parse(path, source) for path in sorted((shared_data / "native/github").glob(source.path))]
    aliases = pa.concat_tables(file.tables["aliases"] for file in noted)
    pairs = set(zip(aliases["alias_id"].to_pylist(), aliases["stable_id"].to_pylist(), strict=True))
    assert (aliases.num_rows, len(pairs)) == (2124, 1021)
    assert len({name for name, _ in pairs}) == len({number for _, number in pairs}) == len(pairs)


OTHER = "https://api.github.com/repos/others/tools"


def transferred(author: Any, **more: Any) -> dict[str, Any]:
    """A pull request of before the repository was transferred, and renamed, to where the others are."""
    old = {"url": f"{OTHER}/pulls/3", "issue_url": f"{OTHER}/issues/3"}
    return pull(author, number=3, base={"repo": {"id": 501}}) | old | more


def test_a_repository_that_was_renamed_or_transferred_is_one(tmp_path: Path) -> None:
    new = pull(user("dee"), number=8, base={"repo": {"id": 501}})
    answer = comment(user("bob"), issue_url=f"{API}/issues/3")
    assert only(tmp_path, transferred(user("ann")), new, answer)["target_id"] == "ann"


def test_answers_under_a_new_name_answer_the_threads_of_before_and_a_note_says_so(tmp_path: Path) -> None:
    parsed = parse(tmp_path, transferred(user("ann")), comment(user("bob"), issue_url=f"{API}/issues/3"))
    assert rows(parsed)[1]["target_id"] == "ann"
    assert parsed.notes == {f"answers under {API} are taken for answers in {OTHER}, under another name"}


@pytest.mark.parametrize("number", [502, None])
def test_a_new_repository_under_another_or_the_old_name_is_another_one(tmp_path: Path, number: int | None) -> None:
    for address in (API, OTHER):
        other = pull(user("bob")) | {"url": f"{address}/pulls/1", "base": {"repo": {"id": number}}}
        third = pull(user("cy"), base={"repo": {"id": 3}})
        with pytest.raises(InputError, match="give each repository a source of its own"):
            parse(tmp_path, transferred(user("ann")), other, third)


def test_an_issue_is_a_post_and_a_comment_on_it_answers_its_author(tmp_path: Path) -> None:
    begun, answer = rows(parse(tmp_path, issue(user("ann")), comment(user("bob"), issue_url=f"{API}/issues/9")))
    assert (begun["event_id"], begun["verb"], begun["actor_id"], begun["text"]) == (
        "issue-9",
        "post",
        "ann",
        "It bends\n\n",
    )
    assert (answer["object_id"], answer["target_id"]) == ("issue-9", "ann")


def test_a_pull_request_among_the_issues_is_ignored_and_tells_its_author(tmp_path: Path) -> None:
    twin = issue(user("ann"), 7, pull_request={"url": f"{API}/pulls/7"})
    parsed = parse(tmp_path, twin, comment(user("bob")))
    assert parsed.ignored == {"a pull request among the issues": 1}
    assert [(row["object_id"], row["target_id"]) for row in rows(parsed)] == [("pr-7", "ann")]


def test_a_thread_that_nobody_knows_is_called_by_its_own_address_and_counted(tmp_path: Path) -> None:
    for kind, object_id in (("pull", "pr-7"), ("issues", "issue-7")):
        parsed = parse(
            tmp_path, comment(user("bob"), html_url=f"https://github.com/acme/tools/{kind}/7#issuecomment-1")
        )
        assert [(row["object_id"], row["target_id"]) for row in rows(parsed)] == [(object_id, None)]
        assert [note.split(" stand ")[0] for note in parsed.notes] == ["1 answers"]


PAGE = "https://github.com/acme/tools/discussions/4"
DISCUSSION = {"number": 4, "title": "Why?", "body": "@bob", "user": user("ann"), "created_at": AT, "html_url": PAGE}


def test_a_discussion_and_its_comments_are_a_post_and_replies(tmp_path: Path) -> None:
    place = {"discussion_id": 1, "html_url": f"{PAGE}#discussioncomment-5", "created_at": AT, "body": ""}
    first = {**place, "id": 5, "user": user("bob")}
    second = {**place, "id": 6, "user": user("cy"), "parent_id": 5}
    found = rows(parse(tmp_path, DISCUSSION, first, second))
    assert [(row["event_id"], row["verb"], row["object_id"], row["target_id"]) for row in found] == [
        ("discussion-4", "post", "discussion-4", None),
        ("discussion-4-m-bob", "mention", "discussion-4", "bob"),
        ("dc-5", "reply", "discussion-4", "ann"),
        ("dc-6", "reply", "discussion-4", "bob"),
    ]


def test_a_release_and_a_comment_on_a_commit_name_people_too(tmp_path: Path) -> None:
    release = {"id": 8, "tag_name": "v1", "name": "One", "body": "thanks @bob", "author": user("ann"), "created_at": AT}
    remark = {"id": 9, "commit_id": "c0ffee", "body": "cc @cy", "user": user("ann"), "created_at": AT}
    found = rows(parse(tmp_path, release, remark))
    assert [(row["event_id"], row["verb"], row["object_id"], row["target_id"]) for row in found] == [
        ("release-8", "post", "release-8", None),
        ("release-8-m-bob", "mention", "release-8", "bob"),
        ("cc-9", "reply", "commit-c0ffee", None),
        ("cc-9-m-cy", "mention", "commit-c0ffee", "cy"),
    ]
    assert [row["text"] for row in found] == ["One\n\nthanks @bob", None, "cc @cy", None]


@pytest.mark.parametrize(
    ("told", "at", "text"),
    [
        ({"name": "One", "published_at": "2026-03-02T10:00:00Z"}, "2026-03-02T10:00:00Z", "One\n\n"),
        ({"body": "news", "published_at": None}, AT, "\n\nnews"),
        ({}, AT, None),
    ],
)
def test_a_release_has_the_time_and_the_words_that_it_was_published_with(
    told: dict[str, Any], at: str, text: str | None, tmp_path: Path
) -> None:
    (row,) = rows(parse(tmp_path, {"id": 8, "tag_name": "v1", "author": user("ann"), "created_at": AT, **told}))
    assert (row["occurred_at"], row["text"]) == (at, text)


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (review(user("bob"), state="PENDING", submitted_at=None), "a review that is not submitted yet"),
        ({"id": 8, "tag_name": "v1", "draft": True, "author": user("ann")}, "a release that is not published yet"),
        ({"id": 3, "node_id": "x", "name": "bug", "color": "f00"}, "an object of GitHub that is no activity"),
        (comment(user("bob"), performed_via_github_app={"id": 1}), "performed via a GitHub app"),
        (event("commented", user("bob")) | {"event": "pinned"}, "pinned"),
    ],
)
def test_what_says_nothing_yet_or_was_nobodys_own_act_is_ignored_with_its_reason(
    tmp_path: Path, record: dict[str, Any], kind: str
) -> None:
    parsed = parse(tmp_path, record)
    assert (parsed.tables, parsed.ignored, parsed.rejects) == ({}, {kind: 1}, [])


def test_a_comment_of_the_timeline_is_that_comment(tmp_path: Path) -> None:
    assert only(tmp_path, comment(user("bob")) | {"event": "commented"})["event_id"] == "ic-1"


@pytest.mark.parametrize(
    "program",
    [
        {"login": "app/linter"},
        {"login": "linter", "user_type": "Bot"},
        {"login": "linter", "__typename": "Bot"},
        {"login": "linter", "is_bot": True},
        {"login": "linter", "type": "bot"},
    ],
)
def test_a_program_is_one_however_github_says_so_and_whether_it_acts_or_not(
    tmp_path: Path, program: dict[str, Any]
) -> None:
    merge = event("merged", user("ann"), issue={"number": 7, "user": program})
    for record in (comment(program, performed_via_github_app={"id": 1}), merge):
        accounts = rows(parse(tmp_path, record), "accounts")
        assert [(row["account_id"], row["is_bot"]) for row in accounts] == [(program["login"], "true")]


def test_a_title_mentions_nobody(tmp_path: Path) -> None:
    assert len(rows(parse(tmp_path, pull(user("ann"), title="thanks @bob")))) == 1
