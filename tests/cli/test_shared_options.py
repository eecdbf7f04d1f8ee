"""Options that every verb shares may stand before the verb or behind it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from evenscore.cli import main
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
