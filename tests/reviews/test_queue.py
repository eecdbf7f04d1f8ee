"""What waits for a reviewer, and what has become of each decision."""

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from evenscore.base.errors import EvenscoreError, UsageError
from evenscore.base.paths import HomePaths
from evenscore.reviews import wording
from evenscore.reviews.queue import decide, read_evidence, read_queue
from held_home import NIGHT, held, publish

NEXT = date(2026, 3, 16)


@pytest.fixture
def places(tmp_path: Path) -> HomePaths:
    return HomePaths(tmp_path)


def test_the_latest_nights_pending_holds_wait_the_largest_move_first(places: HomePaths) -> None:
    earlier = held("p_gone", as_of_date=date(2026, 3, 14), episode_date=date(2026, 3, 14))
    fell = held("p_fell", candidate_score=12.0, last_good_score=70.0)
    publish(places, held(), fell, held("p_done", decision="cleared"), earlier)
    assert [found.person_id for found in read_queue(places).waiting] == ["p_fell", "p_maya"]


def test_who_is_not_held_is_named_with_the_night_and_those_who_are(places: HomePaths) -> None:
    earlier = {"as_of_date": date(2026, 3, 14), "episode_date": date(2026, 3, 14), "decision": "cleared"}
    publish(places, held(), held("p_done", decision="released", decided_by="ann"), held("p_gone", **earlier))
    with pytest.raises(UsageError, match=r"p_calm: is not held .*2026-03-15.*; held are p_maya \(personal\)"):
        read_queue(places).find("p_calm", None)
    with pytest.raises(UsageError, match=r"p_maya \(work\): is not held"):
        read_queue(places).find("p_maya", "work")
    with pytest.raises(UsageError, match=r"p_gone: is not held"):
        read_queue(places).find("p_gone", None)
    with pytest.raises(UsageError, match=r"p_done: was released by ann"):
        read_queue(places).find("p_done", None)


def test_of_two_held_personas_one_must_be_named(places: HomePaths) -> None:
    publish(places, held(), held(persona="work"))
    with pytest.raises(UsageError, match="personal and work; name one with --persona"):
        read_queue(places).find("p_maya", None)
    assert read_queue(places).find("p_maya", "work").persona == "work"


def test_an_id_may_be_typed_as_it_is_shown_but_its_own_bytes_come_first(places: HomePaths) -> None:
    publish(places, held("p_\u202emaya"))
    assert read_queue(places).find("p_maya", None).person_id == "p_\u202emaya"
    publish(places, held("p_\u202emaya"), held(), run_id="second")
    assert read_queue(places).find("p_maya", None).person_id == "p_maya"


def test_before_anything_is_published_that_is_said(places: HomePaths) -> None:
    with pytest.raises(UsageError, match="nothing has been published yet"):
        read_queue(places)


def test_a_database_of_another_version_is_named(places: HomePaths) -> None:
    folder = publish(places, held())
    with duckdb.connect(folder / "evenscore.duckdb") as con:
        con.execute("alter table score_jumps drop column rule")
    with pytest.raises(EvenscoreError, match="score_jumps is another version's"):
        read_queue(places)


def test_the_first_decision_waits_and_the_second_changes_nothing(places: HomePaths) -> None:
    publish(places, held())
    seen = read_queue(places).find("p_maya", None)
    first, counting = decide(places, seen, "release", "ann", "read it")
    assert first == counting
    second, counting = decide(places, seen, "reject", "ben", "bought")
    assert (second.decision_id, counting) == (2, first)
    board = read_queue(places)
    assert [board.state(made) for made in board.decisions] == ["waiting", "second"]
    assert board.deciding(seen) == first


def test_a_decision_stands_on_a_night_that_was_rebuilt_with_another_candidate(places: HomePaths) -> None:
    publish(places, held())
    decide(places, read_queue(places).find("p_maya", None), "release", "ann", "read it")
    publish(places, held(candidate_score=53.0), run_id="rebuilt")
    board = read_queue(places)
    assert [board.state(made) for made in board.decisions] == ["waiting"]
    again, counting = decide(places, board.find("p_maya", None), "reject", "ben", "still too far")
    assert counting == board.decisions[0] and read_queue(places).state(again) == "second"


def test_a_decision_that_a_run_has_applied_says_so(places: HomePaths) -> None:
    publish(places, held())
    made, _ = decide(places, read_queue(places).find("p_maya", None), "release", "ann", "read it")
    at = made.decided_at.replace(tzinfo=None)
    publish(places, held(decision="released", decided_by="ann", decided_at=at, why="read it"), run_id="applied")
    assert read_queue(places).state(made) == "applied"
    other = {"decision": "released", "decided_by": "ann", "decided_at": datetime(2026, 1, 1)}
    publish(places, held(**other), run_id="other")
    assert read_queue(places).state(made) == "over"


@pytest.mark.parametrize("ending", ["cleared", "gone"])
def test_a_decision_on_a_hold_that_ended_is_over(ending: str, places: HomePaths) -> None:
    publish(places, held())
    made, _ = decide(places, read_queue(places).find("p_maya", None), "reject", "ann", "no")
    rows = [held(as_of_date=NEXT, decision="cleared")] if ending == "cleared" else []
    publish(places, *rows, night=NEXT, run_id="next")
    assert read_queue(places).state(made) == "over"


def test_an_answer_about_a_hold_that_is_not_published_any_more_is_not_recorded(places: HomePaths) -> None:
    publish(places, held())
    seen = read_queue(places).find("p_maya", None)
    for now in ([], [held(as_of_date=NEXT, episode_date=NEXT)]):
        publish(places, *now, night=NEXT, run_id=f"with {len(now)}")
        with pytest.raises(UsageError, match="not published any more"):
            decide(places, seen, "release", "ann", "read it")
    assert not places.decisions.exists()


def test_the_evidence_is_of_the_night_and_the_persona_in_question(places: HomePaths) -> None:
    folder = publish(places, held(), held("p_two"), held("p_maya", persona="work"))
    with duckdb.connect(folder / "evenscore.duckdb") as con:
        con.execute("update person_scores set score = null where as_of_date = $1", [NIGHT - timedelta(days=1)])
        con.execute("update score_changes set points = -50 where cause = 'review'")
    evidence = read_evidence(places, read_queue(places).find("p_maya", "personal"))
    assert evidence.changes == (("review", -50.0), ("own_activity", 48.2))
    assert len(evidence.nights) == 59, "on one there was no score"
    assert evidence.nights[-1][0] == NIGHT


def test_a_rule_that_we_do_not_know_is_said_without_what_a_terminal_would_do(places: HomePaths) -> None:
    publish(places, held(rule="a\u202erule\x1b[2J"))
    assert wording.because(read_queue(places).find("p_maya", None)) == "Held because arule[2J."


def test_a_rejected_hold_is_listed_shown_and_may_be_reversed_by_whoever_rejected_it(places: HomePaths) -> None:
    publish(places, held(decision="rejected", decided_by="ann"), held("p_ok", decision="released"))
    board = read_queue(places)
    assert ([one.person_id for one in board.rejected], board.waiting) == (["p_maya"], ())
    assert "1 score held on by a rejection:" in wording.listed(board) and "rejected by ann" in wording.listed(board)
    with pytest.raises(UsageError, match=r"p_ok: was released.*; held are p_maya \(personal\)"):
        board.find("p_ok", None)
    seen = board.find("p_maya", None)
    decide(places, seen, "reject", "ann", "bought")
    assert "the next run" not in wording.listed(read_queue(places))
    made, counting = decide(places, seen, "release", "ann", "I was wrong")
    assert made == counting
    board = read_queue(places)
    assert "rejected by ann; release by ann, the next run applies it" in wording.listed(board)
    assert [board.state(one) for one in board.decisions] == ["reversed", "waiting"]
