"""What records take back by what they say themselves: a post that is deleted, a like that is no longer counted."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from evenscore.base.paths import HomePaths
from evenscore.connectors.base import Parsed
from evenscore.intake.withdrawals import DATASET
from evenscore.landing_zone import landing
from evenscore.landing_zone.deliveries import LEAST_WITHDRAWN, MOST_WITHDRAWN_SHARE
from evenscore.landing_zone.landing import Manifest

Part = tuple[str, str, date, pa.Table]
"""Dataset, network, UTC day and the rows of it that may land."""


def whole(parsed: Parsed, dataset: str, part: pa.Table) -> set[str]:
    """The events of which the rows of a day say everything."""
    events = parsed.events
    return events.keys() & set(part["event_id"].to_pylist()) if events and dataset == DATASET else set()


def taken_down(places: HomePaths, source: str, parsed: Parsed) -> Iterator[tuple[Manifest, set[str]]]:
    """The landed days on which something may lie that records say is not there any more, and what."""
    for manifest in landing.manifests_of(places, source, DATASET) if parsed.taken_down else ():
        day = date.fromisoformat(manifest.day)
        events = {event for event, at in parsed.taken_down.items() if _may_lie_on(at, day)}
        if events and manifest.row_count:
            yield manifest, events


def too_many(places: HomePaths, source: str, parsed: Parsed, parts: list[Part]) -> int:
    """How many landed rows the records of one file would take back, where that is suspiciously many; else 0.

    Suspicious is most of what had landed on the days that lose any: a format that changed looks like that.
    """
    leaving, of = dict[tuple[str, str], int](), dict[tuple[str, str], int]()
    for manifest, said, events in _claims(places, source, parsed, parts):
        count = landing.would_leave(places, manifest, said, events)
        if count:
            place = (manifest.network, manifest.day)
            leaving[place], of[place] = leaving.get(place, 0) + count, manifest.row_count
    count = sum(leaving.values())
    return count if count >= LEAST_WITHDRAWN and count > MOST_WITHDRAWN_SHARE * sum(of.values()) else 0


def _claims(
    places: HomePaths, source: str, parsed: Parsed, parts: list[Part]
) -> Iterator[tuple[Manifest, pa.Array, set[str]]]:
    for dataset, network, day, part in parts:
        events = whole(parsed, dataset, part)
        manifest = landing.manifest_of(places, source, network, dataset, day) if events else None
        if manifest and manifest.row_count:
            yield manifest, part["event_id"].combine_chunks(), events
    for manifest, events in taken_down(places, source, parsed):
        yield manifest, pa.array([], pa.string()), events


def _may_lie_on(at: str | None, day: date) -> bool:
    """Whether what happened at an instant, as a record tells it, may have landed on a day; if unclear, on any."""
    try:
        found = datetime.fromisoformat(str(at))
    except ValueError:
        return True
    found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    return timedelta(0) <= day - found.date() <= timedelta(days=1)  # its event may have been told past midnight
