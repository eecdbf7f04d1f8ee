"""Runs the suites of a stage in Great Expectations, keeps every result, and decides stop or go."""

import logging
import math
import os
from dataclasses import asdict, dataclass
from functools import cache
from numbers import Number
from typing import Any

import duckdb
import pandas as pd

from evenscore.base import atomic_io
from evenscore.base.errors import EvenscoreError, StoppedByCheck
from evenscore.base.late_modules import put_off
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.checks.kept_rows import rows_of
from evenscore.checks.suites import NOTHING, Stanza, Suite, load_suites
from evenscore.state.runs import Night

NAMED_ROWS = 20
"""How many failing rows a result names; score_jumps has them all."""

_stored: dict[str, tuple[Suite, Any]] = {}
"""By name, the suite that the context stores now, with its definition."""


@dataclass(frozen=True)
class Result:
    """One expectation's result, as data_quality keeps it."""

    run_id: str
    as_of_date: str
    suite: str
    expectation: str
    severity: str
    success: bool
    observed: str
    expected: str
    because: str
    column_name: str | None = None
    observed_value: float | None = None


def judge(settings: Settings, night: Night, stage: str, con: duckdb.DuckDBPyConnection) -> list[Result]:
    """Run a stage's suites on what `con` sees, and keep the results in the run's folder.

    Raises StoppedByCheck when a critical expectation failed, EvenscoreError when an expectation could not be
    evaluated: a broken check is no verdict on the data.
    """
    results = [
        result for suite in load_suites(stage, settings.checks) for result in _run(suite, settings.places, night, con)
    ]
    atomic_io.write_json(
        settings.places.run(night.run_id) / "checks" / f"{stage}.json", [asdict(result) for result in results]
    )
    failed = [result for result in results if not result.success and result.severity == "critical"]
    if failed:
        first = failed[0]
        others = ", ".join(f"{result.suite}: {result.expectation}" for result in failed[1:])
        raise StoppedByCheck(
            f"{first.because} ({first.suite}: {first.expectation}: observed {first.observed}, "
            f"expected {first.expected}{f'; also failed: {others}' if others else ''})"
        )
    return results


def results_of(places: HomePaths, run_id: str) -> list[Result]:
    """Every result that a run has kept so far."""
    paths = sorted((places.run(run_id) / "checks").glob("*.json"))
    return [Result(**entry) for path in paths for entry in atomic_io.read_json(path)]


def _run(suite: Suite, places: HomePaths, night: Night, con: duckdb.DuckDBPyConnection) -> list[Result]:
    try:
        rows = rows_of(suite, places, con)
        found = _validate(suite, rows)
    except EvenscoreError:
        raise
    except Exception as error:  # whatever DuckDB or Great Expectations makes of a broken suite
        reason = " ".join(str(error).split())
        raise EvenscoreError(f"expectation suite {suite.name}: could not be evaluated: {reason}") from error
    return [
        _result(night, suite, stanza, result, rows) for stanza, result in zip(suite.expectations, found, strict=True)
    ]


def _result(night: Night, suite: Suite, stanza: Stanza, result: Any, rows: pd.DataFrame) -> Result:
    """A critical expectation that compared nothing has proved nothing, unless its file says why it may."""
    observed = _observed(stanza, suite, result, rows)
    is_proof = observed != NOTHING or stanza.severity != "critical" or stanza.may_compare_nothing is not None
    return Result(
        run_id=night.run_id,
        as_of_date=night.as_of_date.isoformat(),
        suite=suite.name,
        expectation=_sentence(stanza),
        severity=stanza.severity,
        success=bool(result.success) and is_proof,
        observed=observed,
        expected=_expected(stanza, result),
        because=stanza.because,
        column_name=stanza.arguments.get("column"),
        observed_value=_observed_value(stanza, result, rows),
    )


def validate(suite: Suite, rows: pd.DataFrame) -> Any:
    """What Great Expectations says of a suite on some rows, in its own words."""
    named = {"unexpected_index_column_names": list(suite.rows_are)} if suite.rows_are else {}
    return _definition(suite).run(
        batch_parameters={"dataframe": rows}, result_format={"result_format": "COMPLETE", **named}
    )


def _definition(suite: Suite) -> Any:
    """The suite as the context stores it; a process that judges many nights writes it anew where settings changed."""
    known, definition = _stored.get(suite.name, (None, None))
    if known == suite:
        return definition
    context, rows_of_suite = _context()  # before any other import of Great Expectations: it says what is put off
    from great_expectations import ExpectationSuite, ValidationDefinition
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    expectations = ExpectationSuite(name=suite.name)
    for position, stanza in enumerate(suite.expectations):
        expectations.add_expectation_configuration(
            ExpectationConfiguration(
                stanza.expect, stanza.arguments, meta={"position": position}, severity=stanza.severity
            )
        )
    stored = context.suites.add_or_update(expectations)
    definition = context.validation_definitions.add_or_update(
        ValidationDefinition(name=suite.name, data=rows_of_suite, suite=stored)
    )
    _stored[suite.name] = suite, definition
    return definition


def _validate(suite: Suite, rows: pd.DataFrame) -> list[Any]:
    outcome = validate(suite, rows)
    for result in outcome.results:
        _require_evaluated(suite, result.exception_info)
    if len(outcome.results) < len(suite.expectations):  # of two of a kind on one column it keeps the last
        raise EvenscoreError(f"expectation suite {suite.name}: an expectation is there twice for one column")
    return sorted(outcome.results, key=lambda result: result.expectation_config.meta["position"])


def _require_evaluated(suite: Suite, information: dict[str, Any]) -> None:
    """Great Expectations counts what it could not evaluate as failed; it tells of it once, or once a metric."""
    for raised in [information] if "raised_exception" in information else information.values():
        if raised["raised_exception"]:
            message = raised["exception_message"]
            raise EvenscoreError(f"expectation suite {suite.name}: could not be evaluated: {message}")


@cache
def _context() -> tuple[Any, Any]:
    """The one context of Great Expectations, and where it takes a suite's rows: in memory, quiet, and calling nobody.

    Imported late, because it takes seconds; once, because a context takes longer than a suite.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    # A third of the time goes into what it imports for expectations and plots that no suite of ours has.
    with put_off("scipy.stats", "altair"):
        import great_expectations
        from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

        import evenscore.checks.expectations  # noqa: F401  # ours register themselves

    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)  # the default leaves folders in /tmp
    config = DataContextConfig(
        store_backend_defaults=stores, progress_bars={"globally": False}, analytics_enabled=False
    )
    context = great_expectations.get_context(project_config=config)
    asset = context.data_sources.add_pandas("duckdb").add_dataframe_asset("night")
    return context, asset.add_batch_definition_whole_dataframe("night")


def _sentence(stanza: Stanza) -> str:
    """What is expected of which column: `rejected_share: values to be between`."""
    subject = stanza.arguments.get("column", "table")
    return f"{subject}: {stanza.expect.removeprefix('expect_').removeprefix('column_').replace('_', ' ')}"


def _expected(stanza: Stanza, result: Any) -> str:
    """An expectation of our own says it in a sentence; the others have their arguments."""
    if "expected" in result.result.get("details", {}):
        return str(result.result["details"]["expected"])
    rules = {name: value for name, value in stanza.arguments.items() if name != "column"}
    return ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in rules.items())


def _observed(stanza: Stanza, suite: Suite, result: Any, rows: pd.DataFrame) -> str:
    """The range of what was seen; where rows failed, how many and, if the suite names its rows, which."""
    column = stanza.arguments.get("column")
    if not column or isinstance(result.result.get("observed_value"), str):
        return _shown(result.result.get("observed_value"))
    if result.success or (len(rows) == 1 and not suite.rows_are):
        return _range(rows[column])
    if not suite.rows_are:
        failing = result.result["unexpected_list"]
        return f"{len(failing)} of {len(rows)}: {_range(pd.Series(failing))}"
    failing = result.result["unexpected_index_list"]
    named = "; ".join(
        f"{'/'.join(str(row[name]) for name in suite.rows_are)} {_shown(row[column])}" for row in failing[:NAMED_ROWS]
    )
    more = f"; and {len(failing) - NAMED_ROWS} more" if len(failing) > NAMED_ROWS else ""
    return f"{len(failing)} of {len(rows)}: {named}{more}"


def _observed_value(stanza: Stanza, result: Any, rows: pd.DataFrame) -> float | None:
    """What was observed where that is one number: a figure of the table, or the only row's; None otherwise."""
    seen = result.result.get("observed_value")
    if seen is None and len(rows) == 1 and "column" in stanza.arguments:
        seen = rows[stanza.arguments["column"]].iloc[0]
    is_number = isinstance(seen, Number) and not isinstance(seen, bool)
    return float(seen) if is_number and math.isfinite(seen) else None


def _range(values: pd.Series) -> str:
    seen = sorted(set(values.dropna()))
    if not seen:
        return NOTHING
    return _shown(seen[0]) if len(seen) == 1 else f"{_shown(seen[0])} to {_shown(seen[-1])}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
