"""A stage that is tried again does again what it needs, and no more; here the stages only note their names."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from evenscore.base import warehouse
from evenscore.base.errors import EvenscoreError, UsageError
from evenscore.base.sources import Source
from evenscore.night import stage_log, steps
from evenscore.publication import publishing
from evenscore.state import laid_out_run, runs
from evenscore.state.runs import Night
from home import Home

NIGHT = Night.of(date(2026, 3, 5), "taken-up")


@pytest.fixture
def done(home: Home, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was done, in order. The warehouse is this run's."""
    names: list[str] = []

    def noting(name: str) -> Callable[..., None]:
        return lambda *_: names.append(name)

    monkeypatch.setattr(steps, "DOING", {name: noting(name) for name in steps.DOING})
    monkeypatch.setattr(steps, "extract", lambda _settings, _night, source: names.append(f"extract {source}"))
    monkeypatch.setattr(laid_out_run, "holds", lambda *_: True)
    return names


def fail(home: Home, name: str) -> None:
    with pytest.raises(ValueError, match="once"), runs.stage(home.places, NIGHT, name):
        raise ValueError("once")


@pytest.mark.parametrize("name", [*steps.STAGES, "report"])
def test_a_stage_by_itself_does_itself_alone(home: Home, done: list[str], name: str) -> None:
    steps.take_up(home.settings, NIGHT, name)
    assert done == [name]


@pytest.mark.parametrize("name", [*steps.STAGES, "report"])
def test_one_that_failed_begins_with_what_the_sources_have_delivered_since(
    home: Home, done: list[str], name: str
) -> None:
    fail(home, name)
    steps.take_up(home.settings, NIGHT, name)
    order = [*steps.STAGES, "report"]
    assert done == ["extract forum", *order[: order.index(name) + 1]]


@pytest.mark.parametrize("name", steps.STAGES[1:])
def test_one_whose_warehouse_another_run_has_replaced_builds_its_own(
    home: Home, done: list[str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laid_out_run, "holds", lambda *_: False)
    steps.take_up(home.settings, NIGHT, name)
    assert done == list(steps.STAGES[: steps.STAGES.index(name) + 1])


def test_the_report_of_a_published_night_needs_no_warehouse(
    home: Home, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laid_out_run, "holds", lambda *_: False)
    steps.take_up(home.settings, NIGHT, "report")
    assert done == ["report"]


def test_the_warehouse_is_the_runs_that_laid_it_out(home: Home) -> None:
    assert not laid_out_run.holds(home.places, NIGHT)
    home.places.home.mkdir(parents=True, exist_ok=True)
    with warehouse.connect(home.places) as con:
        con.execute("create schema raw")
        con.execute("create table raw.run as select 'somebody_else' as run_id")
    assert not laid_out_run.holds(home.places, NIGHT)
    with warehouse.connect(home.places) as con:
        con.execute("update raw.run set run_id = ?", [NIGHT.run_id])
    assert laid_out_run.holds(home.places, NIGHT)


@pytest.mark.parametrize("error", [OSError(28, "no space left"), EvenscoreError("page: no font")])
def test_a_page_that_cannot_be_written_does_not_say_that_nothing_is_published(
    home: Home, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object) -> None:
        raise error

    for stage in ("build_all", "check", "publish"):
        monkeypatch.setattr(steps, stage, lambda *_: None)
    monkeypatch.setattr(steps, "write_report", broken)
    with pytest.raises(EvenscoreError, match=r"2026-03-05 is published, but its page is not written.*no (space|font)"):
        steps.rebuild_night(home.settings, NIGHT.as_of_date)


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_night_pulls_what_is_asked_for_on_its_day_and_extracts_every_source(
    home: Home, done: list[str], monkeypatch: pytest.MonkeyPatch, is_asked: bool
) -> None:
    monkeypatch.setattr(Source, "is_asked", lambda _source, day: is_asked and day == NIGHT.as_of_date)
    monkeypatch.setattr(steps, "pull", lambda _settings, night, source: done.append(f"pull {source}"))
    monkeypatch.setattr(steps, "_score_night", lambda _settings, night: done.append(f"score {night.as_of_date}"))
    assert steps.run_night(home.settings, NIGHT.as_of_date).as_of_date == NIGHT.as_of_date
    assert done == ["pull forum"] * is_asked + ["extract forum", "score 2026-03-05"]


def test_a_ledger_that_cannot_be_read_ends_a_night_before_anything_is_asked(home: Home, done: list[str]) -> None:
    (home.folder / "ledger.csv").write_text("person_id\n")
    with pytest.raises(EvenscoreError, match="column network is missing"):
        steps.run_night(home.settings, NIGHT.as_of_date)
    assert done == []


def test_before_anything_is_published_there_is_no_latest_night(home: Home) -> None:
    with pytest.raises(UsageError, match="nothing has been published yet"):
        steps.latest_published(home.settings)
    assert publishing.republish(home.settings) is None


def test_a_stage_tells_its_log_what_it_did(home: Home) -> None:
    assert stage_log.lines(home.places, NIGHT, "build") == ["build: left no record"]
    for name, did in (
        ("build", {"nodes": {"a": 0.5, "b": 10.0, "c": 9.0}, "tests": 2}),
        ("publish", {"published": "published", "folder": "runs/a"}),
        ("check", {}),
    ):
        with runs.stage(home.places, NIGHT, name) as record:
            record |= did
    built, published, checked = (stage_log.lines(home.places, NIGHT, name) for name in ("build", "publish", "check"))
    assert built[0].split(" s; ")[1] == "dbt built 1 nodes and passed 2 tests, the slowest b"
    assert published[0].split(" s; ")[1] == "published: runs/a"
    assert re.fullmatch(r"check: done in [0-9.]+ s", checked[0])


@pytest.mark.parametrize("stage", ["build", "check", "publish"])
def test_a_stage_does_not_go_on_in_what_another_run_has_laid_out(home: Home, stage: str) -> None:
    home.places.home.mkdir(parents=True, exist_ok=True)
    with warehouse.connect(home.places) as con:
        con.execute("create schema raw")
        con.execute("create table raw.run as select 'somebody_else' as run_id")
    for before in steps.STAGES[: steps.STAGES.index(stage)]:
        with runs.stage(home.places, NIGHT, before):
            pass
    with pytest.raises(EvenscoreError, match="somebody_else"):
        steps.DOING[stage](home.settings, NIGHT)


@pytest.mark.parametrize("stage", steps.STAGES)
def test_what_stood_on_a_stage_is_forgotten_when_it_is_done_again(home: Home, stage: str) -> None:
    for name in steps.STAGES:
        with runs.stage(home.places, NIGHT, name):
            pass
    with steps._working(home.settings, NIGHT, stage):
        left = {record["stage"] for record in runs.stages(home.places, NIGHT.run_id)}
    assert left - {stage} == {*steps.STAGES[: steps.STAGES.index(stage)]}


def test_a_night_from_what_has_landed_is_built_checked_published_and_told(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[tuple[str, date]] = []
    for name in ("build_all", "check", "publish", "report"):
        monkeypatch.setattr(steps, name, lambda _settings, night, name=name: did.append((name, night.as_of_date)))
    steps.rebuild_night(home.settings, NIGHT.as_of_date)
    assert did == [(name, NIGHT.as_of_date) for name in ("build_all", "check", "publish", "report")]
