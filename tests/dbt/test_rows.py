"""The one generic test of the dbt project: each of its rules fails on a row that breaks it, and says which it was."""

import shutil
from typing import Any

import duckdb
import pytest

from evenscore.building import warehouse

PROJECT = """\
name: tiny
version: "1.0.0"
profile: tiny
config-version: 2
models: {tiny: {+materialized: table}}
"""
PROFILE = 'tiny: {target: now, outputs: {now: {type: duckdb, path: "%s", threads: 1}}}'
RULES = """\
version: 2
models:
  - name: %s
    data_tests:
      - rows:
          arguments:
            unique: [[person, persona], [number]]
            not_null: [person, persona]
            within: {score: [1, 100], weight: [0, null], share: [null, 1]}
            one_of: {persona: [work, personal]}
            has: {person: [ida, maya]}
"""
SOUND = {"person": "'ida'", "persona": "'work'", "number": "1", "score": "1", "weight": "0", "share": "1"}
SECOND = SOUND | {"person": "'maya'", "number": "2", "score": "100", "weight": "9", "share": "null"}

BROKEN = {
    "sound": ({}, set()),
    "nothing_known": ({"score": "null", "weight": "null", "share": "null"}, set()),
    "same_key": ({"person": "'ida'"}, {"person, persona not unique", "person lacks maya"}),
    "same_number": ({"number": "1"}, {"number not unique"}),
    "no_persona": ({"persona": "null"}, {"persona is null"}),
    "too_low": ({"score": "0.99"}, {"score below 1"}),
    "too_high": ({"score": "100.01"}, {"score above 100"}),
    "negative": ({"weight": "-1"}, {"weight below 0"}),
    "more_than_all": ({"share": "1.01"}, {"share above 1"}),
    "unknown_value": ({"persona": "'other'"}, {"persona is none of its values"}),
    "another_person": ({"person": "'noor'"}, {"person lacks maya"}),
}
"""By model: what is changed in the second of two sound rows, and the rules that this breaks."""

IN_BOTH_ROWS = ("negative", "unknown_value")
"""The models whose first row is changed, too: two rows break the rule."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What dbt said of the test on each model."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    folder = tmp_path_factory.mktemp("rows")
    (folder / "models").mkdir()
    shutil.copytree(warehouse.DBT_PROJECT / "tests" / "generic", folder / "tests" / "generic")
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE % (folder / "tiny.duckdb"))
    for name, (change, _) in BROKEN.items():
        selects = (
            ", ".join(f"{value} as {column}" for column, value in row.items())
            for row in (SOUND | (change if name in IN_BOTH_ROWS else {}), SECOND | change)
        )
        (folder / "models" / f"{name}.sql").write_text(" union all ".join(f"select {one}" for one in selects))
        (folder / "models" / f"{name}.yml").write_text(RULES % name)
    here = ("--project-dir", str(folder), "--profiles-dir", str(folder), "--target-path", str(folder / "target"))
    try:
        result = dbtRunner().invoke(["build", "--quiet", "--log-path", str(folder / "logs"), *here])
    finally:
        DuckDBConnectionManager.close_all_connections()
    assert result.exception is None, result.exception
    tests = [one for one in result.result if one.node.resource_type == "test"]
    with duckdb.connect(str(folder / "tiny.duckdb"), read_only=True) as con:
        return {
            one.node.attached_node.split(".")[-1]: (one, dict(con.execute(one.node.compiled_code).fetchall()))
            for one in tests
        }


@pytest.mark.parametrize("name", BROKEN)
def test_the_rules_that_a_model_breaks_fail_it_and_are_named(name: str, results: dict[str, Any]) -> None:
    result, rules = results[name]
    expected = BROKEN[name][1]
    assert set(rules) == expected
    row_count = len(expected) * (2 if name in IN_BOTH_ROWS else 1)
    assert set(rules.values()) <= {row_count / max(len(expected), 1)}
    assert (str(result.status), result.failures) == ("fail" if expected else "pass", row_count)
