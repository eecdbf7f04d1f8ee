"""The rules of a model's rows: each fails on a row that breaks it, and says which it was; by model, and by layer."""

import re
import shutil
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import pytest
import yaml

from evenscore.base.bundled import DBT_PROJECT
from evenscore.night import lean_dbt

PROJECT = """\
name: tiny
version: "1.0.0"
profile: tiny
config-version: 2
models: {tiny: {+materialized: table}}
vars: {built_versions: [1]}
"""
LAYER = '{{ broken_rules_of_layer("small", [%s]) }}'
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


@dataclass(frozen=True)
class RulesSeen:
    """What dbt said of each test, with the broken rules that its query gives where it could be asked."""

    by_model: dict[str, tuple[Any, dict[str, int]]]
    of_layer: tuple[Any, dict[str, int]]
    of_too_few: Any


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> RulesSeen:
    folder = tmp_path_factory.mktemp("rows")
    (folder / "models" / "small").mkdir(parents=True)
    (folder / "macros").mkdir()
    shutil.copytree(DBT_PROJECT / "tests" / "generic", folder / "tests" / "generic")
    shutil.copy(DBT_PROJECT / "macros" / "broken_rules.sql", folder / "macros")
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE % (folder / "tiny.duckdb"))
    for name, (change, _) in BROKEN.items():
        selects = (
            ", ".join(f"{value} as {column}" for column, value in row.items())
            for row in (SOUND | (change if name in IN_BOTH_ROWS else {}), SECOND | change)
        )
        (folder / "models" / "small" / f"{name}.sql").write_text(" union all ".join(f"select {one}" for one in selects))
        (folder / "models" / "small" / f"{name}.yml").write_text(RULES % name)
    refs = [f"ref('{name}')" for name in BROKEN]
    (folder / "tests" / "small_rows.sql").write_text(LAYER % ", ".join(refs))
    (folder / "tests" / "too_few.sql").write_text(LAYER % ", ".join(refs[:-1]))
    here = ("--project-dir", str(folder), "--profiles-dir", str(folder), "--target-path", str(folder / "target"))
    result = lean_dbt.call(["build", "--quiet", "--log-path", str(folder / "logs"), *here])
    assert result.exception is None, result.exception
    tests = {one.node.name: one for one in result.result if one.node.resource_type == "test"}
    of_too_few = tests.pop("too_few")
    with duckdb.connect(str(folder / "tiny.duckdb"), read_only=True) as con:
        asked = {name: (one, dict(con.execute(one.node.compiled_code).fetchall())) for name, one in tests.items()}
    of_layer = asked.pop("small_rows")
    by_model = {one.node.attached_node.split(".")[-1]: (one, rules) for one, rules in asked.values()}
    return RulesSeen(by_model, of_layer, of_too_few)


@pytest.mark.parametrize("name", BROKEN)
def test_the_rules_that_a_model_breaks_fail_it_and_are_named(name: str, tested: RulesSeen) -> None:
    result, rules = tested.by_model[name]
    expected = BROKEN[name][1]
    assert set(rules) == expected
    row_count = len(expected) * (2 if name in IN_BOTH_ROWS else 1)
    assert set(rules.values()) <= {row_count / max(len(expected), 1)}
    assert (str(result.status), result.failures) == ("fail" if expected else "pass", row_count)


def test_a_layer_names_every_rule_that_one_of_its_models_breaks(tested: RulesSeen) -> None:
    result, rules = tested.of_layer
    assert rules == {
        f"{name}: {rule}": count for name, (_, own) in tested.by_model.items() for rule, count in own.items()
    }
    assert (str(result.status), result.failures) == ("fail", sum(rules.values()))


def test_a_layer_that_leaves_a_model_with_rules_out_ends_the_run(tested: RulesSeen) -> None:
    assert str(tested.of_too_few.status) == "error"
    assert f"{list(BROKEN)[-1]} has rules, and is not among what is tested" in tested.of_too_few.message


@cache
def models() -> list[dict[str, Any]]:
    files = (DBT_PROJECT / "models").glob("*/*.yml")
    return [model for file in files for model in yaml.safe_load(file.read_text()).get("models", [])]


def rules(model: dict[str, Any]) -> dict[str, Any]:
    return {name: rule for test in model.get("data_tests", []) for name, rule in test["rows"]["arguments"].items()}


def test_a_row_is_unique_by_as_many_columns_as_the_description_says() -> None:
    # A key of more columns would let double rows pass.
    grains = {
        model["name"]: re.match(r".*One row an? \(([^)]+)\)", model["description"], re.DOTALL) for model in models()
    }
    keys = {model["name"]: set(rules(model)["unique"][0]) for model in models() if "unique" in rules(model)}
    told = {name: (len(grain[1].split(",")), keys[name]) for name, grain in grains.items() if grain and name in keys}
    besides = {"scoring_version", "judged_date"}  # all models of a kind have them
    assert len(told) > 25
    assert {name for name, (count, key) in told.items() if not count <= len(key) <= count + len(key & besides)} == set()


def test_a_column_lies_within_the_bounds_that_its_description_says() -> None:
    told = {
        (model["name"], column["name"]): ([int(bound[1]), int(bound[2])], rules(model)["within"][column["name"]])
        for model in models()
        for column in model["columns"]
        if column["name"] in rules(model).get("within", {})
        and (bound := re.search(r"\b(\d+) to (\d+)\b", column["description"]))
    }
    assert len(told) >= 10
    assert {which for which, (said, asked) in told.items() if said != asked} == set()


def test_a_share_and_a_weight_are_parts_of_one() -> None:
    bounds = [bound for model in models() for bound in rules(model).get("within", {}).items()]
    parts = [bound for name, bound in bounds if name.endswith(("_share", "_weight"))]
    assert len(parts) >= 8
    # A seed of trust that stands in for another that left weighs more than its own.
    assert [bound for bound in parts if bound != [0, 1]] == [[0, None]] * 2


def test_no_rule_is_taken_away_unseen() -> None:
    # A rule that no row breaks is missed by no other test.
    described = [*models(), *yaml.safe_load((DBT_PROJECT / "seeds" / "seeds.yml").read_text())["seeds"]]
    counts = Counter(kind for one in described for kind, told in rules(one).items() for _ in told)
    assert counts == {"unique": 63, "not_null": 36, "within": 40, "one_of": 13, "has": 8}
