"""`evenscore new network NAME`: what it writes runs, and every rule of the house holds for it at once."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evenscore.base.errors import UsageError
from evenscore.cli.scaffold import LISTS, PLACES, new_network

ROOT = Path(__file__).parents[2]
PARTS = ("dags", "docs", "tests", "dbt_project", "expectations", "pyproject.toml", "Makefile", ".importlinter")

TESTS = [f"tests/networks/test_{name}.py" for name in ("weather", "repeated_pulls")]


@pytest.mark.slow
def test_a_new_network_passes_the_tests_of_all_networks_as_it_is_written(tmp_path: Path) -> None:
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, tmp_path / part)
    new_network("newsboard", tmp_path)

    def run(*command: str) -> None:
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, capture_output=True, text=True,
            env={"PYTHONPATH": str(tmp_path / "dags"), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]

    run("-m", "ruff", "check", "--fix", "-q", "dags")
    run("-m", "evenscore.pulling.network_pages", "docs")
    run("-m", "pytest", "-q", "tests/repo/test_networks.py", *TESTS, "-k", "newsboard")


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"id": 1, "author": {"id": 7}}, None),
        ({"id": 1, "author": {"id": 7}, "direct": True}, "a direct message"),
        ({"id": 1, "author": {"id": 7, "private": True}}, "private"),
        ({"id": 1, "author": None}, None),
    ],
    ids=["open", "direct", "of a private account", "nobody's"],
)
def test_a_new_connector_leaves_out_what_is_private_as_it_is_written(
    tmp_path: Path, item: dict[str, Any], why: str | None
) -> None:
    written = new_network("newsboard", places_in(tmp_path)).written[0]
    made = runpy.run_path(str(written))["Newsboard"]()
    assert made.kept_out("posts", item) == why


def places_in(folder: Path) -> Path:
    """A folder with what a new network changes."""
    for path in {one[0] for one in (*PLACES, *LISTS)}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


def test_one_network_after_another_finds_its_place_however_the_code_is_formatted(tmp_path: Path) -> None:
    names = [f"a{letter}networkofalongname" for letter in "abcdef"]
    for name in names:
        new_network(name, places_in(tmp_path) if name == names[0] else tmp_path)
        subprocess.run([sys.executable, "-m", "ruff", "format", "-q", "--line-length", "120", tmp_path], check=True)
    urls = runpy.run_path(str(tmp_path / "dags/evenscore/base/sources.py"))["URLS"]
    assert {name: urls.get(name) for name in names} == dict.fromkeys(names, "")


def test_a_network_that_finds_no_place_somewhere_is_written_nowhere(tmp_path: Path) -> None:
    page = places_in(tmp_path) / "docs/networks.md"
    page.write_text("nothing")
    before = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="by hand"):
        new_network("newsboard", tmp_path)
    assert {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["github", "Two Words", "../up", "files", ""])
def test_a_name_that_will_not_do_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="give it a plain word"):
        new_network(name, tmp_path)


def test_a_folder_that_is_no_checkout_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no checkout"):
        new_network("newsboard", tmp_path)
    assert list(tmp_path.iterdir()) == []
