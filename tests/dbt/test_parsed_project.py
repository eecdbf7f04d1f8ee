"""The dbt project is parsed once a home, and again as soon as anything in it or asked of it is another."""

import json
import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from evenscore.base import warehouse
from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.errors import EvenscoreError
from evenscore.night import dbt_build, lean_dbt, parsed_project
from evenscore.state.laid_out_run import ScoringVersions
from home import Home


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The variables of each call of dbt's parser."""
    calls: list[str] = []

    def parse(variables: str, arguments: list[str]) -> object:
        calls.append(variables)
        return object()

    monkeypatch.setattr(parsed_project, "_parse", parse)
    monkeypatch.setattr(parsed_project, "_keep", lambda manifest, path: path.touch())
    monkeypatch.setattr(parsed_project, "_read", lambda path: path.stat() if path.exists() else None)
    monkeypatch.setattr(parsed_project, "_kept", {})
    return calls


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project" / "models").mkdir(parents=True)
    (tmp_path / "project" / "models" / "one.sql").write_text("select 1 as number")
    return tmp_path / "project"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a home keeps what was parsed."""
    place = tmp_path / "parsed"
    place.mkdir()
    return place


def test_a_project_is_parsed_once(project: Path, folder: Path, parses: list[str]) -> None:
    first = parsed_project.parsed(project, "{}", [], folder)
    assert parsed_project.parsed(project, "{}", ["--quiet"], folder) is first
    assert parses == ["{}"]


def test_other_variables_are_parsed_for_themselves(project: Path, folder: Path, parses: list[str]) -> None:
    first, second = (
        parsed_project.parsed(project, variables, [], folder) for variables in ('{"version": 1}', '{"version": 2}')
    )
    assert first is not second
    assert parsed_project.parsed(project, '{"version": 1}', [], folder) is first


@pytest.mark.parametrize("change", ["a model is edited", "a model is added", "a model is removed"])
def test_a_project_that_has_changed_is_parsed_again(
    change: str, project: Path, folder: Path, parses: list[str]
) -> None:
    first = parsed_project.parsed(project, "{}", [], folder)
    model = project / "models" / "one.sql"
    if change == "a model is edited":
        model.write_text("select 22 as number")
    elif change == "a model is added":
        model.with_name("two.sql").write_text("select 2 as number")
    else:
        model.unlink()
    assert parsed_project.parsed(project, "{}", [], folder) is not first
    assert len(parses) == 2


def test_a_copy_of_a_project_is_a_project_of_its_own(
    project: Path, folder: Path, parses: list[str], tmp_path: Path
) -> None:
    copy = tmp_path / "copy" / "models"
    first = parsed_project.parsed(project / "models", "{}", [], folder)
    copy.mkdir(parents=True)
    (copy / "one.sql").write_bytes((project / "models" / "one.sql").read_bytes())
    assert parsed_project.parsed(copy, "{}", [], folder) is not first


def test_few_are_kept(project: Path, folder: Path, parses: list[str]) -> None:
    for number in range(20):
        parsed_project.parsed(project, str(number), [], folder)
    assert len(parsed_project._kept) == parsed_project.KEPT_COUNT


def test_the_next_process_reads_what_was_parsed(
    project: Path, folder: Path, parses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed_project.parsed(project, "{}", [], folder)
    monkeypatch.setattr(parsed_project, "_kept", {})
    parsed_project.parsed(project, "{}", [], folder)
    assert parses == ["{}"]


def test_another_dbt_parses_for_itself(
    project: Path, folder: Path, parses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed_project.parsed(project, "{}", [], folder)
    monkeypatch.setattr(parsed_project, "version", lambda name: f"{name} of another day")
    parsed_project.parsed(project, "{}", [], folder)
    assert parses == ["{}", "{}"]


def test_of_what_is_kept_for_the_next_process_the_oldest_goes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed_project, "KEPT_COUNT", 3)
    manifest = SimpleNamespace(to_msgpack=lambda encoder: b"parsed")
    for age, name in enumerate(("d", "b", "a", "c")):  # d is the newest
        (folder / f"{name}.msgpack").write_bytes(b"before")
        os.utime(folder / f"{name}.msgpack", (100 - age, 100 - age))
    (folder / "a.note").touch()
    parsed_project._keep(manifest, folder / "e.msgpack")
    assert sorted(path.name for path in folder.iterdir()) == ["a.note", "b.msgpack", "d.msgpack", "e.msgpack"]
    assert (folder / "e.msgpack").read_bytes() == b"parsed"


def test_a_project_that_dbt_cannot_parse_is_an_error_with_dbts_words(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def called(arguments: list[str]) -> SimpleNamespace:
        asked.append(arguments)
        return SimpleNamespace(exception=ValueError("no such macro") if len(asked) > 1 else None, result="parsed")

    monkeypatch.setattr(lean_dbt, "call", called)
    assert parsed_project._parse("{}", ["--quiet"]) == "parsed"
    with pytest.raises(EvenscoreError, match="dbt parse: no such macro"):
        parsed_project._parse("{}", ["--quiet"])
    assert asked[0] == ["parse", "--vars", "{}", "--quiet"]


def test_a_kept_parse_that_is_damaged_is_no_parse(folder: Path) -> None:
    (folder / "some.msgpack").write_bytes(b"half of it")
    assert parsed_project._read(folder / "some.msgpack") is None


def test_whether_engagers_are_named_changes_nothing_that_is_parsed() -> None:
    """So that one parse does for both: what hangs on it reads no table, and is no setting of a model."""
    asked = re.compile(r'\{%-? if var\("names_engagers"\) -?%\}(.*?)\{%-? endif', re.DOTALL)
    texts = [path.read_text() for path in DBT_PROJECT.rglob("*.sql")]
    found = [block for text in texts for block in asked.findall(text)]
    assert len(found) == sum(text.count("names_engagers") for text in texts) == 2
    assert not [block for block in found if re.search(r"\b(ref|source|config)\(", block)]


def test_a_call_says_whether_engagers_are_named_and_the_project_is_parsed_once_for_both(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed_for: list[str] = []
    monkeypatch.setattr(dbt_build, "parsed", lambda project, variables, *more: parsed_for.append(variables))
    monkeypatch.setattr(dbt_build, "scoring_versions", lambda con: ScoringVersions(3, None, None))
    home.places.home.mkdir()
    with warehouse.connect(home.places):
        pass
    calls = [json.loads(dbt_build.parsed_night(home.settings, *is_named)[1]) for is_named in ((True,), ())]
    assert [call["names_engagers"] for call in calls] == [True, False]
    assert len(set(parsed_for)) == 1
