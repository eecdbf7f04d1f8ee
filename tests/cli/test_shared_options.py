"""Options that every verb shares may stand before the verb or behind it."""

from pathlib import Path

from click.testing import CliRunner

from evenscore.cli import main


def test_the_home_may_be_named_before_the_verb_and_after_it(tmp_path: Path) -> None:
    for words in (["--home", str(tmp_path), "doctor"], ["doctor", "--home", str(tmp_path)]):
        said = CliRunner().invoke(main, ["--config", str(tmp_path / "absent.toml"), *words])
        assert said.exit_code == 2
        assert f"{tmp_path}/absent.toml" in said.stderr


def test_what_stands_behind_the_verb_wins(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["--config", "first.toml", "doctor", "--config", "second.toml"])
    assert "second.toml" in said.stderr


def test_the_demo_takes_no_configuration(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["demo", "--home", str(tmp_path), "--config", "mine.toml"])
    assert said.exit_code == 2
    assert "--config mine.toml" in said.stderr
