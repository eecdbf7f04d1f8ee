"""The rules of this repository that no linter knows: what belongs together is there together."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from invented import every

from evenscore.base.phrases import CAUSES, CHANGES
from evenscore.base.settings import Checks
from evenscore.base.sources import Source
from evenscore.checks.suites import EXPECTATIONS, STAGES, load_suites
from evenscore.cli import main
from evenscore.connectors import CONNECTORS
from evenscore.laboratory.evaluation.findings import SUBJECTS
from evenscore.publication.shown_rows import MARTS
from evenscore.report import gate_words

ROOT = Path(__file__).parents[2]
DBT = ROOT / "dbt_project"
WHOLE = re.compile(
    r"(\w+_count|counted|digest|weight|millionths_|weight \* )|md5_number_lower|\{\{ (decayed_millionths|digest_number)"
)
"""What an SQL sum begins with where it is of whole numbers: those come to the same bits in any order."""
TEXTS = {".py", ".sql", ".yml", ".md", ".toml", ".css", ".j2", ""}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[Path]:
    return [path for path in tracked() if path.suffix in TEXTS]


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
def test_a_kind_of_source_is_known_everywhere(kind: str) -> None:
    assert (ROOT / f"tests/connectors/test_{kind}.py").exists() or kind in {*every(), "slack"}
    assert f"| `{kind}` |" in (ROOT / "docs/configuration.md").read_text()
    assert kind in str(Source.model_fields["kind"].annotation)


def test_every_staging_model_reaches_the_conformed_tables() -> None:
    conformed = " ".join(path.read_text() for path in (DBT / "models/conformed").glob("*.sql"))
    for model in (DBT / "models/staging").rglob("*.sql"):
        assert f'ref("{model.stem}")' in conformed, model.name


@pytest.mark.parametrize("layer", ["features", "scores", "gate"])
def test_every_feature_and_score_has_a_unit_test(layer: str) -> None:
    described = (yaml.safe_load(path.read_text()) for path in (DBT / f"models/{layer}").glob("*.yml"))
    tested = {test["model"] for one in described for test in one.get("unit_tests", [])}
    for model in (DBT / f"models/{layer}").glob("*.sql"):
        assert re.sub(r"_v\d+$", "", model.stem) in tested, f"{model.name} has no unit test"


def test_a_model_has_its_yaml_beside_it() -> None:
    """With nothing of another model in it: its rules and unit tests are found, and leave, with it."""
    files = [path for path in (DBT / "models").glob("*/*") if path.suffix in {".sql", ".py"}]
    assert {path.with_suffix("") for path in (DBT / "models").glob("*/*.yml")} == {
        path.with_name(re.sub(r"_v\d+$", "", path.stem)) for path in files
    }
    for path in (DBT / "models").glob("*/*.yml"):
        described = yaml.safe_load(path.read_text())
        told = {model["name"] for model in described["models"]}
        assert told | {test["model"] for test in described.get("unit_tests", [])} == {path.stem}


def test_a_sum_of_broken_numbers_is_taken_exactly_or_in_one_order() -> None:
    """Law L12: which thread adds first must change no bit. The macros exact_sum and ordered_sum see to it."""
    loose = []
    for model in (DBT / "models").rglob("*.sql"):
        for summed in re.finditer(r"\b(sum|avg)\((?:\w+\.)?", model.read_text()):
            if summed[1] == "avg" or not WHOLE.match(model.read_text(), summed.end()):
                loose.append(f"{model.name}: {summed.string[summed.start() :].splitlines()[0]}")
    assert loose == []


KEYLESS = {
    "feat_pair__objects",
    "feat_pair__actions",
    "feat_person__bounded",
    "feat_person__dislikes",
    "feat_person__reach",
    "feat_person__amplification",
    "feat_engager__topics",
    "gate_jump__evidence",
    "trust_weights",
}
"""Models whose grain no rule asks for."""


def ruled() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each model that has rules, with them."""
    for path in (DBT / "models").glob("*/*.yml"):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            yield from ((model, test["rows"]["arguments"]) for test in model.get("data_tests", []) if "rows" in test)


def test_a_model_that_says_its_grain_is_asked_for_it() -> None:
    keyless = set()
    for model, rules in ruled():
        said = re.search(r"One row an? [^(.]*\(([^)]*)\)", model["description"])
        if said and len(said[1].split(", ")) > max(map(len, rules.get("unique", [[]]))):
            keyless.add(model["name"])
    assert keyless == KEYLESS


def test_rules_allow_what_the_columns_say_and_no_more() -> None:
    """A share is bounded where its neighbours are; a value that is allowed is described, or has words for people."""
    for model, rules in ruled():
        shares = {column["name"] for column in model["columns"] if column["name"].endswith("_share")}
        bounded = shares & rules.get("within", {}).keys()
        assert bounded in (shares, set()), f"{model['name']}: {shares - bounded}"
        says = {column["name"]: column["description"] for column in model["columns"]}
        for column, values in rules.get("one_of", {}).items():
            told = {*re.findall(r"\w+", says[column]), *CAUSES, *CHANGES, *gate_words.CAUSES}
            assert set(values) <= told, f"{model['name']}.{column}"


def test_every_python_model_leaves_its_method_to_a_tested_module() -> None:
    for model in (DBT / "models").rglob("*.py"):  # dbt has no unit tests for these
        methods = re.findall(r"from evenscore\.scoring(?:\.| import )(\w+)", model.read_text())
        assert methods, f"{model.name}: its method is its own"
        for method in methods:
            assert (ROOT / f"tests/scoring/test_{method}.py").exists(), f"{model.name}: {method} has no test"


def test_every_model_has_a_reader_here_or_outside_dbt() -> None:
    readers = [path for path in (DBT / "models").rglob("*") if path.suffix in {".sql", ".py"}]
    read = " ".join(path.read_text() for path in [*readers, DBT / "models/exposures.yml"])
    for model in readers:
        name = re.sub(r"_v\d+$", "", model.stem)
        assert re.search(rf"""ref\(["']{name}["']""", read), f"nothing reads {model.stem}"


def test_every_input_that_models_and_their_unit_tests_name_is_declared() -> None:
    declared = {table["name"] for table in yaml.safe_load((DBT / "models/raw.yml").read_text())["sources"][0]["tables"]}
    for path in (DBT / "models").rglob("*"):
        if path.suffix in {".sql", ".py", ".yml"}:
            named = set(re.findall(r"""source\(["']raw["'], ["'](\w+)["']\)""", path.read_text()))
            assert named <= declared, f"{path.name}: {named - declared}"


def test_whoever_reads_a_model_outside_dbt_is_an_exposure_of_it() -> None:
    layers = {path.stem: path.parent.name for path in (DBT / "models").glob("*/*") if path.suffix in {".sql", ".py"}}
    read: dict[str, set[str]] = {}
    for path in [*(ROOT / "dags/evenscore").rglob("*.py"), *EXPECTATIONS.rglob("*.yml")]:
        folder = "/".join(path.relative_to(ROOT).parts[: 2 if EXPECTATIONS in path.parents else 3])
        for layer, model in re.findall(r"(\b[a-z]+|{of})\.(\w+)", path.read_text()):
            if layers.get(model) == layer.replace("{of}", "conformed"):
                read.setdefault(folder, set()).add(model)
    read["dags/evenscore/publication"] |= set(MARTS)  # it copies them by this list
    told = {
        exposure["config"]["meta"]["reads_from"]: {ref[5:-2] for ref in exposure["depends_on"]}
        for exposure in yaml.safe_load((DBT / "models/exposures.yml").read_text())["exposures"]
    }
    assert told == read


def test_model_names_say_their_layer() -> None:
    patterns = {
        "staging": r"stg_[a-z]+",
        "features": r"feat_[a-z]+__[a-z_]+",
        "scores": r"score_[a-z]+__[a-z_]+(_v\d+)?",
    }
    for layer, pattern in patterns.items():
        for model in (DBT / "models" / layer).rglob("*.sql"):
            assert re.fullmatch(pattern, model.stem), model


def test_every_expectation_folder_is_a_stage_and_is_judged() -> None:
    assert {path.name for path in EXPECTATIONS.iterdir() if path.is_dir()} == set(STAGES)
    code = " ".join(path.read_text() for path in (ROOT / "dags/evenscore").rglob("*.py"))
    for stage in STAGES:
        assert load_suites(stage, Checks()), f"{stage} has no suite"
        assert f'judge(settings, night, "{stage}"' in code, f"nobody judges {stage}"


def test_every_expectation_is_in_the_documentation_with_its_severity() -> None:
    page = (ROOT / "docs/checks.md").read_text()
    told = set(re.findall(r"^\| `\w+/\w+\.yml` \| .* \|$", page, re.MULTILINE))
    rows = {
        f"| `{suite.name.replace('.', '/')}.yml` | `{one.arguments['column']}` | {one.severity} | {one.because} |"
        for stage in STAGES
        for suite in load_suites(stage, Checks())
        for one in suite.expectations
    }
    assert told == rows, "\n".join(["docs/checks.md lacks", *(rows - told), "and has for nothing", *(told - rows)])


def test_every_cause_that_the_gate_names_has_words_for_readers_and_for_reviewers() -> None:
    query = (ROOT / "dbt_project/models/gate/gate_jump__cause.sql").read_text()
    named = set(re.findall(r"(?:then|else|,) '(\w+)'", query))
    assert len(named) > 10
    assert named <= CAUSES.keys()
    assert named <= gate_words.CAUSES.keys()


def test_every_verb_shows_an_example() -> None:
    for name, command in main.commands.items():
        shown = command.get_help(click.Context(command))
        assert f"Example: evenscore {name}" in shown, name


def test_every_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    for line in lines:
        if re.match(r'^  "[a-z][^ :]*[">=]', line):
            assert " # " in line, line


def test_the_changelog_knows_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_ci_runs_the_command_of_the_readme() -> None:
    assert "make test" in (ROOT / "README.md").read_text()
    assert "make test-all" in (ROOT / ".ci/run").read_text(), "the tests of `make test`, and the slow ones"


def test_the_readme_names_only_verbs_and_targets_that_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    verbs = set(re.findall(r"(?:`|\$ \S*)evenscore ([a-z]+)", readme))
    assert len(verbs) > 5 and verbs <= set(main.commands), verbs - set(main.commands)
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"(?:`|\$ )make ([a-z-]+)", readme))
    assert len(targets) > 2 and targets <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)), targets


def test_the_readme_names_every_folder_of_the_package() -> None:
    folders = {path.parent.name for path in (ROOT / "dags/evenscore").glob("*/__init__.py")}
    named = set(re.findall(r"`(\w+)`", (ROOT / "README.md").read_text()))
    assert folders <= named, f"README.md, the map: {', '.join(sorted(folders - named))}"


def test_every_law_that_is_named_is_told_on_the_page_on_scoring() -> None:
    told = set(re.findall(r"^\| (L\d+) \|", (ROOT / "docs/scoring.md").read_text(), re.MULTILINE))
    for path in texts():
        named = set(re.findall(r"\blaw (L\d+)", path.read_text(), re.IGNORECASE))
        assert named <= told, f"{path.relative_to(ROOT)}: docs/scoring.md has no law {', '.join(sorted(named - told))}"
    assert {subject.law for subject in SUBJECTS} <= told | {""}


def test_no_file_carries_a_path_of_somebodys_machine() -> None:
    strangers = [f"/{folder}/" for folder in ("root", "home", "work")]
    for path in texts():
        for stranger in strangers:
            assert stranger not in path.read_text(), f"{path}: {stranger}"


def test_no_dag_reaches_the_laboratory() -> None:
    for path in [*(ROOT / "dags").glob("*.py"), *(ROOT / "dags/evenscore_airflow").glob("*.py")]:
        if path.name != "compare_versions.py":  # the laboratory's own
            assert "evenscore.laboratory" not in path.read_text(), path.name


def test_modules_have_names_that_say_something() -> None:
    for path in tracked():
        assert not re.match(r"(utils?|helpers?|common|misc)\b", path.stem), path
