"""GH Archive: one hour of all public GitHub events, as JSON lines.

What an event says is read in `github_events`. Where it does not say who wrote the thread that it answers, the other
events of the same day are asked.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import ClassVar

import msgspec

from evenscore.base.sources import Source
from evenscore.connectors.base import JsonLines, Parsed
from evenscore.connectors.compressed import lines
from evenscore.connectors.github import NETWORK, mentioned
from evenscore.connectors.github_accounts import accounts, login
from evenscore.connectors.github_events import (
    READERS,
    Thread,
    authors_in,
    body,
    object_name,
    require_own_hand,
    said,
    users_of,
)
from evenscore.connectors.records import ENCODER, Flood, Ignored, Malformed, Row, decode, is_all, need, siblings

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
"""Finds the parts of an event, and that they are sound, without making anything of them."""
SHORT_CHARACTERS = 4_000
"""A number in a line so short has fewer digits than Python reads (4,300): only a longer line may be refused for it."""
Authors = Mapping[Thread, str]
"""Who wrote a thread."""


class GhArchive(JsonLines):
    """Events since 2015, and those older ones that already have the same shape."""

    kind: ClassVar[str] = "gharchive"

    def __init__(self, beside: tuple[tuple[Path, int], ...] = ()) -> None:
        self._beside = beside

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one file, knowing the authors that the source's events of the same day tell."""
        days = DAY.findall(path.name)
        beside = tuple(
            file for file in siblings(path, source) if "{date}" not in source.path or DAY.findall(file[0].name) == days
        )
        return JsonLines.parse(GhArchive(beside), path, source)

    @cached_property
    def _authors(self) -> Authors:
        """Who wrote which thread; read where the first event does not tell, for it takes every file of the day."""
        return _authors(self._beside)

    def decode(self, line: str) -> Row:
        """One event; raises Ignored for one of which its type tells that it says nothing about influence."""
        kind = _unread_kind(line) if len(line) <= SHORT_CHARACTERS else None
        if kind:
            raise Ignored(kind)
        return decode(line)

    def rows(self, record: Row, source: Source) -> Iterator[tuple[str, Row]]:
        """What one event did, whom its text mentions, its accounts' and its repository's names, and the programs."""
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
            **said(kind, record),
        }
        if "answers" in activity:
            activity["target_id"] = activity["target_id"] or self._authors.get(activity.pop("answers"))
        require_own_hand(record)
        yield "activity", activity
        if activity["verb"] in ("post", "reply", "review"):
            yield from mentioned(activity, body(record), source)
        yield from accounts(activity, record, users_of(record))
        yield from object_name(activity, record)


def _unread_kind(line: str) -> str | None:
    """The type of a sound event that nobody reads; None of one to be read to its end, if only to be refused."""
    try:
        parts = PARTS.decode(str(line))  # the last line may be Unended
        if not is_all(line, ENCODER.encode(parts)) or bytes(parts["actor"])[:1] == b'"':
            return None
        kind = msgspec.json.decode(parts["type"], type=str)
    except (msgspec.MsgspecError, ValueError, KeyError, RecursionError):
        return None
    return None if kind in READERS else kind


@lru_cache(maxsize=4)
def _authors(files: tuple[tuple[Path, int], ...]) -> Authors:
    """Who wrote which thread, as far as the events in some files tell."""
    found: dict[Thread, str] = {}
    for file, _ in files:
        for line in lines(file):
            if '"opened"' in line or '"IssueCommentEvent"' in line:
                found.update(_author_in(line))
    return found


def _author_in(line: str) -> Iterator[tuple[Thread, str]]:
    with contextlib.suppress(Malformed, Flood):
        yield from authors_in(decode(line))
