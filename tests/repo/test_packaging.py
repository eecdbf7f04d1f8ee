"""The wheel carries all that a night needs, and reads none of it at import; what it offers is typed and described."""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import evenscore
from evenscore.base import bundled
from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.errors import UsageError
from evenscore.night import dbt_build, steps
from evenscore.state.runs import Night
from home import Home

ROOT = Path(__file__).parents[2]
CARRIED = {
    "dags/evenscore": "evenscore",
    "dags/evenscore_airflow": "evenscore_airflow",
    "dbt_project": "evenscore/dbt_project",
    "expectations": "evenscore/expectations",
}
"""Where the files of a folder are in the wheel."""

IMPORTS_ALL = """
import pkgutil, sys, evenscore
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
for module in pkgutil.walk_packages(evenscore.__path__, "evenscore."):
    __import__(module.name)
read = [path for path in opened if path.startswith(tuple(sys.argv[1:])) and not path.endswith(".py")]
print(*[path for path in read if "__pycache__" not in path], sep="\\n")
"""


def test_the_wheel_holds_every_file_that_a_night_needs() -> None:
    held = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tracked = [name for name in listed.split("\0") if (ROOT / name).is_file()]
    for folder, inside in CARRIED.items():
        expected = {name.replace(folder, inside, 1) for name in tracked if name.startswith(f"{folder}/")}
        assert expected, folder
        assert expected <= held, f"{folder}: {sorted(expected - held)} would be missing from the wheel"
    dags = {f"evenscore_airflow/dag_files/{path.name}" for path in (ROOT / "dags").glob("*.py")}
    assert dags <= held, f"pyproject.toml: force-include lacks {sorted(dags - held)}"
    assert {"evenscore/py.typed", "evenscore_airflow/py.typed"} <= held
    assert not [name for name in held if name.startswith(("tests", "docs")) or "target" in Path(name).parts]


@pytest.mark.slow
def test_importing_the_package_reads_no_file_of_its_own() -> None:
    line = [sys.executable, "-c", IMPORTS_ALL, *(str(ROOT / folder) for folder in CARRIED)]
    surroundings = {"PYTHONPATH": str(ROOT / "dags"), "PATH": ""}
    opened = subprocess.run(line, capture_output=True, text=True, check=True, env=surroundings)
    assert opened.stdout.split() == []


def test_one_module_says_where_the_project_and_the_suites_are() -> None:
    for path in (ROOT / "dags").rglob("*.py"):
        if path.name != "bundled.py":
            text = path.read_text()
            assert not re.search(r"parents\[\d\] */ *[\"'](dbt_project|expectations)", text), path
    assert bundled.IS_CHECKOUT
    assert (bundled.DBT_PROJECT, bundled.EXPECTATIONS) == (ROOT / "dbt_project", ROOT / "expectations")


@pytest.mark.parametrize("present", [("dbt_project", "expectations"), ("dbt_project",), ("expectations",)])
def test_an_installed_package_looks_inside_itself_alone(present: tuple[str, ...], tmp_path: Path) -> None:
    """Also where it has lost a folder: a folder of that name two levels up is somebody else's."""
    package = tmp_path / "lib/site-packages/evenscore"
    for name in present:
        (package / name).mkdir(parents=True)
    for name in ("dbt_project", "expectations"):
        (tmp_path / "lib" / name).mkdir()
    source = Path(bundled.__file__).read_text()
    found: dict[str, object] = {"__file__": str(package / "base/bundled.py")}
    exec(compile(source, "bundled.py", "exec"), found)
    assert not found["IS_CHECKOUT"]
    assert (found["DBT_PROJECT"], found["EXPECTATIONS"]) == (package / "dbt_project", package / "expectations")


@pytest.mark.parametrize("lost", ["", "dbt_project.yml", "models/gate", "models/staging", "macros", "seeds", "tests"])
def test_a_dbt_project_without_a_part_stops_the_night(
    lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "dbt_project"
    shutil.copytree(DBT_PROJECT, project)
    monkeypatch.setattr(dbt_build, "DBT_PROJECT", project)
    dbt_build.require_project()
    if (project / lost).is_dir():
        shutil.rmtree(project / lost)
        (project / lost).mkdir()  # an empty folder is no better than none
    else:
        (project / lost).unlink()
    with pytest.raises(UsageError, match="the dbt project has no such file") as stopped:
        dbt_build.require_project()
    assert str(project / lost) in str(stopped.value)


@pytest.mark.parametrize(
    "lost", [f"models/{name}.yml" for name in ("features/feat_text__topics", "scores/score_person__influence")]
)
def test_a_model_without_the_yaml_of_its_tests_stops_the_night(
    lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbt would build them, and test nothing."""
    project = tmp_path / "dbt_project"
    shutil.copytree(DBT_PROJECT, project)
    monkeypatch.setattr(dbt_build, "DBT_PROJECT", project)
    (project / lost).unlink()
    with pytest.raises(UsageError, match=f"{lost}: the dbt project has no such file"):
        dbt_build.require_project()


def test_the_first_stage_of_a_night_asks_for_the_dbt_project(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt_build, "DBT_PROJECT", tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"nowhere/dbt_project\.yml: the dbt project has no such file"):
        steps.check_landing(home.settings, Night.of(date(2026, 3, 1)))
    assert not home.places.warehouse.exists()


def test_a_night_from_python_leaves_files_for_their_owner_alone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever calls the API has not gone through a verb, which sets the umask."""
    before = os.umask(0o022)
    try:
        monkeypatch.setattr(dbt_build, "DBT_PROJECT", Path("nowhere"))
        with pytest.raises(UsageError):
            evenscore.run_night(home.settings, date(2026, 3, 1))
    finally:
        os.umask(before)
    assert home.places.runs.stat().st_mode & 0o077 == 0


def test_the_public_api_is_there_and_described() -> None:
    page = (ROOT / "docs/api.md").read_text()
    for name in evenscore.__all__:
        assert getattr(evenscore, name).__doc__, name
        assert f"| `{name}" in page, f"docs/api.md does not describe {name}"
    with pytest.raises(AttributeError, match="no attribute 'run_nights'"):
        _ = evenscore.run_nights


def test_the_example_of_the_api_page_has_only_public_names() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text(), re.DOTALL)
    (imported,) = re.findall(r"from evenscore import (.*)", example)
    assert set(imported.split(", ")) <= set(evenscore.__all__)
    compile(example, "docs/api.md", "exec")
