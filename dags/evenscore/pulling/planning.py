"""What a pull would ask, before it asks anything: requests and minutes, by what is known of earlier pulls."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evenscore.base.settings import Settings
from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS
from evenscore.connectors.endpoints import ACCOUNT, PLACE, SITE, Endpoint
from evenscore.pulling.people import standing
from evenscore.pulling.store import Store

SECONDS_A_REQUEST = 0.5
"""As networks answer one worker, who waits for each answer before the next request."""


@dataclass
class Plan:
    """What one source's pull would cost."""

    source: str
    accounts: int
    requests: dict[str, int] = field(default_factory=dict)
    """By endpoint: as many as the last pull, or the least that there can be."""
    unknown: tuple[str, ...] = ()
    """Endpoints that are asked about what others bring, of which nothing is known yet."""

    @property
    def minutes(self) -> float:
        """How long it takes, where no limit is met."""
        return round(sum(self.requests.values()) * SECONDS_A_REQUEST / 60, 1)

    def as_plain(self) -> Mapping[str, Any]:
        """The same as plain values."""
        return {**vars(self), "minutes": self.minutes}

    def lines(self) -> list[str]:
        """The same in words."""
        total = sum(self.requests.values())
        head = f"{self.source}: {self.accounts} accounts, {total:,} requests or more, {self.minutes} minutes"
        known = [f"  {name:<24}{count:>8,}" for name, count in self.requests.items()]
        more = [f"  and as many as there turn out to be of: {', '.join(self.unknown)}"] if self.unknown else []
        return [head, *known, *more]


def plan(settings: Settings, name: str) -> Plan:
    """What the next pull of a source would ask."""
    source = settings.source(name)
    people = standing(settings, source)
    if not people:
        return Plan(name, 0)
    before = _last(settings, name)
    least = {one.name: _least(one, source, len(people)) for one in NETWORKS[source.kind].endpoints}
    asked = {of: max(before[of], some or 0) for of, some in least.items() if before[of] or some is not None}
    return Plan(name, len(people), asked, tuple(of for of in least if of not in asked))


def _least(endpoint: Endpoint, source: Source, people_count: int) -> int | None:
    subjects = {ACCOUNT: people_count, PLACE: len(source.places), SITE: 1}.get(endpoint.per)
    return -(-subjects // endpoint.size) if subjects and endpoint.batch else subjects


def _last(settings: Settings, name: str) -> Counter[str]:
    """How many pages of each endpoint the last walks had."""
    found, store = Counter[str](), Store(settings.places, name)
    for path in (settings.places.pulled(name) / "cursors").glob("*.ndjson"):
        found[path.stem.rpartition("-")[0]] += store.cursor(path.stem).page_count or 1
    return found
