"""Faults of delivery: a file that never came, one that came twice, rows that came late, and records nobody can read."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evenscore.laboratory.demo.draws import Ints, Part, stream
from evenscore.laboratory.demo.networks import FORGE, FORUM, PIXELS
from evenscore.laboratory.demo.nights import day

DOWN_OFFSET = 7
REDELIVERED_OFFSET = 12
LATE_OFFSET = 9
LATE_ROWS = 30

Columns = dict[str, list[Any]]

UNREADABLE = {"invalid_json", "field_count"}
"""Kinds that spoil the line itself, after it is written."""
MALFORMED_KINDS = {
    PIXELS.name: ("invalid_json", "unknown_verb", "missing_event_id", "unparsable_instant", "future_instant"),
    FORUM.name: ("field_count", "unknown_verb", "missing_event_id", "unparsable_instant", "future_instant"),
    FORGE.name: ("unknown_verb", "missing_event_id", "future_instant"),
}
MALFORMED_OFFSETS = {
    PIXELS.name: (0, 1, 3, 6, 10, 15, 18, 22, 27, 33, 38, 45, 51, 57),
    FORUM.name: (0, 2, 5, 11, 16, 24, 31, 40, 49, 58),
    FORGE.name: (0, 4, 8, 14, 23, 35, 48),
}
MALFORMED_A_FILE = 2


@dataclass
class DayFile:
    """One night's rows of one network, and what is wrong with them."""

    columns: Columns
    malformed: Counter[str] = field(default_factory=Counter)
    unreadable: dict[int, str] = field(default_factory=dict)
    """By row: the kind of spoiling that its line gets once written."""


def delivery_offsets(network: str, part: Ints, offset: Ints, seed: int) -> Ints:
    """The night whose file brings each row: its own, except for a few that are a night late."""
    delivered = offset.copy()
    if network == PIXELS.name:
        candidates = np.flatnonzero((offset == LATE_OFFSET) & (part == Part.ENGAGEMENTS))
        delivered[stream(seed, Part.LATE_EVENTS).permutation(candidates)[:LATE_ROWS]] = LATE_OFFSET - 1
    return delivered


def add_malformed(network: str, offset: int, columns: Columns, seed: int) -> DayFile:
    """Put a few spoiled copies of the file's own records among them."""
    file = DayFile(columns)
    offsets, kinds = MALFORMED_OFFSETS[network], MALFORMED_KINDS[network]
    if offset not in offsets:
        return file
    rng = stream(seed, Part.MALFORMED, ord(network[2]), offset)
    for turn in range(MALFORMED_A_FILE):
        kind = kinds[(offsets.index(offset) * MALFORMED_A_FILE + turn) % len(kinds)]
        _insert(file, kind, int(rng.integers(10, len(columns["event_id"]))), f"{day(offset):%Y%m%d}-{turn}")
    return file


def _insert(file: DayFile, kind: str, position: int, mark: str) -> None:
    record = {name: values[position - 1] for name, values in file.columns.items()}
    record["event_id"] = f"{record['event_id'][:2]}-{mark}-{int(Part.MALFORMED):02d}"
    record |= _spoiled(kind, record["occurred_at"])
    for name, values in file.columns.items():
        values.insert(position, record[name])
    file.unreadable = {row + (row >= position): spoiling for row, spoiling in file.unreadable.items()}
    if kind in UNREADABLE:
        file.unreadable[position] = kind
    file.malformed[kind] += 1


def _spoiled(kind: str, occurred_at: str) -> dict[str, Any]:
    spoiled: dict[str, dict[str, Any]] = {
        "unknown_verb": {"verb": "poke"},
        "missing_event_id": {"event_id": None},
        "unparsable_instant": {"occurred_at": "yesterday evening"},
        "future_instant": {"occurred_at": f"2087{occurred_at[4:]}"},
    }
    return spoiled.get(kind, {})
