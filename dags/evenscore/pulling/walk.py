"""One walk: an endpoint asked about one subject, page by page, from where it was left to its end.

A page may be empty, short, or repeat another; a next may lead nowhere or in a circle. Nothing but the end of the pages
ends a walk, and what was not seen to its end is said to be incomplete.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from evenscore.connectors.endpoints import UNLIKE, Endpoint, Subject
from evenscore.connectors.paging import Page, host_of
from evenscore.connectors.pulled import ASKED, BAD, GONE, KNOWN, PULL, UNDATED, UNREADABLE
from evenscore.connectors.records import Row
from evenscore.connectors.vanished import answers_for
from evenscore.pulling.asking import ELSEWHERE, NO_CONTENT, UNCHANGED, Answer, Asker
from evenscore.pulling.reach import Reach
from evenscore.pulling.store import LAST_WORD, LASTING, Cursor, Store, printed, walk_name
from evenscore.pulling.weather import Refused, Weather

FURTHER_TRIES = 2
"""How often a page is asked for again that can be read, and does not look right."""
STALE = (400, 404, 410, 422)
"""How a network refuses a cursor that has expired."""
MOST_PAGES, MOST_EMPTY, MOST_UNREAD = 100_000, 1_000, 100
SHOWN = "shown"
"""Of a request that asks for a page once more, what stood there."""
SAME, MOVED, NO_OBJECT = "the same page again", "rows that moved between two pages", "no object"
LEFT = "of somebody who was erased"


@dataclass
class Walk:
    """What a walk needs, and what it has seen in this process."""

    asker: Asker
    store: Store
    endpoint: Endpoint
    subject: Subject
    pull: Mapping[str, Any]
    has_left: Callable[[list[tuple[str, Row]]], bool] = lambda rows: False
    """Whether an item of such rows is of somebody who was erased."""

    def __post_init__(self) -> None:
        self.name, self.account = walk_name(self.endpoint, self.subject), self.asker.account
        self.cursor = self.store.cursor(self.name)
        self.reach = Reach(self.endpoint, self.cursor, datetime.fromisoformat(self.pull["at"]))
        for what, told in self.cursor.told.items() if self.cursor.pull == self.pull["pull"] else ():
            getattr(self.account, what).update(told)

    def is_due(self) -> bool:
        """Whether there is anything to ask: not where this pull has, nor where the network's count stands still, and of
        nothing only where there was something before."""
        cursor, endpoint = self.cursor, self.endpoint
        if cursor.pull == self.pull["pull"] or (not cursor.pull and self.subject.count == 0):
            return bool(cursor.todo)
        is_still = endpoint.rarely or (self.subject.count is not None and self.subject.count == cursor.count)
        is_young = self.reach.mark is not None and self.reach.now - self.reach.mark <= endpoint.overlap
        is_again = self.reach.goes_back or (is_young and not endpoint.rarely)
        return not (cursor.is_whole and is_still) or (is_again and bool(endpoint.counted or endpoint.rarely))

    def run(self) -> None:
        """Walk to the end. What ends it early is kept in the account."""
        if self.cursor.pull != self.pull["pull"]:
            self._begin()
        while self.cursor.todo:
            try:
                asked, etag = self.cursor.todo[0], self.cursor.etag
                headers = {**self.endpoint.headers, **({"If-None-Match": etag} if etag else {})}
                self._take(self.asker.get(asked["path"], asked["params"], headers, self._read, self.endpoint.method))
            except Refused as refused:
                self._refused(refused)
            self.store.keep(self.name, self.cursor)

    def _note(self, what: str, reason: str) -> None:
        """Tell the account, and whichever process goes on with this pull."""
        name, told = f"{self.endpoint.name}: {reason}", self.cursor.told.setdefault(what, {})
        told[name] = told.get(name, 0) + 1
        getattr(self.account, what)[name] += 1

    def _begin(self, restarts: int = 0) -> None:
        """From the first page, knowing what the last whole walk has left."""
        last, about = self.cursor, dict(self.subject.values)
        etag = last.etag if self.pull["is_after_whole"] and not (restarts or self.reach.goes_back) else None
        known = {name: getattr(last, name) for name in LASTING}
        self.cursor = Cursor(self.pull["pull"], about=about, restarts=restarts, etag=etag, **known)
        self.cursor.todo = [self.endpoint.first(self.subject.values, self.reach.bound)]

    def _restart(self, why: str, most: int, otherwise: str) -> None:
        """Begin this walk again, without what it has brought; one that has begun so often already is given up."""
        self.account.retried[why] += 1
        if self.cursor.restarts >= most:
            return self._give_up(otherwise)
        self._begin(self.cursor.restarts + 1)
        # The cursor first: killed in between, the walk begins again, and loses no page that it would not ask for.
        self.store.keep(self.name, self.cursor)
        return self.store.drop_pages(self.name)

    def _read(self, answer: Answer) -> Page:
        """The page in an answer. Raises Weather for one that may be sound the next time."""
        try:
            page = self.endpoint.page(self.cursor.todo[0], answer.url, answer.headers, answer.body)
        except UNLIKE:
            raise Weather("the page is of another shape") from None
        network, source = self.asker.network, self.asker.source
        read = [network.read(self._record(one), source) if isinstance(one, dict) else ([], None) for one in page.items]
        flaw = self._flaw(page) or next((bad for bad in (BAD, UNDATED) if bad in {of for _, of in read}), None)
        if flaw and self.cursor.tries < FURTHER_TRIES:
            self.cursor.tries += 1
            self.store.keep(self.name, self.cursor)
            raise Weather(flaw)
        if flaw in (BAD, UNDATED):  # the walk goes on: else one strange item would end it for good
            bad = [printed(item) for item, (_, of) in zip(page.items, read, strict=True) if of == BAD]
            first = {one: self.cursor.unread.get(one, self.pull["pull"]) for one in bad}
            self.cursor.unread |= first if len(self.cursor.unread) < MOST_UNREAD else {}
            # Nor is the network less than whole for ever: an earlier pull has told of that very item.
            is_form = 1 < len(bad) == len(page.items)  # no odd item, but another form
            self._note("incomplete" if self.pull["pull"] in first.values() or is_form else "left_out", flaw)
        return replace(page, rows=[rows for rows, _ in read], flaw=flaw)

    def _flaw(self, page: Page) -> str | None:
        """What does not look right about a page that can be read."""
        # That earlier pages of this walk held the same, in whatever order: that a cursor is new proves nothing.
        most = 1 if page.items or page.is_counted else MOST_EMPTY
        if SHOWN not in self.cursor.todo[0] and self.cursor.seen.count(printed(page.held(printed))) >= most:
            return SAME
        least = 1 if self.endpoint.shows_profile else self.subject.told_count or 0
        is_short = not (page.items or page.following or self.reach.bound) and least > self.cursor.item_count
        return "an end before the count" if is_short else None

    def _record(self, item: Row, **more: Any) -> Row:
        asked = {"endpoint": self.endpoint.name, "about": dict(self.subject.values), "at": self.pull["at"], **more}
        return {**item, ASKED: asked}

    def _take(self, page: Page) -> None:
        """Keep a page, then move on: to the next one, to the end, or no further."""
        cursor, step = self.cursor, page.following
        asked, *todo = cursor.todo
        if SHOWN in asked:
            return self._look_again(page)
        if step and (printed(step) in cursor.seen or cursor.page_count >= MOST_PAGES):
            return self._restart("a next that leads back", 2, "the pages lead in a circle")
        self._write(page)
        cursor.rising = self.reach.newest(page, cursor.rising)
        cursor.item_count += self.endpoint.weight(page.items)
        cursor.seen += [printed(step), printed(page.held(printed))]
        cursor.etag = self.asker.network.tag_of(self.endpoint.name, page) if cursor.page_count == 1 else None
        if page.flaw == SAME:
            return self._give_up(SAME)
        if step and host_of(step["path"]) not in ("", host_of(page.url)):
            return self._give_up(ELSEWHERE)
        if not step and cursor.item_count < self.endpoint.expected(page):
            return self._give_up("fewer than the network counts")
        if step and not self.reach.is_behind(page):
            again = {**asked, SHOWN: page.shown(printed)}
            todo += [step, again] if page.is_counted else [step]
        return self._go_on(todo)

    def _look_again(self, page: Page) -> None:
        """Of counted pages, ask the one before once more: what vanished from it drew into it what stood behind it."""
        asked, *todo = self.cursor.todo
        stood, stands = asked[SHOWN], page.shown(printed)
        if stood and set(stood).isdisjoint(stands):
            return self._restart(MOVED, 2, "its rows move faster than they are read")
        if stood != stands:
            self.account.retried[MOVED] += 1
            self._write(page)
        return self._go_on(todo)

    def _write(self, page: Page) -> None:
        self.store.write_page(self.name, self.cursor.page_count, self._kept(page))
        self.account.pages += 1
        self.account.items += len(page.items)
        self.cursor.page_count += 1
        # Of whom it does not know, a network says 404, or lists nobody.
        self.cursor.is_there |= not self.endpoint.shows_profile or bool(page.items)
        self.cursor.tries = 0

    def _kept(self, page: Page) -> Iterator[Row]:
        """What is kept of a page: what nobody wants to be left out, and what is gone."""
        for item, rows in zip(page.items, page.rows, strict=True):
            reason = self.asker.network.kept_out(self.endpoint.name, item) if isinstance(item, dict) else NO_OBJECT
            reason = reason or (LEFT if self.has_left(rows) else None)
            self.cursor.line_count += reason in (None, UNREADABLE, NO_OBJECT)
            if reason:
                self._note("left_out", reason)
                if reason not in (NO_OBJECT, LEFT) and self.reach.has_passed(item):
                    yield from self.asker.network.taken_back(self._record(item), self.asker.source)
            else:
                yield self._record(item, **({KNOWN: True} if self.reach.is_known(item) else {}))
        for one in self.endpoint.unanswered(self.subject.values, page.items):
            self._note("left_out", "gone from the network")
            yield self._record({self.endpoint.answers.partition("|")[0]: one}, **{GONE: True, "about": {}})

    def _refused(self, refused: Refused) -> None:
        """Nothing new, or nothing to read here, or a cursor that has expired, or less than there is."""
        is_nothing = refused.status in self.endpoint.nothing or re.search(self.endpoint.nothing_says, refused.said)
        if refused.status == UNCHANGED:
            self.account.unchanged += 1
        elif is_nothing and (not self.cursor.page_count or refused.status == NO_CONTENT):
            self._note("nothing", refused.reason)
        elif self.cursor.page_count and refused.status in STALE:
            return self._restart("an expired cursor", 1, refused.reason)
        else:
            return self._give_up(refused.reason)
        return self._go_on([])

    def _give_up(self, reason: str) -> None:
        """End the walk before its end: it is not whole, and what it brought moves no mark."""
        self._note("incomplete", reason)
        self.cursor.todo = []

    def _go_on(self, todo: list[dict[str, Any]]) -> None:
        """Move to what is to be asked next. Where that is nothing, the walk is whole: its mark moves."""
        cursor = self.cursor
        cursor.todo = todo
        if not todo and cursor.page_count:
            told = answers_for(self.endpoint, self.subject, cursor.item_count, cursor.line_count, self.reach.bound)
            self.store.write_page(f"{LAST_WORD}{self.name}", 0, [self._record({}, endpoint=PULL, **told)])
        if not todo:
            cursor.is_whole, cursor.count = True, self.subject.count
            cursor.rechecked = self.pull["at"] if self.reach.goes_back else cursor.rechecked
            cursor.mark = max(cursor.mark or "", cursor.rising or "") or None
