"""What has become of a decision, and which of several counts: plain objects, each rule on both sides."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.reviews import queue
from evenscore.reviews.decisions import Decision, counting_on
from evenscore.reviews.queue import HeldScore, ReviewQueue, read_queue
from held_home import NIGHT, held, publish

AT = datetime(2026, 3, 16, 8, tzinfo=UTC)
YESTERDAY = NIGHT - timedelta(1)


def shown(**changed: Any) -> HeldScore:
    return HeldScore(**held(**{"run_id": "first"} | changed))


def said(number: int, action: str = "release", by: str = "ann", **changed: Any) -> Decision:
    about = shown(**changed).model_dump(include=set(queue.CandidateShown.model_fields))
    more = {"decision_id": number, "decided_at": AT, "decided_by": by, "why": "x", "action": action}
    return Decision.model_validate(about | more)


def board(*decisions: Decision, episodes: tuple[HeldScore, ...] = (), night: date = NIGHT) -> ReviewQueue:
    return ReviewQueue(night, episodes or (shown(),), decisions, ())


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({}, True),
        ({"candidate_score": 1.0}, True),
        ({"persona": "work"}, False),
        ({"person_id": "p_two"}, False),
        ({"episode_date": YESTERDAY}, False),
        ({"as_of_date": YESTERDAY}, True),
        ({"as_of_date": NIGHT + timedelta(1)}, False),
    ],
)
def test_a_decision_counts_for_its_episode_wherever_the_candidate_has_gone(
    changed: dict[str, Any], counts: bool
) -> None:
    made = said(1, **changed)
    assert (counting_on(shown(), [made]) == made) is counts


def test_two_others_overrule_only_with_the_opposite_and_only_later() -> None:
    against = [said(2, "reject", "ben"), said(3, "reject", "cal")]
    assert counting_on(shown(), [said(1), *against]) == against[1]
    assert counting_on(shown(), [said(1), said(2, by="ben"), said(3, by="cal")]) == said(1)
    assert counting_on(shown(), [said(1), *against, said(4)]) == said(4)
    assert counting_on(shown(), [said(1), against[0], said(3, "reject", "ben")]) == said(1)
    again = [said(1), *against, said(4, "reject"), said(5, by="ben")]
    assert counting_on(shown(), again) == again[3], "one alone does not overrule"
    assert counting_on(shown(), []) is None


APPLIED = {"decision": "released", "decided_by": "ann", "decided_at": AT.replace(tzinfo=None)}


@pytest.mark.parametrize(
    ("episode", "state"),
    [
        ({}, "waiting"),
        (APPLIED, "applied"),
        (APPLIED | {"decision": "rejected"}, "waiting"),
        (APPLIED | {"decided_by": "ben"}, "over"),
        (APPLIED | {"decided_at": AT.replace(tzinfo=None) + timedelta(seconds=1)}, "over"),
        ({"decision": "rejected"}, "waiting"),
        ({"decision": "cleared"}, "over"),
        ({"as_of_date": YESTERDAY, "episode_date": NIGHT}, "over"),
        ({"episode_date": YESTERDAY}, "over"),
        ({"person_id": "p_two"}, "over"),
        ({"candidate_score": 80.0}, "waiting"),
        (APPLIED | {"candidate_score": 80.0}, "applied"),
    ],
)
def test_a_decision_waits_is_applied_or_is_over(episode: dict[str, Any], state: str) -> None:
    other = shown(person_id="p_other")
    made = said(1, as_of_date=episode.get("as_of_date", NIGHT))
    assert board(made, episodes=(other, shown(**episode))).state(made) == state


def test_a_decision_is_second_or_reversed_by_what_counts_instead() -> None:
    first, second = said(1), said(2, "reject", "ben")
    assert [board(first, second).state(one) for one in (first, second)] == ["waiting", "second"]
    back = said(2, "reject")
    assert [board(first, back).state(one) for one in (first, back)] == ["reversed", "waiting"]
    over = [first, second, said(3, "reject", "cal")]
    assert [board(*over).state(one) for one in (over[0], over[2])] == ["reversed", "waiting"]


def test_decisions_are_of_one_persona_and_lists_of_one_night_and_state() -> None:
    mine, other = said(1), said(2, persona="work")
    found = board(mine, other, said(3, as_of_date=YESTERDAY))
    assert found.of(shown(episode_date=YESTERDAY)) == (mine, found.decisions[2]), "an earlier episode is told, too"
    assert found.deciding(shown(persona="work")) == other
    episodes = (
        shown(),
        shown(person_id="p_old", as_of_date=YESTERDAY),
        shown(person_id="p_no", decision="rejected"),
        shown(person_id="p_old_no", decision="rejected", as_of_date=YESTERDAY),
        shown(person_id="p_yes", decision="released"),
    )
    lists = board(episodes=episodes)
    assert [one.person_id for one in lists.waiting] == ["p_maya"]
    assert [one.person_id for one in lists.rejected] == ["p_no"]
    assert lists.find("p_no", None).person_id == "p_no"
    for gone in ("p_old", "p_old_no", "p_yes"):
        with pytest.raises(UsageError, match=gone):
            lists.find(gone, None)


@pytest.mark.parametrize("count", [10, 11])
def test_an_error_names_ten_who_are_held_and_counts_the_rest(count: int) -> None:
    lists = board(episodes=tuple(shown(person_id=f"p{number}") for number in range(count)))
    with pytest.raises(UsageError) as stop:
        lists.find("p_calm", None)
    assert str(stop.value).endswith("p9 (personal)" if count == 10 else "p9 (personal) and 1 more")
    with pytest.raises(UsageError, match=r"; nobody is$"):
        board(episodes=(shown(decision="cleared"),)).find("p_calm", None)


def test_many_are_found_each_once_and_a_move_is_from_the_last_good_score() -> None:
    lists = board(episodes=(shown(), shown(person_id="p_two")))
    assert [one.person_id for one in lists.find_all(["p_two", "p_maya", "p_two"], None)] == ["p_two", "p_maya"]
    assert shown().move == pytest.approx(48.2) and shown(last_good_score=None).move is None


def test_the_queue_is_read_of_the_latest_row_of_each_episode_the_largest_move_first(tmp_path: Any) -> None:
    places = HomePaths(tmp_path)
    publish(
        places,
        held("p_new", last_good_score=None, candidate_score=20.0),
        held("p_b"),
        held("p_a"),
        held("p_a", persona="work", candidate_score=90.0),
        held("p_a", as_of_date=YESTERDAY, episode_date=YESTERDAY, candidate_score=16.0),
        held("p_b", as_of_date=YESTERDAY, episode_date=NIGHT, candidate_score=1.0),
        incidents=[
            ("i3", "mass_shift", "x", 5, None),
            ("i1", "mass_shift", "x", 5, None),
            ("i2", "mass_shift", "x", 5, NIGHT),
            ("i4", "no_data", "x", 5, None),
        ],
    )
    found = read_queue(places)
    order = [(one.person_id, one.persona, one.candidate_score) for one in found.episodes]
    assert order == [
        ("p_a", "work", 90.0),
        ("p_a", "personal", 63.2),
        ("p_b", "personal", 63.2),
        ("p_new", "personal", 20.0),
        ("p_a", "personal", 16.0),
    ]
    assert [one.incident_id for one in found.incidents] == ["i1", "i3"]
    assert (found.night, found.episodes[0].run_id, found.decisions) == (NIGHT, "first", ())


def test_of_two_who_overrule_the_earlier_is_said_to_be_agreed_with() -> None:
    first, bob, eve = said(1, "reject"), said(2, "release", "bob"), said(3, "release", "eve")
    assert [board(first, bob, eve).state(made) for made in (first, bob, eve)] == ["reversed", "agreed", "waiting"]
    assert board(first, bob).state(bob) == "second"
    assert [board(first, said(2, "reject")).state(made) for made in (first, said(2, "reject"))] == ["agreed", "waiting"]
