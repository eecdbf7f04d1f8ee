"""The reviewers' decisions: one line each, appended, never changed."""

import json
from typing import Any

from evenscore.places import Places


def read_decisions(places: Places) -> list[dict[str, Any]]:
    """Every decision in the order in which it was made."""
    if not places.decisions.exists():
        return []
    return [json.loads(line) for line in places.decisions.read_text(encoding="utf-8").splitlines()]
