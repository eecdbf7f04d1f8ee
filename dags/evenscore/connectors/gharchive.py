"""GH Archive: one hour of all public GitHub events, as JSON lines.

Each event is read on its own, so an answer goes to the author of the issue or pull request that it stands under.
"""

from collections.abc import Callable, Iterator
from typing import ClassVar

from evenscore.connectors.aliases import sighting
from evenscore.connectors.base import JsonLines
from evenscore.connectors.github import NETWORK, bots, login, names, person, titled_text
from evenscore.connectors.records import Ignored, Malformed, Row, need, seek, text
from evenscore.settings import Source

USERS = (
    ("actor",),
    ("payload", "member"),
    ("payload", "target"),
    ("payload", "issue", "user"),
    ("payload", "pull_request", "user"),
)
"""Where an event tells of accounts, each by its login and its id."""


class GhArchive(JsonLines):
    """Events since 2015, and those older ones that already have the same shape."""

    kind: ClassVar[str] = "gharchive"

    def rows(self, record: Row, source: Source) -> Iterator[tuple[str, Row]]:
        """What one event did, its accounts' and its repository's names, and its actor's account if a bot's."""
        if isinstance(record.get("actor"), str):
            raise Malformed("actor is not an object: this is the timeline format that GH Archive had before 2015")
        kind = str(need(record, "type"))
        if kind not in READERS:
            raise Ignored(kind)
        activity = {
            "event_id": f"gh-{need(record, 'id')}",
            "network": source.network or NETWORK,
            "actor_id": login(record, "actor"),
            "occurred_at": need(record, "created_at"),
            **READERS[kind](record),
        }
        yield "activity", activity
        yield from bots(activity, record["actor"])
        yield from names(activity, record, USERS)
        yield from _object_name(activity, record)


def _object_name(activity: Row, record: Row) -> Iterator[tuple[str, Row]]:
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
    return {"verb": "endorse", **_repository(record), "target_id": login(record, "payload", "member")}


def _follow(record: Row) -> Row:
    return {"verb": "follow", "target_id": login(record, "payload", "target")}


def _commit_comment(record: Row) -> Row:
    # The event names the commit but not who wrote it, so nobody is credited with the answer.
    commit = need(record, "payload", "comment", "commit_id")
    return {"verb": "reply", "object_id": f"{_name(record)}@{commit}", "text": _body(record, "comment")}


def _issue_comment(record: Row) -> Row:
    _require_standing(record, "ic", "comment")
    return {**_same_as_rest(record, "ic", "comment"), "verb": "reply", **_thread(record, "issue")}


def _review_comment(record: Row) -> Row:
    _require_standing(record, "rc", "comment")
    return {**_same_as_rest(record, "rc", "comment"), "verb": "reply", **_thread(record, "pull_request")}


def _review(record: Row) -> Row:
    _require_action(record, "created")
    return {**_same_as_rest(record, "rv", "review"), "verb": "review", **_thread(record, "pull_request")}


def _issue(record: Row) -> Row:
    _require_action(record, "opened")
    return _post(record, "issue")


def _pull(record: Row) -> Row:
    if need(record, "payload", "action") == "opened":
        return _post(record, "pull_request")
    _require_action(record, "closed")
    if not need(record, "payload", "pull_request", "merged"):
        raise Ignored("PullRequestEvent closed unmerged")
    return {"verb": "merge", **_thread(record, "pull_request")}


READERS: dict[str, Callable[[Row], Row]] = {
    "CommitCommentEvent": _commit_comment,
    "FollowEvent": _follow,
    "ForkEvent": _fork,
    "IssueCommentEvent": _issue_comment,
    "IssuesEvent": _issue,
    "MemberEvent": _endorse,
    "PullRequestEvent": _pull,
    "PullRequestReviewCommentEvent": _review_comment,
    "PullRequestReviewEvent": _review,
    "WatchEvent": _star,
}
"""What each type of event says; the types that are not here say nothing about influence."""


def _require_action(record: Row, wanted: str) -> None:
    action = need(record, "payload", "action")
    if action != wanted:
        raise Ignored(f"{record['type']} {action}")


def _require_standing(record: Row, prefix: str, key: str) -> None:
    """Raise Ignored unless something was created; what was deleted is named, for it may have landed."""
    if need(record, "payload", "action") == "deleted":
        number, at = seek(record, "payload", key, "id"), seek(record, "payload", key, "created_at")
        raise Ignored(f"{record['type']} deleted", number and f"{prefix}-{number}", at)
    _require_action(record, "created")


def _name(record: Row) -> str:
    name = str(need(record, "repo", "name"))
    if "/" not in name:
        raise Malformed(f"repo.name is not owner/name: {name}")
    return name


def _repository(record: Row) -> Row:
    name = _name(record)
    return {"object_id": name, "target_id": person(name.split("/")[0])}


def _thread(record: Row, key: str) -> Row:
    number = need(record, "payload", key, "number")
    return {"object_id": f"{_name(record)}#{number}", "target_id": login(record, "payload", key, "user")}


def _post(record: Row, key: str) -> Row:
    return {"verb": "post", **_thread(record, key), "target_id": None, "text": titled_text(record, "payload", key)}


def _same_as_rest(record: Row, prefix: str, key: str) -> Row:
    """The id under which the REST connector lands the same object: what comes by both roads counts once."""
    return {"event_id": f"{prefix}-{need(record, 'payload', key, 'id')}", "text": _body(record, key)}


def _body(record: Row, key: str) -> str | None:
    return text(record, "payload", key, "body")
