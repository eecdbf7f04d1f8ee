"""Airflow reads its home from the environment when it is first imported, so it is set before any test imports it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HOME = Path(tempfile.mkdtemp(prefix="evenscore-dags-"))

os.environ |= {
    "EVENSCORE_HOME": str(HOME),
    "AIRFLOW_HOME": str(HOME / "airflow"),
    "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
}


def pytest_sessionfinish() -> None:
    """No fixture, because the folder is there before any test is asked for one."""
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def airflow_home() -> Path:
    """The home folder of a migrated Airflow, away from the user's own."""
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)
    return HOME


@pytest.fixture(scope="session")
def bag(airflow_home: Path) -> Any:
    """Every DAG, as Airflow sees it."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(ROOT / "dags")
