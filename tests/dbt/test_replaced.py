"""A table of the warehouse is replaced whole or not at all, with its comments."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenscore.base.bundled import DBT_PROJECT
from evenscore.night import lean_dbt

PROJECT = """\
name: tiny
version: "1.0.0"
profile: tiny
config-version: 2
models: {tiny: {+materialized: table, +persist_docs: {relation: true, columns: true}}}
"""
PROFILE = """\
tiny: {target: now, outputs: {now: {type: duckdb, path: "{{ env_var('TINY_WAREHOUSE') }}", threads: 1}}}
"""
DESCRIBED = """\
models:
  - {name: one, description: "What it's about; and more.", columns: [{name: number, description: "A $number$."}]}
"""
PYTHON = "import pyarrow as pa\n\ndef model(dbt, session):\n    return pa.table({'number': [%d]})\n"

Build = Callable[[], list[Any]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of one model that builds its tables as ours does. Nothing of it stays in the temporary folder."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "models").mkdir()
    (tmp_path / "macros").mkdir()
    shutil.copy(DBT_PROJECT / "macros" / "replaced.sql", tmp_path / "macros")
    (tmp_path / "dbt_project.yml").write_text(PROJECT)
    (tmp_path / "profiles.yml").write_text(PROFILE)
    (tmp_path / "models" / "models.yml").write_text(DESCRIBED)
    monkeypatch.setenv("TINY_WAREHOUSE", str(tmp_path / "tiny.duckdb"))
    yield tmp_path
    assert list(temporary.iterdir()) == []


@pytest.fixture
def build(project: Path) -> Build:
    here = ["--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(project / "target")]

    def built() -> list[Any]:
        result = lean_dbt.call(["build", "--quiet", "--log-path", str(project / "logs"), *here])
        assert result.exception is None, result.exception
        return [found.status for found in result.result]

    return built


def rows(project: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(os.fspath(project / "tiny.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def tables(project: Path) -> list[tuple[Any, ...]]:
    return rows(project, "select table_name, comment from duckdb_tables() order by 1")


def test_a_table_is_replaced_with_its_comments_or_stays(project: Path, build: Build) -> None:
    model = project / "models" / "one.sql"
    said = [("one", "What it's about; and more.")]
    for number in (1, 2):
        model.write_text(f"select {number} as number")
        assert build() == ["success"]
        assert rows(project, "from one") == [(number,)]
        assert tables(project) == said
        assert rows(project, "select comment from duckdb_columns() where table_name = 'one'") == [("A $number$.",)]
    model.write_text("select error('broken') as number")
    assert build() == ["error"]
    assert rows(project, "from one") == [(2,)]
    model.write_text("select 3 as another_name")  # described is what is not there
    assert build() == ["error"]
    assert rows(project, "from one") == [(2,)]
    assert tables(project) == said


def test_a_table_takes_the_place_of_a_view_and_python_that_of_either(project: Path, build: Build) -> None:
    model = project / "models" / "one.sql"
    with duckdb.connect(project / "tiny.duckdb") as con:
        con.execute("create view one as select 0 as number")
    model.write_text("select 1 as number")
    assert build() == ["success"]
    assert rows(project, "from one") == [(1,)]
    model.unlink()
    for number in (2, 3):
        model.with_suffix(".py").write_text(PYTHON % number)
        assert build() == ["success"]
        assert rows(project, "from one") == [(number,)]
        assert tables(project) == [("one", "What it's about; and more.")]
    model.with_suffix(".py").write_text(PYTHON.replace("[%d]", "broken"))
    assert build() == ["error"]
    assert rows(project, "from one") == [(3,)]


def test_a_table_that_another_engine_built_takes_the_place_of_ours_and_is_handed_over(
    project: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "models" / "one.sql").write_text("select 1 as number")
    assert build() == ["success"]
    theirs, given = project / "theirs.parquet", project / "given.parquet"
    duckdb.execute(f"copy (select 7 as number) to '{theirs}' (format parquet)")
    exchange = {"taken": {"main.one": f"'{theirs}'"}, "given": {"main.one": f"'{given}'"}}
    monkeypatch.setenv("EVENSCORE_EXCHANGE", json.dumps(exchange))
    assert build() == ["success"]
    assert rows(project, "from one") == [(7,)] == duckdb.execute(f"from '{given}'").fetchall()
    assert tables(project) == [("one", "What it's about; and more.")]


MANY = """\
select date '2026-03-01' + (number // 2)::integer as as_of_date, number::integer as number
from range(7) as numbers (number)
"""
BY_NIGHT = """\
{{ config(meta={"by_night_of": "many", "rows_at_once": 4}) }}
select number, getvariable('first_night') as first_night from {{ ref("many") }} where {{ nights_at_hand("as_of_date") }}
"""


def test_a_table_is_built_a_few_nights_at_a_time_and_whole_or_not_at_all(project: Path, build: Build) -> None:
    (project / "models" / "many.sql").write_text(MANY)
    model = project / "models" / "one.sql"
    model.write_text(BY_NIGHT)
    first, second = date(2026, 3, 1), date(2026, 3, 3)
    said = [*((number, first) for number in range(4)), *((number, second) for number in range(4, 7))]
    for _ in range(2):
        assert build() == ["success", "success"]
        assert rows(project, "from one order by number") == said
    model.write_text(BY_NIGHT.replace("select number", "select if(number = 6, error('broken'), number) as number"))
    assert build() == ["success", "error"]
    assert rows(project, "from one order by number") == said
    (project / "models" / "many.sql").write_text(f"{MANY.rstrip()} limit 0")
    model.write_text(BY_NIGHT)
    assert build() == ["success", "success"]
    assert rows(project, "from one") == []
