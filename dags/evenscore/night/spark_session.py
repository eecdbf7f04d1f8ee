"""A Spark session that builds parts of the dbt project as it is asked to: a program for an environment with PySpark.

Nothing imports it: that environment has neither evenscore nor DuckDB. It reads JSON lines. The first says where to
work: `folder`, `project`, `variables`, `functions` (SQL that defines what the models call), `conf` (of the session).
Each further one asks for a part: `selector`, and `tables`, the folder of Parquet of each table that it reads
(schema.table). It answers each with a line: `nodes`, the seconds of each model, or `error`.
"""

import json
import os
import signal
import sys
from typing import IO, Any


def main() -> None:
    """Answer until nothing more is asked."""
    answers = _own_output()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    work = json.loads(sys.stdin.readline())
    session = _session(work)
    try:
        _answer(session, work, answers)
    finally:
        _end(session)


def _answer(session: Any, work: dict[str, Any], answers: IO[str]) -> None:
    manifest: Any = None
    for line in sys.stdin:
        try:
            manifest = manifest or _invoke(work, None, "parse")
            answer: dict[str, Any] = {"nodes": _build(session, work, manifest, json.loads(line))}
        except Exception as error:
            answer = {"error": " ".join(str(error).partition("== SQL ==")[0].split())}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _end(session: Any) -> None:
    """Stop the session, and wait until Java has ended: what it wrote is removed then."""
    gateway = session.sparkContext._gateway
    session.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


def _own_output() -> IO[str]:
    """What is answered on; whatever else this process prints goes where its errors go."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _session(work: dict[str, Any]) -> Any:
    from pyspark.sql import SparkSession  # there in its own environment alone

    builder = SparkSession.builder.appName("evenscore evidence")
    for name, value in work["conf"].items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.conf.set("spark.sql.parser.escapedStringLiterals", "true")  # as profiles.yml has it for dbt
    for function in work["functions"]:
        session.sql(function)
    return session


def _build(session: Any, work: dict[str, Any], manifest: Any, asked: dict[str, Any]) -> dict[str, float]:
    for table, folder in asked["tables"].items():
        session.sql(f"create schema if not exists {table.split('.')[0]}")
        session.catalog.createTable(table, path=folder, source="parquet")
    chosen = [
        "--selector",
        asked["selector"],
        "--exclude-resource-type",
        "test",
        "--exclude-resource-type",
        "unit_test",
    ]
    results = list(_invoke(work, manifest, "build", *chosen))
    for result in results:
        if result.status != "success":
            raise RuntimeError(f"{result.node.name}: {result.message}")
    return {result.node.name: round(result.execution_time, 3) for result in results}


def _invoke(work: dict[str, Any], manifest: Any, verb: str, *chosen: str) -> Any:
    from dbt.cli.main import dbtRunner  # seconds to import

    options = [verb, *chosen, "--target", "spark", "--vars", work["variables"]]
    options += [
        "--project-dir",
        work["project"],
        "--profiles-dir",
        work["project"],
        "--no-write-json",
        "--no-partial-parse",
    ]
    options += [
        "--target-path",
        f"{work['folder']}/dbt",
        "--log-path",
        f"{work['folder']}/dbt",
        "--log-level",
        "none",
        "--quiet",
    ]
    result = dbtRunner(manifest).invoke(options)
    if result.exception:
        raise result.exception
    return result.result


if __name__ == "__main__":
    main()
