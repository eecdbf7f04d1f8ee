"""Nobody who was forgotten stands in what Airflow keeps of its runs; what could not be reached is said."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest
import sqlalchemy as sa

from evenscore.base.errors import EvenscoreError
from evenscore.base.paths import HomePaths
from evenscore.erasure import elsewhere, erase
from evenscore.names.identifier_matcher import ErasureSubject, IdentifierMatcher
from home import Home

LEAVERS = [ErasureSubject("forum", "ann.leaves", "2026-03-01", "p_ann", ("annie-was",), ("777001",))]
NAMES = (b"p_ann", b"ann.leaves", b"annie-was", b"777001")
SEEN = {"person_id": "p_ann", "persona": "work", "score": 41.5}
STAYS = {"person_id": "p_anna", "persona": "work", "score": 12.0}


def question(who: dict[str, Any]) -> dict[str, Any]:
    return {"subject": f"{who['person_id']}/work: held", "body": f"`{who['person_id']}` jumped", "seen": who}


class Run:
    dag_id, run_id = "review_jumps", "asset_triggered__1"


@pytest.fixture
def database(airflow_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a migrated Airflow's database, with a run in which somebody was asked about."""
    path = tmp_path / "copy.db"
    with (
        closing(sqlite3.connect(airflow_home / "airflow" / "airflow.db")) as live,
        closing(sqlite3.connect(path)) as con,
    ):
        live.backup(con)
        con.execute("pragma foreign_keys = off")
        plant(con)
        con.commit()
    monkeypatch.setenv("EVENSCORE_AIRFLOW_DATABASE", f"sqlite:///{path}")
    (tmp_path / "logs").mkdir()
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(tmp_path / "logs"))
    return path


def plant(con: sqlite3.Connection) -> None:
    both = [question(SEEN), question(STAYS)]
    insert(con, "dag_run", run_id=Run.run_id, conf=json.dumps({"why": "annie-was asked"}))
    insert(con, "task_instance", id="1", task_id="ask", run_id=Run.run_id, rendered_map_index="p_ann")
    insert(con, "xcom", task_id="find", key="return_value", run_id=Run.run_id, value=json.dumps(both))
    insert(con, "xcom", task_id="record", key="return_value", run_id=Run.run_id, value=json.dumps(json.dumps(both)))
    insert(con, "rendered_task_instance_fields", task_id="ask", run_id=Run.run_id, rendered_fields=json.dumps(both[0]))
    insert(con, "hitl_detail", ti_id="1", subject=both[0]["subject"], body="about ann.leaves", params=json.dumps(both))
    insert(con, "log", event="trigger", owner="admin", extra=json.dumps({"conf": {"account": "forum:ann.leaves"}}))
    insert(con, "dag_run_note", dag_run_id=1, content="777001 called")


def insert(con: sqlite3.Connection, table: str, **values: Any) -> None:
    """A row with these values, and something in every other column that must not be empty."""
    for _, name, kind, is_needed, default, _ in con.execute(f"pragma table_info({table})").fetchall():
        if is_needed and default is None and name not in values:
            is_text = "CHAR" in kind or kind in ("TEXT", "JSON")
            values[name] = "review_jumps" if name == "dag_id" else "{}" if kind == "JSON" else "x" if is_text else 1
            if kind in ("TIMESTAMP", "DATETIME"):
                values[name] = "2026-03-01 00:00:00"
    marks = ", ".join("?" * len(values))
    con.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))


@pytest.fixture
def noted(home: Home) -> Home:
    home.places.home.mkdir(parents=True)
    home.places.scheduled.write_text("{}")
    assert elsewhere.note(home.places, LEAVERS, [])
    return home


def test_nobody_stands_in_the_database_nor_in_a_log_any_more(noted: Home, database: Path, tmp_path: Path) -> None:
    from evenscore_airflow import erasure

    log = tmp_path / "logs" / "dag_id=review_jumps" / "attempt=1.log"
    log.parent.mkdir()
    log.write_text('{"event": "asked about p_ann"}\n{"event": "asked about p_anna"}\n')
    (elsewhere_kept := tmp_path / "journal.log").write_text("asked about p_ann")
    (tmp_path / "logs" / "link.log").symlink_to(elsewhere_kept)
    assert any(name in database.read_bytes() for name in NAMES)
    counts = erasure.finish(noted.settings, Run)
    assert [name for name in NAMES if name in database.read_bytes().replace(b"p_anna", b"")] == []
    assert log.read_text() == '{"event": "asked about p_anna"}\n'
    assert elsewhere_kept.read_text() == "asked about p_ann"
    assert counts["xcom.value"] == 2 and counts["log files"] == 1
    assert not noted.places.erasure_elsewhere.exists()
    assert erasure.finish(noted.settings, Run) == {}


@pytest.mark.parametrize(
    ("value", "is_named"),
    [
        ("liked by bob", True),
        ({"bob": 1}, True),
        ({"of": [{"bob": 1}]}, True),
        ({"of": [1, {"who": "bob"}]}, True),
        ('{"of": ["b\\u006fb"]}', True),
        ({"person_id": "7"}, True),
        ({"number": "7", "rows": ["bobby", 12, None]}, False),
    ],
)
def test_a_name_is_found_in_any_key_or_value_and_a_persons_id_where_it_says_so(value: Any, is_named: bool) -> None:
    from evenscore_airflow.metadata import names_one

    matcher = IdentifierMatcher([ErasureSubject("forum", "bob", "2026-03-01", "7")])
    assert names_one(value, matcher) is is_named


def test_what_others_still_wait_for_keeps_its_place(noted: Home, database: Path) -> None:
    from evenscore_airflow import erasure

    erasure.finish(noted.settings, Run)
    with closing(sqlite3.connect(database)) as con:
        (kept,) = con.execute("select value from xcom where task_id = 'find'").fetchone()
        (nested,) = con.execute("select value from xcom where task_id = 'record'").fetchone()
        (run,) = con.execute("select run_id from hitl_detail join task_instance on ti_id = id").fetchone()
    assert json.loads(kept)[1] == json.loads(json.loads(nested))[1] == question(STAYS)
    assert len(json.loads(kept)) == 2
    assert run == Run.run_id


@pytest.mark.parametrize(
    ("table", "column"), [("dag_run", "run_id"), ("log", "owner"), ("task_instance", "external_executor_id")]
)
def test_what_only_airflow_can_take_away_is_said_and_the_note_stays(
    noted: Home, database: Path, table: str, column: str
) -> None:
    from evenscore_airflow import erasure

    with closing(sqlite3.connect(database)) as con:
        con.execute(f"update {table} set {column} = 'about p_ann'")
        con.commit()
    with pytest.raises(EvenscoreError, match=rf"named in {table}.{column} \(1\)") as said:
        erasure.finish(noted.settings)
    assert "p_ann" not in str(said.value)
    assert noted.places.erasure_elsewhere.exists()


@pytest.mark.parametrize("reached", ["nothing there", "another Airflow's"])
def test_another_database_is_not_scrubbed_in_vain(
    noted: Home, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reached: str
) -> None:
    from evenscore_airflow import erasure

    if reached == "nothing there":
        monkeypatch.setenv("EVENSCORE_AIRFLOW_DATABASE", f"sqlite:///{tmp_path}/none.db")
    else:
        monkeypatch.setattr(Run, "run_id", "of_here")
    with pytest.raises(EvenscoreError, match=r"keeps its database from this task.*evenscore_airflow.erasure"):
        erasure.finish(noted.settings, Run)
    assert noted.places.erasure_elsewhere.exists()


def test_where_no_scheduler_ran_nobody_is_noted(home: Home) -> None:
    assert not elsewhere.note(home.places, LEAVERS, [])
    assert not home.places.erasure_elsewhere.exists()
    assert elsewhere.due(home.settings) is None


def test_an_erasure_leaves_a_note_that_is_its_owners_alone_and_doctor_says_so(home: Home) -> None:
    from evenscore.night.doctor import examine

    home.deliver("a.ndjson", {"event_id": "e", "network": "forum", "verb": "like", "actor_id": "x", "target_id": "ann"})
    home.extract()
    home.places.scheduled.write_text("{}")
    found = erase.forget(home.settings, ["p_ann"], "test")
    note = home.places.erasure_elsewhere
    assert found.is_noted_elsewhere and note.stat().st_mode & 0o077 == 0
    matcher = elsewhere.due(home.settings)
    assert isinstance(matcher, IdentifierMatcher) and matcher.people == {"p_ann"} and matcher.within("of ann here")
    (finding,) = [one for one in examine(home.settings) if one.subject == "erasures"]
    assert not finding.is_well and "evenscore_airflow.erasure" in finding.says
    erase.forget(home.settings, [], "test", accounts=[("forum", "bob")])
    both = elsewhere.due(home.settings)
    assert both and both.within("of ann here") and both.within("of bob here"), "one note does not replace another"


def test_the_command_says_what_it_did_and_what_nobody_looked_into(noted: Home, database: Path) -> None:
    surroundings = {"EVENSCORE_HOME": str(noted.places.home), "EVENSCORE_CONFIG": str(noted.config)}
    path = os.pathsep.join(filter(None, [str(Path(erase.__file__).parents[2]), os.environ.get("PYTHONPATH")]))
    ran = subprocess.run(
        [sys.executable, "-m", "evenscore_airflow.erasure"],
        env=os.environ | surroundings | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert "xcom.value (2)" in ran.stdout and "not reached: backups of Airflow's database" in ran.stdout
    assert HomePaths(noted.places.home).erasures.exists()


def test_a_log_that_is_named_after_somebody_goes_whole(noted: Home, database: Path, tmp_path: Path) -> None:
    from evenscore_airflow import erasure

    for name in ("map_index=p_ann.log", "map_index=p_anna.log"):
        (tmp_path / "logs" / name).write_text("asked\n")
    assert erasure.finish(noted.settings, Run)["log files"] == 1
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["map_index=p_anna.log"]


@pytest.mark.parametrize("is_remote", [True, False])
def test_logs_that_lie_elsewhere_are_said_to_be_out_of_reach(
    bag: Any, monkeypatch: pytest.MonkeyPatch, is_remote: bool
) -> None:
    from evenscore_airflow import erasure

    monkeypatch.setenv("AIRFLOW__LOGGING__REMOTE_LOGGING", str(is_remote))
    monkeypatch.setenv("AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER", "s3://logs")
    (said,) = erasure.not_reached()
    assert ("the logs at s3://logs" in said, "backups" in said) == (is_remote, True)


@pytest.mark.parametrize("own", ["airflow-db-not-allowed:///", "postgresql://db"])
def test_where_airflow_keeps_its_database_from_a_task_its_settings_are_asked_without_that(
    own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenscore_airflow import erasure

    def ran(_command: list[str], env: dict[str, str], **_more: Any) -> Any:
        assert env.get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN") == (own if own.startswith("postgresql") else None)
        assert env["PATH"] == os.environ["PATH"]
        return subprocess.CompletedProcess([], 0, stdout="a warning\nurl sqlite:///a.db\n")

    monkeypatch.delenv("EVENSCORE_AIRFLOW_DATABASE", raising=False)
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", own)
    monkeypatch.setattr(erasure.subprocess, "run", ran)
    assert list(erasure._urls()) == ["sqlite:///a.db"]


def test_the_command_fails_in_one_line_and_says_where_nobody_is_noted(
    bag: Any, home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from evenscore_airflow import erasure

    monkeypatch.setenv("EVENSCORE_HOME", str(home.places.home))
    monkeypatch.setenv("EVENSCORE_CONFIG", str(home.config))
    assert erasure.main() == 0
    assert capsys.readouterr().out.startswith("nobody is noted\nnot reached: ")
    for error in (EvenscoreError("named\n in a.b"), sa.exc.OperationalError("select", {}, Exception("no server"))):
        monkeypatch.setattr(erasure, "finish", Mock(side_effect=error))
        assert erasure.main() == EvenscoreError.exit_code
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1) and said.err.startswith("evenscore_airflow.erasure: ")


@pytest.mark.parametrize(
    ("dialect", "said"), [("postgresql", ['vacuum "log"', 'vacuum "xcom"']), ("sqlite", ["vacuum"]), ("mysql", [])]
)
def test_the_bytes_of_old_rows_are_let_go_of_as_each_server_does_it(dialect: str, said: list[str]) -> None:
    from evenscore_airflow.metadata import _vacuum

    engine = MagicMock(**{"dialect.name": dialect})
    con = engine.connect.return_value.execution_options.return_value.__enter__.return_value
    _vacuum(engine, {"xcom", "log"})
    assert [str(call.args[0]) for call in con.execute.call_args_list] == said
    engine.connect.return_value.execution_options.assert_called_with(isolation_level="AUTOCOMMIT")


def test_every_column_that_is_rewritten_is_one_that_airflow_has(database: Path) -> None:
    from evenscore_airflow.metadata import SAID

    tables = sa.MetaData()
    tables.reflect(sa.create_engine(f"sqlite:///{database}"))
    assert {
        f"{table}.{column}"
        for table, columns in SAID.items()
        for column in columns
        if table not in tables.tables or column not in tables.tables[table].columns
    } == set()


OF_THE_RUN = {"assignees", "responded_by", "context_carrier", "external_executor_id"}
"""Texts beside what was said that tell who answers and where a task ran, and of no member."""


def test_where_something_is_said_every_text_is_rewritten(database: Path) -> None:
    from evenscore_airflow.metadata import SAID

    tables = sa.MetaData()
    tables.reflect(sa.create_engine(f"sqlite:///{database}"))
    texts = {
        table: {column.name for column in tables.tables[table].columns if isinstance(column.type, sa.JSON | sa.Text)}
        for table in SAID
    }
    assert {table: found for table in SAID if (found := texts[table] - set(SAID[table]) - OF_THE_RUN)} == {}
    kept_on = [table for table in SAID if f"{table}_history" in SAID]
    assert [table for table in kept_on if SAID[table] != SAID[f"{table}_history"]] == [] and len(kept_on) == 2
