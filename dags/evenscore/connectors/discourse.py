"""Discourse posts as JSON lines: the first post of a topic, the replies after it, and how often each was liked.

A record says everything about its post as it is now: what an earlier one said and this does not, is taken back.
A post names its parent by number within the topic, so all files of the source in the same folder are asked for
their authors first. Likes are known only as a count: they are anonymous and dated like their post.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from evenscore.base.sources import Source
from evenscore.connectors.aliases import sighting
from evenscore.connectors.base import JsonLines, Parsed
from evenscore.connectors.counters import MOST, anonymous
from evenscore.connectors.prose import cooked_names, cooked_text, discourse_names, refused_names
from evenscore.connectors.pulled import ASKED
from evenscore.connectors.records import (
    Ignored,
    Malformed,
    Row,
    mentions,
    need,
    need_id,
    seek,
    siblings,
    sound_records,
    text,
)

LIKE = 2
"""The id that Discourse gives to the like among a post's actions."""
PROGRAM_FLAGS = ("is_bot", "bot")
REGULAR = 1
"""The post type of what people write; the others are notices of the forum and its staff."""

TAKEN_DOWN_SIGNS = ("deleted_at", "user_deleted", "hidden")
"""What says that a post was taken down: by the staff, by its author, or by the forum."""


class Discourse(JsonLines):
    """Posts of one forum; `authors` says who wrote which post of which topic."""

    kind: ClassVar[str] = "discourse"

    def __init__(self, authors: Mapping[str, str] | None = None, named: Mapping[str, int] | None = None) -> None:
        self._authors, self._named = authors or {}, named or {}

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one file, knowing the authors in all files of its source beside it."""
        known = type(self)(*_told(siblings(path, source)))
        return JsonLines.parse(known, path, source)

    def rows(self, record: Row, source: Source) -> Iterator[tuple[str, Row]]:
        """The post or reply that a record is, whom its text mentions, its likes, and what its author is."""
        _require_visible(record)
        activity = {"network": source.network, **self._activity(record)}
        yield "activity", activity
        for mention in mentions(activity, _names(record), source.account_ids):
            yield "activity", mention
        # Whoever is named as a liker has a row of their own.
        for like in anonymous(activity, _like_count(record) - self._named.get(activity["event_id"], 0)):
            yield "activity", like
        for name in dict.fromkeys((record.get("username"), activity["actor_id"])):
            yield from sighting("account", name, record.get("user_id"), activity)
        if activity["actor_id"] and _is_program(record):
            captured = {"account_id": activity["actor_id"], "captured_at": activity["occurred_at"], "is_bot": True}
            yield "accounts", {"network": source.network, **captured}

    def _activity(self, record: Row) -> Row:
        is_first = need(record, "post_number") == 1
        return {
            "event_id": f"post-{need_id(record, 'id')}",
            "verb": "post" if is_first else "reply",
            "actor_id": _who(record),
            "object_id": f"topic-{need_id(record, 'topic_id')}",
            "target_id": None if is_first else self._target(record),
            "occurred_at": need(record, "created_at"),
            "text": text(record, "raw") if _is_raw(record) else cooked_text(text(record, "cooked") or ""),
        }

    def _target(self, record: Row) -> str | None:
        """Whose post is answered; one that is not to be read is told of in words, and a topic is its first author's."""
        topic, parent = record["topic_id"], record.get("reply_to_post_number")
        told = seek(record, "reply_to_user", "username")
        return self._authors.get(f"{topic}/{parent}") or told or self._authors.get(f"{topic}/1")


def _who(record: Row) -> str | None:
    """Whose post it is: by number, which is for good, where it was pulled; files on disk are read by name as ever."""
    name = text(record, "username")
    return need_id(record, "user_id") if name and ASKED in record else name


def _is_raw(record: Row) -> bool:
    """Whether a post stands there as it was written; most of a forum's pages show it as HTML alone."""
    return isinstance(record.get("raw"), str) or not isinstance(record.get("cooked"), str)


def _names(record: Row) -> list[str]:
    cooked = text(record, "cooked") or "" if "cooked" in record else ""
    if not _is_raw(record):
        return cooked_names(cooked)
    none = refused_names(cooked)
    return [name for name in discourse_names(record["raw"]) if name.casefold() not in none]


def _is_program(record: Row) -> bool:
    """Whether the forum says that a post's author is a program: those that it brings along have numbers below zero."""
    number = record.get("user_id")
    return (isinstance(number, int) and number < 0) or any(record.get(flag) is True for flag in PROGRAM_FLAGS)


def _require_visible(record: Row) -> None:
    post, at = f"post-{need_id(record, 'id')}", record.get("created_at")
    if need(record, "post_type") != REGULAR:
        raise Ignored(f"post_type {record['post_type']}", post, at)
    for sign in TAKEN_DOWN_SIGNS:
        if record.get(sign):
            raise Ignored(sign, post, at)


def _like_count(record: Row) -> int:
    actions = need(record, "actions_summary")
    if not isinstance(actions, list):
        raise Malformed("actions_summary is not a list")
    counts = [action.get("count", 0) for action in actions if isinstance(action, dict) and action.get("id") == LIKE]
    for count in counts:
        if not isinstance(count, int) or not 0 <= count <= MOST:
            raise Malformed(f"actions_summary.count is no count of likes: {count}")
    return sum(counts)


@lru_cache(maxsize=4)
def _told(files: tuple[tuple[Path, int], ...]) -> tuple[Mapping[str, str], Mapping[str, int]]:
    """Who wrote each post, by topic and number, and how many are named as those who liked it, by its id."""
    found: dict[str, str] = {}
    likers = defaultdict[str, set[str]](set)
    for record in sound_records(files):
        if (liked := seek(record, ASKED, "about", "post")) is not None:
            likers[f"post-{liked}"].add(str(record.get("id")))
        elif record.get("username"):
            who = record.get("user_id") if ASKED in record else record["username"]
            found[f"{record.get('topic_id')}/{record.get('post_number')}"] = str(who)
    return found, {post: len(people) for post, people in likers.items()}
