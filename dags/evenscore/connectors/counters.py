"""Counters: how often something was liked, where nobody is told by whom. A count may fall; what was seen once, was.

A counter becomes as many anonymous events as the largest count that was ever seen of it: never more, never fewer than
none, in whatever order the counts arrive. They are dated like what they are about, for nobody tells when each came.
"""

from collections.abc import Iterator
from typing import Any

from evenscore.connectors.records import Row

MOST = 100_000
"""A larger count is a fault of the network, not its readers; as many rows would fill the memory."""


def sound(count: Any) -> int:
    """A count as it can be; 0 for what is none."""
    return count if isinstance(count, int) and not isinstance(count, bool) and 0 < count <= MOST else 0


def anonymous(activity: Row, count: int, verb: str = "like") -> Iterator[Row]:
    """So many events about an activity, each with an id of its own, which it has again at the next count."""
    event = activity["event_id"]
    about = {"verb": verb, "actor_id": None, "object_id": event, "target_id": activity["actor_id"], "text": None}
    for number in range(count):
        yield {**activity, **about, "event_id": f"{event}-{verb}-{number}"}
