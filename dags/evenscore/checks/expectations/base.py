"""What our expectations share: each reads its suite's rows whole, and returns a verdict in words.

Great Expectations has no DuckDB engine that works, so a suite's SQL runs in DuckDB and its rows come as a data frame. A
row with `is_tonight` is judged; the others are what it is judged by. An argument that is a text names a column. What a
verdict raises reaches the run as an expectation that could not be evaluated, never as a verdict on the data.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.render import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.renderer_configuration import RendererConfiguration, RendererValueType

from evenscore.checks.suites import NOTHING

NAMED_GROUPS = 20


@dataclass(frozen=True)
class Verdict:
    """Whether the expectation was met, what was seen, and what would have met it."""

    success: bool
    observed: str
    expected: str


class RowsOfTheSuite(TableMetricProvider):  # type: ignore[misc]  # Great Expectations has no types
    """The data frame itself, as a metric."""

    metric_name = "table.rows_of_the_suite"

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, execution_engine: Any, metric_domain_kwargs: dict[str, Any], **_: Any) -> pd.DataFrame:
        rows: pd.DataFrame
        rows, _compute, _accessor = execution_engine.get_compute_domain(metric_domain_kwargs, MetricDomainTypes.TABLE)
        return rows


class RunExpectation(BatchExpectation, ABC):  # type: ignore[misc]
    """An expectation of tonight's rows, seen beside those of earlier nights."""

    column: str

    metric_dependencies = (RowsOfTheSuite.metric_name,)
    domain_keys = ("batch_id", "column")  # a suite drops an expectation whose kind and domain it has already
    rule: ClassVar[str]
    """The rule in one sentence; `$name` stands for an argument."""

    @abstractmethod
    def verdict(self, rows: pd.DataFrame) -> Verdict:
        """Judge the rows of the suite. Raises what it likes when they are not those it was written for."""

    def expected(self) -> str:
        """The rule with its arguments put in."""
        text = self.rule
        for name in _arguments(type(self)):
            text = text.replace(f"${name}", _shown(getattr(self, name)))
        return text

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        rows = metrics[RowsOfTheSuite.metric_name]
        named = {value for name in _arguments(type(self)) if isinstance(value := getattr(self, name), str)}
        if missing := named - set(rows.columns):
            raise ValueError(f"the suite's rows have no column {', '.join(sorted(missing))}")
        found = self.verdict(rows)
        result = {"observed_value": found.observed, "details": {"expected": found.expected}}
        return {"success": found.success, "result": result}

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration) -> RendererConfiguration:
        for name in _arguments(cls):
            renderer_configuration.add_param(name=name, param_type=RendererValueType.STRING)
        renderer_configuration.template_str = f"$column: {cls.rule}"
        return renderer_configuration

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)  # type: ignore[untyped-decorator]
    def _prescriptive_renderer(cls, configuration: Any = None, result: Any = None, **_: Any) -> list[Any]:
        known = configuration or result.expectation_config
        params = {name: _shown(known.kwargs.get(name)) for name in _arguments(cls)}
        template = {"template": f"$column: {cls.rule}", "params": params}
        return [RenderedStringTemplateContent(content_block_type="string_template", string_template=template)]


def groups(rows: pd.DataFrame, by: str | None) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Each group's name, its row of tonight and its earlier rows, where it has a row of tonight."""
    parts: list[tuple[Any, pd.DataFrame]] = list(rows.groupby(by, sort=True)) if by else [("", rows)]
    for name, part in parts:
        is_tonight = part["is_tonight"].astype(bool)
        if is_tonight.sum() > 1:
            raise ValueError(f"{is_tonight.sum()} rows of tonight for {name or 'the one group'}")
        if is_tonight.any():
            yield str(name), part[is_tonight], part[~is_tonight]


def verdict_on(judged: list[tuple[bool, str]], expected: str) -> Verdict:
    """One verdict on all groups: those that failed, or else all."""
    failed = [text for success, text in judged if not success]
    named = failed or [text for _, text in judged]
    more = f"; and {len(named) - NAMED_GROUPS} more" if len(named) > NAMED_GROUPS else ""
    count = f"{len(failed)} of {len(judged)}: " if failed and len(judged) > 1 else ""
    return Verdict(not failed, count + "; ".join(named[:NAMED_GROUPS]) + more or NOTHING, expected)


def _arguments(expectation: type[RunExpectation]) -> list[str]:
    """The arguments that are our own, the longest first: one may begin like another."""
    own = {name for kind in expectation.__mro__ if issubclass(kind, RunExpectation) for name in kind.__annotations__}
    return sorted(own & set(expectation.__fields__), key=len, reverse=True)


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
