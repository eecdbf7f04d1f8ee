"""The shapes of ActivityStreams 2.0: everything may be a text, an object or a list of either, and has an address.

Anybody's server may say anything of anybody: what an address is, and whose, its own server tells.
"""

import re
from collections.abc import Iterator
from typing import Any

from evenscore.connectors.instants import iso
from evenscore.connectors.paging import host_of
from evenscore.connectors.records import Malformed, Row, need, seek

VERBS = {"Like": "like", "Dislike": "dislike", "Follow": "follow", "EmojiReact": "like"}
SAID = frozenset({"Note", "Article", "Page", "Question", "Video", "Audio", "Image", "Event", "ChatMessage"})
TAKING_BACK = frozenset({"Undo", "Delete", "Tombstone"})
ACTORS = frozenset({"Person", "Group", "Service", "Application", "Organization"})
PROGRAMS = frozenset({"Service", "Application"})
ACT = "act:"
"""What stands before an act's address where it is told whose it is: nobody answers or likes an act."""
KNOWN = {"Create", "Update", "Announce", *VERBS, *SAID, *TAKING_BACK, *ACTORS}


def one(value: Any) -> Any:
    """The first of what may be a list."""
    return next(iter(value), None) if isinstance(value, list) else value


def address(value: Any) -> str | None:
    """The address of what may be one, an object that has one, or a list of such."""
    found = one(value)
    found = (found.get("id") or found.get("href")) if isinstance(found, dict) else found
    return found if isinstance(found, str) and found else None


def kind_of(thing: Any) -> str:
    """An object's type, of several the one that is known; its name alone, however much of its address is written."""
    told = every(thing.get("type") or None) if isinstance(thing, dict) else ()
    kinds = [re.split("[#:]", str(name))[-1] for name in told]
    return next((name for name in kinds if name in KNOWN), "".join(kinds[:1]))


def inner_of(item: Row) -> Row:
    """What an act is about, where it stands in it."""
    return inner if isinstance(inner := one(item.get("object")), dict) else {}


def addressed_to(thing: Row) -> set[str]:
    """To whom something is addressed."""
    return {told for key in ("to", "cc", "audience") for to in every(thing.get(key)) if (told := address(to))}


def every(value: Any) -> Iterator[Any]:
    """All of what may be a list, one or nothing."""
    yield from value if isinstance(value, list) else [] if value is None else [value]


def event_at(item: Row) -> str:
    """The address of what is to be an event; raises Malformed where there is none."""
    event = address(need(item, "id"))
    if event is None:
        raise Malformed("id is empty")
    return event


def words_of(thing: Row, key: str) -> Any:
    """A text, or the first of those that stand there by their language."""
    found = thing.get(f"{key}Map")
    return thing.get(key) or (next(iter(found.values()), None) if isinstance(found, dict) else None)


def actor_of(item: Row) -> str | None:
    """Who did something, or made it."""
    return address(item.get("actor") or item.get("attributedTo"))


def date_of(*things: Row) -> Any:
    """When the first of them was that says so, or what it is about; None where none does, as they may."""
    said = [one.get("published") for thing in things for one in (thing, inner_of(thing))]
    return next(filter(None, [*map(iso, said), *said]), None)


def is_first_hand(event: str, who: str | None, asked: Row | None) -> bool:
    """Whether somebody's own server tells of what it holds: in an outbox of its own, where it was pulled from one."""
    return is_at(event, who) and is_at(event, seek(asked or {}, "about", "id") or who)


def is_at(one_address: str | None, other: str | None) -> bool:
    """Whether one server answers for two addresses, by whichever scheme."""
    return host_of(one_address).partition("://")[2] == host_of(other).partition("://")[2]
