"""A night of many processes has the home folder to itself; whoever died does not keep it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evenscore.base.errors import BusyError, InputError
from evenscore.base.paths import HomePaths
from evenscore.consent import ledger
from evenscore.erasure import erase
from evenscore.erasure.hide import hide
from evenscore.state import runs, turns
from home import Home

MARCH_1 = "nightly_scores backfill__2026-03-01"


@pytest.fixture
def places(tmp_path: Path) -> HomePaths:
    return HomePaths(tmp_path)


def test_nobody_gets_between_the_steps_of_a_night(places: HomePaths) -> None:
    turns.take(places, MARCH_1)
    says = rf"turn.json: {MARCH_1} has been under way.*remove this file"
    with pytest.raises(BusyError, match=says), runs.only_one(places):
        pytest.fail("another run was let in")


def test_its_own_steps_do(places: HomePaths) -> None:
    turns.take(places, MARCH_1)
    with turns.acting_for(MARCH_1), runs.only_one(places), runs.only_one(places):
        pass
    with pytest.raises(BusyError), runs.only_one(places):
        pytest.fail("what ran after the step was let in")
    with turns.acting_for("nightly_scores manual__2"), pytest.raises(BusyError), runs.only_one(places):
        pytest.fail("another run was let in")


def test_what_hides_somebody_does_not_wait_for_the_morning(places: HomePaths) -> None:
    turns.take(places, MARCH_1)
    with runs.only_one(places, between_steps=True):
        pass


def test_the_ledger_takes_a_word_and_is_read_while_a_night_is_under_way(home: Home) -> None:
    turns.take(home.places, MARCH_1)
    said = {"person_id": "p_ann", "network": "forum", "account_id": "ann", "persona": "work", "is_adult": True}
    said |= {"action": "withdraw", "purpose": "public_score", "recorded_at": None, "text_version": None}
    assert len(ledger.record(home.settings, [said | {"source": "typed"}], "withdraw")) == 1
    assert ledger.open_ledger(home.settings).table.num_rows == 2
    assert hide(home.settings) is None
    with pytest.raises(BusyError):
        erase.forget(home.settings, ["p_ann"], "ann")


def test_a_turn_is_given_back_by_the_run_that_has_it_alone(places: HomePaths) -> None:
    turns.take(places, MARCH_1)
    assert not turns.give_back(places, "nightly_scores manual__2")
    assert turns.give_back(places, MARCH_1)
    with runs.only_one(places):
        assert turns.current(places) is None


def test_a_turn_that_is_taken_again_began_when_it_began(places: HomePaths) -> None:
    turns.take(places, MARCH_1)
    before = places.turn.read_bytes()
    turns.take(places, MARCH_1)
    assert places.turn.read_bytes() == before


def test_another_run_or_another_process_of_it_begins_a_turn_of_its_own(places: HomePaths) -> None:
    for holder, pid in ((MARCH_1, None), (MARCH_1, 7), ("nightly_scores manual__2", 7)):
        turns.take(places, holder, pid)
        found = turns.current(places)
        assert found and (found.holder, found.pid) == (holder, pid)


def test_that_a_scheduler_has_run_here_is_noted_once(places: HomePaths) -> None:
    turns.take(places, MARCH_1)
    places.scheduled.write_text("{}")
    turns.take(places, "nightly_scores manual__2")
    assert places.scheduled.read_text() == "{}"


def test_the_turn_of_a_process_that_is_gone_is_over(places: HomePaths) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    turns.take(places, MARCH_1, gone.pid)
    with runs.only_one(places):
        pass
    turns.take(places, MARCH_1, os.getpid())
    with pytest.raises(BusyError), runs.only_one(places):
        pytest.fail("another run was let in")


def test_the_process_of_somebody_else_is_there(places: HomePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(_pid: int, _signal: int) -> None:
        raise PermissionError

    turns.take(places, MARCH_1, 7)
    monkeypatch.setattr(os, "kill", kill)
    with pytest.raises(BusyError), runs.only_one(places):
        pytest.fail("another run was let in")


@pytest.mark.parametrize("torn", [b"", b'{"holder": "nightly', b"\x00\x00"])
def test_a_torn_note_lets_nobody_in(places: HomePaths, torn: bytes) -> None:
    places.turn.write_bytes(torn)
    with pytest.raises(InputError, match=r"turn.json: damaged"), runs.only_one(places):
        pytest.fail("a run was let in")


def test_the_lock_of_a_process_is_waited_for_as_long_as_said(places: HomePaths) -> None:
    hold = (
        "import sys\nfrom evenscore.base.paths import HomePaths\nfrom evenscore.state import runs\n"
        "with runs.only_one(HomePaths(sys.argv[1])):\n"
    )
    hold = hold.replace("sys.argv[1]", "__import__('pathlib').Path(sys.argv[1])")
    hold += "    print('held', flush=True)\n    sys.stdin.read()\n"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(places.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=r"evenscore.lock"), runs.only_one(places):
            pytest.fail("a run was let in")
        assert other.stdin
        other.stdin.close()
        with runs.only_one(places, patience=60):
            pass
