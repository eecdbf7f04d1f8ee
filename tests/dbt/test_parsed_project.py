"""The dbt project is parsed once a process, and again as soon as anything in it or asked of it is another."""

from pathlib import Path

import pytest

from evenscore.building import parsed_project


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The variables of each call of dbt's parser."""
    calls: list[str] = []

    def parse(variables: str, arguments: list[str]) -> object:
        calls.append(variables)
        return object()

    monkeypatch.setattr(parsed_project, "_parse", parse)
    monkeypatch.setattr(parsed_project, "_kept", {})
    return calls


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "one.sql").write_text("select 1 as number")
    return tmp_path


def test_a_project_is_parsed_once(project: Path, parses: list[str]) -> None:
    first = parsed_project.parsed(project, "{}", [])
    assert parsed_project.parsed(project, "{}", ["--quiet"]) is first
    assert parses == ["{}"]


def test_other_variables_are_parsed_for_themselves(project: Path, parses: list[str]) -> None:
    first, second = (
        parsed_project.parsed(project, variables, []) for variables in ('{"version": 1}', '{"version": 2}')
    )
    assert first is not second
    assert parsed_project.parsed(project, '{"version": 1}', []) is first


@pytest.mark.parametrize("change", ["a model is edited", "a model is added", "a model is removed"])
def test_a_project_that_has_changed_is_parsed_again(change: str, project: Path, parses: list[str]) -> None:
    first = parsed_project.parsed(project, "{}", [])
    model = project / "models" / "one.sql"
    if change == "a model is edited":
        model.write_text("select 22 as number")
    elif change == "a model is added":
        model.with_name("two.sql").write_text("select 2 as number")
    else:
        model.unlink()
    assert parsed_project.parsed(project, "{}", []) is not first
    assert len(parses) == 2


def test_a_copy_of_a_project_is_a_project_of_its_own(project: Path, parses: list[str], tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "models"
    first = parsed_project.parsed(project / "models", "{}", [])
    copy.mkdir(parents=True)
    (copy / "one.sql").write_bytes((project / "models" / "one.sql").read_bytes())
    assert parsed_project.parsed(copy, "{}", []) is not first


def test_few_are_kept(project: Path, parses: list[str]) -> None:
    for number in range(20):
        parsed_project.parsed(project, str(number), [])
    assert len(parsed_project._kept) == parsed_project.KEPT_COUNT
