"""Sightings: which name a record shows for which of the platform's own ids."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from evenscore.connectors.records import Row

KEY = ["network", "kind", "alias_id", "stable_id"]


def sighting(kind: str, name: str | None, stable_id: Any, activity: Row) -> Iterator[tuple[str, Row]]:
    """A name as of the activity in whose record it stood; nothing where the record lacks the name or the id."""
    if name and isinstance(stable_id, int | str):
        seen = {"network": activity["network"], "seen_at": activity["occurred_at"]}
        yield "aliases", {**seen, "kind": kind, "alias_id": name, "stable_id": str(stable_id)}


def first_sightings(raw: pa.Table) -> pa.Table:
    """Each name of a file once, at its earliest: one a record would land as many rows as there is activity."""
    folded = raw.group_by(KEY, use_threads=False).aggregate([("row", "min"), ("seen_at", "min")])
    return folded.rename_columns([name.removesuffix("_min") for name in folded.column_names]).select(raw.column_names)
