"""Sightings: which name a record shows for which of the platform's own ids."""

from typing import Any

import pyarrow as pa

from evenscore.connectors.records import Row, is_id

KEY = ["network", "kind", "alias_id", "stable_id"]


def sighting(kind: str, name: str | None, stable_id: Any, activity: Row) -> tuple[tuple[str, Row], ...]:
    """A name as of the activity in whose record it stood; nothing where the record lacks the name or the id."""
    if not name or not is_id(stable_id):
        return ()
    seen_at, network = activity["occurred_at"], activity["network"]
    seen = {"network": network, "seen_at": seen_at, "kind": kind, "alias_id": name, "stable_id": str(stable_id)}
    return (("aliases", seen),)


def first_sightings(raw: pa.Table) -> pa.Table:
    """Each name of a file once, at its earliest: one a record would land as many rows as there is activity."""
    folded = raw.group_by(KEY, use_threads=False).aggregate([("row", "min"), ("seen_at", "min")])
    return folded.rename_columns([name.removesuffix("_min") for name in folded.column_names]).select(raw.column_names)
