"""The DAG as Airflow sees it: nothing is run here but the last test, which runs a whole night."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from reference import candidate_scores, load

from evenscore.demo import make_community
from evenscore.places import Places

ROOT = Path(__file__).parents[2]

DAGS = {"compare_versions", "nightly_scores"}
GRAPH = {
    "extract": {"check_landing"},
    "check_landing": {"build_staging"},
    "build_staging": {"build_features"},
    "build_features": {"build_scores"},
    "build_scores": {"check"},
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


def test_extract_is_mapped_over_the_configured_sources(nightly: Any) -> None:
    from airflow.sdk.definitions.mappedoperator import MappedOperator

    extract = nightly.get_task("extract")
    assert isinstance(extract, MappedOperator)
    assert "pixels_activity" in extract.op_kwargs_expand_input.value["source"]


def test_one_night_at_a_time_and_none_by_surprise(nightly: Any) -> None:
    assert nightly.max_active_runs == 1
    assert nightly.catchup is False


def test_every_task_is_retried_and_says_what_it_does(nightly: Any) -> None:
    for task in nightly.tasks:
        assert task.retries == 2, task.task_id
        assert len(task.doc_md or "") > 30, task.task_id


def test_only_one_task_at_a_time_writes_the_warehouse(nightly: Any) -> None:
    assert {task.task_id for task in nightly.tasks if task.pool != "warehouse"} == {"extract"}


def test_assets_mark_the_landing_zone_and_the_published_database(nightly: Any) -> None:
    outlets = {task.task_id: [asset.name for asset in task.outlets] for task in nightly.tasks if task.outlets}
    assert outlets == {"extract": ["landing"], "publish": ["published_scores"]}


def test_a_night_scores_the_day_that_has_just_ended(nightly: Any) -> None:
    import pendulum
    from airflow.serialization.encoders import coerce_to_core_timetable

    timetable = coerce_to_core_timetable(nightly.timetable)
    interval = timetable.infer_manual_data_interval(run_after=pendulum.datetime(2026, 3, 16, 2, 5, tz="UTC"))
    assert interval.start == pendulum.datetime(2026, 3, 15, 2, tz="UTC")


@pytest.fixture(scope="module")
def published(airflow_home: Path) -> Places:
    """The demo's last night but one, run by Airflow as `make nightly` runs it."""
    places = Places(airflow_home)
    night = make_community(places.demo).last_date - timedelta(days=1)
    command = [sys.executable, "-m", "airflow", "dags", "test", "nightly_scores", night.isoformat()]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return places


def test_the_dag_publishes_a_night_and_writes_its_page(published: Places) -> None:
    with duckdb.connect(published.database, read_only=True) as con:
        ((night, people, held),) = con.execute(
            "select any_value(as_of_date), count(*), count_if(status = 'held') from person_scores"
        ).fetchall()
    assert people > 500
    assert held >= 1
    page = published.report(night).read_text()
    assert "could not be read" not in page
    assert "p_maya" in page


def test_published_scores_are_those_of_a_plain_second_implementation(published: Places) -> None:
    first, last = date(2025, 12, 31), date(2026, 3, 14)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    plain = candidate_scores(load(published.demo), days)
    with duckdb.connect(published.database, read_only=True) as con:
        shown = con.execute("select person_id, persona, score from person_scores where status = 'published'").fetchall()
    off = [name for name, persona, score in shown if abs(plain.of(name, persona)[-1] - score) > 0.01]
    assert len(shown) > 400
    assert off == []
