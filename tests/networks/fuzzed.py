"""Faults of single answers: a key gone, a value of another kind, more than anybody sends; one change an item each."""

import copy
import random
from collections.abc import Iterator
from typing import Any

Item = dict[str, Any]
STRANGE: tuple[Any, ...] = (
    None, "", 0, -1, True, 2**70, 1.5e300, [], [None], {}, {"id": None}, "\u202e\U0001f600\u0000\ud83d",
    "<b>&#x27;</b>" * 3, "2026-13-45T99:99:99Z", "9" * 40, [["deep"]], "x" * 5_000,
)  # fmt: skip
"""What may stand where something else belongs."""


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value: paths of keys and numbers."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(item: Item, path: tuple[Any, ...], value: Any, is_gone: bool = False) -> Item:
    """The item with another value at a place, or without it."""
    found = copy.deepcopy(item)
    holder: Any = found
    for key in path[:-1]:
        holder = holder[key]
    if is_gone:
        del holder[path[-1]]
    else:
        holder[path[-1]] = copy.deepcopy(value)
    return found


def variants(item: Item, chance: random.Random, most: int) -> Iterator[tuple[str, Item]]:
    """Each place gone once, each place strange in a few ways, and unknown keys and kinds beside what is there."""
    every = [path for path in places(item) if path[0] != "evenscore"]
    for path in every:
        yield f"without {path}", changed(item, path, None, is_gone=True)
    for path in chance.sample(every, min(most, len(every))):
        for value in chance.sample(STRANGE, 4):
            yield f"{path} is {value!r:.40}", changed(item, path, value)
    yield "with a new key", {**item, "a_key_of_tomorrow": {"with": [{"id": 2**80}]}}
    for key in ("type", "kind", "event", "verb", "post_type", "reputation_history_type", "content", "name"):
        if key in item:
            yield f"{key} of an unknown kind", {**item, key: "an unknown kind"}
