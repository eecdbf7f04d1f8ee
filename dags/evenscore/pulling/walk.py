"""One walk: an endpoint asked about one subject, page by page, from where it was left to its end.

A page may be empty, short, or repeat another; a next may lead nowhere or in a circle. Nothing but the end of the pages
ends a walk, and what was not seen to its end is said to be incomplete.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from evenscore.base.settings import Source
from evenscore.connectors.endpoints import RECHECK_DAYS, UNLIKE, Endpoint, Page, Subject, as_instant, each
from evenscore.connectors.pulled import ASKED, GONE, KNOWN, Network
from evenscore.connectors.records import Ignored, Malformed, Row, seek
from evenscore.pulling.asking import Account, Answer, Host, Refused
from evenscore.pulling.store import Cursor, Store, digest, walk_name
from evenscore.pulling.weather import Weather

FURTHER_TRIES = 2
"""How often a page is asked for again that can be read, and does not look right."""
MOST_RESTARTS = 2
STALE = (400, 404, 410, 422)
"""How a network refuses a cursor that has expired."""
MOST_PAGES = 100_000


@dataclass
class Walk:
    """What a walk needs, and what it has seen in this process."""

    network: Network
    source: Source
    endpoint: Endpoint
    subject: Subject
    host_of: Callable[[str], Host]
    """The worker that asks what stands at an address."""
    store: Store
    account: Account
    pull: Mapping[str, Any]
    tries: int = 0
    cursor: Cursor = field(init=False)

    def __post_init__(self) -> None:
        self.name = walk_name(self.endpoint.name, self.subject)
        self.cursor = self.store.cursor(self.name)

    def is_due(self) -> bool:
        """Whether there is anything to ask: not where this pull has, nor where the network's count stands still."""
        if self.cursor.pull == self.pull["pull"]:
            return not self.cursor.is_over
        if not self.cursor.is_over or not self.cursor.is_whole:
            return True
        if self.endpoint.rarely:
            return self._is_recheck()
        if self.subject.count is None or self.subject.count != self.cursor.count:
            return True
        return bool(self.endpoint.counted) and (self._is_recheck() or self._is_young())

    def _is_young(self) -> bool:
        """Whether something of the last walk may still be edited or liked: it is younger than what is read again."""
        mark, now = as_instant(self.cursor.mark), as_instant(self.pull["at"])
        return mark is not None and now is not None and now - mark <= self.endpoint.overlap

    def run(self) -> None:
        """Walk to the end. What ends it early is kept in the account."""
        if self.cursor.pull != self.pull["pull"]:
            self._begin()
        try:
            while not self.cursor.is_over:
                self._step()
        except Refused as refused:
            self._refused(refused)
        except Weather as bad:
            self._give_up(bad.reason)

    def _begin(self, restarts: int = 0) -> None:
        is_recheck = self._is_recheck()
        params = {**self.endpoint.params, **self._values(self.endpoint.params)}
        bound = self._bound()
        if self.endpoint.since and bound:
            params[self.endpoint.since] = self.endpoint.since_format(bound)
        values = dict(self.subject.values)
        written = self.endpoint.path_by_id if self.endpoint.path_by_id and "id" in values else self.endpoint.path
        first = {"path": written.format_map(values), "params": params}
        self.cursor = Cursor(
            self.pull["pull"],
            first,
            restarts=restarts,
            about=values,
            mark=self.cursor.mark,
            etag=self.cursor.etag,
            count=self.cursor.count,
            rechecked=self.pull["at"] if is_recheck else self.cursor.rechecked,
            goes_back=is_recheck,
        )

    def _values(self, params: Mapping[str, str]) -> dict[str, str]:
        return {name: value.format_map(dict(self.subject.values)) for name, value in params.items()}

    def _bound(self) -> datetime | None:
        """Up to where the last whole walk has read, less what is read again."""
        mark = as_instant(self.cursor.mark)
        goes_back = self.cursor.goes_back if self.cursor.pull == self.pull["pull"] else self._is_recheck()
        return mark - max(self.endpoint.overlap, self.endpoint.recheck if goes_back else timedelta(0)) if mark else None

    def _is_recheck(self) -> bool:
        """Whether a re-check is due."""
        last, now = as_instant(self.cursor.rechecked), as_instant(self.pull["at"])
        return last is None or now is None or now - last >= timedelta(days=RECHECK_DAYS)

    def _step(self) -> None:
        """Ask one page, keep it, and move the cursor."""
        asked = self.cursor.next or {}
        headers = dict(self.endpoint.headers)
        is_first = self.cursor.page_count == 0
        if is_first and self.cursor.etag and not self.cursor.restarts and self.pull["is_after_whole"]:
            headers["If-None-Match"] = self.cursor.etag
        try:
            answer = self.host_of(asked["path"]).get(asked["path"], self._split(asked["params"]), headers, self._check)
        except Refused as refused:
            if is_first or refused.status not in STALE or self.cursor.restarts:
                raise
            self.account.retried["an expired cursor"] += 1
            return self._restart()
        if answer.status == 304:
            self.account.unchanged += 1
            return self._over(replace(self.cursor, rising=self.cursor.mark, count=self.subject.count), is_whole=True)
        self._take(answer, asked)
        return None

    def _split(self, params: Mapping[str, str]) -> dict[str, Any]:
        """The parameters, a batch as a list where it is asked so."""
        return {name: value.split("\n") if "\n" in value else value for name, value in params.items()}

    def _restart(self) -> None:
        self.store.drop_pages(self.name)
        self._begin(self.cursor.restarts + 1)
        self.store.keep(self.name, self.cursor)

    def _check(self, body: Any) -> None:
        """Raise Weather for a body that is no page, or of which an item cannot be read: it may be whole next time."""
        items = self.endpoint.found(body)
        if items is None:
            raise Weather("the items are missing")
        if not self._goes_on(body, items):
            raise Weather("the page is of another shape")
        if self.tries == FURTHER_TRIES:
            return
        repeats = bool(items) and _printed(body) == self.cursor.last
        if repeats or not all(map(self._is_readable, each(items))):
            self.tries += 1
            raise Weather("the same page again" if repeats else "an item cannot be read")

    def _goes_on(self, body: Any, items: list[Any]) -> bool:
        """Whether what tells of the next page and of the items' instants can be read."""
        try:
            page = Page(self.endpoint.path, (self.cursor.next or {})["params"], {}, body, items)
            self.endpoint.next(page)
            self._rising(items)
        except UNLIKE:
            return False
        return True

    def _is_readable(self, item: Row) -> bool:
        try:
            list(self.network.rows(self._record(item), self.source))
        except Ignored:
            return True
        except Malformed:
            return False
        return True

    def _record(self, item: Row, **more: Any) -> Row:
        asked = {"endpoint": self.endpoint.name, "about": dict(self.subject.values), "at": self.pull["at"], **more}
        return {**item, ASKED: asked}

    def _take(self, answer: Answer, asked: Mapping[str, Any]) -> None:
        """Keep a page, then move on: to the next one, to the end, or no further."""
        items = self.endpoint.found(answer.body) or []
        step = self._following(answer, asked, items)
        printed = _printed(step)
        if step and (printed in self.cursor.seen or self.cursor.page_count >= MOST_PAGES):
            return self._circle()
        repeats = bool(items) and _printed(answer.body) == self.cursor.last
        self.store.write_page(self.name, self.cursor.page_count, self._kept(items))
        self.account.pages += 1
        self.account.items += len(items)
        self.tries = 0
        self.cursor = replace(
            self.cursor,
            next=step,
            page_count=self.cursor.page_count + 1,
            item_count=self.cursor.item_count + len(items),
            rising=self._rising(items),
            last=_printed(answer.body),
            seen=[*self.cursor.seen, printed],
        )
        if repeats:
            return self._give_up("the same page again")
        if step and not self._is_behind(items):
            return self.store.keep(self.name, self.cursor)
        return self._end(answer)

    def _following(self, answer: Answer, asked: Mapping[str, Any], items: list[Any]) -> dict[str, Any] | None:
        found = self.endpoint.next(Page(answer.url, asked["params"], answer.headers, answer.body, items))
        if found is None:
            return None
        kept = {} if found.path else asked["params"]
        return {"path": found.path or asked["path"], "params": {**kept, **found.params}}

    def _end(self, answer: Answer) -> None:
        """The pages are over: whole, unless the network had counted more."""
        expected = seek(answer.body, *self.endpoint.total.split(".")) if self.endpoint.total else None
        if isinstance(expected, int) and not self.cursor.mark and self.cursor.item_count < expected:
            return self._give_up("fewer than the network counts")
        etag = answer.headers.get("etag") if self.cursor.page_count == 1 else None
        return self._over(replace(self.cursor, etag=etag, count=self.subject.count), is_whole=True)

    def _circle(self) -> None:
        """A next that was asked before: once more from the beginning, and then it is given up."""
        self.account.retried["a next that leads back"] += 1
        if self.cursor.restarts < MOST_RESTARTS:
            self._restart()
        else:
            self._give_up("the pages lead in a circle")

    def _kept(self, items: list[Any]) -> Iterator[Row]:
        """What is kept of a page: what nobody wants to be left out, and what is gone."""
        for item in each(items):
            if reason := self.network.kept_out(self.endpoint.name, item):
                self.account.left_out[f"{self.endpoint.name}: {reason}"] += 1
            else:
                yield self._record(item, **({KNOWN: True} if self._is_known(item) else {}))
        for missing in self._missing(items):
            self.account.left_out[f"{self.endpoint.name}: gone from the network"] += 1
            yield self._record(missing, **{GONE: True, "about": {}})

    def _is_known(self, item: Row) -> bool:
        """Whether the last whole walk has seen an item, and it is older than what is looked at again."""
        mark, now, at = as_instant(self.cursor.mark), as_instant(self.pull["at"]), self.endpoint.instant(item)
        if self.cursor.goes_back or not isinstance(at, datetime) or not mark or not now:
            return False
        return self.endpoint.is_newest_first and at <= mark and now - at > self.endpoint.overlap

    def _missing(self, items: list[Any]) -> list[Row]:
        """Of a batch, the ids that were asked for and not answered."""
        key, batch = self.endpoint.answers, self.endpoint.batch
        if not key or not batch:
            return []
        answered = {str(item.get(key)) for item in each(items)}
        return [{key: one} for one in self.subject.values[batch].split(joint_of(self.endpoint)) if one not in answered]

    def _rising(self, items: list[Any]) -> str | None:
        """The newest instant so far; what claims to come from the future raises nothing."""
        now = as_instant(self.pull["at"])
        found = [self.endpoint.instant(item) for item in each(items)]
        known = [one for one in found if isinstance(one, datetime) and now and one <= now]
        best = max([*known, *filter(None, [as_instant(self.cursor.rising)])], default=None)
        return best.isoformat() if best else None

    def _is_behind(self, items: list[Any]) -> bool:
        """Whether a page of a listing that begins with the newest lies before what was read already."""
        bound = self._bound()
        if not self.endpoint.is_newest_first or not bound or not items:
            return False
        found = [self.endpoint.instant(item) for item in each(items)]
        return all(isinstance(one, datetime) and one < bound for one in found)

    def _refused(self, refused: Refused) -> None:
        is_nothing = refused.status in self.endpoint.nothing or re.search(self.endpoint.nothing_says, refused.said)
        if is_nothing and self.cursor.page_count == 0:
            self.account.nothing[f"{self.endpoint.name}: {refused.reason}"] += 1
            return self._over(replace(self.cursor, count=self.subject.count), is_whole=True)
        return self._give_up(refused.reason)

    def _give_up(self, reason: str) -> None:
        self.account.incomplete[f"{self.endpoint.name}: {reason}"] += 1
        self._over(self.cursor, is_whole=False)

    def _over(self, cursor: Cursor, is_whole: bool) -> None:
        """The walk has ended; only a whole one moves the mark."""
        mark = max(filter(None, (cursor.mark, cursor.rising)), default=None) if is_whole else cursor.mark
        self.cursor = replace(
            cursor, next=None, is_over=True, is_whole=is_whole, mark=mark, seen=[], last="", rising=None
        )
        self.store.keep(self.name, self.cursor)


def joint_of(endpoint: Endpoint) -> str:
    """What stands between the ids of a batch, in a subject's value."""
    return "\n" if endpoint.joint == "&" else endpoint.joint


def _printed(body: Any) -> str:
    return digest(json.dumps(body, sort_keys=True))
