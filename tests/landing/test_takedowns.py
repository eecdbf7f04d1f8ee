"""On which landed days something may lie that records take back, and when that is suspiciously much."""

import time
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from evenscore.base.canonical import DATASETS
from evenscore.connectors.base import Parsed
from evenscore.intake import takedowns
from evenscore.landing_zone import landing
from home import Home, event

DAY = date(2026, 3, 2)


def table(day: date, *ids: str, network: str = "forum") -> pa.Table:
    rows = [event(one) | {"occurred_at": datetime(day.year, day.month, day.day), "network": network} for one in ids]
    return pa.Table.from_pylist(rows, schema=DATASETS["activity"])


def land(home: Home, day: date, *ids: str, source: str = "forum", network: str = "forum") -> None:
    landing.land(home.places, source, "activity", network, day, table(day, *ids, network=network))


def taken_down(home: Home, **events: Any) -> list[tuple[str, set[str]]]:
    found = takedowns.taken_down(home.places, "forum", Parsed(tables={}, taken_down=events))
    return [(manifest.day, gone) for manifest, gone in found]


@pytest.mark.parametrize(
    ("at", "days"),
    [
        ("2026-03-02T23:59:59Z", [2, 3]),
        ("2026-03-02T00:00:00", [2, 3]),
        ("2026-03-02T01:00:00+02:00", [1, 2]),
        ("2026-03-02T23:00:00-02:00", [3, 4]),
        ("2026-03-05", []),
        ("soon", [1, 2, 3, 4]),
        (None, [1, 2, 3, 4]),
    ],
)
def test_what_is_taken_down_may_lie_on_its_day_and_the_next(home: Home, at: str | None, days: list[int]) -> None:
    for day in range(1, 5):
        land(home, date(2026, 3, day), "e1", "e2")
    assert taken_down(home, e1=at) == [(f"2026-03-0{day}", {"e1"}) for day in days]
    assert taken_down(home) == []


def test_an_instant_without_a_zone_is_utc_wherever_the_machine_stands(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(1, 5):
        land(home, date(2026, 3, day), "e1")
    for zone in ("UTC+9", "UTC-9"):
        with monkeypatch.context() as patch:
            patch.setenv("TZ", zone)
            time.tzset()
            assert [day for day, _ in taken_down(home, e1="2026-03-02T00:00:00")] == ["2026-03-02", "2026-03-03"]
            assert [day for day, _ in taken_down(home, e1="2026-03-02T23:59:59")] == ["2026-03-02", "2026-03-03"]
    time.tzset()


def test_each_day_is_told_its_own_events_and_another_source_none(home: Home) -> None:
    land(home, DAY, "e1")
    land(home, DAY + timedelta(3), "e2")
    land(home, DAY, "e1", source="other")
    found = taken_down(home, e1="2026-03-02", e2="2026-03-05", e3="2026-04-01")
    assert found == [("2026-03-02", {"e1"}), ("2026-03-05", {"e2"})]


@pytest.mark.parametrize(
    ("landed", "gone", "asked"),
    [(40, 21, 42), (40, 20, 0), (10, 10, 20), (10, 9, 0), (19, 10, 20), (20, 10, 0), (100, 20, 0)],
)
def test_most_of_the_days_that_lose_any_and_at_least_twenty_rows_is_suspicious(
    home: Home, landed: int, gone: int, asked: int
) -> None:
    """Of two networks; a day on which nothing is found does not dilute it."""
    for network in ("forum", "forge"):
        land(home, DAY, *(f"e{number}" for number in range(landed)), network=network)
    land(home, DAY + timedelta(5), *(f"f{number}" for number in range(100)))
    down = {f"e{number}": str(DAY) for number in range(gone)} | {"nowhere": str(DAY + timedelta(5))}
    parsed = Parsed(tables={}, taken_down=down)
    assert takedowns.too_many(home.places, "forum", parsed, []) == asked


@pytest.mark.parametrize(
    ("kept", "others", "asked"), [(0, 7, 30), (9, 7, 21), (10, 8, 20), (10, 9, 0), (11, 0, 0), (30, 7, 0)]
)
def test_a_record_that_says_its_event_with_less_takes_the_rest_back(
    home: Home, kept: int, others: int, asked: int
) -> None:
    """Of the rows of the day, 31 are a post that is told anew, and its likes; another post is not."""
    likes = [f"p1-like-{number}" for number in range(30)]
    land(home, DAY, "p1", *likes, *(f"p2-like-{number}" for number in range(others)))
    part = table(DAY, "p1", *likes[:kept])
    parsed = Parsed(tables={"activity": part}, events={"p1": 1, "p2": 2})
    for parts in ([("activity", "forum", DAY, part)], [("accounts", "forum", DAY, part)]):
        found = takedowns.too_many(home.places, "forum", parsed, parts)
        assert found == (asked if parts[0][0] == "activity" else 0)
    elsewhere = [("activity", network, day, part) for network, day in (("forge", DAY), ("forum", DAY + timedelta(1)))]
    assert takedowns.too_many(home.places, "forum", parsed, elsewhere) == 0


def test_only_of_activity_a_record_says_everything_and_only_of_what_is_in_the_part(home: Home) -> None:
    parsed = Parsed(tables={}, events={"e1": 1, "e2": 2})
    assert takedowns.whole(parsed, "activity", table(DAY, "e2", "e3")) == {"e2"}
    assert takedowns.whole(parsed, "accounts", table(DAY, "e2")) == set()
    assert takedowns.whole(Parsed(tables={}), "activity", table(DAY, "e2")) == set()
