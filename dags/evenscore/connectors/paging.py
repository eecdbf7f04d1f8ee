"""How a listing goes on: a page that was answered, and how the next one is asked for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from evenscore.connectors.records import Malformed, Row, each, need, seek, stamp

COUNTING = r"(?i)^p$|page$|page\[number|page_?num|offset|^skip$|^start"
"""Parameters of an address that count pages or items, where they hold a number."""
LINK = re.compile(r'<([^>]+)>((?:[^,"]|"[^"]*")*)')
SAID = re.compile(r';\s*([\w*]+)\s*=\s*("[^"]*"|[^;"]*)')
"""In the header: an address and what is said of it, which may hold commas in quotes; and of that, each word."""
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True)
class Page:
    """One answer: what finds the next one sees no more of it than the items."""

    url: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any
    items: list[Any]
    instants: list[datetime | None] = field(default_factory=list)
    """When each item was made or changed, where it says so."""
    following: dict[str, Any] | None = None
    """The request for the next page, `path` and `params`; None at the end."""
    is_counted: bool = False
    """Whether that one is asked for by number."""
    rows: list[list[tuple[str, Row]]] = field(default_factory=list)
    """Of each item, what it says in the canonical shape."""
    flaw: str | None = None
    """What does not look right about it, though it was asked for again."""

    def shown(self, digest: Callable[[Any], str]) -> list[str]:
        """What tells that an item stood here: when it was made, and all that it says, which may change."""
        return [*map(str, filter(None, self.instants)), *map(digest, self.items)]

    def held(self, digest: Callable[[Any], str]) -> list[str]:
        """What tells one page from another, whatever order its items stand in."""
        return sorted(map(digest, self.items))


@dataclass(frozen=True)
class Next:
    """How the next page is asked for: these parameters instead of those of the same name, at another path or not."""

    params: Mapping[str, Any]
    path: str | None = None
    is_counted: bool = False
    """Whether pages or items are counted: what vanishes from those before moves an item over the seam, unseen."""

    def after(self, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The whole request, `path` and `params`, where this follows another one."""
        following: Mapping[str, Any] = {} if self.path else params
        for name, value in self.params.items():
            following = put(following, name, value)
        return {"path": self.path or path, "params": following}


def put(params: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Parameters with one of them set, in what stands in another one where dots lead there: `variables.after`."""
    outer, _, inner = name.partition(".")
    within = params.get(outer)
    return {
        **params,
        **({outer: put(within, inner, value)} if isinstance(within, Mapping) and inner else {name: value}),
    }


def _asked(page: Page, name: str, otherwise: Any = None) -> Any:
    """What a page was asked with under such a name."""
    found = page.params.get(name, seek(dict(page.params), *name.split(".")))
    return otherwise if found is None else found


def _told(page: Page, at: str) -> Any:
    """What a page says at a place: a header, whose name has a hyphen, or keys with dots in the body."""
    return ("-" in at and page.headers.get(at)) or seek(page.body, *at.split("."))


def by_link(page: Page) -> Next | None:
    """The Link header's rel=next, whatever it holds."""
    for target, more in LINK.findall(page.headers.get("link", "")):
        said = {name.lower(): value for name, value in SAID.findall(more)}
        if "next" in said.get("rel", "").strip("\"' ").lower().split():
            return to_url(urljoin(page.url, target))
    return None


def to_url(url: str) -> Next:
    """A whole address, as parameters; one that is there several times has a list of values."""
    found = urlsplit(url)
    params = parse_qs(found.query, keep_blank_values=True)
    single = {name: values[0] if len(values) == 1 else values for name, values in params.items()}
    is_counted = any(re.search(COUNTING, name) and re.fullmatch("[0-9]{1,9}", str(single[name])) for name in single)
    return Next(single, f"{found.scheme}://{found.netloc}{found.path}", is_counted)


def host_of(url: str | None) -> str:
    """Scheme, name and port of an address, however they are written; nothing for what is none."""
    try:
        scheme, name = urlsplit((url or "").lower())[:2]
    except ValueError:
        return ""
    return f"{scheme}://{name.removesuffix(DEFAULT_PORTS.get(scheme, ''))}" if name else ""


def by_cursor(at: str = "cursor", param: str = "cursor") -> Callable[[Page], Next | None]:
    """A word in a header or in the body that the next request repeats; an empty page with one is no end."""

    def step(page: Page) -> Next | None:
        cursor = _told(page, at)
        return Next({param: _named(cursor)}) if cursor else None

    return step


def _named(value: Any) -> int | str:
    """A cursor as it was told; raises Malformed for what is none."""
    found = str(value) if isinstance(value, float) else stamp(value)
    if found is None:
        raise Malformed(f"a cursor that is a JSON {type(value).__name__}")
    return found


def by_url(at: str) -> Callable[[Page], Next | None]:
    """The address of the next page, whole or in part, where it stands in a header or in the body."""

    def step(page: Page) -> Next | None:
        found = _told(page, at)
        return to_url(urljoin(page.url, str(found))) if found else None

    return step


def by_number(more: str = "", param: str = "page", size: int = 1, step: int = 1) -> Callable[[Page], Next | None]:
    """Numbered pages: on while the body says that there is more, or else while they hold `size` items.

    A server may send less than it was asked for, so an empty page is the end where neither is said. `step` is what is
    added to the number: where not pages are counted but items, as many as were asked for; fewer, where fewer came.
    """

    def following(page: Page) -> Next | None:
        goes_on = bool(seek(page.body, *more.split("."))) if more else len(page.items) >= size
        now = _asked(page, param, "1")
        came = min(step, len(page.items) or step)
        return Next({param: type(now)(int(now) + came)}, is_counted=True) if goes_on else None

    return following


def by_last(at: str, param: str, size: int = 1) -> Callable[[Page], Next | None]:
    """What follows the last item of a page, named by its value at `at`; a page with fewer than `size` is the end.

    Several items may have one time: where it is asked for with them (`until` includes it), the last ones come again, so
    the end is a page that is not full. Raises Malformed for a full one that leads no further: what it hides is lost.
    """

    def step(page: Page) -> Next | None:
        last = [*each(page.items)][-1:]
        if not last or len(page.items) < size:
            return None
        found = _named(need(last[0], *at.split(".")))
        if str(found) == str(_asked(page, param)):
            raise Malformed(f"a page that is of one {at} alone")
        return Next({param: found})

    return step
