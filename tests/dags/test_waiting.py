"""A DAG run waits until the home folder is its own; Airflow's word on other runs is made up here."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evenscore.base.errors import BrokenChain, BusyError, DiskError, InputError, LostTruth, StoppedByCheck, UsageError
from evenscore.base.paths import HomePaths
from evenscore.state import runs, turns

DEMO = '[[sources]]\nname = "forum"\nkind = "files"\npath = "*.csv"\nnetwork = "forum"\n[consent]\nledger = "c.csv"\n'


@dataclass
class Run:
    """A DAG run, as a task sees it."""

    day: int = 1
    dag_id: str = "nightly_scores"

    @property
    def run_id(self) -> str:
        return f"backfill__2026-03-{self.day:02d}"

    @property
    def logical_date(self) -> datetime:
        return datetime(2026, 3, self.day, 2, tzinfo=UTC)


@dataclass
class Airflow:
    """What Airflow says of runs: which there are that have not ended."""

    under_way: list[Run] = field(default_factory=list)
    me: Run = field(default_factory=Run)

    def get_dr_count(self, dag_id: str, run_ids: list[str], states: list[str]) -> int:
        assert "running" in states and "queued" in states
        return sum(run.dag_id == dag_id and run.run_id in run_ids for run in self.under_way)

    def get_previous_dagrun(self, state: str) -> Run | None:
        assert state == "running", "what is queued may be waiting for this run"
        earlier = [run for run in self.under_way if run.day < self.me.day]
        return max(earlier, key=lambda run: run.day, default=None)


@pytest.fixture
def places(bag: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HomePaths:
    (tmp_path / "evenscore.toml").write_text(DEMO)
    (tmp_path / "c.csv").write_text("person_id,network,account_id,persona,action,purpose,is_adult,recorded_at\n")
    monkeypatch.setenv("EVENSCORE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EVENSCORE_CONFIG", str(tmp_path / "evenscore.toml"))
    return HomePaths(tmp_path / "home")


def begin(run: Run, airflow: Airflow) -> Any:
    from evenscore_airflow import nights

    airflow.me = run
    return nights.begin(run, airflow)


def test_five_nights_at_once_come_one_by_one_in_the_order_of_their_days(places: HomePaths) -> None:
    from evenscore_airflow import nights

    airflow = Airflow([Run(day) for day in (4, 2, 5, 1, 3)])
    done: list[int] = []
    while airflow.under_way:
        let_in = [run for run in airflow.under_way if begin(run, airflow).is_done]
        assert len(let_in) == 1
        done.append(let_in[0].day)
        assert not any(begin(run, airflow).is_done for run in airflow.under_way if run not in let_in)
        nights.end(let_in[0])
        airflow.under_way.remove(let_in[0])
    assert done == [1, 2, 3, 4, 5]


def test_an_earlier_night_that_comes_later_waits_for_the_one_that_has_begun(places: HomePaths) -> None:
    airflow = Airflow([Run(9)])
    assert begin(Run(9), airflow).is_done
    airflow.under_way.append(Run(2))
    assert not begin(Run(2), airflow).is_done
    assert begin(Run(9), airflow).is_done, "its further steps go on"


@pytest.mark.parametrize("is_gone", ["failed", "deleted", "of another DAG"])
def test_a_run_that_is_not_under_way_any_more_keeps_nobody_waiting(
    places: HomePaths, is_gone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    turns.take(places, f"{'forget_people' if is_gone == 'of another DAG' else 'nightly_scores'} backfill__2026-03-01")
    assert begin(Run(2), Airflow([Run(2)])).is_done
    assert "is not under way any more" in capsys.readouterr().out


def test_a_task_waits_for_a_night_of_the_command_line(places: HomePaths, capsys: pytest.CaptureFixture[str]) -> None:
    from evenscore_airflow import waiting

    def held(*_: Any, **__: Any) -> Any:
        raise BusyError("another run is working in this home folder")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting.runs, "only_one", held)
        assert not begin(Run(), Airflow([Run()])).is_done
    assert "waiting: another run is working" in capsys.readouterr().out


def test_airflow_dags_test_says_so_instead_of_waiting(places: HomePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    turns.take(places, "nightly_scores backfill__2026-03-01")
    monkeypatch.setattr("sys.argv", ["airflow", "dags", "test", "nightly_scores", "2026-03-02"])
    with pytest.raises(AirflowFailException, match="has been under way"):
        begin(Run(2), Airflow([Run(1), Run(2)]))


@pytest.mark.parametrize("command", ["dags test", "scheduler"])
def test_a_turn_ends_with_its_process_only_where_that_runs_the_whole_dag(
    command: str, places: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["airflow", *command.split(), "nightly_scores", "2026-03-01"])
    assert begin(Run(), Airflow([Run()])).is_done
    turn = turns.current(places)
    assert turn and turn.pid == (os.getpid() if command == "dags test" else None)


def test_the_turn_of_a_process_that_died_is_over_though_airflow_has_not_heard_of_it(
    places: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(pid: int, signal: int) -> None:
        raise ProcessLookupError(pid, signal)

    turns.take(places, f"{Run(3).dag_id} {Run(3).run_id}", 4_194_303)
    airflow = Airflow([Run(2), Run(3)])
    with monkeypatch.context() as patch:
        patch.setattr(turns.os, "kill", lambda *_: None)
        assert not begin(Run(2), airflow).is_done
    monkeypatch.setattr(turns.os, "kill", gone)
    assert begin(Run(2), airflow).is_done


def test_a_night_of_the_command_line_says_that_airflow_is_at_work(places: HomePaths) -> None:
    from evenscore.night import steps
    from evenscore_airflow import surroundings

    assert begin(Run(), Airflow([Run()])).is_done
    with pytest.raises(BusyError, match="nightly_scores backfill__2026-03-01 has been under way"):
        steps.run_night(surroundings.settings(), Run().logical_date.date())


def test_a_source_that_was_added_just_now_is_extracted(places: HomePaths, tmp_path: Path) -> None:
    more = '[[sources]]\nname = "mail"\nkind = "files"\npath = "*.csv"\nnetwork = "mail"\n'
    (tmp_path / "evenscore.toml").write_text(more + DEMO)
    assert begin(Run(), Airflow([Run()])).xcom_value == ["mail", "forum"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[[sources", "not valid TOML"),
        (None, "cannot be read"),
        ("[consent]\nledger = 'c.csv'\n", "sources: is missing"),
    ],
)
def test_a_configuration_that_cannot_be_read_fails_the_first_task_with_a_sentence(
    places: HomePaths, tmp_path: Path, content: str | None, says: str
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    path = tmp_path / "evenscore.toml"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(AirflowFailException, match=f"evenscore.toml: {says}"):
        begin(Run(), Airflow([Run()]))
    assert turns.current(places) is None


def test_relative_paths_do_not_depend_on_who_reads_them(
    bag: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenscore_airflow import surroundings

    monkeypatch.setenv("EVENSCORE_HOME", "state/here")
    monkeypatch.setenv("EVENSCORE_CONFIG", "mine.toml")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(DEMO)
    assert surroundings.home() == surroundings.ROOT / "state/here"
    assert surroundings.config() == surroundings.ROOT / "mine.toml"
    monkeypatch.delenv("EVENSCORE_CONFIG")
    (tmp_path / "evenscore.toml").write_text(DEMO)
    assert surroundings.config().parent == surroundings.ROOT, "not the one that lies where this process began"


def test_when_a_run_has_failed_the_home_is_free_and_somebody_is_told(
    places: HomePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenscore_airflow.failures import failed

    class Dag:
        dag_id = "nightly_scores"

    monkeypatch.setenv("EVENSCORE_ALERT", f"tee '{tmp_path}/told'")
    assert begin(Run(), Airflow([Run()])).is_done
    failed({"dag": Dag, "run_id": Run().run_id, "reason": "task_failure"})
    assert (tmp_path / "told").read_text().startswith("nightly_scores: run backfill__2026-03-01 failed (task_failure)")
    with runs.only_one(places):
        pass


def test_a_community_that_has_ended_is_nobodys_failure(places: HomePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    places.demo.mkdir(parents=True)
    (places.demo / "evenscore.toml").write_text("last_night = 2026-03-15\n" + DEMO)
    (places.demo / "c.csv").touch()
    monkeypatch.setenv("EVENSCORE_CONFIG", str(places.demo / "evenscore.toml"))
    with pytest.raises(AirflowSkipException, match="last_night is 2026-03-15"):
        begin(Run(16), Airflow([Run(16)]))
    assert turns.current(places) is None
    assert begin(Run(15), Airflow([Run(15)])).is_done


def test_the_log_says_what_was_not_met_and_the_run_stops(
    places: HomePaths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from evenscore.base import atomic_io
    from evenscore.night import steps
    from evenscore_airflow import nights

    result = {
        "run_id": "r",
        "as_of_date": "2026-03-01",
        "suite": "landing.night",
        "expectation": "is_silent: to be false",
        "severity": "critical",
        "success": False,
        "observed": "true",
        "expected": "false",
        "because": "Nothing came.",
    }

    def stopped(settings: Any, night: Any, _name: str) -> None:
        atomic_io.write_json(settings.places.run(night.run_id) / "checks" / "landing.json", [result])
        with runs.stage(settings.places, night, "check_landing"):
            raise StoppedByCheck("Nothing came")

    monkeypatch.setattr(steps, "take_up", stopped)
    with pytest.raises(AirflowFailException, match="Nothing came"):
        nights.work("check_landing", Run(), Airflow([Run()]))
    said = capsys.readouterr().out
    assert "check_landing: failed in" in said and "0 of 1 expectations met" in said
    assert (
        "not met (critical): landing.night: is_silent: to be false: observed true, expected false: Nothing came."
        in said
    )


@pytest.mark.parametrize("error", [StoppedByCheck, LostTruth, BrokenChain, UsageError, InputError, DiskError])
def test_what_stays_so_however_often_it_is_tried_is_not_tried_again(
    error: type[Exception], places: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from evenscore_airflow import nights, waiting

    def fails(_settings: Any) -> None:
        raise error("so it is")

    monkeypatch.setattr(waiting, "end_dead_turn", lambda *_given: None)
    is_for_good = error in (StoppedByCheck, LostTruth, BrokenChain, UsageError)
    with pytest.raises(AirflowFailException if is_for_good else error, match="so it is"):
        nights.between_nights(fails, Airflow())


@pytest.mark.parametrize(
    ("state", "is_budget", "comes_of_it"), [("whole", False, None), ("paused", True, None), ("incomplete", False, "")]
)
def test_a_pull_that_brought_less_than_there_is_is_tried_again_and_then_a_failure(
    state: str, is_budget: bool, comes_of_it: str | None, places: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.exceptions import AirflowException

    from evenscore.base.sources import Source
    from evenscore.night import steps
    from evenscore.pulling.outcome import Pulled
    from evenscore_airflow import nights, surroundings

    def pulled(_settings: Any, night: Any, source: str, secret: str) -> Pulled:
        assert (night.as_of_date.isoformat(), source, secret) == ("2026-03-01", "forum", "s3cr3t of forum")
        return Pulled(source, state, is_budget=is_budget)

    monkeypatch.setattr(Source, "is_asked", lambda _source, night: night.isoformat() == "2026-03-01")
    monkeypatch.setattr(surroundings, "secret_of", lambda source: f"s3cr3t of {source}")
    monkeypatch.setattr(steps, "pull", pulled)
    if comes_of_it is None:
        assert nights.pull("forum", Run(), Airflow([Run()])).xcom_value == state
        return
    with pytest.raises(AirflowException, match="forum: incomplete") as failed:
        nights.pull("forum", Run(), Airflow([Run()]))
    assert type(failed.value) is AirflowException, "one of its kinds would not be tried again"


def test_a_source_of_files_is_not_pulled(places: HomePaths) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    from evenscore_airflow import nights

    with pytest.raises(AirflowSkipException, match="forum is read from files"):
        nights.pull("forum", Run(), Airflow([Run()]))


def test_a_source_is_extracted_for_the_night_of_the_run(places: HomePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    from evenscore.night import steps, summary
    from evenscore_airflow import nights

    counts = dict.fromkeys(summary.COUNTED, 2)
    monkeypatch.setattr(steps, "extract", lambda _settings, night, source: counts | {source: night.as_of_date.day})
    done = nights.extract("forum", Run(3), Airflow([Run(3)]))
    assert done.xcom_value == counts | {"forum": 3}


@pytest.mark.parametrize("page", [Path("reports/page.html"), None])
def test_a_stage_hands_on_the_page_that_it_wrote(
    page: Path | None, places: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenscore.night import steps
    from evenscore_airflow import nights

    pages = {("report", 1): page}
    monkeypatch.setattr(steps, "take_up", lambda _settings, night, stage: pages[stage, night.as_of_date.day])
    done = nights.work("report", Run(), Airflow([Run()]))
    assert (done.is_done, done.xcom_value) == (True, page and str(page))


@pytest.mark.parametrize(
    ("password", "secret"), [("of airflow", "of airflow"), ("", "of the environment"), (None, "of the environment")]
)
def test_a_secret_is_airflows_before_the_environments(
    bag: Any, monkeypatch: pytest.MonkeyPatch, password: str | None, secret: str
) -> None:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    from evenscore_airflow import surroundings

    def get(name: str) -> Any:
        assert name == "evenscore_forum"
        if password is None:
            raise AirflowNotFoundException(name)
        return Connection(conn_id=name, password=password)

    monkeypatch.setattr(Connection, "get", get)
    monkeypatch.setenv("EVENSCORE_TOKEN_FORUM", "of the environment")
    assert surroundings.secret_of("forum") == secret


def test_a_torn_note_of_a_turn_is_an_error_and_no_free_home(places: HomePaths) -> None:
    places.home.mkdir()
    places.turn.write_text("{")
    with pytest.raises(InputError, match=r"turn.json: damaged"):
        begin(Run(), Airflow([Run()]))
