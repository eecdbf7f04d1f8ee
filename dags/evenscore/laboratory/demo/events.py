"""Events as columns, before they have ids and files: nights are offsets, accounts are positions."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from evenscore.laboratory.demo.draws import Ints, Part, Words
from evenscore.laboratory.demo.nights import day

NOBODY = -1
"""The position that stands for no account: an anonymous actor, or the target of a post."""


@dataclass(frozen=True)
class Events:
    """What happened on one network."""

    part: Ints
    offset: Ints
    second: Ints
    verb: Words
    actor: Ints
    object: Words
    target: Ints
    text: Words

    def __len__(self) -> int:
        return len(self.offset)

    def take(self, chosen: Any) -> "Events":
        """The chosen rows."""
        return Events(*(getattr(self, field.name)[chosen] for field in fields(self)))


def events(
    part: Part,
    second: Ints,
    *,
    offset: Any,
    verb: Any,
    actor: Any,
    target: Any = NOBODY,
    object: Any = None,
    text: Any = None,
) -> Events:
    """Events with one row for each second given; single values are repeated."""
    size = len(second)
    numbers = {"part": int(part), "offset": offset, "second": second, "actor": actor, "target": target}
    words = {"verb": verb, "object": object, "text": text}
    columns: dict[str, Any] = {name: np.asarray(value, np.int64) for name, value in numbers.items()}
    columns |= {name: np.asarray(value, np.object_) for name, value in words.items()}
    return Events(**{name: np.broadcast_to(column, size) for name, column in columns.items()})


def together(chunks: Sequence[Events]) -> Events:
    """All rows of several parts."""
    return Events(*(np.concatenate([getattr(chunk, field.name) for chunk in chunks]) for field in fields(Events)))


def running_numbers(groups: Ints) -> Ints:
    """For each row, how many earlier rows are of its group."""
    order = np.argsort(groups, kind="stable")
    ranked = groups[order]
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
    numbers = np.empty(len(groups), dtype=np.int64)
    numbers[order] = np.arange(len(groups)) - np.repeat(starts, np.diff(np.append(starts, len(groups))))
    return numbers


def event_ids(prefix: str, rows: Events) -> Words:
    """An id for each event: network, day, part and number, so that a new part renames nobody else's events."""
    return _named(prefix, "", rows.part, rows.offset, running_numbers(rows.part * 100_000 + rows.offset))


def object_ids(prefix: str, part: Part, offset: Ints) -> Words:
    """An id for each new post of one part."""
    return _named(prefix, "p", np.full(len(offset), int(part)), offset, running_numbers(offset))


def _named(prefix: str, mark: str, part: Ints, offset: Ints, number: Ints) -> Words:
    days = {int(one): day(one).strftime("%Y%m%d") for one in np.unique(offset)}
    rows = zip(offset.tolist(), part.tolist(), number.tolist(), strict=True)
    return np.array([f"{prefix}-{days[o]}-{p:02d}-{mark}{n:05d}" for o, p, n in rows], dtype=object)
