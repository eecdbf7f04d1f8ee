"""What an operator starts: DAG files that parse at once, and make's targets, wherever the checkout lies."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("pandas", "numpy", "duckdb", "pyarrow", "scipy", "dbt", "great_expectations", "matplotlib", "ahocorasick")
STUB = (
    '#!/bin/sh\necho "$(basename "$0") $*" >>"$EVENSCORE_HOME/called"\n[ "$1" = dags ] && sleep "${SLEEP:-0}"\nexit 0\n'
)


def test_airflow_parses_the_dags_without_what_only_their_tasks_need(tmp_path: Path) -> None:
    dags = sorted(path.stem for path in (ROOT / "dags").glob("*.py"))
    code = f"import sys, {', '.join(dags)}\nprint([name for name in {HEAVY} if name in sys.modules])"
    surroundings = os.environ | {"PYTHONPATH": str(ROOT / "dags"), "AIRFLOW_HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_schedule_stands_alone_in_the_dag_files() -> None:
    for path in (ROOT / "dags").glob("*.py"):
        text = path.read_text()
        assert "os.environ" not in text and '"warehouse"' not in text, f"{path.name}: evenscore_airflow has that"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with a space in its path, in which make finds stand-ins for what it starts."""
    folder = tmp_path / "a check out"
    tools = folder / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, folder)
    (folder / ".bootstrap" / "bin").mkdir(parents=True)
    for stub in (tools / "airflow", tools / "evenscore", folder / ".bootstrap" / "bin" / "uv"):
        stub.write_text(STUB)
        stub.chmod(0o755)
    (tools / "python").symlink_to(sys.executable)
    (folder / ".venv" / ".ready").touch()
    (folder / "var").mkdir()
    return folder


def make(folder: Path, target: str, **surroundings: str) -> "subprocess.Popen[str]":
    kept = {name: value for name, value in os.environ.items() if not re.match("EVENSCORE|AIRFLOW|MAKE", name)}
    return subprocess.Popen(
        ["make", target], cwd=folder, env=kept | surroundings, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize("home", [None, "state of mine", "{folder}/an absolute one"])
def test_make_nightly_works_in_a_path_with_a_space(checkout: Path, home: str | None) -> None:
    place = checkout / home.format(folder=checkout) if home else checkout / "var"
    place.mkdir(exist_ok=True)
    ran = make(checkout, "nightly", **({"EVENSCORE_HOME": home.format(folder=checkout)} if home else {}))
    out, err = ran.communicate()
    assert (ran.returncode, err) == (0, ""), out
    assert "airflow dags test nightly_scores 2026-03-15" in (place / "called").read_text()
    assert (place / "airflow" / "nightly.log").exists()
    assert sorted(path.name for path in checkout.parent.iterdir()) == [checkout.name]


@pytest.mark.parametrize("second", ["nightly", "standalone"])
def test_of_two_at_once_the_second_says_so(checkout: Path, second: str) -> None:
    first = make(checkout, "nightly", SLEEP="30")
    called = checkout / "var" / "called"
    while not (called.exists() and "airflow dags" in called.read_text()):
        time.sleep(0.05)
    before = called.read_text()
    ran = make(checkout, second)
    _, err = ran.communicate()
    assert ran.returncode != 0
    assert f"make {second}: another make runs Airflow in {checkout / 'var'}" in err
    assert called.read_text() == before
    os.killpg(first.pid, signal.SIGTERM)
    first.communicate()


@pytest.mark.parametrize("target", ["clean", "distclean"])
def test_make_clean_leaves_what_cannot_be_made_again(checkout: Path, target: str) -> None:
    (checkout / "var" / "ledger").touch()
    out, _ = make(checkout, target).communicate()  # nobody types yes
    assert not (checkout / ".venv").exists()
    assert (checkout / "var" / "ledger").exists()
    assert ("removes" in out) == (target == "distclean")


def test_every_promised_python_is_tried() -> None:
    promised = re.search(r"PROMISED=\((.*)\)", (ROOT / ".ci/interpreters").read_text())
    assert promised
    span = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    first, last = (int(number) for number in re.fullmatch(r">=3\.(\d+),<3\.(\d+)", span).groups())
    assert promised.group(1).split() == [f"3.{minor}" for minor in range(first, last)]
    for page in ("README.md", "Makefile"):
        assert f"Python 3.{first} to 3.{last - 1}, git" in (ROOT / page).read_text(), page


def test_every_quick_test_is_there() -> None:
    (quick,) = re.findall(r"QUICK=\((.*?)\)", (ROOT / ".ci/interpreters").read_text(), re.DOTALL)
    assert [name for name in quick.split() if not (ROOT / name).exists()] == []
