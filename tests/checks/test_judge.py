"""A verdict is a verdict on the data: what cannot be evaluated is an error, and every result is kept."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from evenscore.base.errors import EvenscoreError, StoppedByCheck
from evenscore.base.settings import Consent, Settings
from evenscore.base.sources import Source
from evenscore.checks import suites
from evenscore.checks.judge import judge, results_of
from evenscore.state.runs import Night

SHARE = {"expect": "expect_column_share_to_be_usual", "column": "a", "of": "n"}
SHARE |= {"most_deviations": 4, "least_rise": 0.1, "least_count": 1}
NIGHT = Night.of(date(2026, 3, 10), "judged")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    source = Source(name="forum", kind="files", path="*.csv")
    return Settings(
        home=tmp_path,
        config=tmp_path / "evenscore.toml",
        sources=(source,),
        consent=Consent(ledger=Path("consent.csv")),
    )


def expect(monkeypatch: pytest.MonkeyPatch, folder: Path, query: str, rows_are: list[str], **rule: Any) -> None:
    """Let the stage `scores` have one suite, of one critical expectation unless told otherwise."""
    stanza = {
        "expect": "expect_column_values_to_be_between",
        "severity": "critical",
        "because": "twenty characters at least",
    }
    suite = {
        "reads": "One row, made for this test.",
        "query": query,
        "rows_are": rows_are,
        "expectations": [stanza | rule],
    }
    (folder / "scores").mkdir()
    (folder / "scores" / "made.yml").write_text(yaml.safe_dump(suite))
    monkeypatch.setattr(suites, "EXPECTATIONS", folder)
    monkeypatch.setattr(suites, "REQUIRED", {})


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("select 1 as a from nowhere", {"column": "a", "max_value": 2}),
        ("selec 1 as a", {"column": "a", "max_value": 2}),
        ("select 'x'::integer as a", {"column": "a", "max_value": 2}),
        ("select 1 as a", {"column": "b", "max_value": 2}),
        ("select 1 as a", {"column": "a"}),
        ("select 1 as a", {"column": "a", "max_value": 2, "no_such_rule": 1}),
        ("select 'text' as a", {"column": "a", "max_value": 2}),
        ("select 1 as a", {"expect": "expect_the_unheard_of", "column": "a"}),
        ("select 1 as a, 2 as n, false as is_tonight", SHARE | {"column": "b"}),
        ("select 1 as a, 2 as n", SHARE),
        ("select 3 as a, 2 as n, true as is_tonight from range(9)", SHARE),
        ("select 3 as a, 2 as n, i = 8 as is_tonight from range(9) as r (i)", SHARE),
        ("select 1 as a, 2 as n, i = 8 as is_tonight from range(9) as r (i)", SHARE | {"most_deviations": None}),
    ],
    ids=str,
)
def test_an_expectation_that_cannot_be_evaluated_is_an_error_and_no_verdict(
    query: str, rule: dict[str, Any], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(monkeypatch, tmp_path, query, [], **rule)
    with (
        duckdb.connect() as con,
        pytest.raises(EvenscoreError, match=r"scores\.made: could not be evaluated") as caught,
    ):
        judge(settings, NIGHT, "scores", con)
    assert caught.value.exit_code == 1
    assert "\n" not in str(caught.value)
    assert results_of(settings.places, NIGHT.run_id) == []


def test_an_expectation_that_great_expectations_would_drop_is_an_error(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(monkeypatch, tmp_path, "select 1 as a", [], column="a", max_value=2)
    path = tmp_path / "scores" / "made.yml"
    suite = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(suite | {"expectations": suite["expectations"] * 2}))
    with duckdb.connect() as con, pytest.raises(EvenscoreError, match=r"scores\.made: .* twice for one column"):
        judge(settings, NIGHT, "scores", con)


def test_a_critical_failure_stops_with_what_was_observed_and_expected(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(monkeypatch, tmp_path, "select 3 as a", [], column="a", max_value=2)
    with duckdb.connect() as con, pytest.raises(StoppedByCheck) as caught:
        judge(settings, NIGHT, "scores", con)
    assert str(caught.value) == (
        "twenty characters at least (scores.made: a: values to be between: observed 3, expected max value 2)"
    )
    assert caught.value.exit_code == 3


def test_every_result_is_kept_also_of_a_stopped_night(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(monkeypatch, tmp_path, "select 3 as a", [], column="a", max_value=2)
    with duckdb.connect() as con, pytest.raises(StoppedByCheck):
        judge(settings, NIGHT, "scores", con)
    (kept,) = results_of(settings.places, NIGHT.run_id)
    assert (kept.run_id, kept.as_of_date, kept.severity, kept.success) == (
        NIGHT.run_id,
        "2026-03-10",
        "critical",
        False,
    )


def test_a_failing_warning_lets_the_night_go_on(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(monkeypatch, tmp_path, "select 3 as a", [], column="a", max_value=2, severity="warning")
    with duckdb.connect() as con:
        (result,) = judge(settings, NIGHT, "scores", con)
    assert not result.success


@pytest.mark.parametrize(
    ("rows_are", "first", "observed"),
    [
        (["name"], 0, "21 of 30: " + "; ".join(f"source{n} {n}" for n in range(9, 29)) + "; and 1 more"),
        (["name"], 29, "1 of 1: source29 29"),
        ([], 0, "21 of 30: 9 to 29"),
        ([], 29, "29"),
    ],
    ids=["named", "one named", "unnamed", "one unnamed"],
)
def test_failing_rows_are_named_up_to_twenty_where_the_suite_names_its_rows(
    rows_are: list[str], first: int, observed: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = f"select 'source' || n as name, n as a from (select unnest(range({first}, 30)) as n) order by n"
    expect(monkeypatch, tmp_path, query, rows_are, column="a", max_value=8, severity="warning")
    with duckdb.connect() as con:
        (result,) = judge(settings, NIGHT, "scores", con)
    assert result.observed == observed


@pytest.mark.parametrize("query", ["select null::double as a", "select 1 as a where false"])
@pytest.mark.parametrize(
    "rule", [{"severity": "warning"}, {"severity": "info"}, {"may_compare_nothing": "nobody was there before"}]
)
def test_what_may_have_nothing_to_be_compared_with_passes_and_says_so(
    query: str, rule: dict[str, str], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(monkeypatch, tmp_path, query, [], column="a", max_value=2, **rule)
    with duckdb.connect() as con:
        (result,) = judge(settings, NIGHT, "scores", con)
    assert (result.success, result.observed) == (True, "nothing to compare")


EMPTY = {
    "no_row": ("select 1 as a where false", {}),
    "no_value": ("select null::double as a", {}),
    "no_group": ("select 1 as a, 2 as n, true as is_tonight where false", SHARE),
}


@pytest.mark.parametrize("case", EMPTY)
def test_a_critical_expectation_that_compared_nothing_proves_nothing(
    case: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, rule = EMPTY[case]
    expect(monkeypatch, tmp_path, query, [], **(rule or {"column": "a", "max_value": 2}))
    with duckdb.connect() as con, pytest.raises(StoppedByCheck, match="observed nothing to compare"):
        judge(settings, NIGHT, "scores", con)


def test_results_survive_as_json(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expect(
        monkeypatch,
        tmp_path,
        "select true as a",
        [],
        expect="expect_column_values_to_be_in_set",
        column="a",
        value_set=[True],
    )
    with duckdb.connect() as con:
        results = judge(settings, NIGHT, "scores", con)
    (kept,) = json.loads((settings.places.run(NIGHT.run_id) / "checks" / "scores.json").read_text())
    assert kept == vars(results[0])


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("select 3 as a", 3.0),
        ("select .25::decimal(4, 2) as a", 0.25),
        ("select unnest([1, 2]) as a", None),
        ("select null::double as a", None),
    ],
)
def test_a_single_number_is_kept_as_one(
    query: str, value: float | None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(monkeypatch, tmp_path, query, [], column="a", max_value=5, severity="info")
    with duckdb.connect() as con:
        (result,) = judge(settings, NIGHT, "scores", con)
    assert (result.column_name, result.observed_value) == ("a", value)


def test_the_number_of_rows_is_a_number_of_no_column(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = {"expect": "expect_table_row_count_to_be_between", "max_value": 5}
    expect(monkeypatch, tmp_path, "select unnest([1, 2]) as a", [], **rule)
    with duckdb.connect() as con:
        (result,) = judge(settings, NIGHT, "scores", con)
    assert (result.column_name, result.observed_value) == (None, 2.0)
