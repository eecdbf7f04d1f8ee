"""What a network is asked, as values: endpoints, what each costs, and where its items stand."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from string import Formatter
from typing import Any
from urllib.parse import quote

from evenscore.connectors.paging import Next, Page, put
from evenscore.connectors.records import Malformed, Row, each, seek, stamp

ACCOUNT, PLACE, SITE = "account", "place", "site"
"""What an endpoint is asked about: one consenting account, one place of the configuration, the whole site; else it is
asked about what another endpoint, which it names, has brought."""
UNLIKE = (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError, Malformed)
"""What reading an answer of another shape than the documented one raises."""
DAY = timedelta(days=1)
WINDOW = 28 * DAY
"""For so long most networks' posts are looked at again by a re-check, with the engagement that stands in them."""
RECHECK_DAYS = 7
"""How often a walk goes back further than the last one ended."""


ERRORS, CODES = ("error", "errors", "errcode", "error_code"), ("code", "status", "statusCode")
FAILED = {"ok": False, "success": False, "status": "error", "result": "error"}
"""How an answer calls itself an error: by what it says, by the status that it should have had, or by a flag."""


@dataclass(frozen=True)
class Subject:
    """What one walk is about; `values` fill the endpoint's path and parameters."""

    values: Mapping[str, str] = field(default_factory=dict)
    count: int | str | None = None
    """What the network says there is to read of it, or when that changed: not asked again before this has changed, and
    of nothing only where there was something before."""
    key: str = ""
    """What it is known by from pull to pull, where its values may change; else they are its key."""

    @property
    def told_count(self) -> int | None:
        """How many items the network says there are; None where it does not say, or tells when that changed."""
        found = re.match("[0-9]+(?= |$)", str(self.count))
        return int(found[0]) if found else None


@dataclass(frozen=True)
class Endpoint:
    """One kind of request that a network answers, page by page."""

    name: str
    path: str
    """With {names} that the subject's values fill."""
    per: str
    reads: str
    """What it brings, in words for the documentation."""
    size: int = 100
    """Objects a request, at most."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """What is asked with: text with {names} like the path's; numbers, flags and what is nested stay what they are."""
    method: str = "GET"
    """`POST` sends the parameters as a JSON body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    items: str | Callable[[Any], list[Any] | None] = ""
    """Where the items stand in the body, as keys with dots; empty where the body is the list, or is the only item."""
    next: Callable[[Page], Next | None] = lambda page: None
    about: Callable[[Row], Subject | None] = lambda item: None
    """Of an item of `per`, what to ask this endpoint about; None for nothing."""
    batch: str = ""
    """Which value is a list of as many as `size`, joined by `joint`; empty where one is asked about at a time."""
    joint: str = ","
    """What stands between them; `&` repeats the parameter, or makes a list of it in a JSON body."""
    answers: str = ""
    """Where an item says which of the asked ids it is, in one place or several, `|` between them: those that none is
    are gone, and are counted."""
    within: str = ""
    """Of a batch, where an item says of which of the asked ids it is: batches change from pull to pull, and what one of
    them lacks is told of each id alone."""
    owner: str = ""
    """Where an item of `per` says whose it is, in one place or several, `|` between them: only consenting people's are
    asked about."""
    path_by_id: str = ""
    params_by_id: Mapping[str, Any] = field(default_factory=dict)
    """The path and all parameters instead, once an account's stable id is known: a handle may be somebody else's by
    then, and is not sent any more."""
    instant: Callable[[Row], datetime | None] = lambda item: None
    """When an item was made or changed: what the high-water mark is made of."""
    made: Callable[[Row], datetime | None] | None = None
    """When an item was made, where `instant` tells when it was changed: what is older than the last walk and has been
    made private since is taken back."""
    since: str = ""
    """The parameter that asks for what is newer than the mark."""
    since_format: Callable[[datetime], str] = lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")
    is_newest_first: bool = False
    """Whether a walk may end at the mark of the last whole one."""
    overlap: timedelta = DAY
    """How far before the mark every pull reads again: for what comes late, and for what is edited or liked since."""
    recheck: timedelta = timedelta(0)
    """How far before the mark a re-check does, every RECHECK_DAYS: it finds what was deleted, or liked late."""
    counted: str = ""
    """Which value of an account is the network's own count of what is listed: while that stands still and nothing of it
    is younger than the overlap, only a re-check asks."""
    rarely: bool = False
    """Whether it is asked again by a re-check alone."""
    total: str = ""
    """Where an answer says how many items there are of what was asked for, as a header's name or as keys with dots in
    the body: a walk that sees the end of its pages and fewer items is not whole."""
    nothing: tuple[int, ...] = (204, 404, 410)
    """The answers that say that there is nothing to read here: gone, or not shown to us."""
    nothing_says: str = r"\A\Z."
    """What a refusal says, as a pattern, where it means the same; a good status that calls itself an error is one."""
    weighs: Callable[[Row], int] = lambda item: 1
    """For how many of what the network counts an item stands."""
    shows_profile: bool = False
    """Whether its items say what an account is: asked first, and whoever hides is asked about no further."""

    @property
    def named(self) -> set[str]:
        """The values that its address and parameters name."""
        written = texts([self.path, self.params])
        return {name for text in written for _, name, _, _ in Formatter().parse(text) if name}

    def can_be_asked(self, values: Mapping[str, str]) -> bool:
        """Whether everything is known that its address and parameters name."""
        return self.named <= values.keys()

    def first(self, values: Mapping[str, str], since: datetime | None) -> dict[str, Any]:
        """The request for the first page, `path` and `params`: for what is newer than an instant, if it can ask so."""
        by_id = "id" in values and bool(self.path_by_id or self.params_by_id)
        params = filled(self.params_by_id if by_id else self.params, values)
        if self.joint == "&":
            several = [name for name, written in self.params.items() if written == f"{{{self.batch}}}"]
            params |= {name: params[name].split(self.between) for name in several}
        if self.since and since:
            params = put(params, self.since, self.since_format(since))
        path = (by_id and self.path_by_id) or self.path
        return {"path": path.format_map(_parts(path, values)), "params": params}

    @property
    def is_first(self) -> bool:
        """Whether it is asked about what the ledger or the configuration names, not about what another one brought."""
        return self.per in (ACCOUNT, PLACE, SITE)

    @property
    def is_undated(self) -> bool:
        """Whether its items say no instant."""
        return self.instant is Endpoint.instant

    @property
    def is_on_one_page(self) -> bool:
        """Whether all that it lists comes in one answer."""
        return self.next is Endpoint.next

    def page(self, asked: Mapping[str, Any], url: str, headers: Mapping[str, str], body: Any) -> Page:
        """The page that answers a request. Raises UNLIKE where it is of another shape, or calls itself an error.

        One that calls it an error that there is nothing holds what else is there.
        """
        is_bad = is_error(body)
        is_nothing = is_bad and re.search(self.nothing_says, str(body))
        items = None if is_bad and not is_nothing else self.found(body)
        if items is None and is_nothing:
            items = []
        if items is None:
            raise Malformed("the items are missing")
        page = Page(url, asked["params"], headers, body, items, [self.instant(item) for item in each(items)])
        step = self.next(page)
        if not step:
            return page
        return replace(page, following=step.after(asked["path"], asked["params"]), is_counted=step.is_counted)

    def weight(self, items: list[Any]) -> int:
        """For how many of what the network counts some items stand."""
        return sum(self.weighs(item) if isinstance(item, dict) else 1 for item in items)

    @property
    def between(self) -> str:
        """What stands between the ids of a batch, in a subject's value."""
        return "\n" if self.joint == "&" else self.joint

    def expected(self, page: Page) -> int:
        """How many items all its pages hold, where a page says so; 0 where it does not."""
        if not self.total:
            return 0
        told = str(page.headers.get(self.total) or seek(page.body, *self.total.split(".")))
        return int(told) if re.fullmatch("[0-9]{1,12}", told) else 0

    def unanswered(self, values: Mapping[str, str], items: list[Any]) -> list[str]:
        """Of a batch, the ids that were asked for and not answered."""
        if not self.answers or not self.batch:
            return []
        answered = {str(item.get(key)) for item in each(items) for key in self.answers.split("|")}
        return [one for one in values[self.batch].split(self.between) if one not in answered]

    def batches(self, subjects: Iterable[Subject]) -> Iterator[Subject]:
        """As many subjects at a time as one request may be about."""
        keys = {one.values[self.batch]: one.key or one.values[self.batch] for one in subjects}
        for start in range(0, len(keys), self.size):
            some = dict(islice(keys.items(), start, start + self.size))
            yield Subject({self.batch: self.between.join(some)}, key="\n".join(some.values()))

    def asked_about(self, item: Row, left_out: Counter[str]) -> Subject | None:
        """What to ask of an item of `per`; nothing of one that is not as documented, which is counted."""
        try:
            return self.about(item)
        except UNLIKE:
            left_out[f"{self.name}: not asked, what {self.per} brought is not as documented"] += 1
            return None

    def found(self, body: Any) -> list[Any] | None:
        """The items in a body; None where they are not where they belong."""
        if callable(self.items):
            with suppress(*UNLIKE):  # a function of it need not think of every other shape
                return self.items(body)
            return None
        if not self.items:
            return body if isinstance(body, list) else [body] if isinstance(body, dict) else None
        found = body
        for key in self.items.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, list) else None


def is_error(body: Any) -> bool:
    """Whether a body calls itself an error, whatever its status: then what it holds is not all that there is."""
    told = body if isinstance(body, dict) else {}
    is_status = any(isinstance(told.get(name), int) and 400 <= told[name] < 600 for name in CODES)
    is_flag = any(told.get(name) == no for name, no in FAILED.items())
    return is_status or is_flag or any(map(told.get, ERRORS))


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, at whatever depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from texts(one)


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """A value whose texts have their {names} filled in, at whatever depth; all else stays what it is."""
    if isinstance(value, Mapping):
        return {name: filled(one, values) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, values) for one in value]
    return value.format_map(dict(values)) if isinstance(value, str) else value


def _parts(path: str, values: Mapping[str, str]) -> dict[str, str]:
    """Values as they stand in an address: each is one part of it, but a place, and the address that it begins with."""
    whole = re.match(r"\{(\w+)\}", path)
    kept = {"place": "/%", whole[1] if whole else "": "/?#%"}
    return {name: quote(value, safe=f"{kept.get(name, '')}:@;,+~!$&'()*=") for name, value in values.items()}


def children(counter: str, **names: str) -> Callable[[Row], Subject | None]:
    """Of a parent's item: ask about the values at these paths, where it has such a counter."""

    def about(item: Row) -> Subject | None:
        count = seek(item, *counter.split("."))
        values = {name: seek(item, *path.split(".")) for name, path in names.items()}
        if count in (None, "") or any(value is None for value in values.values()):
            return None
        return Subject({name: str(value) for name, value in values.items()}, stamp(count))

    return about


def counts(item: Row, *names: str) -> dict[str, str]:
    """Of a profile, the counts of these names that it has."""
    return {name: str(item[name]) for name in names if stamp(item.get(name)) is not None}
