"""The file of decisions: nothing is lost, nothing is half there, and the first on an episode counts."""

import errno
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from evenscore.base.errors import BusyError, DiskError, InputError, UsageError
from evenscore.base.paths import HomePaths
from evenscore.reviews.decisions import (
    CandidateShown,
    Decision,
    append_decisions,
    append_incident_release,
    called_real,
    counting_on,
    read_decisions,
    read_incident_releases,
    that_count,
)
from evenscore.state import journal

SEEN = CandidateShown(
    person_id="p_maya",
    persona="personal",
    as_of_date=date(2026, 3, 15),
    episode_date=date(2026, 3, 14),
    candidate_score=63.2,
    last_good_score=15.0,
    cause="viral_post",
    run_id="r1",
)
DAGS = Path(__file__).parents[2] / "dags"
DECIDE_OFTEN = """
import sys
from pathlib import Path
from evenscore.reviews.decisions import CandidateShown, append_decisions
from evenscore.base.paths import HomePaths
seen = CandidateShown.model_validate_json(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(5):
    append_decisions(HomePaths(Path(sys.argv[1])), [seen], "reject", sys.argv[3], "because")
"""


@pytest.fixture
def places(tmp_path: Path) -> HomePaths:
    return HomePaths(tmp_path)


def test_a_decision_is_read_as_it_was_made(places: HomePaths) -> None:
    (made,) = append_decisions(places, [SEEN], "release", "ann", "I read the thread")
    assert read_decisions(places) == [made]
    assert (made.decision_id, made.decided_by, made.action, made.episode) == (1, "ann", "release", SEEN.episode)


def test_decisions_of_two_processes_at_once_are_all_kept(places: HomePaths) -> None:
    command = [sys.executable, "-c", DECIDE_OFTEN, str(places.home), SEEN.model_dump_json()]
    environment = os.environ | {"PYTHONPATH": str(DAGS)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen([*command, by], env=environment, **pipes) for by in ("ann", "ben")]
    assert [process.stdout.readline() for process in both] == ["ready\n"] * 2  # so that they begin together
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate() and process.returncode for process in both] == [0, 0]
    made = read_decisions(places)
    assert [decision.decision_id for decision in made] == list(range(1, 11))
    assert [decision.decided_by for decision in made].count("ann") == 5
    first = made[0].decided_by
    assert counting_on(SEEN, made) == [one for one in made if one.decided_by == first][-1]


def test_a_torn_last_line_is_named_and_nothing_is_written_behind_it(places: HomePaths) -> None:
    append_decisions(places, [SEEN], "release", "ann", "because")
    append_decisions(places, [SEEN], "reject", "ben", "because")
    torn = places.decisions.read_bytes()[:-9]
    places.decisions.write_bytes(torn)
    with pytest.raises(InputError, match=r"decisions\.ndjson: line 2: torn"):
        append_decisions(places, [SEEN], "reject", "ben", "because")
    assert places.decisions.read_bytes() == torn


@pytest.mark.parametrize("line", ["{}", "not json", '{"person_id": ""}', ""])
def test_a_damaged_line_is_named(line: str, places: HomePaths) -> None:
    append_decisions(places, [SEEN], "release", "ann", "because")
    with places.decisions.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(InputError, match=r"decisions\.ndjson: line 2: damaged"):
        read_decisions(places)


def test_a_full_disk_leaves_the_file_as_it_was(places: HomePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    append_decisions(places, [SEEN], "release", "ann", "because")
    before = places.decisions.read_bytes()

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="the disk is full"):
        append_decisions(places, [SEEN], "reject", "ben", "because")
    assert places.decisions.read_bytes() == before


def test_a_writer_that_does_not_let_go_is_reported(places: HomePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PATIENCE", 0)
    with journal.alone(places.decisions), pytest.raises(BusyError, match="another process"):
        append_decisions(places, [SEEN], "release", "ann", "because")


@pytest.mark.parametrize(("by", "why"), [("", "x"), ("ann", " \n\t"), ("\u202e", "x"), ("ann", "x" * 501)])
def test_a_decision_without_a_name_and_a_reason_of_sane_length_is_refused(by: str, why: str, places: HomePaths) -> None:
    with pytest.raises(UsageError, match=r"--(by|why): (is empty|has 501)"):
        append_decisions(places, [SEEN], "release", by, why)
    assert not places.decisions.exists()


def test_controls_and_bidi_marks_are_dropped_from_names_and_reasons(places: HomePaths) -> None:
    (made,) = append_decisions(places, [SEEN], "release", "a\u202enn\x1b[31m", "line one\r\nline\x00 two \ud800")
    assert (made.decided_by, made.why) == ("ann[31m", "line one line two")


def _made(number: int, night: int = 15, episode: int = 14, by: str = "a", action: str = "release") -> Decision:
    about = {"as_of_date": date(2026, 3, night), "episode_date": date(2026, 3, episode)}
    said = {"decision_id": number, "decided_at": "2026-03-16T08:00:00Z", "decided_by": by, "why": "b"}
    return Decision.model_validate(SEEN.model_dump() | about | said | {"action": action})


def test_the_first_decision_on_an_episode_counts() -> None:
    decisions = [_made(1, episode=1), _made(2), _made(3, by="b")]
    assert counting_on(SEEN, decisions) == decisions[1], "1 is about another episode"


def test_whoever_decided_first_may_change_their_mind() -> None:
    decisions = [_made(1), _made(2, action="reject"), _made(3, by="b")]
    assert counting_on(SEEN, decisions) == decisions[1]


def test_two_others_who_agree_overrule_and_one_who_says_it_twice_does_not() -> None:
    decisions = [_made(1), _made(2, by="b", action="reject"), _made(3, by="b", action="reject")]
    assert counting_on(SEEN, decisions) == decisions[0]
    overruled = [*decisions, _made(4, by="c", action="reject")]
    assert counting_on(SEEN, overruled) == overruled[3]
    assert counting_on(SEEN, [*overruled, _made(5)]).decision_id == 5, "and whoever was first has the last word"


def test_a_reviewer_is_one_however_the_name_was_typed() -> None:
    alone = [_made(1), _made(2, by="ben", action="reject"), _made(3, by="Ben", action="reject")]
    assert counting_on(SEEN, alone) == alone[0], "one reviewer overrules nobody"
    reversed_by_first = [_made(1, by="ann"), _made(2, by="Ann", action="reject")]
    assert counting_on(SEEN, reversed_by_first) == reversed_by_first[1], "and may change their mind"


def test_a_decision_counts_from_the_night_on_that_it_was_made_on() -> None:
    later = SEEN.model_copy(update={"as_of_date": date(2026, 3, 16)})
    assert counting_on(SEEN, [_made(1, night=16)]) is None
    assert counting_on(later, [_made(1, night=15)]) == _made(1, night=15)


MARCH = {day: date(2026, 3, day) for day in range(1, 12)}


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        # (night seen, action, candidate seen, by whom), and the place of the one that counts on the 10th.
        ([(8, "reject", 50, "ann"), (8, "release", 50, "bob")], 0),
        ([(7, "reject", 50, "ann"), (8, "release", 90, "bob")], 0),
        ([(7, "reject", 50, "ann"), (8, "release", 90, "bob"), (9, "release", 20, "eve")], 2),
        ([(7, "reject", 50, "ann"), (10, "release", 50, "ann")], 0),
        ([(7, "reject", 50, "ann"), (9, "release", 50, "ann")], 1),
        ([(7, "reject", 50, "ann"), (8, "release", 51, "bob"), (9, "release", 51, "eve")], 2),
        ([(7, "reject", 50, "ann"), (8, "release", 50, "bob"), (8, "release", 50, "bob")], 0),
        ([(7, "reject", 50, "ann"), (7, "release", 50, "bob"), (7, "reject", 50, "ann"), (7, "release", 50, "eve")], 2),
        ([(7, "reject", 50, "ann"), (7, "reject", 50, "bob"), (7, "reject", 50, "eve")], 0),
        (
            [
                (7, "reject", 50, "ann"),
                (7, "release", 50, "ann"),
                (7, "reject", 50, "bob"),
                (7, "reject", 50, "eve"),
            ],
            3,
        ),
    ],
)
def test_of_several_decisions_on_an_episode_one_counts(
    said: list[tuple[int, str, float, str]], counts: int, places: HomePaths
) -> None:
    for night, action, candidate, by in said:
        seen = SEEN.model_copy(update={"as_of_date": MARCH[night], "candidate_score": candidate})
        append_decisions(places, [seen], "release" if action == "release" else "reject", by, "because")
    assert [made.decision_id for made in that_count(read_decisions(places), MARCH[10])] == [counts + 1]


def test_each_episode_and_each_persona_has_a_decision_of_its_own(places: HomePaths) -> None:
    others: list[dict[str, object]] = [{}, {"persona": "work"}, {"episode_date": MARCH[1]}, {"person_id": "p_noor"}]
    for other in others:
        append_decisions(places, [SEEN.model_copy(update=other)], "reject", "ann", "because")
    assert len(that_count(read_decisions(places), date(2026, 3, 16))) == len(others)
    assert that_count(read_decisions(places), SEEN.as_of_date) == []


def test_that_an_incident_is_real_is_read_as_it_was_said(places: HomePaths) -> None:
    said = append_incident_release(places, "i1", SEEN.as_of_date, " ann ", "a strike")
    assert read_incident_releases(places) == [said]
    assert (said.incident_id, said.as_of_date, said.decided_by, said.why) == ("i1", SEEN.as_of_date, "ann", "a strike")
    with pytest.raises(UsageError, match="--why"):
        append_incident_release(places, "i2", SEEN.as_of_date, "ann", " ")
    assert len(read_incident_releases(places)) == 1


@pytest.mark.parametrize(
    ("said", "is_real"),
    [
        ("ann real", True),
        ("ann real, ann mistaken", False),
        ("ann real, Ann mistaken, ann real", True),
        ("ann real, ben mistaken", True),
        ("ann real, ben mistaken, cat mistaken", False),
    ],
)
def test_an_incident_is_real_as_whoever_said_so_first_or_two_others_said_last(
    said: str, is_real: bool, places: HomePaths
) -> None:
    for word in said.split(", "):
        by, action = word.split()
        append_incident_release(places, "i1", SEEN.as_of_date, by, "because", is_mistaken=action == "mistaken")
    append_incident_release(places, "i2", SEEN.as_of_date + timedelta(days=1), "ann", "because")
    found = called_real(read_incident_releases(places), SEEN.as_of_date + timedelta(days=1))
    assert [one.incident_id for one in found] == (["i1"] if is_real else [])


def test_what_was_said_of_an_incident_before_it_could_be_taken_back_still_counts(places: HomePaths) -> None:
    said = append_incident_release(places, "i1", SEEN.as_of_date, "ann", "because")
    places.incident_releases.write_text(said.model_dump_json(exclude={"action"}) + "\n")
    assert [one.incident_id for one in called_real(read_incident_releases(places), date.max)] == ["i1"]
