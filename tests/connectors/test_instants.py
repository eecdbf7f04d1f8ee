"""An instant is the same however a network writes it."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from evenscore.connectors.instants import as_instant, instant_of, iso

AT = datetime(2026, 3, 16, 2, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-16T02:00:07Z",
        "2026-03-16 02:00:07",
        "2026-03-16t02:00:07z",
        "2026-03-16 02:00:07 UTC",
        "2026-03-16T03:00:07.000+01:00",
        "Mon, 16 Mar 2026 02:00:07 GMT",
        "Mon Mar 16 02:00:07 2026",
        "Mon, 16 Mar 2026 03:00:07 +0100",
        1773626407,
        1773626407.0,
        1773626407000,
        1773626407000000,
    ],
)
def test_an_instant_is_known_however_it_is_written(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        found = as_instant(written)
    time.tzset()
    assert found == AT


def test_a_leap_second_is_the_one_before() -> None:
    assert iso("2016-12-31T23:59:60Z") == "2016-12-31T23:59:59Z"
    assert iso("2026-03-16T02:00:60.5Z") is not None and iso("2026-03-16T02:60:00Z") is None


def test_thousandths_are_kept() -> None:
    assert iso(1773626407123) == iso("2026-03-16T02:00:07.123Z") == "2026-03-16T02:00:07.123000Z"


@pytest.mark.parametrize(
    "written", [None, True, "soon", "Mon", "", "7", -1e12, 1e300, float("nan"), [], {}, "0001-01-01"]
)
def test_what_is_no_instant_is_none(written: Any) -> None:
    assert as_instant(written) is None


def test_a_number_is_read_as_what_lies_before_the_year_5000() -> None:
    seconds = (1e11 - 1, 1e11, 1e14 - 1, 1e14)
    assert [found.year for found in map(as_instant, seconds) if found] == [5138, 1973, 5138, 1973]


def test_where_there_is_no_instant_none_is_written() -> None:
    assert iso(None) is None and instant_of("a", "at")({"a": {}}) is None
    assert instant_of("a", "at")({"a": {"at": 1773626407}}) == AT


def test_no_network_has_anything_from_before_1970() -> None:
    assert as_instant("1970-01-01T00:00:00Z") == datetime(1970, 1, 1, tzinfo=UTC) == as_instant("1970-01-01")
    assert as_instant("1969-12-31T23:59:59.999999Z") is None is as_instant(-1)
