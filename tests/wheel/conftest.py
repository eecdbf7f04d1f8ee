"""The wheel, installed into an environment of its own with what uv.lock names, outside any checkout."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNREACHABLE = ("Failed to fetch", "Failed to download", "error sending request", "network was disabled")
"""How uv says that there is no package index."""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def uv(*arguments: str | Path, environment: Path) -> None:
    """Call uv as make does, with its cache. Where there is no uv or no package index, the test is skipped."""
    found = shutil.which("uv") or str(ROOT / ".bootstrap/bin/uv")
    if not Path(found).exists():
        pytest.skip("no uv: neither on the path nor in .bootstrap; make test-slow has it")
    surroundings = os.environ | {"UV_PROJECT_ENVIRONMENT": str(environment), "UV_PYTHON_DOWNLOADS": "never"}
    surroundings.setdefault("UV_CACHE_DIR", str(ROOT / ".bootstrap/cache"))
    surroundings.pop("VIRTUAL_ENV", None)
    ran = subprocess.run([found, *map(str, arguments)], cwd=ROOT, env=surroundings, capture_output=True, text=True)
    if ran.returncode and any(sign in ran.stderr for sign in UNREACHABLE):
        pytest.skip(f"no package index: {ran.stderr.splitlines()[-1]}")
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `uv build` makes it."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--quiet", "--wheel", "--out-dir", folder, ".", environment=folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it. Its files share the disk blocks of uv's cache where they can."""
    folder = tmp_path_factory.mktemp("installed") / "env"
    uv(
        "sync",
        "--quiet",
        "--frozen",
        "--no-dev",
        "--no-install-project",
        "--python",
        sys.executable,
        environment=folder,
    )
    uv("pip", "install", "--quiet", "--no-deps", "--python", folder, wheel, environment=folder)
    return folder


@pytest.fixture
def run(environment: Path, tmp_path: Path) -> Run:
    """Runs a program of the fresh environment in an empty folder, with nothing of this checkout on its path."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "EVENSCORE", "AIRFLOW"))
    }

    def run(program: str, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        line = [str(environment / "bin" / program), *arguments]
        return subprocess.run(line, cwd=tmp_path, env=kept | more, capture_output=True, text=True)

    return run
