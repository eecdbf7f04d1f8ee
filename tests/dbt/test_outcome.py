"""What a build of dbt comes to, by what dbt says of each node; dbt itself is made up here."""

from types import SimpleNamespace
from typing import Any

import pytest

from evenscore.base.errors import EvenscoreError, StoppedByCheck
from evenscore.night import dbt_build, lean_dbt, on_spark, steps
from evenscore.state import reconstructed
from evenscore.state.laid_out_run import ScoringVersions
from home import Home


def node(name: str, kind: str = "model", status: str = "success", **more: Any) -> SimpleNamespace:
    return SimpleNamespace(
        node=SimpleNamespace(name=name, resource_type=kind), status=status, execution_time=0.12345, failures=2, **more
    )


MODEL, TEST = node("scores"), node("is_additive", "test", "pass")


@pytest.fixture
def build(home: Home, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A build of which dbt says what it is given; it leaves something that was spilled."""

    def built(*results: SimpleNamespace, exception: Exception | None = None, required: tuple[str, ...] = ()) -> Any:
        home.places.spilled.mkdir(parents=True, exist_ok=True)
        said = SimpleNamespace(result=results, exception=exception)
        monkeypatch.setattr(dbt_build, "parsed_night", lambda *_: (ScoringVersions(3, None, None), "{}", "manifest"))
        monkeypatch.setattr(lean_dbt, "call", lambda arguments, manifest: said if manifest == "manifest" else None)
        try:
            return dbt_build.build(home.settings, "the night", [], required=required)
        finally:
            assert not home.places.spilled.exists()

    return built


def test_what_was_built_is_told_with_its_seconds_and_how_many_tests_there_were(build: Any) -> None:
    assert build(MODEL, TEST) == {"nodes": {"scores": 0.123, "is_additive": 0.123}, "tests": 1}


def test_what_dbt_raised_is_an_error_with_its_words(build: Any) -> None:
    with pytest.raises(EvenscoreError, match="dbt build of the night: no such macro"):
        build(exception=ValueError("no such macro"))


@pytest.mark.parametrize("status", ["error", "runtime error"])
def test_a_node_that_is_broken_comes_before_a_test_that_failed(build: Any, status: str) -> None:
    broken = node("is_whole", "test", status, message="no such\n  column")
    with pytest.raises(EvenscoreError, match=r"^dbt test is_whole: no such column$") as raised:
        build(MODEL, node("is_additive", "test", "fail"), broken)
    assert not isinstance(raised.value, StoppedByCheck)


def test_tests_that_failed_stop_the_night_and_are_all_named(build: Any) -> None:
    with pytest.raises(StoppedByCheck, match=r"the night failed: is_additive \(2 rows\); is_whole \(2 rows\)$"):
        build(MODEL, *(node(name, "test", "fail") for name in ("is_additive", "is_whole")))


@pytest.mark.parametrize("others", [[], [node("is_whole", "test", "skipped")]])
def test_a_test_that_is_promised_must_have_run_and_passed(build: Any, others: list[SimpleNamespace]) -> None:
    assert build(MODEL, TEST, required=("is_additive",))
    with pytest.raises(EvenscoreError, match=r"tests/is_whole\.sql: did not run and pass"):
        build(MODEL, TEST, *others, required=("is_additive", "is_whole"))


@pytest.mark.parametrize("results", [[], [TEST]])
def test_a_build_without_a_model_is_none(build: Any, results: list[SimpleNamespace]) -> None:
    with pytest.raises(EvenscoreError, match="built no model; restore"):
        build(*results)


@pytest.mark.parametrize(("fails", "is_left_out", "tries"), [(0, True, 1), (1, True, 2), (1, False, 1), (2, True, 2)])
def test_a_night_that_a_test_stops_is_built_once_more_without_what_earlier_nights_reconstructed(
    home: Home, monkeypatch: pytest.MonkeyPatch, fails: int, is_left_out: bool, tries: int
) -> None:
    tried: list[str] = []

    def built(_settings: Any) -> dict[str, Any]:
        tried.append("build")
        if len(tried) <= fails:
            raise StoppedByCheck("a test")
        return {"tests": len(tried)}

    monkeypatch.setattr(dbt_build, "build_night", built)
    monkeypatch.setattr(on_spark, "build_night", lambda _settings: pytest.fail("no Spark is configured"))
    monkeypatch.setattr(reconstructed, "leave_out", lambda _places: is_left_out)
    if tries > fails:
        assert steps._built(home.settings) == {"tests": tries}
    else:
        with pytest.raises(StoppedByCheck):
            steps._built(home.settings)
    assert len(tried) == tries
