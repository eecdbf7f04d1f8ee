"""One walk on its own, against a host that says what it is told: when it is due, where it ends, what it reads again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import evenscore.pulling.walk
from evenscore.base.paths import HomePaths
from evenscore.connectors import NETWORKS, pulled
from evenscore.connectors.endpoints import Endpoint, Subject
from evenscore.connectors.instants import as_instant
from evenscore.connectors.paging import Next, by_link
from evenscore.connectors.pulled import ASKED, GONE, KNOWN, PULL, _pull
from evenscore.pulling.asking import UNCHANGED, Answer, Enough
from evenscore.pulling.outcome import Account
from evenscore.pulling.store import Cursor, Store, walk_name
from evenscore.pulling.walk import Walk
from evenscore.pulling.weather import Refused, Weather

NOW = datetime.fromisoformat("2026-03-15T12:00:00+00:00")
SECOND = timedelta(seconds=1)
Item = dict[str, Any]


def before(**ago: float) -> str:
    return (NOW - timedelta(**ago)).isoformat()


def item(name: str, at: str | None = None, **more: Any) -> Item:
    return {"id": name, "at": at or before(hours=1), **more}


NETWORK = SimpleNamespace(
    read=lambda record, source: ([], record.get("flaw")),
    kept_out=lambda endpoint, item: "hidden" if item.get("hides") else None,
    tag_of=NETWORKS["mastodon"].tag_of,
)
LISTING = Endpoint(
    name="posts",
    path="/{name}/posts",
    per="account",
    reads="posts",
    items="items",
    next=lambda page: Next(params={"page": page.body["next"]}) if page.body.get("next") else None,
    instant=lambda item: as_instant(item["at"]),
)


@dataclass
class Told:
    """A host that answers in the order in which it was told to, and again where what it said was no page."""

    says: list[Any]
    network: SimpleNamespace = field(default_factory=lambda: NETWORK)
    source: SimpleNamespace = field(default_factory=SimpleNamespace)
    account: Account = field(default_factory=Account)
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)

    def get(
        self, path: str, params: Mapping[str, Any], headers: dict[str, str], read: Callable[[Answer], Any], method: str
    ) -> Any:
        assert method == "GET"
        while True:
            self.asked.append((path, dict(params), headers))
            said = self.says.pop(0)
            if isinstance(said, Exception):
                raise said
            sound = Answer(f"http://h{path}", 200, {"etag": f"e{len(self.asked)}"}, said)
            try:
                return read(said if isinstance(said, Answer) else sound)
            except Weather:
                if not self.says:
                    raise

    @property
    def pages(self) -> list[str | None]:
        return [params.get("page") for _, params, _ in self.asked]


class Pulls:
    """Walks of one listing, from pull to pull."""

    def __init__(self, folder: Path) -> None:
        self.store, self.number = Store(HomePaths(folder), "net"), 0

    def walk(self, *says: Any, endpoint: Endpoint = LISTING, pull: int | None = None, **more: Any) -> Walk:
        self.number = self.number + 1 if pull is None else pull
        at = more.pop("at", NOW.isoformat())
        of = {"pull": f"pull{self.number}", "at": at, "is_after_whole": more.pop("is_after_whole", True)}
        subject = Subject({"name": "ann", **more.pop("values", {})}, more.pop("count", None))
        self.host = Told(list(says))
        return Walk(self.host, self.store, endpoint, subject, of)

    def run(self, *says: Any, **more: Any) -> Walk:
        walk = self.walk(*says, **more)
        walk.run()
        return walk

    def left(self, **cursor: Any) -> None:
        """Leave a cursor of an earlier whole walk, or of whatever else is said."""
        known = {"pull": "pull0", "is_whole": True, "rechecked": before(days=1), "mark": before(days=1)}
        self.store.keep(self.walk(pull=self.number).name, Cursor(**(known | cursor)))

    @property
    def kept(self) -> list[Item]:
        return list(self.store.records("posts"))


@pytest.fixture
def pulls(tmp_path: Path) -> Pulls:
    return Pulls(tmp_path)


def page(*items: Item, next: str | None = None, **more: Any) -> Item:
    return {"items": list(items), "next": next, **more}


def test_pages_are_walked_to_their_end_and_kept_with_what_was_asked(pulls: Pulls) -> None:
    walk = pulls.run(page(item("a"), next="2"), page(next="3"), page(item("b"), item("c")))
    assert pulls.host.pages == [None, "2", "3"] and pulls.host.asked[0][0] == "/ann/posts"
    assert [one["id"] for one in pulls.kept] == ["a", "b", "c"]
    assert pulls.kept[0][ASKED] == {"endpoint": "posts", "about": {"name": "ann"}, "at": NOW.isoformat()}
    cursor = walk.cursor
    assert (cursor.todo, cursor.is_whole, cursor.page_count, cursor.item_count) == ([], True, 3, 3)
    assert (walk.account.pages, walk.account.items, walk.account.incomplete) == (3, 3, {})
    assert (cursor.mark, cursor.rechecked, cursor.etag) == (before(hours=1), NOW.isoformat(), None)


def test_a_walk_that_was_left_goes_on_where_it_was_and_is_asked_once_a_pull(pulls: Pulls) -> None:
    with pytest.raises(Enough):
        pulls.run(page(item("a"), next="2"), Enough())
    walk = pulls.walk(page(item("b")), pull=1)
    assert walk.is_due()
    walk.run()
    assert pulls.host.pages == ["2"] and [one["id"] for one in pulls.kept] == ["a", "b"]
    assert not pulls.walk(pull=1).is_due()


COUNTED, RARELY = replace(LISTING, counted="posts"), replace(LISTING, rarely=True)


@pytest.mark.parametrize(
    ("endpoint", "cursor", "count", "is_due"),
    [
        (LISTING, {"count": 5}, 5, False),
        (LISTING, {"count": 5}, 6, True),
        (LISTING, {"count": None}, None, True),
        (LISTING, {"count": 5, "todo": [{"path": "/ann/posts", "params": {}}], "is_whole": False}, 5, True),
        (LISTING, {"count": 5, "is_whole": False}, 5, True),
        (LISTING, {"count": 5, "rechecked": None, "mark": before(hours=1)}, 5, False),
        (COUNTED, {"count": 5, "mark": before(days=2)}, 5, False),
        (COUNTED, {"count": 5, "mark": before(days=1)}, 5, True),
        (COUNTED, {"count": 5, "mark": (NOW - timedelta(days=1) - SECOND).isoformat()}, 5, False),
        (COUNTED, {"count": 5, "mark": None}, 5, False),
        (COUNTED, {"count": 5, "mark": before(days=2), "rechecked": before(days=7)}, 5, True),
        (COUNTED, {"count": 5, "mark": before(days=2), "rechecked": before(days=6.99)}, 5, False),
        (COUNTED, {"count": 5, "mark": before(days=2), "rechecked": None}, 5, True),
        (RARELY, {"count": 5}, 6, False),
        (RARELY, {"count": 5, "rechecked": before(days=7)}, 5, True),
        (RARELY, {"count": 5, "is_whole": False}, 5, True),
    ],
)
def test_a_walk_is_due_where_there_may_be_anything_new(
    pulls: Pulls, endpoint: Endpoint, cursor: dict[str, Any], count: int | None, is_due: bool
) -> None:
    pulls.left(**cursor)
    assert pulls.walk(endpoint=endpoint, count=count).is_due() is is_due


SINCE = replace(LISTING, since="since", since_format=lambda at: at.isoformat(), recheck=timedelta(days=30))


@pytest.mark.parametrize(
    ("endpoint", "cursor", "since"),
    [
        (SINCE, {}, before(days=3)),
        (SINCE, {"mark": None}, None),
        (SINCE, {"rechecked": before(days=7)}, before(days=32)),
        (SINCE, {"rechecked": before(days=7), "mark": None}, None),
        (replace(SINCE, recheck=timedelta(0)), {"rechecked": before(days=7)}, before(days=3)),
        (replace(SINCE, overlap=timedelta(days=40)), {"rechecked": before(days=7)}, before(days=42)),
        (replace(SINCE, overlap=timedelta(0)), {}, before(days=2)),
        (replace(SINCE, since=""), {}, None),
    ],
)
def test_what_is_newer_than_the_mark_less_the_overlap_is_asked_for(
    pulls: Pulls, endpoint: Endpoint, cursor: dict[str, Any], since: str | None
) -> None:
    pulls.left(**{"mark": before(days=2)} | cursor)
    walk = pulls.run(page(), endpoint=endpoint)
    assert pulls.host.asked[0][1].get("since") == since
    is_recheck = cursor.get("rechecked") is not None
    assert (walk.cursor.rechecked == NOW.isoformat()) is is_recheck
    assert walk.cursor.mark == ({"mark": before(days=2)} | cursor)["mark"], "an empty walk moves no mark"


def test_a_mark_of_the_year_one_is_none(pulls: Pulls) -> None:
    pulls.left(mark="0001-01-01T00:00:00+00:00", rechecked=before(days=7))
    assert pulls.run(page(), endpoint=SINCE).cursor.is_whole and "since" not in pulls.host.asked[0][1]


def test_a_recheck_goes_back_until_one_is_whole(pulls: Pulls) -> None:
    pulls.left(mark=before(days=2), rechecked=before(days=8))
    walk = pulls.run(page(item("a"), next="2"), Weather("a storm"), endpoint=SINCE)
    assert walk.cursor.rechecked == before(days=8), "one that was given up is none"
    expired = [page(item("a"), next="2"), Refused("no", 410), page()]
    walk = pulls.run(*expired, endpoint=SINCE)
    assert [params["since"] for _, params, _ in pulls.host.asked if "page" not in params] == [before(days=32)] * 2
    assert walk.cursor.is_whole and walk.cursor.rechecked == NOW.isoformat()


@pytest.mark.parametrize(
    ("ago", "goes_on"), [(timedelta(days=3), True), (timedelta(days=3) + SECOND, False), (timedelta(days=1), True)]
)
@pytest.mark.parametrize("is_newest_first", [True, False])
def test_a_walk_of_the_newest_ends_behind_what_was_read_already(
    pulls: Pulls, ago: timedelta, goes_on: bool, is_newest_first: bool
) -> None:
    pulls.left(mark=before(days=2))
    endpoint = replace(LISTING, is_newest_first=is_newest_first)
    old = item("old", before(days=9))
    walk = pulls.run(page(item("a", (NOW - ago).isoformat()), old, next="2"), page(), endpoint=endpoint)
    assert len(pulls.host.asked) == (2 if goes_on or not is_newest_first else 1)
    assert walk.cursor.is_whole


def test_a_page_in_another_order_than_the_newest_first_ends_nothing(pulls: Pulls) -> None:
    """A listing that begins with the oldest, and one that is said to be what it is not: what is new stands behind."""
    pulls.left(mark=before(days=2))
    oldest = page(item("old", before(days=9)), item("older than the mark", before(days=8)), next="2")
    pulls.run(oldest, page(item("new")), endpoint=replace(LISTING, is_newest_first=True))
    assert [one["id"] for one in pulls.kept][-1] == "new"


def test_of_the_newest_first_an_empty_page_or_one_without_instants_ends_nothing(pulls: Pulls) -> None:
    pulls.left(mark=before(days=2))
    undated = [page(item("a", "?"), item("b", before(days=9)), next="2"), page(next="3"), page()]
    pulls.run(*undated, endpoint=replace(LISTING, is_newest_first=True))
    assert pulls.host.pages == [None, "2", "3"]
    pulls.left(mark=None)
    pulls.run(page(item("b", before(days=9)), next="2"), page(), endpoint=replace(LISTING, is_newest_first=True))
    assert pulls.host.pages == [None, "2"]


@pytest.mark.parametrize(
    ("cursor", "at", "is_known"),
    [
        ({}, before(days=2), True),
        ({}, (NOW - timedelta(days=2) + SECOND).isoformat(), False),
        ({"mark": before(hours=1)}, (NOW - timedelta(days=1) - SECOND).isoformat(), True),
        ({"mark": before(hours=1)}, before(days=1), False),
        ({"mark": None}, before(days=3), False),
        ({"rechecked": before(days=8)}, before(days=3), False),
        ({}, "?", False),
    ],
)
def test_an_item_is_known_where_the_last_walk_saw_it_and_it_is_old(
    pulls: Pulls, cursor: dict[str, Any], at: str, is_known: bool
) -> None:
    for is_newest_first in (True, False):
        pulls.left(**{"mark": before(days=2)} | cursor)
        pulls.store.drop_pages("posts-*")
        pulls.run(page(item("a", at)), endpoint=replace(LISTING, is_newest_first=is_newest_first))
        asked = pulls.kept[-1][ASKED]
        assert asked.get(KNOWN, False) is (is_known and is_newest_first)


def test_what_comes_from_the_future_raises_no_mark_and_the_newest_does_wherever_it_stands(pulls: Pulls) -> None:
    late = (NOW + SECOND).isoformat()
    walk = pulls.run(page(item("a", before(hours=3)), next="2"), page(item("b", late), item("c", before(hours=5))))
    assert walk.cursor.mark == before(hours=3)
    assert pulls.run(page(item("d", NOW.isoformat()))).cursor.mark == NOW.isoformat()
    assert pulls.run(page(item("e", before(hours=9)))).cursor.mark == NOW.isoformat()


BAD = item("x", flaw=pulled.BAD)


def test_a_page_that_cannot_be_read_is_asked_for_twice_more_and_then_taken_as_it_is(pulls: Pulls) -> None:
    walk = pulls.run(*[page(BAD, item("a"))] * 3)
    assert len(pulls.host.asked) == 3 and walk.cursor.is_whole and [one["id"] for one in pulls.kept] == ["x", "a"]
    walk = pulls.run(page(BAD), page(item("b")))
    assert len(pulls.host.asked) == 2 and [one["id"] for one in pulls.kept][-1] == "b"
    walk = pulls.run(page(BAD), page(BAD), page(BAD, next="2"), page(BAD), page(BAD), page(item("c")))
    assert len(pulls.host.asked) == 6, "each page has tries of its own"


@pytest.mark.parametrize("body", [{"next": None}, {"items": 3}, {"items": [], "next": {}}, []])
def test_an_answer_that_is_no_page_is_no_end(pulls: Pulls, body: Any) -> None:
    endpoint = replace(
        LISTING,
        next=lambda page: Next(params={"page": page.body["next"] + ""}) if page.body["next"] is not None else None,
    )
    walk = pulls.run(body, endpoint=endpoint)
    assert not walk.cursor.is_whole
    assert list(walk.account.incomplete) == ["posts: the page is of another shape"]


def test_the_same_page_again_is_asked_for_anew_and_then_given_up(pulls: Pulls) -> None:
    same = page(item("a"), next="2")
    pulls.run(same, {**same, "next": "2"}, page(item("b")))
    assert [one["id"] for one in pulls.kept] == ["a", "b"]
    endless = replace(LISTING, next=lambda page: Next(params={"page": str(int(page.params.get("page", 0)) + 1)}))
    walk = pulls.run(*[page(item("a"))] * 4, endpoint=endless)
    assert walk.account.incomplete == {"posts: the same page again": 1} and not walk.cursor.is_whole
    assert len(pulls.host.asked) == 4 and walk.cursor.mark == before(hours=1)


def test_what_stood_on_an_earlier_page_is_no_further_one_however_new_its_next_is(
    pulls: Pulls,
) -> None:
    first, second = page(item("a"), item("b"), next="2"), page(item("c"), next="3")
    walk = pulls.run(first, second, *[page(item("b"), item("a"), next="4", took=7)] * 3)
    assert walk.account.incomplete == {"posts: the same page again": 1} and not walk.cursor.is_whole
    walk = pulls.run(first, second, page(item("b"), item("a"), next="4"), page(item("d")))
    assert walk.cursor.is_whole and [one["id"] for one in pulls.kept] == ["a", "b", "c", "d"]


def test_empty_pages_have_an_end(pulls: Pulls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evenscore.pulling.walk, "MOST_EMPTY", 3)
    empty = [page(next=str(number)) for number in range(9)]
    assert pulls.run(*empty[:3], page(item("a"))).cursor.is_whole, "some are no end"
    walk = pulls.run(*empty)
    assert walk.account.incomplete == {"posts: the same page again": 1} and len(pulls.host.asked) == 6


@pytest.mark.parametrize(
    ("count", "asked"), [("2", 4), (2, 4), ("2 2026-03-01", 4), (1, 2), ("2026-03-01", 2), (None, 2)]
)
def test_an_end_before_the_count_is_asked_for_twice_more_and_then_believed(
    pulls: Pulls, count: int | str | None, asked: int
) -> None:
    last = replace(LISTING, next=lambda page: Next({"page": page.items[-1]["id"]}) if page.items else None)
    walk = pulls.run(page(item("a")), *[page()] * 3, endpoint=last, count=count)
    assert len(pulls.host.asked) == asked and walk.cursor.is_whole
    walk = pulls.run(page(item("a")), page(), page(item("b")), page(), endpoint=last, count=2, values={"name": "b"})
    assert "b" in [one["id"] for one in pulls.kept]


def test_nobody_where_a_profile_belongs_is_asked_for_twice_more(pulls: Pulls) -> None:
    walk = pulls.run(page(), page(item("ann")), endpoint=replace(LISTING, shows_profile=True))
    assert walk.cursor.is_there and len(pulls.host.asked) == 2
    assert not pulls.run(
        *[page()] * 3, endpoint=replace(LISTING, shows_profile=True), values={"name": "b"}
    ).cursor.is_there


def test_an_item_that_stays_unreadable_is_kept_and_told_of_and_ends_no_walk(pulls: Pulls) -> None:
    """Less than there is was understood: that is no success, and no reason to read the same for ever."""
    walk = pulls.run(*[page(item("a"), BAD, next="2")] * 3, page(item("b", before(days=2))))
    assert walk.account.incomplete == {"posts: an item cannot be read": 1}
    assert walk.cursor.is_whole and walk.cursor.mark == before(hours=1) and len(pulls.kept) == 3


def test_an_item_that_nobody_dates_is_asked_for_again_and_then_counted_and_the_walk_is_whole(pulls: Pulls) -> None:
    """A network may leave the date out: then it is no less than there is, however often it stands there."""
    undated = page(item("a"), item("x", flaw=pulled.UNDATED))
    walk = pulls.run(*[undated] * 3)
    assert walk.cursor.is_whole and len(pulls.host.asked) == 3 and len(pulls.kept) == 2
    assert (walk.account.incomplete, walk.account.left_out) == ({}, {"posts: an item without a date": 1})
    walk = pulls.run(undated, page(item("b")))
    assert not walk.account.left_out and pulls.kept[-1]["id"] == "b"
    assert pulls.run(*[page(BAD, item("x", flaw=pulled.UNDATED))] * 3).account.incomplete


def test_of_who_has_left_the_rows_tell_that_were_made_of_an_item_once(pulls: Pulls) -> None:
    made = list[str]()

    def read(record: Item, _source: Any) -> tuple[list[tuple[str, Item]], None]:
        made.append(record["id"])
        return [("activity", {"actor_id": record["id"]})], None

    walk = pulls.walk({"items": [item("a"), None, item("b")], "next": None})
    pulls.host.network = SimpleNamespace(**{**vars(NETWORK), "read": read})
    walk.has_left = lambda rows: [row["actor_id"] for _, row in rows] == ["a"]
    walk.run()
    assert made == ["a", "b"] and [one["id"] for one in pulls.kept] == ["b"]
    assert walk.account.left_out == {"posts: of somebody who was erased": 1, "posts: no object": 1}


def test_a_walk_that_is_killed_as_it_asks_again_has_no_further_tries(pulls: Pulls) -> None:
    with pytest.raises(KeyError):
        pulls.run(page(BAD), page(BAD), KeyError("killed"), pull=1)
    assert pulls.run(page(BAD), pull=1).cursor.is_whole


def test_a_next_that_leads_back_begins_anew_twice_and_is_given_up(pulls: Pulls) -> None:
    walk = pulls.run(*[page(item("a"), next="2"), page(item("b"), next="2")] * 3)
    assert walk.account.retried == {"a next that leads back": 3}
    assert walk.account.incomplete == {"posts: the pages lead in a circle": 1}
    assert (walk.cursor.restarts, walk.cursor.is_whole, walk.cursor.mark) == (2, False, None)
    walk = pulls.run(page(item("a"), next="2"), page(item("b"), next="2"), page(item("c")))
    assert walk.cursor.is_whole and pulls.kept[-1]["id"] == "c"


@pytest.mark.parametrize("status", [400, 404, 410, 422, 403, 409, 500])
def test_an_expired_cursor_begins_anew_once_and_drops_what_it_had(pulls: Pulls, status: int) -> None:
    walk = pulls.run(page(item("a"), next="2"), Refused("no", status), page(item("b")))
    is_stale = status in (400, 404, 410, 422)
    assert [one["id"] for one in pulls.kept] == (["b"] if is_stale else ["a"])
    assert walk.cursor.is_whole is is_stale and walk.account.retried == ({"an expired cursor": 1} if is_stale else {})
    assert walk.account.incomplete == ({} if is_stale else {"posts: no": 1})
    again = [page(item("a"), next="2"), Refused("no", status)]
    walk = pulls.run(*again, *again)
    assert (walk.cursor.is_whole, walk.account.incomplete) == (False, {"posts: no": 1})


@pytest.mark.parametrize(
    ("refused", "is_nothing"),
    [
        (Refused("gone", 404), True),
        (Refused("gone", 410), True),
        (Refused("gone", 204), True),
        (Refused("gone", 403), False),
        (Refused("gone", 400), False),
        (Refused("gone", 403, "this Wiki is off"), True),
    ],
)
def test_a_refusal_says_that_there_is_nothing_or_that_something_is_missing(
    pulls: Pulls, refused: Refused, is_nothing: bool
) -> None:
    walk = pulls.run(refused, endpoint=replace(LISTING, nothing_says="[Ww]iki is off"), count=4)
    assert walk.account.nothing == ({"posts: gone": 1} if is_nothing else {})
    assert walk.account.incomplete == ({} if is_nothing else {"posts: gone": 1})
    assert (walk.cursor.is_whole, walk.cursor.count) == (is_nothing, 4 if is_nothing else None)


def test_a_further_page_that_has_no_content_is_the_end(pulls: Pulls) -> None:
    walk = pulls.run(page(item("a"), next="2"), Refused("204", 204))
    assert walk.cursor.is_whole and walk.cursor.mark and not walk.account.incomplete


@pytest.mark.parametrize(
    "error", [{"errors": [{"type": "GONE"}]}, {"success": False}, {"error": "slow"}, {"code": 500}, {"errcode": 7}]
)
def test_a_page_that_calls_itself_an_error_is_no_end_but_where_it_says_that_there_is_nothing(
    pulls: Pulls, error: dict[str, Any]
) -> None:
    assert not pulls.run(page(**error)).cursor.is_whole
    assert pulls.run(page(**error), page(item("a"))).cursor.is_whole
    for items in (None, [item("b")]):
        walk = pulls.run({"items": items, **error}, endpoint=replace(LISTING, nothing_says="GONE"))
        assert walk.cursor.is_whole is ("errors" in error)
        assert walk.cursor.item_count == (len(items or []) if "errors" in error else 0), "what else is there is kept"


def test_what_has_not_changed_is_asked_for_with_its_tag_and_counts_as_whole(pulls: Pulls) -> None:
    assert pulls.run(page(item("a"))).cursor.etag == "e1"
    walk = pulls.run(Refused("304", UNCHANGED), count=8)
    assert pulls.host.asked[0][2] == {"If-None-Match": "e1"}
    cursor = walk.cursor
    assert (walk.account.unchanged, cursor.is_whole, cursor.count, cursor.mark) == (1, True, 8, before(hours=1))
    pulls.run(page(item("a"), next="2"), page(item("b")), is_after_whole=False)
    assert [headers for *_, headers in pulls.host.asked] == [{}, {}]
    assert pulls.run(page()).cursor.etag == "e1" and pulls.host.asked[0][2] == {}, "many pages have no tag"


def test_a_tag_is_sent_with_the_first_page_alone_and_not_after_a_restart(pulls: Pulls) -> None:
    pulls.left(etag="e9")
    pulls.run(page(item("a"), next="2"), Refused("no", 410), page(item("b")))
    assert [headers.get("If-None-Match") for *_, headers in pulls.host.asked] == ["e9", None, None]
    pulls.left(etag="e9", rechecked=before(days=8))
    pulls.run(page(item("a")))
    assert pulls.host.asked[0][2] == {}, "a re-check asks further about items, whether or not their list has changed"


@pytest.mark.parametrize(
    ("total", "mark", "is_whole"),
    [
        (1, None, True),
        (2, None, True),
        (3, None, False),
        (3, before(days=1), False),
        ("3", None, False),
        *((strange, None, True) for strange in (None, True, -3, 3.5, "many", [3], "9" * 5_000)),
    ],
)
@pytest.mark.parametrize("is_header", [False, True])
def test_fewer_than_the_network_counts_are_not_whole(
    pulls: Pulls, total: Any, mark: str | None, is_whole: bool, is_header: bool
) -> None:
    pulls.left(mark=mark)
    endpoint = replace(LISTING, total="x-total" if is_header else "of.all")
    last = page(item("b"), of={"all": total})
    said = Answer("http://h", 200, {"x-total": str(total)}, last) if is_header else last
    walk = pulls.run(page(item("a"), next="2"), said, endpoint=endpoint, count=3)
    assert (walk.cursor.is_whole, walk.cursor.count) == (is_whole, 3 if is_whole else None)
    assert walk.account.incomplete == ({} if is_whole else {"posts: fewer than the network counts": 1})


def test_a_walk_that_ends_before_the_end_is_not_held_to_the_count_of_all(pulls: Pulls) -> None:
    pulls.left(mark=before(days=5))
    old = page(item("a", before(days=9)), next="2", all=500)
    walk = pulls.run(old, endpoint=replace(LISTING, total="all", is_newest_first=True))
    assert pulls.host.pages == [None] and walk.cursor.is_whole


def test_who_hides_is_left_out_and_of_a_batch_what_is_gone_is_told(pulls: Pulls) -> None:
    for joint, written in ((",", "a,b,c"), ("&", "a\nb\nc")):
        endpoint = replace(LISTING, batch="ids", answers="id", joint=joint, params={"ids": "{ids}"})
        walk = pulls.run(page(item("a"), item("b", hides=True)), endpoint=endpoint, values={"ids": written})
        assert pulls.host.asked[0][1]["ids"] == (written if joint == "," else ["a", "b", "c"])
        kept = pulls.kept
        assert [one["id"] for one in kept[-2:]] == ["a", "c"]
        assert (kept[-1][ASKED][GONE], kept[-1][ASKED]["about"], kept[-2][ASKED].get(GONE)) == (True, {}, None)
        assert walk.account.left_out == {"posts: hidden": 1, "posts: gone from the network": 1}
    assert not pulls.run(
        page(item("a")), values={"ids": "a,z"}, endpoint=replace(LISTING, batch="ids")
    ).account.left_out


def test_an_account_is_asked_by_its_id_where_that_is_known(pulls: Pulls) -> None:
    endpoint = replace(LISTING, path_by_id="/by/{id}")
    for values, path in (({}, "/ann/posts"), ({"id": "7"}, "/by/7")):
        pulls.run(page(), endpoint=endpoint, values=values)
        assert pulls.host.asked[0][0] == path
    posted = replace(LISTING, params={"name": "{name}", "limit": 9}, params_by_id={"userId": "{id}"})
    assert posted.first({"name": "ann"}, None)["params"] == {"name": "ann", "limit": 9}
    assert posted.first({"name": "ann", "id": "7"}, None)["params"] == {"userId": "7"}
    moved = replace(
        LISTING, next=lambda page: Next({"p": "2"}, "/else") if page.body["next"] else None, params={"q": "{name}"}
    )
    pulls.run(page(item("a"), next="2"), page(), endpoint=moved)
    assert [(path, params) for path, params, _ in pulls.host.asked] == [
        ("/ann/posts", {"q": "ann"}),
        ("/else", {"p": "2"}),
    ]
    pulls.run(page(item("a"), next="2"), page(), endpoint=replace(LISTING, params={"q": "{name}"}))
    assert [params for _, params, _ in pulls.host.asked] == [{"q": "ann"}, {"q": "ann", "page": "2"}]


def test_bad_weather_ends_a_walk_that_is_tried_again_by_the_next_pull(pulls: Pulls) -> None:
    pulls.left(mark=before(days=5))
    walk = pulls.run(page(item("a"), next="2"), Weather("a storm"))
    assert walk.account.incomplete == {"posts: a storm": 1}
    assert (walk.cursor.todo, walk.cursor.is_whole, walk.cursor.mark) == ([], False, before(days=5))
    assert not pulls.walk(pull=pulls.number).is_due() and pulls.walk().is_due()


def test_a_link_to_the_next_page_is_asked_with_all_that_stands_in_it(pulls: Pulls) -> None:
    link = '<https://h/ann/posts?types[]=note&types[]=poll&min_id=&until=2>; rel="next"'
    first = Answer("https://h/ann/posts", 200, {"link": link}, {"items": [item("a")]})
    pulls.run(first, {"items": [item("b")]}, endpoint=replace(LISTING, next=by_link))
    path, params, _ = pulls.host.asked[1]
    assert path == "https://h/ann/posts"
    assert params == {"types[]": ["note", "poll"], "min_id": "", "until": "2"}
    assert [one["id"] for one in pulls.kept] == ["a", "b"]


class Killed(BaseException):
    """As if the process had ended there."""


@pytest.mark.parametrize("step", ["keep", "drop_pages"])
def test_a_walk_that_is_killed_as_it_begins_anew_loses_no_page(
    pulls: Pulls, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: Any) -> None:
        if pulls.host.pages == [None, "2"]:
            raise Killed
        done(*_)

    done = getattr(pulls.store, step)
    monkeypatch.setattr(pulls.store, step, kill)
    with pytest.raises(Killed):
        pulls.run(page(item("a"), next="2"), Refused("no", 410))
    monkeypatch.undo()
    pulls.run(page(item("b")), pull=1)
    assert pulls.host.pages == [None] or [one["id"] for one in pulls.kept] == ["a", "b"]


def test_of_whom_an_erasure_has_taken_out_nothing_is_known(pulls: Pulls) -> None:
    told = {"values": {"id": "7"}, "hides": {}}
    pulls.store.write("people", {"ann": told, "ben": "(removed)", "cal": {"hides": {}}, "values": ["values"]})
    assert pulls.store.people() == {"ann": told}


def test_what_an_earlier_pull_left_unfinished_is_asked_about_again(pulls: Pulls) -> None:
    left = {
        "a": Cursor("pull1", is_whole=False, about={"name": "left"}),
        "b": Cursor("pull1", is_whole=True, about={"name": "whole"}),
        "c": Cursor("pull2", is_whole=False, about={"name": "of this pull"}),
        "d": Cursor("pull1", is_whole=False),
    }
    for name, cursor in left.items():
        pulls.store.keep(walk_name(LISTING, Subject(key=name)), cursor)
        pulls.store.keep(walk_name(replace(LISTING, name="posts-notes"), Subject(key=name)), cursor)
    found = pulls.store.unfinished("posts", {"pull": "pull2"})
    assert [one.values for one in found] == [{"name": "left"}]


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        ({ASKED: {"endpoint": PULL, "since": None}}, True),
        ({ASKED: {"endpoint": "posts"}, "kind": PULL}, False),
        ({ASKED: PULL}, False),
        ({"kind": PULL}, False),
        ({ASKED: {"endpoint": "posts"}}, False),
    ],
)
def test_a_line_tells_of_its_pull_where_it_says_so_and_not_where_somebody_wrote_the_word(
    line: Item, is_told: bool
) -> None:
    assert _pull(json.dumps(line)) == (line[ASKED] if is_told else None)
    assert _pull(json.dumps(line)[:-1]) is None


def test_a_walk_is_known_by_its_key_and_else_by_what_its_address_names() -> None:
    ann, anna = {"name": "ann", "id": "7"}, {"name": "anna", "id": "7"}
    by_key = {walk_name(LISTING, Subject(values, key="7")) for values in (ann, anna)}
    assert len(by_key) == 1 and by_key != {walk_name(LISTING, Subject(ann, key="8"))}
    assert walk_name(LISTING, Subject(ann)) != walk_name(LISTING, Subject(anna))
    assert walk_name(LISTING, Subject(ann)) == walk_name(LISTING, Subject(ann | {"called": "anna"}))
