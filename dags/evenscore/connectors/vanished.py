"""What has vanished from a listing without a word: an earlier pull kept it, and a walk that saw its whole window does
not list it any more.

Behind its pages a whole walk leaves a line that says what it answers for. Whatever is in doubt takes nothing back.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path

from evenscore.base.sources import Source
from evenscore.connectors.base import PART_OF_EVENT, Connector
from evenscore.connectors.compressed import lines
from evenscore.connectors.endpoints import ACCOUNT, Endpoint, Subject
from evenscore.connectors.instants import as_instant
from evenscore.connectors.pulled import ASKED, GONE, WHOLE, Network, pulled_at
from evenscore.connectors.records import Flood, Ignored, Malformed, Row, decode, seek, siblings

DECODER = json.JSONDecoder()
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
Rows = Callable[[Row], Iterable[tuple[str, Row]]]
"""What makes canonical rows of an item; raises Malformed or Ignored."""


def answers_for(endpoint: Endpoint, subject: Subject, item_count: int, line_count: int, bound: datetime | None) -> Row:
    """What a walk says that has seen its end: how far back it read, how many lines are kept of it, and whether it
    listed as many items as the network counts (None where it counts none). What comes on one page may be cut there:
    that must be the very number.
    """
    told, is_all = subject.told_count, None
    if told is not None:
        is_all = told == item_count if endpoint.is_on_one_page else told <= item_count
    return {WHOLE: endpoint.name, "bound": bound and bound.isoformat(), "lines": line_count, "is_all": is_all}


@dataclass
class Listing:
    """What one file holds of one walk."""

    endpoint: Endpoint
    told: Row | None = None
    about: Row = field(default_factory=dict)
    """What it was asked about."""
    line_count: int = 0
    is_clear: bool = True
    """Whether every line can be read, and no item comes twice but where one page begins as the last one ended: what
    is read again has moved."""
    instants: list[datetime | None] = field(default_factory=list)
    events: dict[str, tuple[datetime | None, str]] = field(default_factory=dict)
    """By event, the instant of its item in this listing, and when it happened."""
    parents: dict[str, str] = field(default_factory=dict)
    """By event, of which of the ids of a batch it is."""

    def take(self, record: Row, rows: Rows, named: str | None) -> None:
        """Add one line; `named` is the event that it is by its id, where its rows do not say."""
        asked = record[ASKED]
        if WHOLE in asked:
            self.told = asked
            return
        self.line_count += 1
        at, made = self.endpoint.instant(record), list[Row]()
        is_border = at is not None and self.instants[-1:] == [at]
        self.instants.append(at)
        with suppress(Ignored):
            made = [row for dataset, row in rows(record) if dataset == "activity"]
        made = made or ([{"event_id": named}] if named else [])
        events = {
            re.sub(PART_OF_EVENT, "", str(row.get("event_id"))): (at, str(row.get("occurred_at"))) for row in made
        }
        self.is_clear &= is_border or self.events.keys().isdisjoint(events)
        self.events |= events
        if self.endpoint.within:
            self.parents |= dict.fromkeys(events, str(seek(record, *self.endpoint.within.split("."))))

    def parts(self, walk: str) -> dict[str, "Listing"]:
        """By what each is known from pull to pull: itself, or of a batch what it lists of each id."""
        if not self.endpoint.within:
            return {walk: self}
        found = defaultdict[str, dict[str, tuple[datetime | None, str]]](dict)
        for event, told in self.events.items():
            found[self.parents[event]][event] = told
        ids = str(self.about.get(self.endpoint.batch)).split(self.endpoint.between)
        parts = {json.dumps([self.endpoint.name, one]): replace(self, events=found[one]) for one in ids}
        for part in parts.values():
            part.window = self.window  # one walk has read them all
        return parts

    @cached_property
    def window(self) -> tuple[datetime, datetime] | None:
        """Between which instants it lists all that there is; None where it answers for nothing.

        A server may cut a listing at its end, so it answers for what lies before that, unless it went on past its
        bound or listed as many as are counted; one that ends with fewer answers for nothing, as does an undated one
        that nobody counts.
        """
        if not self.told or not self.is_clear or self.told["lines"] != self.line_count:
            return None
        endpoint, is_all = self.endpoint, self.told["is_all"]
        if endpoint.is_undated:
            return (FIRST, LAST) if is_all else None
        found, is_falling = [at for at in self.instants if at], endpoint.is_newest_first
        bound = ((is_falling or endpoint.since) and as_instant(self.told["bound"])) or FIRST
        is_ordered = all(one >= two for one, two in pairwise(found)) or (not is_falling and found == sorted(found))
        least, most = min(found, default=LAST), LAST if is_falling else max(found, default=FIRST)
        if len(found) < len(self.instants) or not is_ordered or (is_all is False and least >= bound):
            return None
        return (bound, LAST) if is_all else (max(bound, least), most)

    def reaches(self, instant: datetime | None) -> bool:
        """Whether it answers for anything from before an instant, by clocks that may be off by a day."""
        return self.window is not None and (instant is None or self.window[0] < instant + timedelta(days=1))

    def is_asked_for(self, event: str) -> bool:
        """Whether an event is here because it was asked for by its id, which another listing brought."""
        endpoint = self.endpoint
        is_batch = bool(endpoint.batch) and not endpoint.within
        return not endpoint.is_first and (is_batch or event in self.about.values())

    def lacks(self, event: str, at: datetime | None) -> bool:
        """Whether an event that it held, at such an instant, is gone from it."""
        if self.window is None or event in self.events:
            return False
        return self.endpoint.is_undated or (at is not None and self.window[0] < at < self.window[1])


def vanished(connector: Connector, path: Path, source: Source, is_again: bool) -> dict[str, str]:
    """The events that the pull in `path` tells to have vanished, and when they happened; of a file that is read again,
    its own that later pulls tell so of, too.

    An event is gone where every listing that has ever shown it lacks it by now.
    """
    files = [file for file, _ in siblings(path, source)] if source.is_pulled else []
    if len(files) < 2 or not isinstance(connector, Network):
        return {}
    read, missing = partial(_listings, connector, source), dict[str, str]()
    here = read(path)
    now = {walk: one for walk, one in here.items() if one.window}
    for file, later in pairwise(file for file in files if file <= path) if now else ():
        walks = {walk for walk, one in now.items() if one.reaches(pulled_at(later))}
        for walk, one in read(file, walks).items() if walks else ():
            missing |= {event: told for event, (at, told) in one.events.items() if now[walk].lacks(event, at)}
    for one in here.values() if is_again and path != files[-1] else ():
        missing |= {event: told for event, (_, told) in one.events.items()}
    shown = _shown(missing, read, files) if missing else set[str]()
    return {event: told for event, told in missing.items() if event not in shown}


def _shown(events: Container[str], read: Callable[[Path], dict[str, Listing]], files: list[Path]) -> set[str]:
    """Which of some events any listing shows as of the last pull, or shows that has not been walked again.

    What is asked for by its id is asked for only while another listing brings that id, and that one has the last word.
    """
    shown, listed = defaultdict[str, dict[str, datetime | None]](dict), set[str]()
    asked_for = set[tuple[str, str]]()
    for file in files:
        for walk, one in read(file).items():
            held = {event: at for event, at in shown[walk].items() if not one.lacks(event, at)}
            here = {event: at for event, (at, _) in one.events.items() if event in events}
            shown[walk] = held | here
            by_id = set(filter(one.is_asked_for, here))
            asked_for |= {(walk, event) for event in by_id}
            listed |= here.keys() - by_id
    return {
        event for walk, held in shown.items() for event in held if event not in listed or (walk, event) not in asked_for
    }


def _listings(network: Network, source: Source, path: Path, walks: Container[str] | None = None) -> dict[str, Listing]:
    """What a file holds of some walks, or of all."""
    endpoints, found = {one.name: (one, sorted(one.named)) for one in network.endpoints}, dict[str, Listing]()
    for line in lines(path):
        asked = _asked(line)
        endpoint, names = endpoints.get(str(asked.get(WHOLE, asked.get("endpoint"))), (None, []))
        if not endpoint or GONE in asked:
            continue
        about = asked.get("about") or {}
        walk = _walk(endpoint.name, names, about)
        if walks is None or walk in walks or endpoint.within:
            listing = found.setdefault(walk, Listing(endpoint, about=about))
            try:
                record = decode(line)
                listing.take(record, lambda record: network.rows(record, source), network.event_of(record))
            except (Malformed, Flood):
                listing.is_clear = False
    parts = (part for walk, one in found.items() for part in one.parts(walk).items())
    return {name: one for name, one in parts if walks is None or name in walks}


def _asked(line: str) -> Row:
    """What a line was the answer to: it stands at its end, and the rest need not be read."""
    with suppress(ValueError):
        asked, _ = DECODER.raw_decode(line.rpartition(f'"{ASKED}":')[2].lstrip())
        return asked if isinstance(asked, dict) else {}
    return {}


def _walk(endpoint: str, names: list[str], about: Row) -> str:
    """By what a walk is known from pull to pull: an account's by name and id, else by what its address names; what else
    is known of it changes.
    """
    return json.dumps([endpoint, {name: about.get(name) for name in ([ACCOUNT, "id"] if ACCOUNT in about else names)}])
