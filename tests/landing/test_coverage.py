"""What each source owes: history that has ended, feeds that have stopped, and what lies between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest

from evenscore.intake.coverage import is_feed, partial_days, write_source_days
from evenscore.landing_zone.deliveries import Delivery

NIGHT = date(2026, 3, 10)
DAY = timedelta(days=1)

Files = dict[str, list[tuple[date, date]]]


def ago(days: int) -> date:
    return NIGHT - days * DAY


def daily(first: int, last: int) -> list[tuple[date, date]]:
    """A file a day, from so many days before the night to so many."""
    return [(ago(days), ago(days)) for days in range(last, first + 1)]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("""
            create schema raw;
            create table raw.sources (name varchar, network varchar, dataset varchar, is_feed boolean, last_day date);
            create table raw.deliveries (source varchar, first_date date, last_date date);
            create table raw.landed_files (source varchar, network varchar, dataset varchar);
            create table raw.look_back as
                select unnest(range(date '2026-02-10', date '2026-03-11', interval 1 day))::date as as_of_date;
        """)
        yield con


def states(con: duckdb.DuckDBPyConnection, files: Files, feeds: tuple[str, ...], day: date = NIGHT) -> dict[str, str]:
    """What each source has done for a day of their network; of a feed's name nothing follows."""
    for source, delivered in files.items():
        con.execute("insert into raw.sources values (?, 'forum', 'activity', ?, null)", [source, source in feeds])
        for first, last in delivered:
            con.execute("insert into raw.deliveries values (?, ?, ?)", [source, first, last])
    write_source_days(con)
    return dict(con.execute("select source, state from raw.source_days where day_date = $1", [day]).fetchall())


def test_a_file_that_has_ended_is_history_where_a_feed_goes_on(con: duckdb.DuckDBPyConnection) -> None:
    files = {"history": [(ago(300), ago(4))], "daily": daily(3, 0)}
    assert states(con, files, ("daily",)) == {"history": "ended", "daily": "covered"}


@pytest.mark.parametrize(
    ("files", "feeds", "expected"),
    [
        ({"history": [(ago(300), ago(4))]}, (), {"history": "missing"}),
        (
            {"history": [(ago(300), ago(4))], "daily": daily(3, 1)},
            ("daily",),
            {"history": "missing", "daily": "missing"},
        ),
        (
            {"first": daily(90, 0), "second": daily(90, 1)},
            ("first", "second"),
            {"first": "covered", "second": "missing"},
        ),
        ({"first": daily(90, 0), "off": daily(90, 80)}, ("first", "off"), {"first": "covered", "off": "ended"}),
        ({"first": daily(90, 0), "off": daily(90, 50)}, ("first", "off"), {"first": "covered", "off": "missing"}),
        (
            {"archive": [(ago(300), ago(200)), (ago(199), ago(20))], "daily": daily(40, 0)},
            ("daily",),
            {"archive": "ended", "daily": "covered"},
        ),
        (
            {"export": [(ago(300), ago(1))], "daily": daily(40, 0)},
            ("export", "daily"),
            {"export": "missing", "daily": "covered"},
        ),
        ({"daily": daily(40, 0), "never": []}, ("daily", "never"), {"daily": "covered"}),
    ],
    ids=[
        "history alone is an outage after its end",
        "a feed that stops is an outage, whatever is history",
        "one of two feeds that stops is an outage",
        "one of two feeds that was switched off months ago is not",
        "seven weeks are still an outage",
        "an archive of several files that overlaps the daily ones",
        "an export that used to be delivered anew",
        "a source that never delivered anything owes nothing",
    ],
)
def test_what_a_source_owes(
    con: duckdb.DuckDBPyConnection, files: Files, feeds: tuple[str, ...], expected: dict[str, str]
) -> None:
    assert states(con, files, feeds) == expected


def test_a_source_that_has_ended_owes_no_day_after_its_last(con: duckdb.DuckDBPyConnection) -> None:
    owed = states(con, {"forum": daily(40, 5), "chat": daily(40, 1)}, ("forum", "chat"))
    assert owed == {"forum": "missing", "chat": "missing"}
    for days, expected in ((4, "closed"), (1, "closed"), (0, "missing")):
        con.execute("update raw.sources set last_day = $1 where name = 'forum'", [ago(days)])
        write_source_days(con)
        told = con.execute("select source, state from raw.source_days where day_date = $1", [NIGHT]).fetchall()
        assert dict(told) == {"forum": expected, "chat": "missing"}
    earlier = con.execute("select state from raw.source_days where source = 'forum' and day_date <= $1", [ago(5)])
    assert {state for (state,) in earlier.fetchall()} == {"covered", "not begun", "missing"} - {"not begun"}


def test_a_day_before_the_feed_began_is_covered_by_history_alone(con: duckdb.DuckDBPyConnection) -> None:
    files = {"history": [(ago(300), ago(4))], "daily": daily(3, 0)}
    assert states(con, files, ("daily",), ago(5)) == {"history": "covered", "daily": "not begun"}


def test_a_source_that_names_no_network_owes_those_that_it_has_landed(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into raw.landed_files values ('mixed', 'forum', 'activity'), ('mixed', 'pixels', 'activity')")
    named = "('mixed', 'activity', true), ('names', 'accounts', true)"
    con.execute(f"insert into raw.sources (name, dataset, is_feed) values {named}")
    con.execute("insert into raw.deliveries values ('mixed', $1, $1)", [ago(1)])
    write_source_days(con)
    tonight = con.execute("select network, state from raw.source_days where day_date = $1 order by 1", [NIGHT])
    assert tonight.fetchall() == [("forum", "missing"), ("pixels", "missing")]


def read(night: int, last: int, *earlier: int) -> Delivery:
    """A file as read on a night, with days up to one; both, and earlier nights, as days before tonight."""
    delivery = Delivery("file", 1, 1, "sha", ago(night).isoformat(), last_date=ago(last).isoformat())
    delivery.earlier_nights = [ago(days).isoformat() for days in earlier]
    return delivery


@pytest.mark.parametrize(
    ("path", "delivered", "expected"),
    [
        ("forum/{date}.csv", [], True),
        ("history.csv", [read(3, 3)], False),
        ("history.csv", [read(0, 4)], False),
        ("export.csv", [read(1, 1, 3, 2)], True),
        ("years/*.csv", [read(3, 100), read(2, 40), read(1, 30)], False),
        ("dumps/*.csv", [read(3, 3), read(2, 2)], True),
        ("export.csv", [read(-1, -1, 3)], False),
    ],
    ids=[
        "a path that names days",
        "one file, read once",
        "one file, corrected on the night",
        "an export, every night",
        "an archive that arrives a year a night",
        "a file a night that does not name it",
        "delivered anew after the night that is scored again",
    ],
)
def test_a_feed_is_what_tells_of_the_present_again_and_again(
    path: str, delivered: list[Delivery], expected: bool
) -> None:
    assert is_feed(path, delivered, NIGHT) is expected


def parts(day: date, *names: str) -> list[Delivery]:
    """Files of a day, by what their names have in the place of `{day}`."""
    told = {"first_date": day.isoformat(), "last_date": day.isoformat()}
    return [Delivery(name.format(day=day, plain=f"{day:%Y%m%d}"), 1, 1, "", day.isoformat(), **told) for name in names]


HOURS = [f"in/{{day}}-{hour}.json.gz" for hour in range(24)]
PADDED = [f"in/{{plain}}/{hour:02}.ndjson" for hour in range(24)]
QUARTERS = [f"in/{{day}}/00-{minute:02}.csv" for minute in (0, 15, 30, 45)]
NAMED = ["in/{day}-issues.ndjson", "in/{day}-comments.ndjson", "in/{day}-pulls.ndjson"]


@pytest.mark.parametrize("names", [HOURS, PADDED, QUARTERS, NAMED], ids=["hours", "padded", "quarters", "named"])
def test_a_day_of_which_a_part_is_missing_is_partial_whatever_the_layout(names: list[str]) -> None:
    days = [delivery for days in range(1, 5) for delivery in parts(ago(days), *names)]
    assert partial_days([*days, *parts(NIGHT, *names)], NIGHT) == set()
    for missing in {names[0], names[1], names[-1]}:
        tonight = parts(NIGHT, *(name for name in names if name != missing))
        assert partial_days([*days, *tonight], NIGHT) == {NIGHT}
        assert partial_days([*days, *tonight], ago(1)) == set()


@pytest.mark.parametrize("hour", [0, 7, 23])
def test_an_hour_is_missing_from_the_first_day_on(hour: int) -> None:
    assert partial_days(parts(NIGHT, *(name for name in HOURS if name != HOURS[hour])), NIGHT) == {NIGHT}


@pytest.mark.parametrize(
    "names",
    [
        ["in/{day}.ndjson"],
        HOURS[12:14],
        ["in/{day}-a1f3.json", "in/{day}-77e0.json"],
        ["in/{day}-093017.csv", "in/{day}-171502.csv", "in/{day}-221133.csv"],
        [f"in/{{day}}-{number}.csv" for number in (1, 2, 7)],
        ["in/everything.csv"],
    ],
    ids=["one file", "two hours", "digests", "times", "fewer than half", "no day in its name"],
)
def test_what_is_no_row_of_parts_owes_none(names: list[str]) -> None:
    assert partial_days(parts(NIGHT, *names), NIGHT) == set()


def test_half_a_row_of_parts_owes_the_others() -> None:
    assert partial_days(parts(NIGHT, *(f"in/{{day}}-{number}.csv" for number in (1, 2, 6))), NIGHT) == {NIGHT}


def test_a_part_that_came_now_and_then_is_not_owed() -> None:
    days = [delivery for days in range(1, 9) for delivery in parts(ago(days), *(NAMED if days % 2 else NAMED[:2]))]
    assert partial_days([*days, *parts(NIGHT, *NAMED[:2])], NIGHT) == set()


@pytest.mark.parametrize(("came", "of", "is_owed"), [(3, 4, True), (2, 3, False), (2, 4, False), (1, 1, True)])
def test_a_part_that_three_of_four_days_had_is_owed(came: int, of: int, is_owed: bool) -> None:
    days = [one for day in range(1, of + 1) for one in parts(ago(day), *(NAMED if day <= came else NAMED[:2]))]
    assert partial_days([*days, *parts(NIGHT, *NAMED[:2])], NIGHT) == ({NIGHT} if is_owed else set())


@pytest.mark.parametrize(("days", "is_owed"), [(28, True), (29, False)])
def test_what_came_four_weeks_ago_is_owed_and_what_came_before_is_not(days: int, is_owed: bool) -> None:
    found = partial_days([*parts(ago(days), *NAMED), *parts(NIGHT, *NAMED[:2])], NIGHT)
    assert found == ({NIGHT} if is_owed else set())


def test_a_file_of_two_days_is_no_part_of_one() -> None:
    two_days = [replace(one, last_date=str(NIGHT)) for one in parts(ago(1), *HOURS[1:])]
    assert partial_days(two_days, NIGHT) == set() != partial_days(parts(ago(1), *HOURS[1:]), NIGHT)


def test_a_partial_day_is_missing_like_one_of_which_nothing_came(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into raw.sources values ('feed', 'forum', 'activity', true, null)")
    con.executemany("insert into raw.deliveries values ('feed', $1, $1)", [[ago(2)], [ago(1)], [NIGHT]])
    write_source_days(con, {"feed": {NIGHT}, "other": {ago(1)}, "none": set()})
    told = con.execute("select state from raw.source_days where day_date >= $1 order by day_date", [ago(1)])
    assert told.fetchall() == [("covered",), ("missing",)]


@pytest.mark.parametrize(("last_date", "is_near"), [("2026-03-03", True), ("2026-03-02", False), (None, False)])
def test_a_file_that_reaches_to_within_a_week_of_its_night_is_about_the_present(
    last_date: str | None, is_near: bool
) -> None:
    read = Delivery("all.csv", 1, 1, "", "2026-03-10", last_date=last_date, earlier_nights=["2026-02-01"])
    assert read.nights_near() == ["2026-02-01", *(["2026-03-10"] if is_near else [])]
