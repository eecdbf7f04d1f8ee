"""What an event of GitHub says: a star, a post, a reply, a review, whose it is, and whom it names.

Since October 2025 GitHub leaves much out of its events: of a pull request only its number and address are left. What
an event does not say is no fault of it: it lands with what it has, or is counted as saying too little.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from evenscore.connectors.aliases import sighting
from evenscore.connectors.github_accounts import known_login, person
from evenscore.connectors.records import Ignored, Malformed, Row, need, seek

ANSWERED = ("issue", "pull_request", "discussion")
"""What an event may stand under."""
SAYING = ("comment", "review", "release", *ANSWERED)
"""The objects of an event that may hold a text, the one that is new first."""
USERS = (
    ("member",),
    ("target",),
    *((name, "user") for name in SAYING),
    ("release", "author"),
    ("forkee", "owner"),
    ("pull_request", "base", "repo", "owner"),
)
"""Where a payload tells of accounts, each by its login and its id."""
Thread = tuple[str, int]
"""A repository's number (or name, where it has none) and the thread's own."""


def said(kind: str, record: Row) -> Row:
    """What an event says; what it lacks of its payload makes it one that says too little."""
    _name(record)
    try:
        return READERS[kind](record)
    except Lacking as lacking:
        raise Ignored(f"{kind} without {lacking}") from lacking


def users_of(record: Row) -> list[Any]:
    """The accounts that an event tells of: most payloads hold one or two of all these objects."""
    payload = record.get("payload")
    held: Row = payload if isinstance(payload, dict) else {}
    told = [seek(held, *path) for path in USERS if path[0] in held]
    return [record.get("actor"), record.get("org"), *told]


def authors_in(record: Row) -> Iterator[tuple[Thread, str]]:
    """Who wrote which thread, as far as an event tells."""
    with contextlib.suppress(Lacking):
        for key in ANSWERED:
            if isinstance(seek(record, "payload", key), dict):
                told = known_login(record, "payload", key, "user")
                opener = known_login(record, "actor") if seek(record, "payload", "action") == "opened" else None
                if told or opener:
                    yield (_repository_key(record), _number(record, key)), str(told or opener)


class Lacking(Exception):
    """An event's payload does not tell what it is about; the message names what is missing."""


def _told(record: Row, *path: str) -> object:
    """The value at a path of the payload; raises Lacking where it is absent or null."""
    value = seek(record, "payload", *path)
    if value is None:
        raise Lacking(".".join(path))
    return value


def object_name(activity: Row, record: Row) -> Iterator[tuple[str, Row]]:
    """What the object is called: a repository's number outlives its name, also in the ids of its threads."""
    name, number = seek(record, "repo", "name"), seek(record, "repo", "id")
    object_id = activity.get("object_id")
    if object_id and isinstance(number, int):
        yield from sighting("object", object_id, f"{number}{object_id.removeprefix(name)}", activity)


def _star(record: Row) -> Row:
    return {"verb": "star", **_repository(record)}


def _fork(record: Row) -> Row:
    return {"verb": "fork", **_repository(record)}


def _endorse(record: Row) -> Row:
    _require_action(record, "added")
    return {"verb": "endorse", **_repository(record), "target_id": _whom(record, "member")}


def _follow(record: Row) -> Row:
    return {"verb": "follow", "target_id": _whom(record, "target")}


def _whom(record: Row, key: str) -> str | None:
    _told(record, key, "login")
    return known_login(record, "payload", key)


def _commit_comment(record: Row) -> Row:
    # The event names the commit but not who wrote it, so nobody is credited with the answer.
    commit = _told(record, "comment", "commit_id")
    return {"verb": "reply", "object_id": f"{_name(record)}@{commit}", "text": body(record)}


def _issue_comment(record: Row) -> Row:
    _require_standing(record, "ic", "comment")
    return {**_same_as_rest(record, "ic", "comment"), "verb": "reply", **_thread(record, "issue")}


def _review_comment(record: Row) -> Row:
    _require_standing(record, "rc", "comment")
    return {**_same_as_rest(record, "rc", "comment"), "verb": "reply", **_thread(record, "pull_request")}


def _discussion_comment(record: Row) -> Row:
    _require_standing(record, "dc", "comment")
    return {**_same_as_rest(record, "dc", "comment"), "verb": "reply", **_thread(record, "discussion")}


def _review(record: Row) -> Row:
    _require_action(record, "created")
    if str(seek(record, "payload", "review", "state")).casefold() == "pending":
        raise Ignored("PullRequestReviewEvent not submitted yet")
    return {**_same_as_rest(record, "rv", "review"), "verb": "review", **_thread(record, "pull_request")}


def _issue(record: Row) -> Row:
    _require_action(record, "opened")
    return _post(record, "issue")


def _discussion(record: Row) -> Row:
    _require_action(record, "created")
    return _post(record, "discussion")


def _pull(record: Row) -> Row:
    action, pull = _told(record, "action"), seek(record, "payload", "pull_request")
    if action == "opened":
        return _post(record, "pull_request")
    if action != "merged":
        _require_action(record, "closed")
        merged = seek(record, "payload", "pull_request", "merged")
        if merged is None and not (isinstance(pull, dict) and "merged_at" in pull):
            raise Ignored("PullRequestEvent closed, and not said whether merged")
        if not (merged or seek(record, "payload", "pull_request", "merged_at")):
            raise Ignored("PullRequestEvent closed unmerged")
    return {"verb": "merge", **_thread(record, "pull_request")}


def _release(record: Row) -> Row:
    _require_action(record, "published")
    object_id = f"{_name(record)}#release-{_told(record, 'release', 'id')}"
    return {"verb": "post", "object_id": object_id, "text": _titled(record, "release", "name")}


READERS: dict[str, Callable[[Row], Row]] = {
    "CommitCommentEvent": _commit_comment,
    "DiscussionCommentEvent": _discussion_comment,
    "DiscussionEvent": _discussion,
    "FollowEvent": _follow,
    "ForkEvent": _fork,
    "IssueCommentEvent": _issue_comment,
    "IssuesEvent": _issue,
    "MemberEvent": _endorse,
    "PullRequestEvent": _pull,
    "PullRequestReviewCommentEvent": _review_comment,
    "PullRequestReviewEvent": _review,
    "ReleaseEvent": _release,
    "WatchEvent": _star,
}
"""What each type of event says; the types that are not here say nothing about influence."""


def _require_action(record: Row, wanted: str) -> None:
    action = _told(record, "action")
    if action != wanted:
        raise Ignored(f"{record['type']} {action}")


def _require_standing(record: Row, prefix: str, key: str) -> None:
    """Raise Ignored unless something was created; what was deleted is named, for it may have landed."""
    if _told(record, "action") == "deleted":
        number, at = seek(record, "payload", key, "id"), seek(record, "payload", key, "created_at")
        raise Ignored(f"{record['type']} deleted", number and f"{prefix}-{number}", at)
    _require_action(record, "created")


def require_own_hand(record: Row) -> None:
    """Raise Ignored for what an app did in somebody's name."""
    for key in SAYING:
        said = seek(record, "payload", key)
        if isinstance(said, dict):
            by_app = said.get("performed_via_github_app")
            if by_app and seek(said, "user", "type") != "Bot":
                raise Ignored("performed via a GitHub app")
            return


def _name(record: Row) -> str:
    name = need(record, "repo", "name")
    if not isinstance(name, str) or "/" not in name:
        raise Malformed(f"repo.name is not owner/name: {name}")
    return name


def _repository(record: Row) -> Row:
    name = _name(record)
    return {"object_id": name, "target_id": person(name.split("/")[0])}


def _thread(record: Row, key: str) -> Row:
    """What an event stands under, and whose that is; where the event does not tell, others may (`answers`)."""
    number = _number(record, key)
    return {
        "object_id": f"{_name(record)}#{number}",
        "target_id": known_login(record, "payload", key, "user"),
        **({} if seek(record, "payload", key, "user") else {"answers": (_repository_key(record), number)}),
    }


def _number(record: Row, key: str) -> int:
    for path in ((key, "number"), ("number",)):
        number = seek(record, "payload", *path)
        if isinstance(number, int):
            return number
    address = re.search(r"/(\d+)$", str(seek(record, "payload", key, "url")))
    if address is None:
        raise Lacking(f"{key}.number")
    return int(address[1])


def _repository_key(record: Row) -> str:
    return str(seek(record, "repo", "id") or seek(record, "repo", "name")).casefold()


def _post(record: Row, key: str) -> Row:
    object_id = f"{_name(record)}#{_number(record, key)}"
    return {"verb": "post", "object_id": object_id, "target_id": None, "text": _titled(record, key, "title")}


def _titled(record: Row, key: str, title_key: str) -> str | None:
    title, body = _text(record, key, title_key), _text(record, key, "body")
    return f"{title or ''}\n\n{body or ''}" if title or body else None


def _same_as_rest(record: Row, prefix: str, key: str) -> Row:
    """The id under which the REST connector lands the same object: what comes by both roads counts once."""
    return {"event_id": f"{prefix}-{_told(record, key, 'id')}", "text": body(record)}


def body(record: Row) -> str | None:
    """The text of what is new in an event."""
    for key in SAYING:
        if isinstance(seek(record, "payload", key), dict):
            return _text(record, key, "body")
    return None


def _text(record: Row, *path: str) -> str | None:
    value = seek(record, "payload", *path)
    if not isinstance(value, str | None):
        raise Malformed(f"payload.{'.'.join(path)} is not text")
    return value or None
