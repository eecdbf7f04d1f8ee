"""Each figure of the page in words, on both sides of each bound."""

from datetime import date

import pytest

from evenscore.report import words
from evenscore.report.facts import NetworkRows

MINUS = words.MINUS


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "an unknown share"),
        (0, "none"),
        (0.009, "less than 1 %"),
        (0.01, "1 %"),
        (0.34, "34 %"),
        (0.99, "99 %"),
        (0.991, "more than 99 %"),
        (1, "all"),
    ],
)
def test_a_share_is_in_words_at_its_ends_alone(value: float | None, says: str) -> None:
    assert words.share(value) == says


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (0, "0.0"),
        (0.04, "0.0"),
        (-0.04, "0.0"),
        (0.06, "+0.1"),
        (-0.06, f"{MINUS}0.1"),
        (48, "+48.0"),
        (-21.3, f"{MINUS}21.3"),
    ],
)
def test_a_move_has_the_sign_of_what_is_shown_of_it(value: float, says: str) -> None:
    assert words.signed(value) == says


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (4.6, "4.6 s"),
        (59.94, "59.9 s"),
        (59.95, "1 min 0 s"),
        (60, "1 min 0 s"),
        (125.4, "2 min 5 s"),
        (3600, "60 min 0 s"),
    ],
)
def test_a_duration_of_a_minute_is_in_minutes(value: float, says: str) -> None:
    assert words.seconds(value) == says


@pytest.mark.parametrize(
    ("value", "says"), [(None, ""), (512, "512 MB"), (999, "999 MB"), (1000, "1.0 GB"), (3244, "3.2 GB")]
)
def test_memory_of_a_thousand_megabytes_is_in_gigabytes(value: int | None, says: str) -> None:
    assert words.megabytes(value) == says


@pytest.mark.parametrize(("count", "says"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (1200, "1,200 days")])
def test_one_is_no_plural(count: int, says: str) -> None:
    assert words.plural(count, "day") == says
    assert words.plural(count, "day", "many") == (says if count == 1 else says.replace("days", "many"))


@pytest.mark.parametrize(("count", "says"), [(0, "fewer than 10"), (9, "fewer than 10"), (10, "10"), (11, "11")])
def test_a_small_number_of_people_is_not_counted_out(count: int, says: str) -> None:
    assert words.few(count) == says


@pytest.mark.parametrize(
    ("tonight", "usual", "says"),
    [
        (5, 0, "and none on the days before"),
        (200, 100, "2.0 times the usual"),
        (199, 100, "99 % more than usual"),
        (105, 100, "5 % more than usual"),
        (104, 100, "about as many as usual"),
        (96, 100, "about as many as usual"),
        (94, 100, "6 % fewer than usual"),
        (0, 100, "100 % fewer than usual"),
    ],
)
def test_tonights_rows_stand_beside_a_usual_day(tonight: int, usual: int, says: str) -> None:
    nights = [date(2026, 3, night) for night in (13, 14, 15)]
    rows = NetworkRows("forum", tuple(zip(nights, (0, 2 * usual, tonight), strict=True)))
    assert words.against_usual(rows) == says


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        ("min value 2", "at least 2"),
        ("max value 5", "at most 5"),
        ("min value 2, max value 5", "at least 2 and at most 5"),
        ("min value 2, max value 5, strict min True, strict max True", "above 2 and below 5"),
        ("min value 2, max value 5, strict min False, strict max False", "at least 2 and at most 5"),
        ("min value 2, strict min True, max value 5", "above 2 and at most 5"),
        ("min value 2, max value 5, strict max True", "at least 2 and below 5"),
        ("min value 0, max value 0", "exactly 0"),
        ("max value 0", "at most 0"),
        ("value set False", "no"),
        ("value set 3", "3"),
        ("value set a, b", "value set a, b"),
        ("value set a, max value 5", "value set a, max value 5"),
        ("min value 2, mostly 0.9", "min value 2, mostly 0.9"),
        ("", ""),
    ],
)
def test_limits_are_in_words_where_they_are_limits_and_nothing_else(expected: str, says: str) -> None:
    assert words.limits(expected) == says


def test_a_day_a_count_and_a_subject_read_as_they_are_said() -> None:
    sunday = date(2026, 3, 15)
    assert words.day(sunday) == "Sunday 15 March 2026"
    assert words.listed_day(sunday) == "Sun 2026-03-15"
    assert words.short_day(date(2026, 3, 5)) == "5 March"
    assert (words.whole(12936.6), words.about(13867), words.points(16.46)) == ("12,937", "10,000", "16.5")
    assert words.percent(0.9984) == "99.8 %"
    assert words.subject("rejected_share: values to be between") == "Rejected share"
    assert [words.truth(text) for text in ("True", "False", "maybe")] == ["yes", "no", "maybe"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\tb\nc\rd\u2028e\u2029f", "a b c d e f"),
        ("a\x00b\x1bc", "abc"),
        ("a\u202eb\u200bc", "abc"),
        ("a\ue000b", "ab"),
        ("a\ud800b", "ab"),
        ("\u00e9 \u6f22 \U0001f600", "\u00e9 \u6f22 \U0001f600"),
        (3, "3"),
    ],
)
def test_a_name_is_harmless_and_otherwise_itself(text: object, says: str) -> None:
    assert words.clean(text) == says
