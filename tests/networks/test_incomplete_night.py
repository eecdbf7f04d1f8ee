"""A night of which a pull is incomplete: published, and no success; what the network counts for stays as it was."""

import contextlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from invented import Invented, mastodon
from loopback import Asked, Reply, Server, StillClock, instant
from pulled_home import PulledHome

from evenscore import pulling
from evenscore.cli import main
from evenscore.night import steps, summary
from evenscore.pulling import outcome
from evenscore.state import runs
from evenscore.state.runs import Night
from home import Home, event, ndjson

DAY = 86400


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A whole night, then one on which the network ends early: what each said, and what was published."""
    is_down = [False]
    network = mastodon()
    sound = network.answer

    def answer(asked: Asked) -> Reply:
        """Every post of Ann's is liked by many, and by more on the second night, on which their list ends early."""
        if asked.path.endswith("favourited_by"):
            return Reply([one | {"indexable": True} for one in likers(60 if is_down[0] else 30)])
        if asked.path.endswith("/statuses") and is_down[0] and "max_id" in asked.params:
            return Reply(status=502)
        reply = sound(asked)
        if asked.path.endswith("/900011/statuses"):
            reply.body = [
                one | {"favourites_count": 60 if is_down[0] else 30}
                for one in reply.body
                if one["created_at"] < clock.now().isoformat()
            ]
        elif not asked.path.endswith("statuses") and isinstance(reply.body, dict) and "statuses_count" in reply.body:
            reply.body["statuses_count"] += is_down[0]
        return reply

    clock, found = StillClock("2026-03-12T02:00:00+00:00"), dict[str, Any]()
    with pytest.MonkeyPatch.context() as patch, Server(answer, clock).running() as server:
        patch.setattr(pulling, "Clock", lambda: clock)
        invented = Invented(network.kind, network.people, answer, network.settings)
        home = PulledHome(tmp_path_factory.mktemp("nights"), invented, server, clock)
        forum = '[[sources]]\nname = "forum"\nkind = "files"\nnetwork = "forum"\npath = "forum.ndjson"\n'
        seeds = '[scoring]\nseeds = ["mastodon:800001", "mastodon:800002"]\n'
        home.config.write_text(f"{home.config.read_text()}\n{forum}\n{seeds}")
        (home.config.parent / "forum.ndjson").write_bytes(
            ndjson(event(f"e{number}", occurred_at=instant(1 + number % 12, minute=number)) for number in range(60))
        )
        found["whole"] = run(home, "night", "--date", "2026-03-11")
        assert found["whole"].exit_code == 0, found["whole"].output
        found["grounds"] = grounds(home, "2026-03-11")
        is_down[0] = True
        clock.sleep(DAY)
        found["incomplete"] = run(home, "night", "--date", "2026-03-12")
        found["kept"], found["covered"] = grounds(home, "2026-03-12"), coverage(home)
        found["status"] = run(home, "status")
        found["pull"] = run(home, "pull")
    return found


def likers(count: int) -> list[dict[str, Any]]:
    """Accounts that favourite whatever there is."""
    return [{"id": str(800_000 + number), "acct": f"fan{number}", "created_at": "2024-01-01T00:00:00.000Z",
             "discoverable": True} for number in range(count)]  # fmt: skip


def run(home: PulledHome, verb: str, *arguments: str) -> Result:
    shared = ("--home", str(home.places.home), "--config", str(home.config), "--json")
    return CliRunner().invoke(main, [verb, *arguments, *shared])


def asked(home: PulledHome, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.places.database), read_only=True) as con:
        return con.execute(query).fetchall()


def grounds(home: PulledHome, day: str) -> list[tuple[Any, ...]]:
    query = f"select person_id, evidence_count, score from person_scores where as_of_date = '{day}' order by all"
    return asked(home, query)


def coverage(home: PulledHome) -> list[tuple[Any, ...]]:
    query = (
        "select distinct as_of_date::varchar, is_complete from network_coverage where network = 'mastodon' order by all"
    )
    return asked(home, query)


@pytest.mark.slow
def test_a_whole_night_is_a_success(told: dict[str, Any]) -> None:
    assert json.loads(told["whole"].stdout)["incomplete"] == []


@pytest.mark.slow
def test_less_than_expected_is_no_success_whoever_asks(told: dict[str, Any]) -> None:
    facts = json.loads(told["incomplete"].stdout or "{}")
    assert facts, told["incomplete"].output
    assert (facts["outcome"], facts["incomplete"]) == ("published", ["net"])
    assert any("statuses: 502" in note for note in facts["notes"])
    assert (told["incomplete"].exit_code, told["status"].exit_code, told["pull"].exit_code) == (3, 3, 1)


@pytest.mark.slow
def test_what_the_network_counts_for_keeps_the_grounds_of_the_last_whole_night(told: dict[str, Any]) -> None:
    assert told["covered"] == [("2026-03-11", True), ("2026-03-12", False)]
    assert max(count for _, count, _ in told["grounds"]) > 500
    assert told["kept"] == told["grounds"]


FACTS = {"as_of_date": "2026-03-12", "rows": dict.fromkeys(summary.COUNTED, 0), "checks": [], "seconds": 1.0,
         "error": None, "rejected": {}, "notes": [], "report": None, "database": "d"}  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "incomplete", "code"),
    [("published", [], 0), ("unchanged", [], 0), ("published", ["net"], 3), ("unchanged", ["net", "too"], 3),
     ("failed", ["net"], 1), ("unfinished", [], 1), ("stopped", ["net"], 3), ("stopped", [], 3)],
)  # fmt: skip
def test_a_run_exits_by_its_outcome_and_by_what_it_lacks(outcome: str, incomplete: list[str], code: int) -> None:
    facts = {**FACTS, "outcome": outcome, "incomplete": incomplete}
    assert summary.exit_code(facts) == code
    for said in (summary.in_full(facts), summary.in_one_line(facts)):
        assert all(name in said for name in incomplete) and ("incomplete" in said) is bool(incomplete)


@pytest.mark.parametrize(
    ("state", "is_budget", "lacks", "is_noted"),
    [
        (outcome.INCOMPLETE, False, ["net"], True),
        (outcome.PAUSED, False, ["net"], True),
        (outcome.PAUSED, True, [], True),
        (outcome.NOBODY, False, [], True),
        (outcome.WHOLE, False, [], False),
    ],
)
def test_a_run_tells_which_pull_lacks_something_and_why_one_read_less(
    state: str, is_budget: bool, lacks: list[str], is_noted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has raised lacks all."""
    home = Home(tmp_path)
    night = Night.of(date(2026, 3, 11))
    done = outcome.Pulled("net", state, "a reason", is_budget=is_budget)
    monkeypatch.setattr(pulling, "pull", lambda settings, source, secret: done)
    steps.pull(home.settings, night, "net", "secret")
    with contextlib.suppress(OSError), runs.stage(home.places, night, "pull_broken"):
        raise OSError("no route")
    facts = summary.summarise(home.settings, night)
    assert facts["incomplete"] == [*lacks, "broken"]
    assert facts["notes"] == [f"pull of net: {state}; a reason"] * is_noted
