"""Spark as a night uses it: a process of the environment that has it, asked line by line."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.errors import EvenscoreError, UsageError
from evenscore.base.settings import Settings

PROGRAM = Path(__file__).with_name("spark_session.py")

OWN_CLUSTER = ("SPARK_CONF_DIR", "SPARK_REMOTE", "MASTER")
"""Variables by which somebody says that Spark is not to run on this machine alone, or how."""

LOCAL = {"spark.master": "local[*]", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


class Spark:
    """A Spark session that builds parts of the dbt project, for as long as the `with` block lasts.

    Everything that it writes lies below `folder`; the tables that it builds are `built/<schema>.db/<table>` there.
    Raises UsageError where its environment or Java is missing.
    """

    def __init__(self, settings: Settings, folder: Path, variables: str, functions: Sequence[str]) -> None:
        self.python = python_of(settings)
        self.folder = folder
        self.log = settings.places.dbt / "spark.log"
        self.work = {
            "folder": str(folder),
            "project": str(DBT_PROJECT),
            "variables": variables,
            "functions": list(functions),
            "conf": self._conf(),
        }

    def __enter__(self) -> Self:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "SPARK_HOME")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [self.python, "-I", str(PROGRAM)],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )
        self._say(self.work)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.process.terminate()
        self.process.communicate()  # nothing more is asked: it ends

    def build(self, selector: str, tables: Mapping[str, Path]) -> dict[str, float]:
        """Build the models of a selector on these tables' Parquet. Returns each model's seconds.

        Raises EvenscoreError where a model cannot be built, or Spark has died.
        """
        self._say({"selector": selector, "tables": {table: str(folder) for table, folder in tables.items()}})
        assert self.process.stdout is not None  # it is a pipe
        line = self.process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "Spark has died"}
        if "error" in answer:
            raise EvenscoreError(f"Spark build of {selector}: {answer['error']} (log: {self.log})")
        nodes: dict[str, float] = answer["nodes"]
        return nodes

    def _say(self, said: Mapping[str, object]) -> None:
        assert self.process.stdin is not None  # it is a pipe
        with suppress(BrokenPipeError):  # that it has died is seen where its answer is read
            self.process.stdin.write(json.dumps(said) + "\n")
            self.process.stdin.flush()

    def _conf(self) -> dict[str, str]:
        """The session's configuration: where it may write, and that it stays here unless somebody says otherwise."""
        own = {
            "spark.sql.warehouse.dir": str(self.folder / "built"),
            "spark.local.dir": str(self.folder / "spilled"),
            "spark.hadoop.fs.permissions.umask-mode": "077",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.sources.default": "parquet",
            "spark.ui.enabled": "false",
        }
        return own if any(name in os.environ for name in OWN_CLUSTER) else own | LOCAL


def python_of(settings: Settings) -> str:
    """The Python of the configured environment. Raises UsageError where it, PySpark, dbt-spark or Java is missing."""
    folder = environment_of(settings)
    python = folder / "bin" / "python"
    for package in ("pyspark", "dbt/adapters/spark"):
        if not python.exists() or not any(folder.glob(f"lib/python*/site-packages/{package}/__init__.py")):
            raise UsageError(
                f"{settings.config}: machine.spark: {folder} has no {package.split('/')[-1]}: in a checkout, "
                "`make .venv-spark/.ready` sets the environment up; elsewhere, `pip install dbt-spark[session]==1.11.0`"
            )
    if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        raise UsageError(
            f"{settings.config}: machine.spark: Spark needs Java 17 or later, and there is none: "
            "install openjdk-17-jre-headless, or set JAVA_HOME"
        )
    return str(python)


def environment_of(settings: Settings) -> Path:
    """The folder of the configured environment."""
    assert settings.machine.spark is not None  # nobody asks without it
    return settings.resolve(settings.machine.spark)


def engine(settings: Settings) -> str:
    """What builds the evidence layer, and in which version: another one might compute another last digit."""
    if settings.machine.spark is None:
        return "duckdb"
    found = environment_of(settings).glob("lib/python*/site-packages/pyspark-*.dist-info")
    return " ".join(sorted(one.stem for one in found))
