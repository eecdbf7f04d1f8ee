"""The DAG that asks reviewers: started by a publish, one question an episode, each answer recorded by itself."""

from pathlib import Path
from typing import Any

import pytest

from evenscore.base.paths import HomePaths
from evenscore.reviews.decisions import read_decisions
from held_home import held, publish

ANSWER = {"chosen_options": ["Reject"], "params_input": {"why": "bought"}, "responded_by_user": {"name": "ann"}}


@pytest.fixture(scope="module")
def reviews(bag: Any) -> Any:
    return bag.dags["review_jumps"]


@pytest.fixture
def places(airflow_home: Path, tmp_path: Path, reviews: Any, monkeypatch: pytest.MonkeyPatch) -> HomePaths:
    places = HomePaths(tmp_path)
    monkeypatch.setenv("EVENSCORE_HOME", str(tmp_path))
    return places


def test_a_publish_starts_it_and_waiting_runs_do_not_stop_the_next(reviews: Any) -> None:
    (started_by,) = reviews.timetable.asset_condition.objects
    assert started_by.name == "published_scores"
    assert reviews.max_active_runs >= 400


def test_each_question_is_asked_and_recorded_by_itself(reviews: Any) -> None:
    graph = {task.task_id: task.downstream_task_ids for task in reviews.tasks}
    assert graph == {"find": {"review.ask", "review.record"}, "review.ask": {"review.record"}, "review.record": set()}
    (group,) = reviews.get_task("review.ask").iter_mapped_task_groups()
    assert group.group_id == "review", "mapped as a group: no record waits for another question's answer"


def test_a_reviewer_may_decide_or_set_aside_and_says_why(reviews: Any) -> None:
    from evenscore.reviews.questions import ASIDES, DECISIONS
    from evenscore.state.journal import LONGEST_REASON

    ask = reviews.get_task("review.ask")
    assert ask.operator_name == "HITLOperator"
    assert ask.options == [*DECISIONS, *ASIDES]
    assert ask.params.get_param("why").schema["maxLength"] == LONGEST_REASON
    assert "null" not in ask.params.get_param("why").schema["type"], "else the page would not insist on a reason"
    assert ask.response_timeout is ask.execution_timeout is None


def test_no_night_waits_for_a_reviewer(bag: Any) -> None:
    assert not [task for task in bag.dags["nightly_scores"].tasks if "HITL" in task.operator_name]


def test_every_task_says_what_it_does(reviews: Any) -> None:
    for task in reviews.tasks:
        assert task.retries == 2, task.task_id
        assert len(task.doc_md or "") > 30, task.task_id


def test_what_is_found_is_asked_and_what_is_answered_is_recorded(reviews: Any, places: HomePaths) -> None:
    class Run:
        run_id = "asset_triggered__1"

    publish(places, held())
    (question,) = reviews.get_task("find").python_callable(dag_run=Run())
    assert question.keys() == {"subject", "body", "seen"}
    reviews.get_task("review.record").python_callable(question["seen"], ANSWER)
    (made,) = read_decisions(places)
    assert (made.action, made.decided_by, made.why) == ("reject", "ann", "bought")


def test_an_answer_that_cannot_be_recorded_is_not_tried_again(reviews: Any, places: HomePaths) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    publish(places, held())
    seen = held() | {"run_id": "first"}
    with pytest.raises(AirflowFailException, match="--why"):
        reviews.get_task("review.record").python_callable(seen, ANSWER | {"params_input": {"why": ""}})
