"""GitHub's REST objects as JSON lines: pull requests, comments, review comments, reviews and issue events.

An object is recognised by its own keys, never by the name of its file. Whose pull request or comment is answered
stands in another object, so all files of the source in the same folder are asked for their authors first.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from evenscore.connectors.aliases import sighting
from evenscore.connectors.base import JsonLines, Parsed
from evenscore.connectors.records import (
    Ignored,
    Malformed,
    Row,
    given,
    mentions,
    need,
    seek,
    siblings,
    sound_records,
    text,
)
from evenscore.errors import InputError
from evenscore.settings import Source

NETWORK = "github"
GHOST = "ghost"
"""The placeholder that GitHub shows for every deleted account: many people, so nobody."""
MENTION = re.compile(r"(?<![\w/])@(\w(?:[\w-]*\w)?)", re.ASCII)
USERS = (("user",), ("actor",), ("issue", "user"))
"""Where an object tells of accounts, each by its login and its id."""


class GitHub(JsonLines):
    """REST objects of one repository; `authors` says who wrote what other objects answer."""

    kind: ClassVar[str] = "github"

    def __init__(self, authors: Mapping[str, str | None] | None = None) -> None:
        self._authors = authors or {}

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one file, knowing the authors in all files of its source beside it."""
        known = GitHub(_authors(siblings(path, source)))
        return JsonLines.parse(known, path, source)

    def rows(self, record: Row, source: Source) -> Iterator[tuple[str, Row]]:
        """What one object did, whom its text mentions, its accounts' names, and its actor's account if a bot's."""
        activity = {"network": source.network or NETWORK, **self._activity(record)}
        yield "activity", activity
        for mention in mentions(activity, MENTION, source.account_ids):
            if person(mention["target_id"]):
                yield "activity", mention
        yield from bots(activity, record.get("actor") or record.get("user"))
        yield from names(activity, record, USERS)

    def _activity(self, record: Row) -> Row:
        if "event" in record:
            return _merge(record)
        if "merged_at" in record:
            return _pull(record)
        if "pull_request_url" in record and "state" in record:
            return self._answer(record, "rv", "review", "pull_request_url", "submitted_at")
        if "pull_request_url" in record:
            return self._answer(record, "rc", "reply", "pull_request_url", "created_at")
        if "issue_url" in record:
            return self._answer(record, "ic", "reply", "issue_url", "created_at")
        raise Malformed("no GitHub object we know: it has no event, merged_at, pull_request_url or issue_url")

    def _answer(self, record: Row, prefix: str, verb: str, thread_key: str, instant_key: str) -> Row:
        thread = str(need(record, thread_key))
        number = re.search(r"/(\d+)$", thread)
        if number is None:
            raise Malformed(f"{thread_key} ends in no number: {thread}")
        # The comment that is answered may be a deleted account's; then the answer goes to the pull request's author.
        answered = self._authors.get(f"rc-{record.get('in_reply_to_id')}")
        return {
            "event_id": f"{prefix}-{need(record, 'id')}",
            "verb": verb,
            "actor_id": login(record, "user"),
            "object_id": f"pr-{number[1]}",
            "target_id": answered or self._authors.get(thread),
            "occurred_at": need(record, instant_key),
            "text": text(record, "body"),
        }


def _pull(record: Row) -> Row:
    pull_id = f"pr-{need(record, 'number')}"
    return {
        "event_id": pull_id,
        "verb": "post",
        "actor_id": login(record, "user"),
        "object_id": pull_id,
        "occurred_at": need(record, "created_at"),
        "text": titled_text(record),
    }


def _merge(record: Row) -> Row:
    event = need(record, "event")
    if event != "merged":
        raise Ignored(str(event))
    return {
        "event_id": f"ev-{need(record, 'id')}",
        "verb": "merge",
        "actor_id": login(record, "actor"),
        "object_id": f"pr-{need(record, 'issue', 'number')}",
        "target_id": login(record, "issue", "user"),
        "occurred_at": need(record, "created_at"),
    }


def login(record: Row, *path: str) -> str | None:
    """The login of the user object at a path; None when the account is deleted (a null or the ghost)."""
    user = given(record, *path)
    return None if user is None else person(str(need(record, *path, "login")))


def person(account: str) -> str | None:
    """The account, unless it is the placeholder of deleted ones."""
    return None if account.casefold() == GHOST else account


def titled_text(record: Row, *path: str) -> str | None:
    """The title and the body of the object at a path."""
    title, body = text(record, *path, "title"), text(record, *path, "body")
    return f"{title or ''}\n\n{body or ''}" if title or body else None


def bots(activity: Row, actor: Any) -> Iterator[tuple[str, Row]]:
    """A snapshot of the actor's account where GitHub says that it is a bot's."""
    account = activity["actor_id"]
    is_bot = isinstance(actor, dict) and actor.get("type") == "Bot"
    if account and (is_bot or account.endswith("[bot]")):
        captured = {"account_id": account, "captured_at": activity["occurred_at"], "is_bot": True}
        yield "accounts", {"network": activity["network"], **captured}


def names(activity: Row, record: Row, users: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, Row]]:
    """What the accounts of the user objects at some paths are called; the placeholder is no account."""
    for path in users:
        name = seek(record, *path, "login")
        if name and person(name):
            yield from sighting("account", name, seek(record, *path, "id"), activity)


@lru_cache(maxsize=4)
def _authors(files: tuple[tuple[Path, int], ...]) -> Mapping[str, str | None]:
    """Who wrote each pull request (by both of its addresses) and each review comment (by its id)."""
    found: dict[str, str | None] = {}
    repositories: set[str] = set()
    for record in sound_records(files):
        try:
            if "merged_at" in record:
                found[f"{record.get('url')}"] = found[f"{record.get('issue_url')}"] = login(record, "user")
                repositories.add(str(need(record, "url")).rpartition("/pulls/")[0])
            elif "pull_request_url" in record and "state" not in record:
                found[f"rc-{need(record, 'id')}"] = login(record, "user")
        except Malformed:
            continue
    if len(repositories) > 1:  # pull requests are numbered within a repository
        names = " and ".join(sorted(repositories)[:2])
        raise InputError(
            f"{files[0][0].parent}: holds pull requests of {names}; give each repository a source of its own"
        )
    return found
