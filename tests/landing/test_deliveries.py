"""What is noted of each delivered file: the share of refused records that it answers for, and when it was near."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from evenscore.base.paths import HomePaths
from evenscore.landing_zone.deliveries import Delivery, judge, rejected_by_reason, write_deliveries


def delivered(night: str = "2026-03-15", **facts: object) -> Delivery:
    return Delivery("a.csv", 1, 1, "ab", night, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("files", "shares"),
    [
        ([(20, 1)], [0.05]),
        ([(20, 1), (180, 0)], [0.05, 0.0]),
        ([(19, 1), (81, 0)], [0.01, 0.0]),
        ([(3, 1)], [0.333333]),
        ([(10, 1), (10, 1)], [0.1, 0.1]),
        ([(100, 1), (4, 4)], [0.01, 0.048077]),
        ([(0, 0), (20, 20)], [0.0, 1.0]),
    ],
)
def test_a_small_file_answers_for_the_night_where_it_is_worse_than_that(
    files: list[tuple[int, int]], shares: list[float]
) -> None:
    read = [delivered(record_count=records, rejected={"why": refused}) for records, refused in files]
    judge(read)
    assert [one.rejected_share for one in read] == shares


def test_refused_records_are_counted_by_reason_for_the_night_that_read_them_first(tmp_path: Path) -> None:
    places = HomePaths(tmp_path)
    said = {"a.csv": {"late": 1, "verb": 2}, "b.csv": {"late": 4, "id": 2}, "c.csv": {"late": 9}}
    nights = {"c.csv": "2026-03-14"}
    known = {name: delivered(nights.get(name, "2026-03-15"), rejected=reasons) for name, reasons in said.items()}
    write_deliveries(places, "forum", known)
    found = rejected_by_reason(places, "forum", date(2026, 3, 15))
    assert list(found.items()) == [("late", 5), ("id", 2), ("verb", 2)]


@pytest.mark.parametrize(
    ("last", "nights"),
    [("2026-03-15", ["2026-03-10", "2026-03-15"]), ("2026-03-08", ["2026-03-10", "2026-03-15"]),
     ("2026-03-07", ["2026-03-10"]), (None, ["2026-03-10"])],
)  # fmt: skip
def test_a_file_is_near_the_nights_of_a_week(last: str | None, nights: list[str]) -> None:
    assert delivered(last_date=last, earlier_nights=["2026-03-10"]).nights_near() == nights


@pytest.mark.parametrize(
    ("sha256", "read_as", "before", "is_same"),
    [("ab", "x", "x", True), ("cd", "x", "x", False), ("ab", "x", "y", False), ("ab", "x", None, True)],
)
def test_it_was_read_where_bytes_and_meaning_are_the_same(
    sha256: str, read_as: str, before: str | None, is_same: bool
) -> None:
    assert delivered(read_as=before).is_reading_of(sha256, read_as) is is_same


def test_it_is_due_when_what_lay_in_the_future_has_come() -> None:
    ago = [(datetime.now(UTC) - timedelta(hours=hours)).isoformat() for hours in (1, -1)]
    assert [delivered(waits_until=at).is_due() for at in (*ago, None)] == [True, False, False]


def test_its_days_are_those_of_the_dataset() -> None:
    landed = {"forum/activity": ["2026-03-01", "2026-03-02"], "forum/accounts": ["2026-03-03"]}
    assert delivered(landed=landed).days("activity") == [("forum", date(2026, 3, 1)), ("forum", date(2026, 3, 2))]
