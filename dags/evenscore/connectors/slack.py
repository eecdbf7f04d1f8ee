"""Slack's own export: a ZIP of channels, users and a file of messages a day. Reactions stand in it with who gave them.

Private channels, group messages and direct messages are left out unread. `ts` is an id: as a number it loses digits.
"""

import json
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from evenscore.base.errors import InputError
from evenscore.base.sources import Source
from evenscore.connectors.base import Parsed, parse_lines
from evenscore.connectors.instants import iso
from evenscore.connectors.pulled import Network, Rows, activity, profile
from evenscore.connectors.records import Ignored, Row, need, need_id, seek

MOST_BYTES = 256 << 20
"""No day of a channel, and no list of users, unpacks to more."""
PRIVATE = {"groups.json": "a private channel", "dms.json": "direct messages", "mpims.json": "group messages"}
CLOSED = ("is_im", "is_mpim", "is_private", "is_group")
"""What says of a channel, or of what stands in one, that it is not everybody's."""
LIKES = frozenset(
    {"+1", "thumbsup", "heart", "tada", "rocket", "clap", "100", "raised_hands", "joy", "white_check_mark"}
)
DISLIKES = frozenset({"-1", "thumbsdown"})
SPOKEN = frozenset({None, "thread_broadcast", "me_message", "file_share"})
"""The subtypes of what people say themselves."""
NAMED = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
DAY = re.compile(r"(?P<channel>[^/]+)/\d{4}-\d\d-\d\d\.json")


class Slack(Network):
    """One workspace's export."""

    kind: ClassVar[str] = "slack"
    verbs: ClassVar[Mapping[str, str]] = {
        "post": "messages that begin a thread, or stand alone",
        "reply": "messages in a thread",
        "like": "glad reactions, dated like the message",
        "dislike": "thumbs down",
        "mention": "<@U...>",
    }
    unread: ClassVar[tuple[str, ...]] = (
        "private channels, group messages and direct messages: left out unread",
        "the dates of reactions",
        "the API: one request a minute for distributed apps; the export holds more",
    )

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By what an export holds."""
        return {"messages": _message, "users": _user}

    def recognised(self, record: Row) -> str | None:
        """A message by its ts, a user by its team."""
        return "messages" if "ts" in record else "users" if "profile" in record else None

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """Direct messages and private channels, wherever they stand."""
        private = next((flag for flag in CLOSED if item.get(flag) is True), None)
        return f"a message of a channel that {private}" if private else None

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one export, or messages as JSON lines."""
        if path.suffix != ".zip":
            return super().parse(path, source)
        try:
            with zipfile.ZipFile(path) as export:
                return parse_lines(path, lambda record: self.rows(record, source), True, _lines(path, export))
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, RuntimeError) as error:
            raise InputError(f"{path}: not a readable export: {type(error).__name__}") from error


def _lines(path: Path, export: zipfile.ZipFile) -> Iterator[str]:
    """Every user and message as a JSON line; what is private says so, and nothing else."""
    names = {info.filename: info for info in export.infolist() if not info.is_dir()}
    public = {
        str(one["name"]): str(one["id"])
        for one in _json(path, export, "channels.json")
        if not any(map(one.get, CLOSED))
    }
    said = defaultdict[str, dict[Any, Any]](dict)
    for name in sorted(names):
        found = DAY.fullmatch(name)
        if name == "users.json":
            yield from map(json.dumps, _json(path, export, name))
        elif found and found["channel"] not in public:
            # Of a channel that is not among the public ones nothing is read but how much there is of it.
            yield from (json.dumps({"ts": "0", "is_private": True}) for _ in _json(path, export, name))
        elif found:
            for one in _json(path, export, name):
                begun = {"parent_user_id": _begun(one, said[found["channel"]])}
                yield json.dumps({**begun, **one, "channel": public[found["channel"]]})


def _begun(item: Row, said: dict[Any, Any]) -> Any:
    """Who began the thread of a message that does not say so; `said` holds who wrote what came before."""
    said[str(item.get("ts"))] = item.get("user")
    return seek(item, "root", "user") or said.get(str(item.get("thread_ts")))


def _json(path: Path, export: zipfile.ZipFile, name: str) -> list[Row]:
    if export.getinfo(name).file_size > MOST_BYTES:
        raise InputError(f"{path}: {name} unpacks to more than {MOST_BYTES >> 20} MiB; taken for a bomb")
    found = json.loads(export.read(name))
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _user(item: Row, asked: Row, _source: Source) -> Rows:
    at = asked.get("at") or iso(item.get("updated"))
    if at is None:
        raise Ignored("a user of whom it is not said when")
    is_bot = item.get("is_bot") is True or item.get("id") == "USLACKBOT"
    yield from profile(at, need(item, "id"), [], is_bot=is_bot, is_private=item.get("deleted") is True)


def _message(item: Row, _asked: Row, _source: Source) -> Rows:
    subtype = item.get("subtype")
    channel = item.get("channel") or ""
    if subtype not in SPOKEN or item.get("bot_id"):
        gone = {"tombstone": item.get("ts"), "message_deleted": item.get("deleted_ts")}.get(str(subtype))
        raise Ignored(f"subtype {subtype or 'bot_message'}", gone and f"message-{channel}-{gone}")
    stamp = need_id(item, "ts")
    at, who = iso(float(stamp)), item.get("user")
    thread = need_id(item, "thread_ts") if item.get("thread_ts") else None
    event = f"message-{channel}-{stamp}"
    if thread and thread != stamp:
        yield activity(
            event, "reply", who, f"message-{channel}-{thread}", item.get("parent_user_id"), at, item.get("text")
        )
    else:
        yield activity(event, "post", who, event, None, at, item.get("text"))
    for named in dict.fromkeys(NAMED.findall(str(item.get("text") or ""))):
        yield activity(f"{event}-m-{named}", "mention", who, event, named, at)
    for reaction in item.get("reactions") or ():
        yield from _reacted(reaction, event, who, at)


def _reacted(reaction: Row, event: str, of: Any, at: Any) -> Rows:
    name = str(reaction.get("name")).partition("::")[0]
    verb = "like" if name in LIKES else "dislike" if name in DISLIKES else None
    for liker in reaction.get("users") or () if verb else ():
        yield activity(f"{verb}:{event}:{liker}:{name}", str(verb), liker, event, of, at)
