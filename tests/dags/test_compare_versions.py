"""The DAG that compares versions: run when somebody asks, with what they ask, and never beside a night."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from home import Home


@pytest.fixture(scope="module")
def versions(bag: Any) -> Any:
    return bag.dags["compare_versions"]


def test_it_runs_only_when_somebody_triggers_it(versions: Any) -> None:
    assert versions.schedule is None
    assert versions.max_active_runs == 1


def test_it_asks_for_a_night_and_a_version_and_needs_neither(versions: Any) -> None:
    assert dict(versions.params) == {"date": None, "candidate": None}
    assert versions.params.get_param("date").schema["format"] == "date"
    assert versions.params.get_param("candidate").schema["type"] == ["null", "integer"]


def test_its_one_task_waits_for_the_warehouse_and_says_what_it_does(versions: Any) -> None:
    (task,) = versions.tasks
    assert (task.task_id, task.pool, task.retries) == ("compare", "warehouse", 2)
    assert len(task.doc_md) > 30
    assert "evenscore compare" in versions.doc_md


def test_what_cannot_be_compared_is_not_tried_again(
    versions: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    (task,) = versions.tasks
    monkeypatch.setenv("EVENSCORE_HOME", str(tmp_path))
    monkeypatch.setenv("EVENSCORE_CONFIG", str(tmp_path / "evenscore.toml"))
    with pytest.raises(AirflowFailException, match="evenscore"):
        task.python_callable(params={"date": "2026-03-15", "candidate": 7})


@pytest.mark.parametrize(
    ("params", "asked"),
    [
        ({"date": "2026-03-15", "candidate": 7}, (date(2026, 3, 15), 7)),
        ({"date": None, "candidate": None}, (None, None)),
        (None, (None, None)),
    ],
)
def test_the_night_and_the_version_that_were_asked_for_are_compared(
    versions: Any, home: Home, monkeypatch: pytest.MonkeyPatch, params: Any, asked: tuple[date | None, int | None]
) -> None:
    from evenscore.laboratory.comparison import compare, wording

    monkeypatch.setenv("EVENSCORE_HOME", str(home.places.home))
    monkeypatch.setenv("EVENSCORE_CONFIG", str(home.config))
    monkeypatch.setattr(wording, "in_full", lambda _facts, page, people: f"{page} and {people}")
    monkeypatch.setattr(
        compare, "compare", lambda _settings, *given: SimpleNamespace(facts={}, page=f"page of {given}", people="p.csv")
    )
    (task,) = versions.tasks
    done = task.python_callable(params=params)
    assert (done.is_done, done.xcom_value) == (True, f"page of {asked}")
