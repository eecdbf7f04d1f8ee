"""A network that is pulled: its endpoints, who is left out at the door, and the canonical rows of what it answers.

A pulled item is kept as it came, with one key more that says what it was the answer to: so files on disk and answers
are read by the same code.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from copy import copy
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from evenscore.base.canonical import INSTANT_COLUMN
from evenscore.base.sources import Source
from evenscore.connectors.base import JsonLines, Parsed
from evenscore.connectors.compressed import lines
from evenscore.connectors.counters import anonymous, sound
from evenscore.connectors.endpoints import ACCOUNT, UNLIKE, Endpoint
from evenscore.connectors.instants import as_instant, plain
from evenscore.connectors.paging import Page
from evenscore.connectors.records import Ignored, Malformed, Row, id_text, require_ids, seek, siblings, sound_records

ASKED = "evenscore"
"""The key under which a pulled item says what it was the answer to: `endpoint`, `about`, `at`."""
PULL = "pull"
"""The endpoint that lines of a raw file name which say what the pull covers: the first, and one of each whole walk."""
GONE = "gone"
"""Of an item that was asked for by its id and not answered, what is true of it."""
EVENT = "event"
"""Of an item that is gone for us, for it is left out by now, the event that it was."""
WHOLE = "whole"
"""Of the line that a whole walk has at the end of a raw file, what it answers for."""
KNOWN = "is_known"
"""Of an item that an earlier pull has brought, what is true of it: its children are not asked about again before a
re-check, unless a count says that there are more."""
UNREADABLE = "not of a shape that we know"
"""Why an item is left out of which nobody can tell whether its people want to be shown."""
BAD, UNDATED = "an item cannot be read", "an item without a date"
"""What is wrong with an item; the latter some networks allow."""
COVERS = "what a pull covers"
Rows = Iterator[tuple[str, Row]]


class Network(JsonLines):
    """One network's API. A network states the values; the methods read them."""

    kind: ClassVar[str]
    url: ClassVar[str | None] = None
    """Where its API is; None where each server has its own and the configuration names it."""
    endpoints: ClassVar[tuple[Endpoint, ...]] = ()
    headers: ClassVar[Mapping[str, str]] = {}
    secret_params: ClassVar[tuple[str, ...]] = ()
    """Parameters that hold the secret, where no header can."""
    least_wait: ClassVar[float] = 2.0
    """Seconds to wait at a limit that names none; doubled each time."""
    written: ClassVar[frozenset[str]] = frozenset()
    """The keys under which an item holds what people wrote themselves, field by field: nobody vouches for its shape."""
    may_lack_dates: ClassVar[bool] = False
    """Whether its acts need no date: one that has none counts for nothing, and is no less than there is."""
    verbs: ClassVar[Mapping[str, str]] = {}
    """Each verb that it counts, and what of the network becomes it; for the documentation."""
    unread: ClassVar[tuple[str, ...]] = ()
    """What it does not tell, in words for the documentation."""

    authors: Mapping[str, str | None] = {}  # only ever replaced, in a copy
    """Who wrote what the items of a file answer."""
    counts: Mapping[tuple[str, str], int] = {}
    """By event and verb, the largest count that any file of the source tells."""

    def authorise(self, secret: str) -> tuple[dict[str, str], dict[str, str]]:
        """The headers and parameters that carry a secret."""
        return {"Authorization": f"Bearer {secret}"}, {}

    def waits(self, said: str, there: datetime) -> datetime | None:
        """Until when a limit lasts, of what a refusal says that names no wait: for words that only this network has.

        `there` is the server's own time.
        """
        return None

    def left_out(self, endpoint: str, item: Row) -> str | None:
        """Why an item is neither kept nor counted: what its people, or the network, do not want to be shown."""
        return None

    def kept_out(self, endpoint: str, item: Row) -> str | None:
        """The same, whatever the item is like."""
        try:
            return self.left_out(endpoint, item)
        except UNLIKE:
            return UNREADABLE

    def hides(self, item: Row) -> str | None:
        """Of a profile, by which of its flags its owner asks not to be shown."""
        return None

    def account_of(self, item: Row) -> dict[str, str]:
        """Of a profile, the values that further endpoints are asked with: the platform's stable id first."""
        return {}

    def told_of(self, item: Row) -> tuple[dict[str, str], str | None]:
        """Both of a profile, whatever it is like: one that cannot be read tells of no account, and hides.

        Whoever hides need not say more: of a suspended account some networks tell no id.
        """
        hides: str | None = UNREADABLE
        try:
            hides = self.hides(item)
            return self.account_of(item), hides
        except UNLIKE:
            return {}, hides or UNREADABLE

    def given(self, source: Source) -> dict[str, str]:
        """Values that hold for everybody on a source."""
        return {}

    def readers(self) -> Mapping[str, Callable[[Row, Row, Source], Rows]]:
        """By endpoint, what makes rows of (item, what it was asked about, source)."""
        return {}

    def recognised(self, record: Row) -> str | None:
        """The endpoint whose items a record looks like, where it does not say so itself."""
        return None

    def rows(self, record: Row, source: Source) -> Rows:
        """The canonical rows in one item; raises Malformed or Ignored."""
        asked = record.get(ASKED)
        about = asked if isinstance(asked, dict) else {}
        endpoint = str(about.get("endpoint") or self.recognised(record))
        if endpoint == PULL:
            raise Ignored(COVERS)
        if endpoint not in self.readers():
            raise Malformed(f"no answer of {self.kind} that we know")
        require_ids(record, self.written)
        if reason := self.kept_out(endpoint, record):
            raise Malformed(reason) if reason == UNREADABLE else Ignored(reason)
        if about.get(GONE):
            raise Ignored("gone from the network", about.get(EVENT) or self.event_of(record))
        try:
            found = list(self.readers()[endpoint](record, about, source))
        except Malformed:
            raise
        except UNLIKE as error:
            raise Malformed(f"not of the shape that {endpoint} has: {type(error).__name__}") from error
        if not found:
            raise Ignored(f"{endpoint}: nothing that counts")
        for dataset, row in found:
            at = row[INSTANT_COLUMN[dataset]]
            told = {INSTANT_COLUMN[dataset]: plain(at)} if isinstance(at, str) else {}
            yield dataset, {"network": source.called, **row, **told}

    def tag_of(self, endpoint: str, page: Page) -> str | None:
        """By which ETag to ask whether a listing on one page has changed: by none where what it brings is looked up by
        its ids, for that changes though the listing does not."""
        is_looked_up = any(one.per == endpoint and one.batch for one in self.endpoints)
        return None if page.following or is_looked_up else page.headers.get("etag")

    def taken_back(self, record: Row, source: Source) -> Iterator[Row]:
        """Of an item of a listing that is left out, and that an earlier pull may have kept: its events, and no more.

        In the listing of an account they are that account's own: nobody's listing takes back what is another's.
        """
        asked, names = record[ASKED], set[str]()
        endpoint = next((one for one in self.endpoints if one.is_first and one.name == asked["endpoint"]), None)
        if endpoint is None:
            return
        if endpoint.per == ACCOUNT:
            names = {one for value in asked["about"].values() for one in value.split(endpoint.between)}
        events = list[str]()
        with suppress(Ignored, *UNLIKE):  # what cannot be read was not kept either
            made = list(self.readers()[asked["endpoint"]](record, asked, source))
            acts = (row for dataset, row in made if dataset == "activity")
            own = (row for row in acts if row["actor_id"] and (not names or row["actor_id"] in names))
            events = [row["event_id"] for row in own if row["verb"] != "mention"]
        for event in events:
            yield {ASKED: {**asked, "about": {}, GONE: True, EVENT: event}}

    def read(self, record: Row, source: Source) -> tuple[list[tuple[str, Row]], str | None]:
        """The rows of an item, and its flaw, where it is not as documented: a profile tells whose it is, too.

        Left out or not, it may be sound when it is asked for again.
        """
        is_profile = seek(record, ASKED, "endpoint") in {one.name for one in self.endpoints if one.shows_profile}
        if is_profile and self.told_of(record)[1] == UNREADABLE:
            return [], BAD
        try:
            rows = list(self.rows(record, source))
        except Ignored:
            return [], None
        except Malformed:
            return [], BAD
        if self._lacks_date(rows):
            return rows, UNDATED
        is_dated = all(as_instant(row["occurred_at"]) for dataset, row in rows if dataset == "activity")
        return rows, None if is_dated else BAD

    def landing(self, record: Row, source: Source) -> Iterable[tuple[str, Row]]:
        """The rows of an item; raises Ignored for an act of which nobody needs to tell the date, and nobody does."""
        rows = list(self.rows(record, source))
        if self._lacks_date(rows):
            raise Ignored(UNDATED)
        return rows

    def _lacks_date(self, rows: list[tuple[str, Row]]) -> bool:
        acts = (row for dataset, row in rows if dataset == "activity")
        return self.may_lack_dates and any(row["occurred_at"] is None for row in acts)

    def authored(self, record: Row) -> Iterator[tuple[str, str | None]]:
        """The objects that an item tells the author of: others answer them, and do not say whose they are."""
        return iter(())

    def counted(self, record: Row) -> Iterator[tuple[str, str, Any]]:
        """The counters that an item tells: of which event, of which verb, and the count, whatever it is."""
        return iter(())

    def tallied(self, record: Row, activity: Row) -> Rows:
        """The anonymous events that an item's counters stand for."""
        told = {verb: sound(count) for _, verb, count in self.counted(record)}
        for verb in ("like", "dislike"):
            largest = max(told.get(verb, 0), self.counts.get((activity["event_id"], verb), 0))
            for row in anonymous(activity, largest, verb):
                yield "activity", row

    def settled(self, told: dict[str, str | None]) -> Mapping[str, str | None]:
        """Whose each object is, of what all items have told; of one object, the last holds."""
        return told

    def event_of(self, record: Row) -> str | None:
        """The event that an item is, by its id alone."""
        return None

    def parse(self, path: Path, source: Source) -> Parsed:
        """Read one file, and what it says of the days that it covers."""
        known = copy(self)
        known.authors, known.counts = _told(known, siblings(path, source))
        return covering(JsonLines.parse(known, path, source), path)


@lru_cache(maxsize=4)
def _told(
    network: Network, files: tuple[tuple[Path, int], ...]
) -> tuple[Mapping[str, str | None], Mapping[tuple[str, str], int]]:
    """What all files of a source tell of authors and of counts: neither order nor number of the files matters."""
    authors: dict[str, str | None] = {}
    counts = dict[tuple[str, str], int]()
    for record in sound_records(files):
        with suppress(*UNLIKE):  # it is refused with its reason when its own file is parsed
            for name, author in network.authored(record):
                authors[name] = author or authors.get(name)
        with suppress(*UNLIKE):
            for event, verb, count in network.counted(record):
                counts[event, verb] = max(counts.get((event, verb), 0), sound(count))
    return network.settled(authors), counts


def covering(parsed: Parsed, path: Path) -> Parsed:
    """A parsed file with the days that its pull covers; one that was not whole covers none."""
    first = next(lines(path), "")
    pull = _pull(first)
    if pull is None:
        return parsed
    parsed.record_count -= parsed.ignored.pop(COVERS, 0)
    started = as_instant(pull.get("at"))
    days = [instant.date() for table in parsed.tables.values() for instant in _instants(table)]
    parsed.covered = None
    if pull.get("is_whole") and started:
        end = started.date() - timedelta(days=1)
        since = as_instant(pull.get("since"))
        begin = since.date() if since else min([*days, end])
        parsed.covered = (min(begin, end), end)
    else:
        parsed.covered = ()
        parsed.notes.add("the pull was not whole: what it brought is kept, and no day is covered by it")
    return parsed


def _instants(table: Any) -> Iterator[Any]:
    if "occurred_at" in table.column_names:
        yield from filter(None, map(as_instant, table.column("occurred_at").to_pylist()))


def pulled_at(path: Path) -> datetime | None:
    """When the pull of a raw file began; None where its first line does not say."""
    return as_instant((_pull(next(lines(path), "")) or {}).get("at"))


def _pull(line: str) -> Row | None:
    if f'"{PULL}"' not in line:
        return None
    try:
        asked = seek(json.loads(line), ASKED)
    except ValueError:
        return None
    return asked if isinstance(asked, dict) and asked.get("endpoint") == PULL else None


def profile(at: Any, stable_id: Any, names: list[Any], **snapshot: Any) -> Rows:
    """A snapshot of an account, and its names beside its stable id, so that the ledger may use either."""
    account = id_text(stable_id)
    if account is None:
        raise Malformed("the account has no id")
    yield "accounts", {"account_id": account, "captured_at": at, **snapshot}
    seen_at = snapshot.get("created_at") or at
    for name in dict.fromkeys(filter(None, map(id_text, [account, *names]))):
        yield "aliases", {"kind": "account", "alias_id": name, "stable_id": account, "seen_at": seen_at}


def activity(event_id: Any, verb: str, actor: Any, about: Any, of: Any, at: Any, text: Any = None) -> tuple[str, Row]:
    """One row of activity; ids may be numbers. A post is about itself, and of nobody."""
    named = {"actor_id": id_text(actor), "object_id": id_text(about), "target_id": id_text(of)}
    return "activity", {"event_id": event_id, "verb": verb, **named, "occurred_at": at, "text": text or None}
