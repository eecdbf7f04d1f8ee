"""A run is of a day that is over, and its folder tells what each of its stages did."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from evenscore.base.errors import InputError, UsageError
from evenscore.base.paths import HomePaths
from evenscore.state import runs
from evenscore.state.runs import Night

TODAY = date(2026, 3, 2)


class Clock(datetime):
    """A clock that stands at noon of 2 March."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HomePaths:
    monkeypatch.setattr(runs, "datetime", Clock)
    return HomePaths(tmp_path)


@pytest.mark.parametrize(
    ("day", "says"), [(TODAY, r"--date 2026-03-02: is not over yet"), (TODAY + timedelta(1), "lies in the future")]
)
def test_a_day_that_is_not_over_is_no_night(day: date, says: str, places: HomePaths) -> None:
    with pytest.raises(UsageError, match=says):
        Night.of(day)


def test_the_newest_night_is_that_of_the_day_before(places: HomePaths) -> None:
    assert runs.yesterday() == date(2026, 3, 1)
    assert Night.of(runs.yesterday()).run_id == "2026-03-01_20260302T120000.000000Z"
    assert Night.of(runs.yesterday(), "by hand: 2").run_id == "2026-03-01_by-hand-2"


def test_the_newest_run_is_that_which_began_last_and_the_newest_night_that_of_the_latest_day(places: HomePaths) -> None:
    for name, began in (("2026-02-28_b", 3), ("2026-02-28_a", 4), ("2026-02-27_c", 5)):
        places.run(name).mkdir(parents=True)
        os.utime(places.run(name), (began, began))
    assert runs.latest_run(places, date(2026, 2, 28)).run_id == "2026-02-28_a"
    assert runs.latest_night(places) == date(2026, 2, 28)
    with pytest.raises(UsageError, match="no run of that night has begun"):
        runs.latest_run(places, date(2026, 2, 26))


def test_before_any_night_there_is_no_newest(places: HomePaths) -> None:
    with pytest.raises(UsageError, match="no night has run yet"):
        runs.latest_night(places)


def test_a_stage_that_fails_is_recorded_with_its_error_and_fails(
    places: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = Night.of(runs.yesterday(), "a")
    with runs.stage(places, night, "extract") as record:
        record["rows"] = 3
    for name, error in (("check", InputError("torn")), ("build", ZeroDivisionError("none"))):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772453000" if name == "check" else "1772454000")
        with pytest.raises(type(error)), runs.stage(places, night, name):
            raise error
    extracted, checked, built = sorted(runs.stages(places, night.run_id), key=lambda one: one["outcome"] != "done")
    assert (extracted["stage"], extracted["outcome"], extracted["rows"]) == ("extract", "done", 3)
    assert (checked["stage"], checked["outcome"], checked["error"]) == ("check", "failed", "torn")
    assert (built["stage"], built["outcome"], built["error"]) == ("build", "failed", "none")
    assert (checked["exit_code"], built["exit_code"]) == (InputError.exit_code, 1)
    runs.forget_stages(places, night, ("build", "publish"))
    assert {record["stage"] for record in runs.stages(places, night.run_id)} == {"extract", "check"}


def test_the_instant_of_a_build_that_is_to_be_the_same_again_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772323200")
    assert runs.now() == "2026-03-01T00:00:00.000000Z"
