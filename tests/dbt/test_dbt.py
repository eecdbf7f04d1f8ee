"""The dbt project says what every table and column means, keeps its contracts, and passes its own unit tests."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.config_file import load_settings
from evenscore.base.errors import EvenscoreError, StoppedByCheck
from evenscore.base.settings import Settings
from evenscore.night import dbt_build, lean_dbt, steps
from evenscore.publication.shown_rows import MARTS
from evenscore.state.runs import Night

CONFIG = """\
[[sources]]
name = "forum"
kind = "files"
path = "{date}.csv"
network = "forum"

[consent]
ledger = "consent.csv"

[scoring]
candidate = 1  # so that the models of every version are there
"""

BESIDE = (2,)
"""The scoring version that is neither published nor a candidate: with it, dbt's variables are those of the project."""


@dataclass(frozen=True)
class Project:
    """The project, built once over one person and two likes."""

    settings: Settings
    arguments: list[str]
    target: Path
    parsed: Any
    """The project as dbt parsed it for the night."""
    night: dict[str, Any]
    """What the night's own call of dbt built and tested."""

    def run(self, *command: str) -> list[Any]:
        result = lean_dbt.call([*command, *self.arguments], self.parsed)
        assert result.exception is None, result.exception
        found: Any = result.result
        return list(found) if hasattr(found, "results") else [found]

    def build(self, *selectors: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
        """Build a part as the night was built, with its variables: for others dbt would parse the project anew."""
        return dbt_build.build(self.settings, "a part", ["--select", *selectors], required=required, beside=BESIDE)

    def artifact(self, name: str) -> dict[str, Any]:
        return dict(json.loads((self.target / name).read_text()))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "evenscore.toml").write_text(CONFIG)
    (folder / "consent.csv").write_text(
        "person_id,network,account_id,persona,action,purpose,is_adult,recorded_at\n"
        "maya,forum,maya,work,grant,public_score,true,2026-01-01T00:00:00Z\n"
    )
    (folder / "2026-03-01.csv").write_text(
        "event_id,network,verb,actor_id,target_id,occurred_at\n"
        "1,forum,like,x,maya,2026-03-01T10:00:00Z\n"
        "2,forum,like,y,maya,2026-03-01T11:00:00Z\n"
    )
    settings = load_settings(folder / "home", folder / "evenscore.toml")
    night = Night.of(date(2026, 3, 1), "built")
    steps.extract(settings, night, "forum")
    built = _build_seen(settings, night)
    before = os.environ.get("EVENSCORE_WAREHOUSE")
    os.environ["EVENSCORE_WAREHOUSE"] = str(settings.places.warehouse)
    target = folder / "target"
    here = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    _, variables, parsed = dbt_build.parsed_night(settings, beside=BESIDE)
    here += ["--vars", variables, "--target-path", str(target), "--log-path", str(folder / "logs"), "--quiet"]
    yield Project(settings, here, target, parsed, built)
    if before is None:
        del os.environ["EVENSCORE_WAREHOUSE"]
    else:
        os.environ["EVENSCORE_WAREHOUSE"] = before


def _build_seen(settings: Settings, night: Night) -> dict[str, Any]:
    """Build a night as it is built, and return what its call of dbt returned and was asked to require."""
    seen: dict[str, Any] = {}
    build = dbt_build.build

    def watched(*args: Any, **options: Any) -> dict[str, Any]:
        seen.update(build(*args, **options, beside=BESIDE), required=options.get("required"))
        return seen

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt_build, "build", watched)
        steps.build_all(settings, night)
    return seen


@pytest.fixture(scope="module")
def docs(project: Project) -> tuple[dict[str, Any], dict[str, Any]]:
    """The manifest and the catalog that `dbt docs generate` writes."""
    project.run("docs", "generate")
    return project.artifact("manifest.json"), project.artifact("catalog.json")


def documented(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every model, seed and source table, as the manifest knows it."""
    nodes = manifest["nodes"] | manifest["sources"]
    return {name: node for name, node in nodes.items() if node["resource_type"] in ("model", "seed", "source")}


WITH = re.compile(r"(?:\s|--[^\n]*\n)*with\s+(?:recursive\s+)?", re.IGNORECASE)


@pytest.fixture
def quick_unit_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of a unit test's time goes into a parse of the whole query to find its `with`, and into asking DuckDB for
    the columns of a table that was asked for before."""
    from dbt.adapters.duckdb import DuckDBAdapter

    from dbt import compilation

    known: dict[str, Any] = {}
    ask = DuckDBAdapter.get_columns_in_relation

    def columns(adapter: Any, relation: Any) -> Any:
        if "__dbt_tmp" in relation.identifier:  # one name, and each test's own columns
            return ask(adapter, relation)
        if str(relation) not in known:
            known[str(relation)] = ask(adapter, relation)
        return known[str(relation)]

    def injected(sql: str, ctes: list[Any]) -> str:
        given = ", ".join(cte.sql for cte in ctes)
        start = WITH.match(sql)
        beside = f"{sql[: start.end()]} {given}, {sql[start.end() :]}" if start else f"with {given} {sql}"
        return beside if ctes else sql

    monkeypatch.setattr(DuckDBAdapter, "get_columns_in_relation", columns)
    monkeypatch.setattr(compilation, "inject_ctes_into_sql", injected)


@pytest.mark.usefixtures("quick_unit_tests")
def test_every_dbt_unit_test_passes(project: Project) -> None:
    # Beside the models, because what names people is there only while a call of dbt lasts.
    built = project.run("build", "--exclude-resource-type", "test")
    results = [result for result in built if result.node.resource_type == "unit_test"]
    assert len(results) >= 12
    # dbt skips what lies behind a failure, so what was skipped says nothing.
    failed = [result for result in built if result.status in ("fail", "error", "runtime error")]
    assert not failed, "\n\n".join(f"{result.node.name}: {result.message}" for result in failed)
    assert {result.status for result in results} == {"pass"}


def test_every_table_and_every_column_of_the_warehouse_has_a_description(
    docs: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    manifest, catalog = docs
    built = catalog["nodes"] | catalog["sources"]
    missing = []
    for name, node in documented(manifest).items():
        missing += [name] * (not node["description"].strip())
        if node["database"] == "in_memory":
            continue
        described = {column["name"].lower() for column in node["columns"].values() if column["description"].strip()}
        missing += [f"{name}.{column}" for column in built[name]["columns"] if column.lower() not in described]
    assert missing == []
    assert len(built) > 25


def test_nothing_is_described_that_is_not_there(docs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    manifest, catalog = docs
    built = catalog["nodes"] | catalog["sources"]
    ghosts = [
        f"{name}.{column}"
        for name, node in documented(manifest).items()
        if node["database"] != "in_memory"
        for column in node["columns"]
        if column.lower() not in {found.lower() for found in built[name]["columns"]}
    ]
    assert ghosts == []


def test_the_marts_have_enforced_contracts_and_are_what_is_published(
    docs: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    manifest, _ = docs
    marts = {node["name"]: node for node in manifest["nodes"].values() if node.get("schema") == "marts"}
    models = {name: node for name, node in marts.items() if node["resource_type"] == "model"}
    assert set(models) == set(MARTS)
    assert {name for name, node in models.items() if not node["contract"]["enforced"]} == set()


def test_every_model_lies_in_a_layer_that_must_be_there(docs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    manifest, _ = docs
    folders = {node["fqn"][1] for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    assert folders == set(dbt_build.LAYERS)


def test_a_night_runs_every_data_test_that_its_models_have_and_no_unit_test(
    project: Project, docs: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    manifest, _ = docs
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    singular = {node["name"] for node in tests if "test_metadata" not in node}
    assert project.night["tests"] == len(singular) == len(singular & set(project.night["nodes"]))
    units = {node["name"] for node in manifest["unit_tests"].values()}
    assert units & set(project.night["nodes"]) == set()
    models = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")}
    assert models - set(project.night["nodes"]) == set()


def test_a_layer_is_asked_for_every_rule_of_its_models(docs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    manifest, _ = docs
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    asked = " ".join(" ".join(node["compiled_code"].split()) for node in tests if node["name"] in dbt_build.LAYER_TESTS)
    rows = [node for node in tests if node.get("test_metadata", {}).get("name") == "rows"]
    assert len(rows) > 60
    assert [node["name"] for node in rows if " ".join(node["compiled_code"].split()) not in asked] == []


def test_what_a_night_requires_is_every_singular_test(project: Project) -> None:
    singular = {path.stem for path in (DBT_PROJECT / "tests").glob("*.sql")}
    assert set(dbt_build.REQUIRED_TESTS) == singular
    assert set(project.night["required"]) == singular


def test_a_row_that_breaks_a_data_test_stops_the_night(docs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    # Not one of them only warns, looks at some of the rows, or counts what it found otherwise.
    manifest, _ = docs
    strict = {"severity": "ERROR", "error_if": "!= 0", "where": None, "limit": None, "enabled": True}
    lax = []
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            counted = {
                "fail_calc": "count(*)" if node["name"] in dbt_build.PROMISED_TESTS else "coalesce(sum(row_count), 0)"
            }
            lax += [node["name"]] * any(node["config"][key] != value for key, value in (strict | counted).items())
    assert lax == []


@pytest.mark.parametrize("selectors", [("scores",), ("gate", "only_consenting_people_are_named")], ids=str)
def test_a_night_whose_promised_tests_did_not_run_is_not_built(project: Project, selectors: tuple[str, ...]) -> None:
    with pytest.raises(EvenscoreError, match="did not run and pass, and what it proves is promised"):
        project.build(*selectors, required=dbt_build.REQUIRED_TESTS)


def test_a_seed_that_has_lost_a_row_stops_the_build_and_each_is_named(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tests = [path.name for path in (DBT_PROJECT / "tests").glob("*.sql") if path.stem != "seeds_rows"]
    others = shutil.ignore_patterns("models", *tests)  # to parse them all takes ten times as long
    shutil.copytree(DBT_PROJECT, tmp_path / "dbt_project", ignore=others)
    monkeypatch.setattr(dbt_build, "DBT_PROJECT", tmp_path / "dbt_project")
    losses = {"verb_weights_v1": "dislike,", "gate_constants": "near_share,", "known_programs": "discourse,discobot,"}
    for seed, lost in losses.items():
        path = tmp_path / "dbt_project" / "seeds" / f"{seed}.csv"
        rows = path.read_text().splitlines(keepends=True)
        kept = [row for row in rows if not row.startswith(lost)]
        assert len(kept) == len(rows) - 1
        path.write_text("".join(kept))
    with pytest.raises(StoppedByCheck, match="dbt tests of a part failed") as stopped:
        project.build("resource_type:seed")
    assert re.search(r"gate_constants: \w+ lacks near_share", str(stopped.value))
    assert re.search(r"verb_weights_v1: \w+ lacks dislike", str(stopped.value))
    assert re.search(r"known_programs: \w+ lacks discobot", str(stopped.value))
