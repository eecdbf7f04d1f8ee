"""The pages that tell a newcomer where things are: each path that they name exists, and each page can be found."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from evenscore.base.sources import Source
from evenscore.checks.suites import STAGES
from evenscore.connectors import CONNECTORS, NETWORKS
from evenscore.publication.shown_rows import MARTS

ROOT = Path(__file__).parents[2]
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
DBT = ROOT / "dbt_project"
PLACE = re.compile(r"`((?:\.?[\w*]+/)[\w./*-]*|[\w-]+\.(?:md|toml|lock))`")
"""What stands in code marks and looks like a path of the repository; `<what>` marks a name that is yet to be given."""


def rows() -> dict[str, str]:
    """What is to be added, and the files to touch for it."""
    _, table = CONTRIBUTING.read_text().split("## Where does it go?")
    found = re.findall(r"^\| \*\*(.+?)\*\* \| (.+) \|$", table, re.MULTILINE)
    return dict(found)


def places(text: str) -> list[str]:
    return PLACE.findall(text)


def missing(text: str) -> list[str]:
    return [place for place in places(text) if not any(ROOT.glob(place.rstrip("/")))]


@pytest.mark.parametrize("kind", sorted(rows()))
def test_every_file_that_a_change_touches_exists(kind: str) -> None:
    assert places(rows()[kind]), f"{kind}: names no file"
    assert missing(rows()[kind]) == []


def test_a_path_that_is_gone_is_seen() -> None:
    assert missing("`dags/evenscore/nowhere.py` and `docs/` and `nothing.toml`") == [
        "dags/evenscore/nowhere.py",
        "nothing.toml",
    ]


def test_what_the_issue_asks_for_has_its_row() -> None:
    wanted = {
        "network that is pulled",
        "kind of file",
        "feature",
        "expectation",
        "rule of the gate",
        "scoring version",
        "column of a mart",
    }
    assert wanted | {"sentence that people read", "setting"} <= set(rows())


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
def test_the_files_of_a_kind_of_network_are_those_that_name_the_kinds_there_are(kind: str) -> None:
    """Traced: where a kind that is there stands in code is where a new one goes."""
    told = rows()["network that is pulled" if kind in NETWORKS else "kind of file"]
    assert kind in str(Source.model_fields["kind"].annotation)
    assert "`dags/evenscore/base/sources.py`" in told
    for path in [*(ROOT / "dags/evenscore").rglob("*.py"), *(DBT / "models").rglob("*.sql")]:
        if f'kind: ClassVar[str] = "{kind}"' in path.read_text() or f"source_kind = '{kind}'" in path.read_text():
            name = path.relative_to(ROOT).as_posix()
            assert any(name.startswith(place) for place in places(told)), f"CONTRIBUTING.md does not lead to {name}"


def test_the_files_of_a_mart_are_those_that_list_the_marts_there_are() -> None:
    """Traced: every file of the package that lists all marts, or says what one may be used for, is told of."""
    told = places(rows()["mart"])
    for path in (ROOT / "dags/evenscore").rglob("*.py"):
        if all(f'"{mart}"' in path.read_text() for mart in MARTS):
            assert path.relative_to(ROOT).as_posix() in told, f"CONTRIBUTING.md does not lead to {path}"


def test_a_column_of_a_mart_is_in_the_files_that_are_told() -> None:
    """Traced with a column that is there."""
    (scores,) = yaml.safe_load((DBT / "models/marts/person_scores.yml").read_text())["models"]
    assert "evidence_count" in {column["name"] for column in scores["columns"]}
    for place in places(rows()["column of a mart"]):
        texts = (path.read_text() for path in ROOT.glob(f"{place}*" if place.endswith("/") else place))
        assert any("evidence_count" in text for text in texts), f"{place} does not know evidence_count"


def test_every_stage_of_expectations_is_where_the_table_says() -> None:
    assert {path.name for path in (ROOT / "expectations").iterdir() if path.is_dir()} == set(STAGES)


def test_the_index_has_every_page_and_every_decision_once() -> None:
    index = (ROOT / "docs/README.md").read_text()
    named = re.findall(r"\]\(([\w./-]+\.md)\)", index)
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")} - {"README.md"}
    pages = {page for page in pages if not page.startswith("networks/")}  # networks.md has those
    assert len(pages) > 15
    assert sorted(name for name in named if not name.startswith("..")) == sorted(pages)


PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        assert target.startswith("http") or (path.parent / target).exists(), target


@pytest.mark.parametrize("path", sorted((ROOT / "docs/decisions").glob("*.md")), ids=lambda path: path.stem[:4])
def test_a_decision_says_why_and_at_what_price(path: Path) -> None:
    text = path.read_text()
    for part in ("**Question.**", "**Decision.**", "**Because**", "**Price.**", "**Look again**"):
        assert part in text, part
    assert text.startswith(f"# {int(path.stem[:4])}. ")
    assert len(text.splitlines()) <= 30


def test_the_glossary_is_in_order_and_explains_each_word_once() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\* \|", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
    assert words == sorted(set(words), key=str.casefold)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with the hook turned on, in which stand-ins note what they are called with."""
    tools = tmp_path / ".venv/bin"
    tools.mkdir(parents=True)
    for name in ("ruff", "mypy", "lint-imports", "sqlfluff"):
        (tools / name).write_text('#!/bin/sh\necho "$(basename "$0") $*" >>called\n! grep -qs BAD *.py\n')
        (tools / name).chmod(0o755)
    for command in ("init -q", "config core.hooksPath .githooks", "config user.email a@b", "config user.name a"):
        git(tmp_path, *command.split())
    shutil.copytree(ROOT / ".githooks", tmp_path / ".githooks")
    return tmp_path


def git(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(["git", *arguments], cwd=folder, env=kept, capture_output=True, text=True)


def test_a_commit_is_looked_at_file_by_file(checkout: Path) -> None:
    (checkout / "a b.py").write_text("x = 1\n")
    (checkout / "dbt_project").mkdir()
    (checkout / "dbt_project/m.sql").write_text("select 1\n")
    git(checkout, "add", "a b.py", "dbt_project")
    (checkout / "unstaged.py").write_text("x = 1\n")
    made = git(checkout, "commit", "-qm", "A change")
    assert made.returncode == 0, made.stderr
    called = (checkout / "called").read_text()
    assert "ruff check --quiet --force-exclude a b.py\n" in called
    assert "m.sql" in called and "mypy" in called and "unstaged" not in called


def test_a_commit_without_code_calls_no_tool(checkout: Path) -> None:
    (checkout / "page.md").write_text("# A page\n")
    git(checkout, "add", "page.md")
    assert git(checkout, "commit", "-qm", "A page").returncode == 0
    assert not (checkout / "called").exists()


@pytest.mark.parametrize(
    ("name", "text"), [("bad.py", "BAD\n"), ("page.md", "trailing \n"), ("m.md", "<<<<<<< HEAD\n")]
)
def test_a_commit_that_a_tool_refuses_is_not_made(checkout: Path, name: str, text: str) -> None:
    (checkout / name).write_text(text)
    git(checkout, "add", name)
    assert git(checkout, "commit", "-qm", "A change").returncode != 0
    assert git(checkout, "log").returncode != 0, "a commit was made"


def test_every_tool_of_the_hook_is_a_pinned_dependency() -> None:
    hook = (ROOT / ".githooks/pre-commit").read_text()
    known = (ROOT / "pyproject.toml").read_text()
    named = {"lint-imports": "import-linter"}
    for tool in set(re.findall(r"\.venv/bin/([\w-]+)", hook)):
        assert f'"{named.get(tool, tool)}' in known, tool
    assert os.access(ROOT / ".githooks/pre-commit", os.X_OK)
