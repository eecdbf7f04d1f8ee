"""What every test may ask for, which tests share a process, and which answer at once."""

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenscore.base import atomic_io
from evenscore.base.paths import HomePaths
from evenscore.night import dbt_build, parsed_project
from home import Home

atomic_io.keep_private()  # as every verb and every DAG does

TESTS = Path(__file__).parent

STEPPED = ("crash", "data_docs_verb", "gate", "growth", "night", "present_consent", "publishing", "scores")
"""The files of tests/pipeline that read the three nights of `stepped`."""

TOGETHER = ("dags", "erasure", "laboratory/evaluation", "laboratory/simulation")
"""The folders that share a home of their own."""

LONG = ("stepped", "erasure", "pipeline", "dbt", "dags", "laboratory")
"""What takes longest is handed out first, so that no process waits for another at the end."""

CONNECT: Any = duckdb.connect

SLOW = "mark.slow"
"""How a file says that a test in it is slow."""

QUICK = ("connectors", "landing", "reviews", "scoring")
"""The folders whose tests build no night."""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out files whole, and files that share a home to one process: to build it costs more than to test it."""
    from xdist.scheduler import LoadFileScheduling

    class ByHome(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid.split("::", 1)[0].removeprefix("tests/"))

    return ByHome(config, log)


def group_of(file: str) -> str:
    """What a test file, named from the folder of the tests, runs in one process with."""
    folder, _, name = file.rpartition("/")
    if folder in TOGETHER:
        return folder
    is_stepped = folder == "pipeline" and name.removeprefix("test_").removesuffix(".py") in STEPPED
    return "stepped" if is_stepped else file


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where only quick or only slow tests are asked for, the others are not even imported: that alone takes as long."""
    asked = config.option.markexpr
    if asked == "quick":
        is_other = collection_path.parent == TESTS and collection_path.is_dir() and collection_path.name not in QUICK
    else:
        is_other = asked.startswith("slow") and collection_path.suffix == ".py" and not _may_be_slow(collection_path)
    return True if is_other else None


def _may_be_slow(file: Path) -> bool:
    return SLOW in file.read_text()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as quick what builds nothing, and put first what takes longest.

    A slow test in a file that does not say so would be run by nobody: it ends the run that leaves it out.
    """
    for item in items:
        if item.get_closest_marker("slow") and not _may_be_slow(item.path):
            raise pytest.UsageError(f"{item.nodeid}: is slow, and {item.path.name} has no {SLOW}")
        if _is_quick(item):
            item.add_marker(pytest.mark.quick)
    items.sort(key=_rank)


def _is_quick(item: pytest.Item) -> bool:
    """Whether a test builds no night and reads no real sample, which take seconds each."""
    is_long = item.get_closest_marker("slow") or "shared_data" in getattr(item, "fixturenames", ())
    return _file(item).split("/")[0] in QUICK and not is_long


def _rank(item: pytest.Item) -> int:
    group = group_of(_file(item)).split("/")[0]
    return LONG.index(group) if group in LONG else len(LONG)


def _file(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).as_posix()


def with_threads(count: int) -> Callable[..., duckdb.DuckDBPyConnection]:
    """How to open a database that works on so many threads."""

    def connect(*places: Any, config: Any = None, **options: Any) -> duckdb.DuckDBPyConnection:
        return CONNECT(*places, config={"threads": count} | (config or {}), **options)

    return connect


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Each process of a run has a core of its own, and over small tables DuckDB's threads wait for one another most."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb, "connect", with_threads(1))
        yield


@pytest.fixture
def four_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what threads may not change: also where a machine has one core."""
    monkeypatch.setattr(duckdb, "connect", with_threads(4))


@pytest.fixture(scope="session", autouse=True)
def one_parse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The processes of one run share what dbt has parsed: one parses, and the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    parsed = parsed_project.parsed

    def parsed_once(*project: Any) -> Any:
        with (folder / "parsed.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return parsed(*project)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HomePaths, "parsed_projects", folder / "parsed")
        patch.setattr(parsed_project, "KEPT_COUNT", 16)  # the tests have more sets of variables than a home has
        patch.setattr(dbt_build, "parsed", parsed_once)
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real sample data, which stays outside the repository."""
    root = Path(__file__).parents[2] / "shared" / "data"
    if not root.is_dir():
        pytest.skip(f"no sample data at {root}")
    return root


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A configured home with an empty source."""
    return Home(tmp_path)
