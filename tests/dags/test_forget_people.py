"""The DAG that erases: every night before it is scored, and never beside one."""

from typing import Any

import pytest

from evenscore.base.errors import EvenscoreError
from evenscore.base.settings import Settings
from evenscore.erasure import erase
from evenscore.state import turns
from home import Home


@pytest.fixture(scope="module")
def forgetting(bag: Any) -> Any:
    return bag.dags["forget_people"]


def test_it_runs_every_night_before_the_night_is_scored(forgetting: Any, bag: Any) -> None:
    from airflow.serialization.encoders import coerce_to_core_timetable

    crons = [coerce_to_core_timetable(dag.timetable).summary for dag in (forgetting, bag.dags["nightly_scores"])]
    assert crons == ["30 1 * * *", "0 2 * * *"]
    assert (forgetting.max_active_runs, forgetting.catchup) == (1, False)


def test_its_tasks_say_what_they_do_and_the_first_waits_for_the_warehouse(forgetting: Any) -> None:
    forget, in_airflow = forgetting.tasks
    assert (forget.task_id, forget.pool, forget.mode) == ("forget", "warehouse", "reschedule")
    assert forget.downstream_task_ids == {in_airflow.task_id} == {"forget_in_airflow"}
    assert min(len(task.doc_md) for task in forgetting.tasks) > 30
    assert "evenscore forget" in forgetting.doc_md and "evenscore_airflow.erasure" in forgetting.doc_md


def test_it_forgets_whom_the_ledger_names_and_says_how_much_went_but_not_who(
    forgetting: Any, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = erase.Forgotten(people=2, accounts=3, kept_accounts=("forum:bob",), is_noted_elsewhere=True)
    monkeypatch.setenv("EVENSCORE_HOME", str(home.places.home))
    monkeypatch.setenv("EVENSCORE_CONFIG", str(home.config))
    monkeypatch.setattr(erase, "forget_due", lambda _settings, by: found if by == "forget_people" else None)
    done = forgetting.get_task("forget").python_callable()
    counts = {"people": 2, "accounts": 3, "landed_rows": 0, "runs_rewritten": 0, "files_changed": 0}
    assert (done.is_done, done.xcom_value) == (True, counts)


def test_it_waits_for_a_night_that_is_under_way(forgetting: Any, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    class Airflow:
        states = ("running",)

        def get_dr_count(self, *_: Any, **asked: Any) -> int:
            return sum(state in asked["states"] for state in self.states)

    monkeypatch.setenv("EVENSCORE_HOME", str(home.places.home))
    monkeypatch.setenv("EVENSCORE_CONFIG", str(home.config))
    turns.take(home.places, "nightly_scores scheduled__1")
    forget, airflow = forgetting.get_task("forget").python_callable, Airflow()
    assert not forget(ti=airflow).is_done
    airflow.states = ("failed",)
    assert forget(ti=airflow).is_done


def test_whom_airflow_itself_may_name_is_taken_out_there_and_what_was_not_reached_is_said(
    forgetting: Any, home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from evenscore_airflow import erasure

    def finished(settings: Settings, dag_run: Any) -> dict[str, int]:
        if dag_run is None:
            raise EvenscoreError("its database is kept away")
        return {settings.config.name: dag_run}

    monkeypatch.setenv("EVENSCORE_HOME", str(home.places.home))
    monkeypatch.setenv("EVENSCORE_CONFIG", str(home.config))
    monkeypatch.setattr(erasure, "finish", finished)
    in_airflow = forgetting.get_task("forget_in_airflow").python_callable
    assert in_airflow(dag_run=7) == {"evenscore.toml": 7}
    assert "{'evenscore.toml': 7}\nnot reached: backups" in capsys.readouterr().out
    with pytest.raises(AirflowFailException, match="its database is kept away"):
        in_airflow()
