"""How dbt builds the warehouse."""

import contextlib
import json
import os
import re
import shutil
from dataclasses import replace
from typing import Any

from evenscore.base import databases, warehouse
from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.errors import EvenscoreError, StoppedByCheck, UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import SCORING_VERSIONS, Settings
from evenscore.night import lean_dbt
from evenscore.night.parsed_project import parsed
from evenscore.state.laid_out_run import ScoringVersions, scoring_versions

LAYERS = ("staging", "conformed", "features", "scores", "gate", "marts")
"""The folders of the dbt project's models, in the order in which data flows through them."""

PROMISED_TESTS = ("only_consenting_people_are_named", "contributions_sum_to_the_score")
"""The dbt tests that stand for a law of the score."""

LAYER_TESTS = tuple(f"{layer}_rows" for layer in ("seeds", *LAYERS[1:]))
"""The dbt tests that ask for every rule of a layer's models at once; staging has none."""

REQUIRED_TESTS = (*LAYER_TESTS, *PROMISED_TESTS)
"""A night on which one of these did not pass is not built."""

PROJECT_PARTS = ("dbt_project.yml", "profiles.yml", "macros/*.sql", "seeds/*.csv", "tests/generic/*.sql")
"""What the dbt project has beside its models and the required tests."""

VERSIONED = ("score_person__influence", "score_person__contributions")
"""The dbt models that a scoring version consists of."""


def require_project() -> None:
    """Raise UsageError unless the dbt project is there, with something in each folder that a night builds from, and
    beside each model the YAML that has its tests."""
    models = [f"models/{name}/*.sql" for name in LAYERS]
    tests = [f"tests/{name}.sql" for name in REQUIRED_TESTS]
    for part in (*PROJECT_PARTS, *models, *tests, *_described_in()):
        if not any(DBT_PROJECT.glob(part)):
            raise UsageError(f"{DBT_PROJECT / part}: the dbt project has no such file; restore it, or install again")


def _described_in() -> list[str]:
    """The YAML file of each model. The versions of a model share one."""
    files = (path for path in DBT_PROJECT.glob("models/*/*") if path.suffix in {".sql", ".py"})
    return sorted({f"models/{path.parent.name}/{re.sub(r'_v[0-9]+$', '', path.stem)}.yml" for path in files})


def build_night(settings: Settings) -> dict[str, Any]:
    """Build and test everything that a night needs, in one call of dbt: each call starts it again.

    Returns what was built, with seconds. Raises as `build` does.
    """
    return build(settings, "the night", [], required=REQUIRED_TESTS)


def build(
    settings: Settings,
    what: str,
    options: list[str],
    names_engagers: bool = False,
    required: tuple[str, ...] = (),
    beside: tuple[int, ...] = (),
) -> dict[str, Any]:
    """Call `dbt build` on the warehouse with `options` of its own. Returns what was built, with seconds.

    `names_engagers` is for scratch homes alone: engagers who did not ask for a score are not hashed. `required` names
    tests that must be among those that ran, `beside` scoring versions that are built though the night needs them not.
    Raises StoppedByCheck when a data test found rows that must not be, EvenscoreError when a model cannot be built.
    """
    try:
        versions, variables, manifest = parsed_night(settings, names_engagers, beside)
        arguments = dbt_arguments(settings.places)
        chosen = [*options, *idle_versions(versions), *CHOSEN]
        result = lean_dbt.call(["build", *chosen, "--vars", variables, *arguments], manifest)
    finally:
        shutil.rmtree(settings.places.spilled, ignore_errors=True)
    if result.exception:
        raise EvenscoreError(f"dbt build of {what}: {result.exception}") from result.exception
    return _outcome(settings.places, what, list(result.result), required)


def parsed_night(
    settings: Settings, names_engagers: bool = False, beside: tuple[int, ...] = ()
) -> tuple[ScoringVersions, str, Any]:
    """The scoring versions of the night that is laid out, the variables of a call of dbt for it, as JSON, and the dbt
    project as it is parsed for them."""
    os.environ["EVENSCORE_WAREHOUSE"] = str(settings.places.warehouse)
    os.environ["EVENSCORE_MEMORY_LIMIT"] = databases.memory_limit()
    with warehouse.connect(settings.places, read_only=True) as con:
        versions = replace(scoring_versions(con), beside=beside)
    variables = version_variables(versions, names_engagers)
    parsed_for = version_variables(versions)  # whether engagers are named changes what a model says, not what it reads
    manifest = parsed(DBT_PROJECT, parsed_for, dbt_arguments(settings.places), settings.places.parsed_projects)
    return versions, variables, manifest


def version_variables(versions: ScoringVersions, names_engagers: bool = False) -> str:
    """The variables of a dbt call, as JSON: which version is published, and what readers saw last."""
    values = {
        "scoring_version": versions.published,
        "previous_version": versions.previous or versions.published,
        "built_versions": versions.built,
        "names_engagers": names_engagers,
    }
    return json.dumps(values)


def idle_versions(versions: ScoringVersions) -> list[str]:
    """Options of a dbt build: no version is built but those needed."""
    idle = [
        f"{model}.v{version}" for version in SCORING_VERSIONS if version not in versions.built for model in VERSIONED
    ]
    return ["--exclude", *idle] if idle else []


CHOSEN = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious", "--exclude", "test_name:rows")
"""Options of every dbt build: a test runs once all that it reads is built, and the rules of a layer in one query."""


def dbt_arguments(places: HomePaths) -> list[str]:
    """Options of every dbt call: where the project is, and that nothing is written beside it."""
    return [
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(places.dbt / "target"), "--log-path", str(places.dbt / "logs")),
        *("--quiet", "--log-level", "none"),  # our errors say what matters
        "--no-write-json",  # nobody reads those files, and they take a sixth of the time
    ]


def _outcome(places: HomePaths, what: str, results: list[Any], required: tuple[str, ...]) -> dict[str, Any]:
    nodes = {result.node.name: round(result.execution_time, 3) for result in results}
    failed = [result for result in results if result.status == "fail"]
    broken = [result for result in results if result.status in ("error", "runtime error")]
    if broken:
        raise EvenscoreError(
            f"dbt {broken[0].node.resource_type} {broken[0].node.name}: {' '.join(broken[0].message.split())}"
        )
    if failed:
        raise StoppedByCheck(f"dbt tests of {what} failed: {'; '.join(_broken(places, result) for result in failed)}")
    passed = {result.node.name for result in results if result.status == "pass"}
    if missing := [name for name in required if name not in passed]:
        path = DBT_PROJECT / "tests" / f"{missing[0]}.sql"
        raise EvenscoreError(f"{path}: did not run and pass, and what it proves is promised; restore it")
    if not any(result.node.resource_type == "model" for result in results):
        raise EvenscoreError(f"dbt build of {what}: built no model; restore {DBT_PROJECT}")
    return {"nodes": nodes, "tests": sum(result.node.resource_type == "test" for result in results)}


def _broken(places: HomePaths, result: Any) -> str:
    """A test that failed, in words: the models and the rules that they break."""
    rules = [result.node.name]
    if result.node.name in LAYER_TESTS:
        with contextlib.suppress(EvenscoreError), warehouse.connect(places, read_only=True) as con:
            rules = [rule for rule, _ in con.execute(result.node.compiled_code).fetchall()]
    return f"{', '.join(rules)} ({result.failures} rows)"
