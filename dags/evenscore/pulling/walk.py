"""One walk: an endpoint asked about one subject, page by page, from where it was left to its end.

A page may be empty, short, or repeat another; a next may lead nowhere or in a circle. Nothing but the end of the pages
ends a walk, and what was not seen to its end is said to be incomplete.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from evenscore.connectors.endpoints import RECHECK_DAYS, UNLIKE, Endpoint, Page, Subject, as_instant, each
from evenscore.connectors.pulled import ASKED, GONE, KNOWN
from evenscore.connectors.records import Row
from evenscore.pulling.asking import Answer, Asker, Refused
from evenscore.pulling.store import Cursor, Store, digest, walk_name
from evenscore.pulling.weather import Weather

FURTHER_TRIES = 2
"""How often a page is asked for again that can be read, and does not look right."""
STALE = (400, 404, 410, 422)
"""How a network refuses a cursor that has expired."""
MOST_PAGES = 100_000
SAME = "the same page again"
MOVED = "rows that moved between two pages"


@dataclass
class Walk:
    """What a walk needs, and what it has seen in this process."""

    asker: Asker
    store: Store
    endpoint: Endpoint
    subject: Subject
    pull: Mapping[str, Any]
    tries: int = 0

    def __post_init__(self) -> None:
        self.name, self.account = walk_name(self.endpoint.name, self.subject), self.asker.account
        self.cursor = self.store.cursor(self.name)
        self.now = datetime.fromisoformat(self.pull["at"])

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
        # What is younger than what is read again may still be edited or liked.
        is_young = self._age(self.cursor.mark) <= self.endpoint.overlap
        return bool(self.endpoint.counted) and (is_young or self._is_recheck())

    def _is_recheck(self) -> bool:
        return self._age(self.cursor.rechecked) >= timedelta(days=RECHECK_DAYS)

    def _age(self, at: str | None) -> timedelta:
        """How long ago an instant was; for ever, where there is none."""
        then = as_instant(at)
        return self.now - then if then else timedelta.max

    def run(self) -> None:
        """Walk to the end. What ends it early is kept in the account."""
        if self.cursor.pull != self.pull["pull"]:
            self._begin()
        while not self.cursor.is_over:
            try:
                self._step()
            except Refused as refused:
                self._refused(refused)
            except Weather as bad:
                self._give_up(bad.reason)

    def _begin(self, restarts: int = 0) -> None:
        last, about = self.cursor, dict(self.subject.values)
        self.cursor = Cursor(self.pull["pull"], about=about, restarts=restarts, mark=last.mark, etag=last.etag,
                             count=last.count, rechecked=last.rechecked, goes_back=self._is_recheck())  # fmt: skip
        self.cursor.next = self.endpoint.first(self.subject.values, self._bound())

    def _restart(self, why: str, most: int, otherwise: str) -> None:
        """Begin this walk again, without what it has brought; one that has begun so often already is given up."""
        self.account.retried[why] += 1
        if self.cursor.restarts >= most:
            return self._give_up(otherwise)
        self.store.drop_pages(self.name)
        self._begin(self.cursor.restarts + 1)
        return self.store.keep(self.name, self.cursor)

    def _bound(self) -> datetime | None:
        """Up to where the last whole walk has read, less what is read again."""
        mark = as_instant(self.cursor.mark)
        recheck = self.endpoint.recheck if self.cursor.goes_back else timedelta(0)
        return mark - max(self.endpoint.overlap, recheck) if mark else None

    def _step(self) -> None:
        """Ask one page, keep it, and move the cursor."""
        asked, headers = self.cursor.next, dict(self.endpoint.headers)
        is_first = not self.cursor.page_count and not self.cursor.restarts
        if is_first and self.cursor.etag and self.pull["is_after_whole"]:
            headers["If-None-Match"] = self.cursor.etag
        page: Page | None = self.asker.get(asked["path"], asked["params"], headers, self._read, self.endpoint.method)
        if page:
            self._take(page)
        else:
            self.account.unchanged += 1
            self._over(is_whole=True)

    def _read(self, answer: Answer) -> Page | None:
        """The page in an answer; None where nothing has changed. Raises Weather for one that may be whole next time."""
        if answer.status == 304:
            return None
        try:
            page = self.endpoint.page(self.cursor.next, answer.url, answer.headers, answer.body)
        except UNLIKE:
            raise Weather("the page is of another shape") from None
        if not page:
            raise Weather("the items are missing")
        if self.tries < FURTHER_TRIES and (flaw := self._flaw(page)):
            self.tries += 1
            raise Weather(flaw)
        return page

    def _flaw(self, page: Page) -> str | None:
        """What does not look right about a page that can be read."""
        if self._repeats(page):
            return SAME
        network, source = self.asker.network, self.asker.source
        is_sound = all(network.is_readable(self._record(item), source) for item in each(page.items))
        return None if is_sound else "an item cannot be read"

    def _repeats(self, page: Page) -> bool:
        return bool(page.items or page.is_counted) and _printed(page.body) == self.cursor.last

    def _record(self, item: Row, **more: Any) -> Row:
        asked = {"endpoint": self.endpoint.name, "about": dict(self.subject.values), "at": self.pull["at"], **more}
        return {**item, ASKED: asked}

    def _take(self, page: Page) -> None:
        """Keep a page, then move on: to the next one, to the end, or no further."""
        cursor, asked, step, repeats = self.cursor, self.cursor.next, page.following, self._repeats(page)
        if cursor.then:
            return self._look_again(page)
        if step and (_printed(step) in cursor.seen or cursor.page_count >= MOST_PAGES):
            return self._restart("a next that leads back", 2, "the pages lead in a circle")
        self._write(page)
        cursor.rising, cursor.last = self._rising(page), _printed(page.body)
        cursor.item_count += len(page.items)
        cursor.seen.append(_printed(step))
        cursor.etag = page.headers.get("etag") if cursor.page_count == 1 and not step else None
        if repeats:
            return self._give_up(SAME)
        if not step and cursor.item_count < self.endpoint.expected(page):
            return self._give_up("fewer than the network counts")
        following = None if self._is_behind(page) else step
        seam = (
            {"asked": asked, "shown": page.shown(_printed), "page": _printed(page.items)} if page.is_counted else None
        )
        if cursor.seam:
            cursor.next, cursor.then = cursor.seam["asked"], [following, seam]
        else:
            cursor.next, cursor.seam = following, seam
        return self._go_on()

    def _look_again(self, page: Page) -> None:
        """Of counted pages, ask the one before once more: what vanished from it drew into it what stood behind it."""
        cursor, seam = self.cursor, self.cursor.seam
        if seam["shown"] and set(seam["shown"]).isdisjoint(page.shown(_printed)):
            return self._restart(MOVED, 2, "its rows move faster than they are read")
        if _printed(page.items) != seam["page"]:
            self.account.retried[MOVED] += 1
            self._write(page)
        cursor.next, cursor.seam = cursor.then
        cursor.then = None
        return self._go_on()

    def _write(self, page: Page) -> None:
        self.store.write_page(self.name, self.cursor.page_count, self._kept(page.items))
        self.account.pages += 1
        self.account.items += len(page.items)
        self.cursor.page_count += 1
        self.tries = 0

    def _go_on(self) -> None:
        return self.store.keep(self.name, self.cursor) if self.cursor.next else self._over(is_whole=True)

    def _kept(self, items: list[Any]) -> Iterator[Row]:
        """What is kept of a page: what nobody wants to be left out, and what is gone."""
        for item in items:
            reason = self.asker.network.kept_out(self.endpoint.name, item) if isinstance(item, dict) else "no object"
            if reason:
                self.account.left_out[f"{self.endpoint.name}: {reason}"] += 1
            else:
                yield self._record(item, **({KNOWN: True} if self._is_known(item) else {}))
        for one in self.endpoint.unanswered(self.subject.values, items):
            self.account.left_out[f"{self.endpoint.name}: gone from the network"] += 1
            yield self._record({self.endpoint.answers: one}, **{GONE: True, "about": {}})

    def _is_known(self, item: Row) -> bool:
        """Whether the last whole walk has seen an item, and it is older than what is looked at again."""
        mark, at = as_instant(self.cursor.mark), self.endpoint.instant(item)
        if self.cursor.goes_back or not self.endpoint.is_newest_first or not mark or not at:
            return False
        return at <= mark and self.now - at > self.endpoint.overlap

    def _rising(self, page: Page) -> str | None:
        """The newest instant so far; what claims to come from the future raises nothing."""
        known = [one.isoformat() for one in page.instants if one and one <= self.now]
        return max([*known, self.cursor.rising or ""]) or None

    def _is_behind(self, page: Page) -> bool:
        """Whether a page of a listing that begins with the newest lies before what was read already."""
        bound = self._bound()
        if not self.endpoint.is_newest_first or not bound or not page.items:
            return False
        return all(one and one < bound for one in page.instants)

    def _refused(self, refused: Refused) -> None:
        """Nothing to read here, or a cursor that has expired, or less than there is."""
        is_first = self.cursor.page_count == 0
        is_nothing = refused.status in self.endpoint.nothing or re.search(self.endpoint.nothing_says, refused.said)
        if is_first and is_nothing:
            self.account.nothing[f"{self.endpoint.name}: {refused.reason}"] += 1
            self._over(is_whole=True)
        elif not is_first and refused.status in STALE:
            self._restart("an expired cursor", 1, refused.reason)
        else:
            self._give_up(refused.reason)

    def _give_up(self, reason: str) -> None:
        self.account.incomplete[f"{self.endpoint.name}: {reason}"] += 1
        self._over(is_whole=False)

    def _over(self, is_whole: bool) -> None:
        """The walk has ended; only a whole one moves the mark, and counts as a re-check."""
        cursor = self.cursor
        if is_whole:
            cursor.mark, cursor.count = max(cursor.mark or "", cursor.rising or "") or None, self.subject.count
            cursor.rechecked = self.pull["at"] if cursor.goes_back else cursor.rechecked
        cursor.is_over, cursor.is_whole = True, is_whole
        cursor.next, cursor.rising, cursor.last, cursor.seen, cursor.seam, cursor.then = None, None, "", [], None, None
        self.store.keep(self.name, cursor)


def _printed(value: Any) -> str:
    return digest(json.dumps(value, sort_keys=True))
