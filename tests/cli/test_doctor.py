"""What doctor finds: each thing that it looks at, well and not well, on both sides of a bound."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pytest

from evenscore.base import atomic_io, warehouse
from evenscore.base.errors import BusyError, EvenscoreError
from evenscore.intake import extraction
from evenscore.night import doctor
from evenscore.state import runs
from evenscore.state.runs import Night
from home import Home, event

HEADER = b"event_id,verb,actor_id,target_id,occurred_at\n"
SOUND = b"%d,like,bob,ann,2026-03-01T10:00:00Z\n"


def found(home: Home, subject: str) -> list[tuple[bool, str]]:
    """What doctor says of a subject."""
    return [(one.is_well, one.says) for one in doctor.examine(home.settings) if one.subject == subject]


def ran(home: Home, day: int, *stages: tuple[str, str | None]) -> None:
    """A run of a night in March: stages, and the error of each that has failed."""
    night = Night(runs.yesterday(), f"2026-03-{day:02}_a")
    for name, error in stages:
        with suppress(ValueError), runs.stage(home.places, night, name) as record:
            if error:
                raise ValueError(error)
            record["published"] = "published"
    os.utime(home.places.run(night.run_id), (day, day))


@pytest.fixture
def sound(home: Home) -> Home:
    """A home with a topic list, a landed file, a warehouse and a run: nothing is wrong."""
    (home.folder / "topics.csv").write_text("topic_id,name,terms\n1,Chess,rook|pawn\n2,Jazz,\n")
    home.config.write_text(home.config.read_text() + '\n[topics]\nlist = "topics.csv"\n')
    home.deliver("day.ndjson", event())
    home.extract()
    atomic_io.keep_private()
    home.places.home.chmod(0o700)
    with warehouse.connect(home.places):
        pass
    ran(home, 5, ("publish", None))
    return home


def test_where_nothing_is_wrong_everything_is_well(sound: Home) -> None:
    looked_at = doctor.examine(sound.settings)
    assert [one for one in looked_at if not one.is_well] == []
    says = {one.subject: one.says for one in looked_at}
    assert says.keys() >= {"configuration", "ledger", "truths", "checks", "dbt project", "disk", "privacy", "lock"}
    assert says["topics"] == f"{sound.folder}/topics.csv: 2 topics"
    assert says["latest run"] == "2026-03-05_a: published"
    assert says["warehouse"].startswith(f"{sound.places.warehouse}: opens, ")
    assert says["deliveries"] == "everything that was delivered has landed"
    assert says["published"] == "nothing yet"


def test_the_run_that_was_written_to_last_is_the_latest_and_its_first_error_is_told(sound: Home) -> None:
    ran(sound, 7, ("build", "no space left"), ("check", "not begun"))
    assert found(sound, "latest run") == [(False, "2026-03-07_a: no space left")]
    ran(sound, 6, ("publish", None))
    assert found(sound, "latest run") == [(False, "2026-03-07_a: no space left")]
    ran(sound, 8, ("check", None))
    assert found(sound, "latest run") == [(True, "2026-03-08_a: unfinished")]


def test_what_a_source_landed_that_is_configured_no_more_is_told(sound: Home) -> None:
    for number, name in enumerate(("c", "a", "d", "b", "renamed")):
        known = re.sub('name = "[a-z]+"', f'name = "{name}"', sound.config.read_text())
        sound.config.write_text(known)
        if name != "renamed":
            sound.deliver("day.ndjson", event(f"e{number}"))
            extraction.extract(sound.settings, name, date(2026, 3, 5))
    (_, (is_well, says)) = found(sound, "landing")
    assert not is_well and says.endswith("not configured, and not counted: a, b, c, d, forum")


@pytest.mark.parametrize(("free", "is_well"), [((1 << 30) - 1, False), (1 << 30, True)])
def test_a_gigabyte_is_enough_disk(home: Home, monkeypatch: pytest.MonkeyPatch, free: int, is_well: bool) -> None:
    monkeypatch.setattr(atomic_io, "free_bytes", lambda _folder: free)
    ((said, says),) = found(home, "disk")
    assert (said, "a night needs at least" in says) == (is_well, not is_well)


def test_another_run_that_works_here_is_a_finding_and_no_exception(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def busy(_places: object, **_how: object) -> Iterator[None]:
        raise BusyError("another run is working")
        yield

    monkeypatch.setattr(doctor.runs, "only_one", busy)
    assert found(home, "lock") == [(False, "another run is working")]


@pytest.mark.parametrize(("broken", "is_well"), [(2, True), (3, False)])
def test_a_file_of_which_more_than_half_is_malformed_is_no_use(home: Home, broken: int, is_well: bool) -> None:
    home.configure(path="data/{date}.csv")
    home.deliver("2026-03-02.csv", content=HEADER + SOUND % 1 + SOUND % 2 + b"1,like\n" * broken)
    ((said, says),) = found(home, "newest file of forum")
    assert (said, says.split(": ")[1]) == (is_well, f"{2 + broken} records, {broken} of them malformed")


def test_what_may_not_land_is_told_before_the_first_night(home: Home) -> None:
    home.configure(path="data/{date}.csv")
    home.deliver("2026-03-02.csv", content=HEADER + SOUND % 1 + SOUND.replace(b"like", b"adores") % 2)
    ((said, says),) = found(home, "newest file of forum")
    assert (said, says.split(": ")[1]) == (True, "2 records, 1 of them malformed")
    home.configure(path="data/accounts.csv", more='network = "forum"\ndataset = "accounts"')
    home.deliver("accounts.csv", content=b"account_id,captured_at,is_private\nann,some day,true\n")
    ((said, says),) = found(home, "newest file of forum")
    assert not said and "the snapshot asks that an account be private" in says


def test_a_file_that_would_take_minutes_is_not_read_on_trial(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    small = home.deliver("a.ndjson", event("a"))
    large = home.deliver("b.ndjson", event("b"), event("c"))
    os.utime(small, (1, 1))
    for most, read in ((large.stat().st_size, [large]), (large.stat().st_size - 1, [small]), (1, [])):
        monkeypatch.setattr(doctor, "MOST_BYTES", most)
        assert [Path(says.split(": ")[0]) for _, says in found(home, "newest file of forum")] == read


def test_an_erasure_that_is_not_finished_is_told(home: Home) -> None:
    home.places.erasures.mkdir(parents=True)
    home.places.erasure_intent.write_text("{}")
    ((is_well, says),) = found(home, "erasures")
    assert not is_well and "not finished" in says


def test_a_truth_that_lost_something_is_told_and_not_called_whole(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.truths, "complaints", lambda _places: ["decisions: lacks a line", "log: gone"])
    assert found(home, "truths") == [(False, "decisions: lacks a line"), (False, "log: gone")]


@pytest.mark.parametrize("error", [EvenscoreError("damaged"), OSError(13, "damaged")])
def test_what_cannot_be_looked_at_is_a_finding_and_the_next_look_goes_on(
    home: Home, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def _look_at_landing(_settings: object) -> Iterator[doctor.Finding]:
        raise error
        yield

    monkeypatch.setattr(doctor, "LOOKS", (_look_at_landing, doctor._look_at_versions))
    first, second = doctor.examine(home.settings)
    assert (first.subject, first.is_well, first.says) == ("landing", False, str(error))
    assert second.subject == "versions" and second.is_well


def test_every_look_has_its_turn() -> None:
    looks = [name for name in vars(doctor) if name.startswith("_look_at_")]
    assert [look.__name__ for look in doctor.LOOKS] == looks
