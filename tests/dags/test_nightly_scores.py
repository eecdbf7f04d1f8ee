"""The DAG as Airflow sees it: nothing is run here but the last tests' night, which is run whole."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest
from reference import load, trusted_scores

from evenscore.base.paths import HomePaths
from evenscore.laboratory.demo import make_community
from evenscore.report.nights import read_nights

ROOT = Path(__file__).parents[2]
SCORING = ROOT / "docs/scoring.md"
README = ROOT / "README.md"
NIGHT = date(2026, 3, 15)
"""The demo's last night, which the README shows."""
ROUNDING = 2e-4
"""Points. The pipeline rounds weights, decayed actions and each engager's part to whole millionths: where the scale of
version 3 is steepest, at next to no evidence, one of them is 1e-4 points."""

DAGS = {"compare_versions", "forget_people", "nightly_scores", "review_jumps"}
GRAPH = {
    "begin": {"pull", "extract"},
    "pull": {"extract", "require_whole_pulls"},
    "require_whole_pulls": set(),
    "extract": {"check_landing"},
    "check_landing": {"build"},
    "build": {"check"},
    "check": {"publish"},
    "publish": {"report"},
    "report": set(),
}


@pytest.fixture(scope="module")
def nightly(bag: Any) -> Any:
    return bag.dags["nightly_scores"]


def test_every_dag_file_is_a_dag_and_none_has_an_import_error(bag: Any) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == {path.stem for path in (ROOT / "dags").glob("*.py")} == DAGS


def test_the_tasks_follow_one_another_as_the_house_says(nightly: Any) -> None:
    assert {task.task_id: task.downstream_task_ids for task in nightly.tasks} == GRAPH


def test_extract_is_mapped_over_the_sources_that_are_configured_when_the_run_begins(nightly: Any) -> None:
    from airflow.sdk.definitions.mappedoperator import MappedOperator

    for name in ("pull", "extract"):
        task = nightly.get_task(name)
        assert isinstance(task, MappedOperator)
        assert task.op_kwargs_expand_input.value["source"].operator.task_id == "begin"


def test_what_could_not_be_pulled_stops_nothing(nightly: Any) -> None:
    assert nightly.get_task("extract").trigger_rule == "all_done"


def test_a_run_that_has_not_pulled_everything_is_no_success(nightly: Any) -> None:
    """Its state is that of the tasks that nothing follows; one of them fails with any pull, at once and for good."""
    from airflow.sdk.exceptions import AirflowFailException

    task = nightly.get_task("require_whole_pulls")
    assert (task.trigger_rule, task.upstream_task_ids) == ("one_failed", {"pull"})
    with pytest.raises(AirflowFailException, match="incomplete"):
        task.python_callable()


def test_every_task_waits_without_its_slot_and_ends_some_day(nightly: Any) -> None:
    for task in nightly.tasks:
        settings = task.partial_kwargs if task.is_mapped else vars(task)
        assert settings["mode"] == "reschedule", task.task_id
        assert task.execution_timeout == timedelta(hours=6), task.task_id


def test_somebody_is_told_when_a_run_fails(bag: Any) -> None:
    assert {name for name, found in bag.dags.items() if not found.has_on_failure_callback} == set()


def test_one_night_at_a_time_and_none_by_surprise(nightly: Any) -> None:
    assert nightly.max_active_runs == 1
    assert nightly.catchup is False


def test_every_task_is_retried_and_says_what_it_does(nightly: Any) -> None:
    for task in nightly.tasks:
        assert task.retries == 2, task.task_id
        assert len(task.doc_md or "") > 30, task.task_id


def test_only_one_task_at_a_time_writes_the_warehouse(nightly: Any) -> None:
    assert {task.task_id for task in nightly.tasks if task.pool != "warehouse"} == {
        "begin",
        "pull",
        "extract",
        "require_whole_pulls",
    }


def test_assets_mark_the_landing_zone_and_the_published_database(nightly: Any) -> None:
    outlets = {task.task_id: [asset.name for asset in task.outlets] for task in nightly.tasks if task.outlets}
    assert outlets == {"extract": ["landing"], "publish": ["published_scores"]}


def test_a_night_scores_the_day_that_has_just_ended(nightly: Any) -> None:
    import pendulum
    from airflow.serialization.encoders import coerce_to_core_timetable

    timetable = coerce_to_core_timetable(nightly.timetable)
    interval = timetable.infer_manual_data_interval(run_after=pendulum.datetime(2026, 3, 16, 2, 5, tz="UTC"))
    assert interval.start == pendulum.datetime(2026, 3, 15, 2, tz="UTC")


@pytest.mark.parametrize("task_id", ["begin", "check_landing"])
@pytest.mark.parametrize("ahead", [0, 1, None])
def test_a_day_that_is_not_over_fails_at_once_with_a_sentence(
    ahead: int | None, task_id: str, nightly: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    now = datetime.now(UTC)

    class Run:
        run_id = "manual__1"
        # East of UTC the next day has begun; the moment is the same.
        logical_date = (
            None if ahead is None else (now + timedelta(days=ahead)).astimezone(timezone(timedelta(hours=14)))
        )

    monkeypatch.setenv("EVENSCORE_HOME", str(tmp_path))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "4102444800")  # 2100: what records bear is no clock
    expected = "no logical date" if ahead is None else "a night is scored when its day has ended"
    with pytest.raises(AirflowFailException, match=expected):
        nightly.get_task(task_id).python_callable(dag_run=Run())
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("stage", ["check_landing", "build", "check", "publish", "report"])
@pytest.mark.parametrize("is_done", [True, False])
def test_a_task_does_the_stage_of_its_name_and_the_last_one_ends_the_run_when_it_is_done(
    stage: str, is_done: bool, nightly: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk import PokeReturnValue

    from evenscore_airflow import nights

    asked: list[tuple[str, str, str]] = []
    ended: list[str] = []
    said = PokeReturnValue(is_done=is_done)
    monkeypatch.setattr(nights, "work", lambda *given: asked.append(given) or said)
    monkeypatch.setattr(nights, "end", ended.append)
    assert nightly.get_task(stage).python_callable(dag_run="run", ti="ti") is said
    assert asked == [(stage, "run", "ti")]
    assert ended == ["run"] * (stage == "report" and is_done)


@pytest.fixture(scope="module")
def published(airflow_home: Path) -> HomePaths:
    """The demo's last night, run by Airflow as `make nightly` runs it."""
    places = HomePaths(airflow_home)
    make_community(places.demo)
    command = [sys.executable, "-m", "airflow", "dags", "test", "nightly_scores", NIGHT.isoformat()]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return places


@pytest.mark.slow
def test_the_dag_publishes_a_night_and_writes_its_page(published: HomePaths) -> None:
    with duckdb.connect(published.database, read_only=True) as con:
        ((night, people, held),) = con.execute(
            "select any_value(as_of_date), count(*), count_if(status = 'held') from person_scores"
        ).fetchall()
    assert night == NIGHT
    assert people > 500
    assert held >= 1
    page = published.report(NIGHT).read_text()
    assert "could not be read" not in page
    assert "p_maya" in page
    (listed,) = read_nights(published)
    assert (listed.outcome, listed.held, listed.has_page) == ("published", held, True)
    assert listed.asked is not None and listed.incidents == 0


@pytest.mark.slow
def test_the_readme_shows_what_it_says(published: HomePaths) -> None:
    evenscore = [sys.executable, "-c", "from evenscore.cli import main; main()", "--home", str(published.home)]
    verbs = (["explain", "p_maya"], ["status"])
    explained, status = (
        subprocess.run([*evenscore, *verb], capture_output=True, text=True, check=True).stdout for verb in verbs
    )
    headline, band, *_ = explained.splitlines()
    assert f"explain p_maya\n{headline}\n{band}\n" in README.read_text()
    counts = re.findall(r"^  [a-z ]+ +[0-9,]+$", status, re.MULTILINE)
    assert len(counts) == 11 and all(f"{line}\n" in README.read_text() for line in counts)


@pytest.mark.slow
def test_published_scores_are_those_of_a_plain_second_implementation(published: HomePaths) -> None:
    with load(published.demo) as events:
        plain = trusted_scores(events, NIGHT)
    with duckdb.connect(published.database, read_only=True) as con:
        rows = con.execute("""
            select person_id, persona, coalesce(candidate_score, score) as points
            from person_scores left join score_jumps using (person_id, persona, as_of_date)
            where points is not null""").fetchall()
    shown = {(person, persona): points for person, persona, points in rows}
    assert len(shown) > 150
    assert shown.keys() == plain.keys()
    furthest, who = max((abs(points - plain[who]), who) for who, points in shown.items())
    assert furthest < ROUNDING, f"{who}: {shown[who]} is published, {plain[who]} is plain"


@pytest.mark.slow
def test_every_score_can_be_worked_out_by_hand_as_the_docs_say(published: HomePaths) -> None:
    (by_hand,) = re.findall(r"## By hand.*?```sql\n(.*?);\n```", SCORING.read_text(), re.DOTALL)
    with duckdb.connect(published.database, read_only=True) as con:
        ((scores,),) = con.execute("select count(score) from person_scores").fetchall()
        rows = con.execute(by_hand).fetchall()
    assert len(rows) == scores > 150
    assert max(abs(score - worked_out) for score, worked_out in rows) < 1e-5


@pytest.mark.slow
def test_contributions_sum_to_every_score_of_the_demo(published: HomePaths) -> None:
    with duckdb.connect(published.database, read_only=True) as con:
        ((furthest,),) = con.execute("""
            select max(abs(score - points)) from person_scores left join (
                select person_id, persona, as_of_date, sum(points) as points from score_contributions group by all
            ) using (person_id, persona, as_of_date)""").fetchall()
    assert furthest < 1e-9
