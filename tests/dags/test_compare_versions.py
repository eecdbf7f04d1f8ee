"""The DAG that compares versions: run when somebody asks, with what they ask, and never beside a night."""

from pathlib import Path
from typing import Any

import pytest


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
