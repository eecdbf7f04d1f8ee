"""The verbs of leaving and of retention."""

import json

import pytest
from click.testing import CliRunner, Result
from leaving import PERSON, Left
from village import LAST

from evenscore.base.errors import InputError
from evenscore.cli import main
from evenscore.erasure import erase


def run(left: Left, verb: str, *arguments: str) -> Result:
    home = ["--home", str(left.settings.home), "--config", str(left.settings.config)]
    return CliRunner().invoke(main, [verb, *arguments, *home])


def test_forget_says_how_much_went_and_what_is_not_ours(left: Left) -> None:
    done = run(left, "forget", PERSON, "--by", "the desk", "--why", "asked")
    assert done.exit_code == 0, done.output
    assert "forgotten: 1 person, 1 account" in done.output
    assert "consent.csv" in done.output
    for source in left.settings.sources:
        assert (str(left.settings.folder(source)) in done.output) is not source.is_pulled
    assert PERSON not in done.output
    none = run(left, "forget", "--due", "--by", "the night")
    assert "nobody is to be forgotten" in none.output
    gone = run(left, "explain", PERSON)
    assert gone.exit_code == 2


def test_an_erasure_that_ran_out_of_disk_says_how_it_goes_on_and_does_when_it_is_said_again(
    left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise InputError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(erase, "STEPS", (*erase.STEPS[:1], full))
        failed = run(left, "forget", PERSON, "--by", "the desk")
    assert failed.exit_code == 1
    assert "the erasure has begun; mend this and say it again, or run a night" in failed.stderr
    assert "an erasure has begun and is not finished" in run(left, "doctor").output
    again = run(left, "forget", PERSON, "--by", "the desk")
    assert (again.exit_code, again.output[:32]) == (0, "forgotten: 1 person, 1 account; "), again.output
    assert run(left, "forget", PERSON, "--by", "the desk").exit_code == 2


def test_forget_wants_to_be_told_whom(left: Left) -> None:
    for arguments in ([], [PERSON, "--due"]):
        failed = run(left, "forget", *arguments, "--by", "the desk")
        assert failed.exit_code == 2
        assert "name people or accounts" in failed.stderr
    malformed = run(left, "forget", "--account", "bob", "--by", "the desk")
    assert malformed.exit_code == 2
    assert "'bob' is not a NETWORK:ACCOUNT" in malformed.stderr


def test_prune_counts_from_the_latest_published_night(left: Left) -> None:
    assert json.loads(run(left, "prune", "--json").stdout) == {}
    assert "nothing is old enough" in run(left, "prune", "--as-of", str(LAST)).stdout
