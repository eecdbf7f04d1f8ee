"""What is installed is whole, works in an empty folder outside any checkout, and is never written to."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
Run = Callable[..., Any]
EVENTS = ("event_id,verb,actor_id,target_id,occurred_at", "e1,like,bob,ann,2026-03-14T10:00:00Z")


def files_of(package: Path) -> dict[Path, int]:
    """Every file of an installed package with the time of its last change, but for byte code."""
    found = [path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path: path.stat().st_mtime_ns for path in found}


def test_a_night_is_scored_in_an_empty_folder_and_nothing_is_written_to_the_package(
    run: Run, environment: Path, tmp_path: Path
) -> None:
    (package,) = environment.glob("lib/python*/site-packages/evenscore")
    before = files_of(package)
    assert run("evenscore", "init").returncode == 0
    (tmp_path / "incoming/activity/2026-03-14.csv").write_text("\n".join(EVENTS) + "\n")
    granted = run(
        "evenscore", "consent", "grant", "p_ann", "--account", "community:ann", "--adult",
        "--recorded-at", "2026-03-01T12:00:00Z",
    )  # fmt: skip
    assert granted.returncode == 0, granted.stderr
    night = run("evenscore", "night", "--date", "2026-03-14", "--json")
    assert night.returncode == 0, night.stderr
    assert json.loads(night.stdout)["outcome"] == "published"
    assert files_of(package) == before
    assert (tmp_path / "var/dbt/target").is_dir()
    assert {path.name for path in tmp_path.iterdir()} == {"consent.csv", "evenscore.toml", "incoming", "var"}


def test_a_package_that_lost_a_folder_stops_the_night(run: Run, environment: Path, tmp_path: Path) -> None:
    (package,) = environment.glob("lib/python*/site-packages/evenscore")
    assert run("evenscore", "init").returncode == 0
    for lost, complaint in (("expectations", "the suite is gone"), ("dbt_project", "the dbt project has no such file")):
        aside = (package / lost).rename(package / f"{lost}_aside")
        try:
            night = run("evenscore", "night", "--date", "2026-03-14")
        finally:
            aside.rename(package / lost)
        assert night.returncode == 2, night.stderr
        assert f"{package / lost}" in night.stderr and complaint in night.stderr
        assert not (tmp_path / "var/published/evenscore.duckdb").exists()


def test_the_api_is_offered_with_its_types_and_imports_nothing_heavy(run: Run) -> None:
    code = (
        "import sys, evenscore, evenscore_airflow; from evenscore import load_settings; print('duckdb' in sys.modules)"
    )
    ran = run("python", "-c", code)
    assert (ran.stdout, ran.stderr) == ("False\n", "")


def test_an_airflow_of_ones_own_finds_the_dag_files(run: Run, environment: Path, tmp_path: Path) -> None:
    (dags,) = environment.glob("lib/python*/site-packages/evenscore_airflow/dag_files")
    code = "import nightly_scores, evenscore_airflow.surroundings as s; print(s.home())"
    ran = run("python", "-c", code, PYTHONPATH=str(dags), AIRFLOW_HOME=str(tmp_path / "airflow"))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == str(tmp_path / "airflow" / "var")
    assert {path.name for path in dags.glob("*.py")} == {path.name for path in (ROOT / "dags").glob("*.py")}
