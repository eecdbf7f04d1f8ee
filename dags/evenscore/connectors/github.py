"""GitHub's REST objects as JSON lines: issues, pull requests, discussions, releases, what answers them, and merges.

An object is recognised by its own keys, never by the name of its file. Whose thread or comment is answered stands in
another object, so all files of the source in the same folder are asked for their authors first.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.base import JsonLines, Parsed
from evenscore.connectors.github_accounts import accounts, is_program, login, person
from evenscore.connectors.github_threads import (
    NUMBERED,
    Threads,
    is_discussion,
    is_issue,
    is_pull,
    read_threads,
    told_object,
)
from evenscore.connectors.prose import github_names
from evenscore.connectors.records import Ignored, Malformed, Row, mentions, need, need_id, seek, siblings, text

NETWORK = "github"
USERS = (("user",), ("actor",), ("author",), ("issue", "user"))
"""Where an object tells of accounts, each by its login and its id."""
OF_TIMELINE = ("commented", "reviewed")
"""The events that are a comment or a review themselves, and not a word about one."""
OWN_MARKS = ("node_id", "url")


class GitHub(JsonLines):
    """REST objects of one repository; `threads` says who wrote what other objects answer."""

    kind: ClassVar[str] = "github"

    def __init__(self, threads: Threads | None = None) -> None:
        self._threads = threads or Threads()
        self._unanswered_count = 0

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one file, knowing the threads in all files of its source beside it."""
        known = type(self)(read_threads(siblings(path, source)))
        parsed = JsonLines.parse(known, path, source)
        parsed.notes |= known._threads.notes
        if known._unanswered_count:
            parsed.notes.add(
                f"{known._unanswered_count} answers stand under threads that no file of the source holds: nobody is "
                "credited with them"
            )
        return parsed

    def rows(self, record: Row, source: Source) -> Iterator[tuple[str, Row]]:
        """What one object did, whom its text mentions, its accounts' names, and which of them are programs."""
        activity = {"network": source.network or NETWORK, **self._reader(record)(record)}
        _require_own_hand(record)
        yield "activity", activity
        if activity["verb"] != "merge":
            yield from mentioned(activity, record.get("body"), source)
        yield from accounts(activity, record, (seek(record, *path) for path in USERS))

    def _reader(self, record: Row) -> Callable[[Row], Row]:
        if "event" in record and record["event"] not in OF_TIMELINE:
            return _merge
        for is_one, reader in self._kinds():
            if is_one(record):
                return reader
        if "body" in record and "user" in record:
            raise Ignored("a comment that does not tell what it stands under")
        if any(record.get(mark) for mark in OWN_MARKS):
            raise Ignored("an object of GitHub that is no activity")
        raise Malformed(
            "no GitHub object we know: it is no issue, pull request, discussion, release, comment, review or event"
        )

    def _kinds(self) -> Iterator[tuple[Callable[[Row], bool], Callable[[Row], Row]]]:
        yield is_pull, lambda record: _post(record, "pr")
        yield lambda record: "pull_request_url" in record and "state" in record, self._review
        yield (
            lambda record: "pull_request_url" in record,
            lambda record: self._answer(record, "rc", "reply", "pull_request_url", "created_at"),
        )
        yield (
            lambda record: "issue_url" in record,
            lambda record: self._answer(record, "ic", "reply", "issue_url", "created_at"),
        )
        yield (
            lambda record: "discussion_id" in record,
            lambda record: self._answer(record, "dc", "reply", "html_url", "created_at"),
        )
        yield lambda record: "tag_name" in record, _release
        yield lambda record: "commit_id" in record and "body" in record, _commit_comment
        yield is_discussion, lambda record: _post(record, "discussion")
        yield is_issue, _issue

    def _review(self, record: Row) -> Row:
        if str(record["state"]).casefold() == "pending":
            raise Ignored("a review that is not submitted yet")
        return self._answer(record, "rv", "review", "pull_request_url", "submitted_at")

    def _answer(self, record: Row, prefix: str, verb: str, thread_key: str, instant_key: str) -> Row:
        thread = str(need(record, thread_key))
        found = NUMBERED.search(thread)
        if found is None:
            raise Malformed(f"{thread_key} ends in no number: {thread}")
        object_id = self._threads.object_of(int(found[2]), told_object(record))
        # The comment that is answered may be a deleted account's; then the answer goes to the thread's author.
        answered = self._threads.authors.get(f"{prefix}-{record.get('in_reply_to_id') or record.get('parent_id')}")
        self._unanswered_count += object_id not in self._threads.authors
        return {
            "event_id": f"{prefix}-{need_id(record, 'id')}",
            "verb": verb,
            "actor_id": login(record, "user"),
            "object_id": object_id,
            "target_id": answered or self._threads.authors.get(object_id),
            "occurred_at": need(record, instant_key),
            "text": text(record, "body"),
        }


def mentioned(activity: Row, body: object, source: Source) -> Iterator[tuple[str, Row]]:
    """A row for everybody whom the body of a text names; titles mention nobody on GitHub."""
    for mention in mentions(activity, github_names(body if isinstance(body, str) else None), source.account_ids):
        if person(mention["target_id"]):
            yield "activity", mention


def titled_text(record: Row, *path: str) -> str | None:
    """The title and the body of the object at a path."""
    title, body = text(record, *path, "title"), text(record, *path, "body")
    return f"{title or ''}\n\n{body or ''}" if title or body else None


def _require_own_hand(record: Row) -> None:
    """Raise Ignored for what an app did in somebody's name; what a program's own account did counts as a program's."""
    by_app = record.get("performed_via_github_app")
    if by_app and not is_program(record.get("user") or record.get("actor")):
        raise Ignored("performed via a GitHub app")


def _post(record: Row, prefix: str) -> Row:
    post_id = f"{prefix}-{need_id(record, 'number')}"
    return {
        "event_id": post_id,
        "verb": "post",
        "actor_id": login(record, "user"),
        "object_id": post_id,
        "occurred_at": need(record, "created_at"),
        "text": titled_text(record),
    }


def _issue(record: Row) -> Row:
    if record.get("pull_request"):
        raise Ignored("a pull request among the issues")
    return _post(record, "issue")


def _release(record: Row) -> Row:
    if record.get("draft") is True:
        raise Ignored("a release that is not published yet")
    release_id = f"release-{need_id(record, 'id')}"
    title, body = (record.get(key) if isinstance(record.get(key), str) else None for key in ("name", "body"))
    return {
        "event_id": release_id,
        "verb": "post",
        "actor_id": login(record, "author"),
        "object_id": release_id,
        "occurred_at": record.get("published_at") or need(record, "created_at"),
        "text": f"{title or ''}\n\n{body or ''}" if title or body else None,
    }


def _commit_comment(record: Row) -> Row:
    # The comment names the commit but not who wrote it, so nobody is credited with the answer.
    return {
        "event_id": f"cc-{need_id(record, 'id')}",
        "verb": "reply",
        "actor_id": login(record, "user"),
        "object_id": f"commit-{need_id(record, 'commit_id')}",
        "occurred_at": need(record, "created_at"),
        "text": text(record, "body"),
    }


def _merge(record: Row) -> Row:
    event = need(record, "event")
    if event != "merged":
        raise Ignored(str(event))
    return {
        "event_id": f"ev-{need_id(record, 'id')}",
        "verb": "merge",
        "actor_id": login(record, "actor"),
        "object_id": f"pr-{need_id(record, 'issue', 'number')}",
        "target_id": login(record, "issue", "user"),
        "occurred_at": need(record, "created_at"),
    }
