"""The DAG that erases: every night before it is scored, and never beside one."""

from typing import Any

import pytest

from evenscore.forgetting import erase


@pytest.fixture(scope="module")
def forgetting(bag: Any) -> Any:
    return bag.dags["forget_people"]


def test_it_runs_every_night_before_the_night_is_scored(forgetting: Any, bag: Any) -> None:
    from airflow.serialization.encoders import coerce_to_core_timetable

    crons = [coerce_to_core_timetable(dag.timetable).summary for dag in (forgetting, bag.dags["nightly_scores"])]
    assert crons == ["30 1 * * *", "0 2 * * *"]
    assert (forgetting.max_active_runs, forgetting.catchup) == (1, False)


def test_its_one_task_waits_for_the_warehouse_and_says_what_it_does(forgetting: Any) -> None:
    (task,) = forgetting.tasks
    assert (task.task_id, task.pool, task.retries) == ("forget", "warehouse", 5)
    assert len(task.doc_md) > 30
    assert "evenscore forget" in forgetting.doc_md


def test_it_forgets_whom_the_ledger_names_and_says_how_much_went_but_not_who(
    forgetting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = erase.Forgotten(people=2, accounts=3, kept_accounts=("forum:bob",))
    (task,) = forgetting.tasks
    names = task.python_callable.__globals__
    monkeypatch.setitem(names, "load_settings", lambda *_: None)
    monkeypatch.setattr(erase, "forget_due", lambda _settings, by: found if by == "forget_people" else None)
    counts = task.python_callable()
    assert counts == {"people": 2, "accounts": 3, "landed_rows": 0, "runs_rewritten": 0, "files_changed": 0}
