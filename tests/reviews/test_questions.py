"""The questions that Airflow puts: one an episode, harmless to read, and each answer a decision."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.reviews.decisions import read_decisions
from evenscore.reviews.questions import record, unasked
from evenscore.reviews.queue import decide, read_queue
from evenscore.reviews.set_asides import read_set_asides
from held_home import NIGHT, held, publish

EVIL = "p_[x](javascript:alert(1))<img src=x onerror=alert(1)> https://evil.example www.evil.example `` **b**\n# h"
ANSWER = {"chosen_options": ["Release"], "params_input": {"why": "read it"}, "responded_by_user": {"name": "ann"}}


@pytest.fixture
def places(tmp_path: Path) -> HomePaths:
    return HomePaths(tmp_path)


def names(questions: list[dict[str, Any]]) -> list[str]:
    return [question["seen"]["person_id"] for question in questions]


def test_an_episode_is_asked_about_once(places: HomePaths) -> None:
    publish(places, held())
    assert names(unasked(places, "run 1")) == ["p_maya"]
    publish(places, held(), held("p_new"), run_id="next")
    assert names(unasked(places, "run 2")) == ["p_new"]
    assert unasked(places, "run 3") == []


def test_a_run_that_is_tried_again_asks_the_same(places: HomePaths) -> None:
    publish(places, held())
    assert names(unasked(places, "run 1")) == names(unasked(places, "run 1")) == ["p_maya"]
    assert len(places.questions.read_text().splitlines()) == 1


def test_what_was_decided_on_the_command_line_is_not_asked(places: HomePaths) -> None:
    publish(places, held())
    decide(places, read_queue(places).find("p_maya", None), "reject", "ben", "no")
    assert unasked(places, "run 1") == []


def test_another_episode_after_a_rejection_is_asked_about_and_an_open_question_is_not(places: HomePaths) -> None:
    publish(places, held(), held("p_open"))
    unasked(places, "run 1")
    decide(places, read_queue(places).find("p_maya", None), "reject", "ben", "no")
    publish(places, held(candidate_score=40.0), held("p_open", candidate_score=40.0), run_id="rebuilt")
    assert unasked(places, "run 2") == []
    later = NIGHT + timedelta(days=1)
    open_on = held("p_open", as_of_date=later)
    publish(places, held(as_of_date=later, episode_date=later), open_on, night=later, run_id="gone on")
    assert names(unasked(places, "run 2")) == ["p_maya"]
    assert unasked(places, "run 3") == []


def test_an_answer_becomes_a_decision_on_what_was_asked(places: HomePaths) -> None:
    publish(places, held())
    (question,) = unasked(places, "run 1")
    publish(places, held(candidate_score=40.0), run_id="rebuilt")
    assert "release by ann is decision 1" in record(places, question["seen"], ANSWER)
    (made,) = read_decisions(places)
    assert (made.decided_by, made.why, made.action) == ("ann", "read it", "release")
    assert (made.candidate_score, made.run_id) == (63.2, "first")
    assert read_queue(places).state(made) == "waiting"


def test_an_answer_without_a_reason_is_refused(places: HomePaths) -> None:
    publish(places, held())
    (question,) = unasked(places, "run 1")
    with pytest.raises(UsageError, match="--why"):
        record(places, question["seen"], ANSWER | {"params_input": {"why": " "}})


def test_a_part_may_be_set_aside_as_it_was_seen_when_it_was_asked(places: HomePaths) -> None:
    publish(places, held())
    (question,) = unasked(places, "run 1")
    assert "*Set aside the top post* or *Set aside the newcomers*, or" in question["body"]
    assert '--why "YOUR REASON" --newcomers' in question["body"]
    publish(places, held(as_of_date=NIGHT + timedelta(days=1), top_post_id="forum:t78"), run_id="later")
    told = record(places, question["seen"], ANSWER | {"chosen_options": ["Set aside the top post"]})
    (made,) = read_set_asides(places)
    assert (made.part, made.post, made.until_date, made.decided_by) == ("top_post", "forum:t77", NIGHT, "ann")
    assert "From the night of 2026-03-17 on it does not count any more" in told
    assert not read_decisions(places)


def test_whoever_is_still_held_two_nights_after_something_was_set_aside_is_asked_about_anew(places: HomePaths) -> None:
    publish(places, held(), held("p_open"))
    question, _ = unasked(places, "run 1")
    record(places, question["seen"], ANSWER | {"chosen_options": ["Set aside the newcomers"]})
    for nights, run_id in ((1, "next"), (2, "after")):
        assert unasked(places, "run 2") == []
        night = NIGHT + timedelta(days=nights)
        publish(places, held(as_of_date=night), held("p_open", as_of_date=night), night=night, run_id=run_id)
    assert names(unasked(places, "run 3")) == ["p_maya"]
    assert unasked(places, "run 4") == []


def test_an_answer_that_sets_aside_what_is_not_there_is_refused(places: HomePaths) -> None:
    ring = [held(f"p_{name}", rule="ring", cause="ring") for name in ("ann", "bo")]
    publish(places, held(candidate_score=3.0), *ring)
    asked = {question["subject"].split(":")[0]: question for question in unasked(places, "run")}
    alone, together = asked["p_maya (personal)"], asked["p_ann (personal) and 1 other of its ring"]
    assert "There is nothing here to be set aside." in alone["body"]
    assert "what each was sent is set aside on the command line" in together["body"]
    assert "Set aside the" not in together["body"]
    for question, because in ((alone, "the score fell"), (together, "a ring")):
        with pytest.raises(UsageError, match=because):
            record(places, question["seen"], ANSWER | {"chosen_options": ["Set aside the newcomers"]})
    assert not read_set_asides(places)


def test_a_question_carries_the_evidence(places: HomePaths) -> None:
    publish(places, held())
    (question,) = unasked(places, "run 1")
    assert question["subject"] == "p_maya (personal): 15.0 → 63.2 (+48.2)"
    for said in (
        "One viral post",
        "81 %",
        "without the post that the candidate rests on most: 41.0",
        "34 % of the 812",
        "evenscore review reject p_maya",
    ):
        assert said in question["body"]


def test_hostile_names_and_posts_are_code_and_nothing_else_in_a_question(places: HomePaths) -> None:
    publish(places, held(EVIL, top_post_id=f"{EVIL}```\n```"))
    (question,) = unasked(places, "run 1")
    assert "--newcomers" in question["body"]
    tokens = MarkdownIt("commonmark").parse(question["body"])
    inline = [child for token in tokens for child in token.children or []]
    assert not [token.type for token in [*tokens, *inline] if token.type in ("link_open", "image", "heading_open")]
    assert not [token.type for token in [*tokens, *inline] if token.type.startswith("html")]
    told = [token for token in [*tokens, *inline] if "evil.example" in token.content and not token.children]
    assert {token.type for token in told} == {"code_inline", "fence"}


def test_a_ring_is_one_question_and_its_answer_decides_on_every_member(places: HomePaths) -> None:
    ring = [held(f"p_{name}", rule="ring", cause="ring") for name in ("ann", "bo", "cy")]
    publish(places, *ring, held("p_maya"))
    asked = {question["subject"].split(":")[0]: question for question in unasked(places, "run")}
    assert set(asked) == {"p_maya (personal)", "p_ann (personal) and 2 others of its ring"}
    assert not unasked(places, "another run"), "all of its members count as asked"
    record(places, asked["p_ann (personal) and 2 others of its ring"]["seen"], ANSWER)
    assert [made.person_id for made in read_decisions(places)] == ["p_ann", "p_bo", "p_cy"]
