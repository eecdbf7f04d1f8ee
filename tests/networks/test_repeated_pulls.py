"""What a pull asks again: a fraction where nothing has changed, and all that may have."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from invented import every, github, mastodon
from loopback import Asked, Reply, StillClock
from pulled_home import altered, served

from evenscore.base.paths import HomePaths
from evenscore.pulling import outcome, pull
from evenscore.pulling.store import Store

pytestmark = pytest.mark.usefixtures("without_a_disk")
DAY = 86400


PAGES = {"activitystreams": 20, "mastodon": 40, "discourse": 50, "lemmy": 50, "youtube": 50, "hackernews": 1000}
"""Objects a page, as the real networks have them; the others have 100, and Zulip as few, for else all comes at once."""
OBJECTS = 1000
FEW = 5
"""Requests; a network that costs no more than a dozen or so for all it has cannot do with a fifth of them."""
LARGE = [
    pytest.param(kind, marks=() if kind in ("bluesky", "github", "zulip") else pytest.mark.slow)
    for kind in sorted(every())
]


@pytest.mark.parametrize("kind", LARGE)
def test_a_pull_of_what_has_not_changed_costs_a_fraction(tmp_path: Path, kind: str) -> None:
    with served(tmp_path, every()[kind](PAGES.get(kind, 100), OBJECTS)) as home:
        home.pull()
        first = len(home.server.log)
        home.clock.sleep(DAY)
        assert home.pull().state == outcome.WHOLE
        again = len(home.server.log) - first
        print(f"{kind}: {first} requests for {OBJECTS:,} objects, {again} a day later: {again / first:.0%}")
        assert again <= max(first / 5, FEW)


def test_what_is_young_is_looked_at_again_though_nothing_was_added(tmp_path: Path) -> None:
    """A post of the last day may still be answered or liked: the count of posts says nothing of that."""
    with served(tmp_path, mastodon()) as home:
        home.clock = home.server.clock = StillClock("2026-03-13T13:00:00+00:00")
        home.pull()
        before = len(home.server.log)
        home.clock.sleep(3600)
        home.pull()
        asked = [one.path for one in home.server.log[before:]]
        assert "/api/v1/accounts/900022/statuses" in asked and "/api/v1/accounts/900011/statuses" not in asked


def test_a_listing_that_was_not_read_whole_is_asked_again_whatever_its_count(tmp_path: Path) -> None:
    is_down = [False]

    def change(asked: Asked, reply: Reply) -> Reply:
        if is_down[0] and asked.path.endswith("/statuses"):
            return Reply(status=502)
        return reply

    with served(tmp_path, altered(mastodon(), change)) as home:
        home.pull()
        is_down[0] = True
        home.clock.sleep(8 * DAY)
        assert home.pull().state == outcome.INCOMPLETE
        is_down[0] = False
        home.clock.sleep(DAY)
        before = len(home.server.log)
        assert home.pull().state == outcome.WHOLE
        assert any(one.path.endswith("/statuses") for one in home.server.log[before:])


def test_a_review_that_comes_after_the_first_is_read(tmp_path: Path) -> None:
    """Nobody counts a pull request's reviews; when it was updated tells that there is one more."""
    further, first = list[dict[str, Any]](), dict[str, Any]()

    def change(asked: Asked, reply: Reply) -> Reply:
        if further and asked.path.endswith("/pulls/20/reviews"):
            return Reply([*first["reviews"], *further])
        if further and asked.path.endswith("/tool/pulls"):
            return Reply(
                [{**one, "updated_at": "2026-03-17T00:00:00Z"} for one in first["pulls"] if one["number"] == 20]
            )
        name = asked.path.rpartition("/")[2]
        first[name] = first.get(name) or reply.body
        return reply

    with served(tmp_path, altered(github(), change)) as home:
        home.pull()
        further.append({"id": 8001, "user": {"login": "cid", "id": 1003}, "body": "no", "state": "CHANGES_REQUESTED",
                        "submitted_at": "2026-03-17T00:00:00Z", "html_url": "https://github.com/ann/tool/pull/20#r1",
                        "pull_request_url": "https://api.github.com/repos/ann/tool/pulls/20"})  # fmt: skip
        home.clock.sleep(2 * DAY)
        home.pull()
        home.extract("2026-03-17")
        assert {"rv-8000", "rv-8001"} <= {row["event_id"] for row in home.landed()}


def test_a_pull_that_read_less_than_there_was_is_nothing_that_the_next_one_goes_on_from(tmp_path: Path) -> None:
    store, at = Store(HomePaths(tmp_path), "net"), [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3)]
    store.close(store.begin(at[0]), is_whole=True, is_over=True)
    store.close(store.begin(at[1]), is_whole=False, is_over=True)
    last = store.begin(at[2])
    assert (last["since"], last["is_after_whole"]) == (at[0].isoformat(), False)


def test_the_clock_of_a_pull_is_the_machines(tmp_path: Path) -> None:
    with served(tmp_path, mastodon()) as home:
        began = datetime.now(UTC)
        assert pull(home.settings, "net").state == outcome.WHOLE
        (pages,) = home.places.raw_pages("net").glob("*.ndjson")
        assert began <= datetime.strptime(pages.stem, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC) <= datetime.now(UTC)
