"""Rows that vanish or come while a listing is read whose pages are counted: none that stays is lost in silence."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from invented import every
from loopback import Asked, Reply
from pulled_home import altered, served

from evenscore.base.paths import HomePaths
from evenscore.connectors.endpoints import Endpoint, Subject
from evenscore.connectors.instants import as_instant
from evenscore.connectors.paging import Next, Page, by_link, by_number, by_url
from evenscore.pulling import outcome
from evenscore.pulling.asking import Answer
from evenscore.pulling.outcome import Account
from evenscore.pulling.store import Store
from evenscore.pulling.walk import MOVED, Walk

pytestmark = pytest.mark.usefixtures("without_a_disk")
SIZE = 5
Listing = list[dict[str, Any]]
Happening = Callable[[int, Listing], None]


class Host:
    """A listing of pages that are counted, to which something happens after each answer."""

    def __init__(self, rows: Listing, happens: Happening) -> None:
        self.rows, self.happens, self.account, self.asked = rows, happens, Account(), list[int]()
        self.network, self.source = _Network(), None

    def get(self, path: str, params: Any, headers: Any, read: Callable[[Answer], Any], method: str) -> Any:
        start = int(params["offset"]) if "offset" in params else SIZE * (int(params.get("page", 1)) - 1)
        self.asked.append(start)
        shown = [dict(row) for row in self.rows[start : start + SIZE]]
        more, number = start + SIZE < len(self.rows), start // SIZE + 2
        link = {"link": f'<http://h/rows?page={number}>; rel="next"'} if more else {}
        page = Answer("http://h/rows", 200, link, {"rows": shown, "next": f"/rows?page={number}" if more else None})
        found = read(page)
        self.happens(len(self.asked), self.rows)
        return found


class _Network:
    def read(self, _record: Any, _source: Any) -> tuple[list[Any], None]:
        return [], None

    def kept_out(self, _endpoint: str, _item: Any) -> None:
        return None

    def tag_of(self, _endpoint: str, _page: Page) -> None:
        return None


WAYS: dict[str, tuple[Callable[[Page], Next | None], dict[str, Any]]] = {
    "numbers": (by_number(), {}),
    "numbers of a size": (by_number(size=SIZE), {}),
    "numbers while there is more": (by_number("next"), {}),
    "offsets": (by_number(param="offset", step=SIZE), {"offset": 0}),
    "links": (by_link, {}),
    "addresses": (by_url("next"), {}),
}


def rows(count: int) -> Listing:
    return [{"id": number, "at": f"2026-03-01T12:{number % 60:02}:{number // 60:02}Z"} for number in range(count)]


def walked(folder: Path, way: str, host: Host) -> tuple[Walk, set[int]]:
    following, params = WAYS[way]
    endpoint = Endpoint("rows", "/rows", "account", "rows", params=params, items="rows", next=following,
                        instant=lambda item: as_instant(item["at"]))  # fmt: skip
    store = Store(HomePaths(folder), "net")
    at = {"pull": "pull1", "at": "2026-03-16T02:00:00+00:00", "is_after_whole": False}
    walk = Walk(host, store, endpoint, Subject({"account": "ann"}), at)
    walk.run()
    return walk, {row["id"] for row in store.records("rows")}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("after", range(1, 6))
def test_who_stays_is_read_whoever_vanishes_between_two_pages(tmp_path: Path, way: str, after: int) -> None:
    host = Host(rows(17), lambda number, listing: listing.__delitem__(slice(0, 2)) if number == after else None)
    walk, found = walked(tmp_path, way, host)
    assert walk.cursor.is_whole and {row["id"] for row in host.rows} <= found


@pytest.mark.parametrize("way", WAYS)
def test_a_row_that_is_drawn_into_the_page_before_the_last_is_found(tmp_path: Path, way: str) -> None:
    """The last page is empty then, and nothing tells that there was more."""
    host = Host(rows(SIZE + 1), lambda number, listing: listing.pop(0) if number == 1 else None)
    walk, found = walked(tmp_path, way, host)
    assert found == set(range(SIZE + 1)) and walk.cursor.is_whole and walk.account.retried == {MOVED: 1}


@pytest.mark.parametrize("way", WAYS)
def test_what_comes_first_meanwhile_loses_nobody(tmp_path: Path, way: str) -> None:
    def newer(number: int, listing: Listing) -> None:
        listing.insert(0, {"id": 100 + number, "at": "2026-03-15T12:00:00Z"})

    walk, found = walked(tmp_path, way, Host(rows(17), lambda *of: newer(*of) if of[0] < 5 else None))
    assert walk.cursor.is_whole and set(range(17)) <= found


@pytest.mark.parametrize("way", WAYS)
def test_more_than_a_page_that_vanishes_begins_the_walk_anew(tmp_path: Path, way: str) -> None:
    host = Host(rows(20), lambda number, listing: listing.__delitem__(slice(0, 7)) if number == 1 else None)
    walk, found = walked(tmp_path, way, host)
    assert walk.cursor.is_whole and {row["id"] for row in host.rows} <= found and host.asked.count(0) >= 3


def test_rows_that_move_faster_than_they_are_read_are_no_success(tmp_path: Path) -> None:
    walk, _ = walked(tmp_path, "numbers", Host(rows(99), lambda number, listing: listing.__delitem__(slice(0, 6))))
    assert not walk.cursor.is_whole
    assert walk.account.incomplete == {"rows: its rows move faster than they are read": 1}


def test_a_quiet_listing_costs_each_page_but_the_last_once_more_and_keeps_each_row_once(tmp_path: Path) -> None:
    host = Host(rows(12), lambda number, listing: None)
    walk, _ = walked(tmp_path, "links", host)
    assert host.asked == [0, 5, 0, 10, 5] and len(list(walk.store.records("rows"))) == 12
    assert walk.account.retried == {}


@pytest.mark.parametrize("seed", range(40))
def test_whatever_vanishes_nobody_else_does(tmp_path: Path, seed: int) -> None:
    """At every answer a row may vanish, at whatever place."""
    chance = random.Random(seed)

    def happens(_number: int, listing: Listing) -> None:
        if listing and chance.random() < 0.5:
            listing.pop(chance.randrange(len(listing)))

    host = Host(rows(chance.randrange(30)), happens)
    walk, found = walked(tmp_path, chance.choice(sorted(WAYS)), host)
    assert {row["id"] for row in host.rows} <= found or not walk.cursor.is_whole


FIRST = {
    "github": ("/issues", 5001),
    "gitlab": ("/issues", 42),
    "lemmy": ("/user", 41),
    "stackexchange": ("/questions", 18),
}
"""Of networks that count their pages: a listing, and an object on its first page."""


@pytest.mark.parametrize("kind", sorted(FIRST))
def test_an_object_that_is_deleted_between_two_pages_takes_no_other_along(kind: str, tmp_path: Path) -> None:
    path, first = FIRST[kind]

    def events(name: str, network: Any) -> set[str]:
        with served(tmp_path / name, network) as home:
            done = home.pull()
            assert done.state == outcome.WHOLE, done.in_words()
            home.extract()
            return {row["event_id"] for row in home.landed()}

    quiet, network = events("quiet", every()[kind]()), every()[kind]()

    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path.endswith(path) and asked.one("limit") != "1":
            network.gone.add(first)
        return reply

    lost = quiet - events("moving", altered(network, change))
    assert lost == set(), "what had been read before it vanished is there, too"
