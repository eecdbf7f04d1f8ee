"""Options that every verb shares may stand before the verb or behind it."""

from pathlib import Path

import click
import duckdb
import pytest
from click.testing import CliRunner

from evenscore.base.errors import EvenscoreError, StoppedByCheck, UsageError
from evenscore.cli import main
from evenscore.cli.root import guarded
from home import Home, event


def test_the_home_may_be_named_before_the_verb_and_after_it(tmp_path: Path) -> None:
    for words in (["--home", str(tmp_path), "doctor"], ["doctor", "--home", str(tmp_path)]):
        said = CliRunner().invoke(main, ["--config", str(tmp_path / "absent.toml"), *words])
        assert said.exit_code == 2
        assert f"{tmp_path}/absent.toml" in said.stderr


@pytest.mark.parametrize(
    "words", [["doctor", "--config", "second.toml"], ["review", "--config", "second.toml", "list"]], ids=" ".join
)
def test_what_stands_behind_the_verb_or_its_group_wins(words: list[str]) -> None:
    said = CliRunner().invoke(main, ["--config", "first.toml", *words])
    assert "second.toml" in said.stderr


def test_the_demo_takes_no_configuration(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["demo", "--home", str(tmp_path), "--config", "mine.toml"])
    assert said.exit_code == 2
    assert "--config mine.toml" in said.stderr


@pytest.mark.parametrize("verb_comes", ["first", "last"])
def test_a_typed_home_wins_over_the_environment(
    verb_comes: str, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENSCORE_HOME", str(tmp_path / "from_environment"))
    home.deliver("day.ndjson", event("a"))
    typed = ["--home", str(home.places.home), "--config", str(home.config)]
    extract = ["extract", "--date", "2026-03-01"]
    words = [*extract, *typed] if verb_comes == "first" else [*typed, *extract]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert home.places.home.is_dir()
    assert not (tmp_path / "from_environment").exists()


def test_the_home_of_the_environment_is_taken_where_none_is_typed(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENSCORE_HOME", str(tmp_path / "from_environment"))
    home.deliver("day.ndjson", event("a"))
    assert CliRunner().invoke(main, ["extract", "--date", "2026-03-01", "--config", str(home.config)]).exit_code == 0
    assert (tmp_path / "from_environment").is_dir()


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (OSError("no\nroom"), 1),
        (duckdb.IOException("no\nroom"), 1),
        (EvenscoreError("no\nroom"), 1),
        (UsageError("no\nroom"), 2),
        (StoppedByCheck("no\nroom"), 3),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("is_verbose", [False, True])
def test_what_goes_wrong_ends_in_one_line_and_its_exit_code(error: Exception, exit_code: int, is_verbose: bool) -> None:
    def verb(home: Path, config: Path | None, as_json: bool) -> None:
        raise error

    said = CliRunner().invoke(click.command()(guarded(verb)), ["--verbose"] * is_verbose)
    assert (said.exit_code, said.stdout) == (exit_code, "")
    assert said.stderr.endswith("evenscore: no room\n") and ("Traceback" in said.stderr) is is_verbose
