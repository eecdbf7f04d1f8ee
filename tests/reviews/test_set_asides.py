"""What reviewers set aside: whose word stands on which night, and how they say it."""

import json
import shlex
from datetime import date, timedelta

import pytest
from click.testing import CliRunner, Result

from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.cli import main
from evenscore.reviews.queue import read_queue
from evenscore.reviews.set_asides import (
    SetAside,
    aside_now,
    read_set_asides,
    restore,
    set_aside,
    set_aside_again,
    standing,
)
from evenscore.reviews.wording import aside_answer, asides
from held_home import NIGHT, held, publish
from home import Home

NEXT = NIGHT + timedelta(days=1)
WHY = "a rival bought them"


@pytest.fixture
def places(home: Home) -> HomePaths:
    publish(
        home.places, held(), held("p_two", persona="work", top_post_id=None, top_post_share=None, new_engager_share=0.0)
    )
    return home.places


def numbers(places: HomePaths, night: date) -> list[int]:
    return [said.set_aside_id for said in standing(read_set_asides(places), night)]


def both(places: HomePaths) -> tuple[SetAside, SetAside]:
    found = read_queue(places).find("p_maya", None)
    return set_aside(places, found, "top_post", "ann", WHY), set_aside(places, found, "newcomers", "ann", WHY)


def test_it_counts_from_the_night_after_the_one_that_was_seen(places: HomePaths) -> None:
    post, crowd = both(places)
    assert (post.post, crowd.post, crowd.until_date) == ("forum:t77", None, NIGHT)
    assert crowd.since_date == date(2026, 3, 14), "the last night that readers saw a score of their own"
    assert numbers(places, NIGHT) == []
    assert numbers(places, NEXT) == [1, 2]


def test_what_came_since_the_move_began_is_set_aside_be_the_last_score_one_of_its_steps(home: Home) -> None:
    publish(home.places, held(rule="slow_climb", base_score=14.5, base_date=NIGHT - timedelta(days=10)))
    crowd = set_aside(home.places, read_queue(home.places).find("p_maya", None), "newcomers", "ann", WHY)
    assert crowd.since_date == NIGHT - timedelta(days=10)
    assert crowd.what == "newcomers of 2026-03-06 to 2026-03-15"


def test_a_question_of_before_the_gate_told_where_a_move_began_sets_aside_from_the_night_of_the_hold(
    home: Home,
) -> None:
    publish(home.places, held(episode_date=NIGHT - timedelta(days=5)))
    asked = read_queue(home.places).find("p_maya", None).model_copy(update={"base_date": None})
    assert set_aside(home.places, asked, "newcomers", "ann", WHY).since_date == NIGHT - timedelta(days=6)


def test_the_busiest_account_is_set_aside_without_a_name(home: Home) -> None:
    publish(home.places, held(top_engager_share=0.51))
    account = set_aside(home.places, read_queue(home.places).find("p_maya", None), "top_engager", "ann", WHY)
    assert (account.part, account.post) == ("top_engager", None)
    assert account.what == "engagement from 2026-03-15 on by the account that acted most on 2026-03-15"


def test_what_was_restored_is_set_aside_again_by_its_number(places: HomePaths) -> None:
    both(places)
    restore(places, 1, "ann", "readers of her book")
    later = [held(as_of_date=NEXT), *(held(who, as_of_date=NEXT, persona="work") for who in ("p_maya", "p_two"))]
    publish(places, *later, run_id="later")
    board = read_queue(places)
    again = set_aside_again(places, board.find("p_maya", "personal"), 1, "ann", "it was the rival after all")
    assert (again.post, again.since_date, again.until_date) == ("forum:t77", date(2026, 3, 14), NIGHT)
    assert numbers(places, NEXT) == [2]
    assert numbers(places, NEXT + timedelta(days=1)) == [again.set_aside_id, 2]
    for who in ("p_maya", "p_two"):
        with pytest.raises(UsageError, match=f"1: was set aside of another score than that of {who}"):
            set_aside_again(places, board.find(who, "work"), 1, "ann", WHY)


def test_a_fall_and_a_hold_that_has_ended_have_nothing_to_set_aside(places: HomePaths) -> None:
    seen = read_queue(places).find("p_maya", None)
    publish(places, held("p_low", candidate_score=10.0), run_id="later")
    with pytest.raises(UsageError, match="this hold has ended; nothing was recorded"):
        set_aside(places, seen, "newcomers", "ann", WHY)
    with pytest.raises(UsageError, match="the score fell, and nobody sent that"):
        set_aside(places, read_queue(places).find("p_low", None), "newcomers", "ann", WHY)
    assert read_set_asides(places) == []


def test_what_is_behind_a_rejected_hold_is_set_aside_too(home: Home) -> None:
    publish(home.places, held(decision="rejected", decided_by="ann"))
    set_aside(home.places, read_queue(home.places).find("p_maya", None), "newcomers", "ben", WHY)
    assert numbers(home.places, NEXT) == [1]


def test_what_is_set_aside_late_is_of_the_night_that_was_seen_and_changes_no_night_before(places: HomePaths) -> None:
    seen = read_queue(places).find("p_maya", None)
    publish(places, held(as_of_date=NEXT), run_id="later")
    crowd = set_aside(places, seen, "newcomers", "ann", WHY)
    assert (crowd.until_date, crowd.as_of_date) == (NIGHT, NEXT)
    assert numbers(places, NEXT) == []


def test_whoever_set_it_aside_restores_it_and_another_only_with_a_third(places: HomePaths) -> None:
    both(places)
    restore(places, 1, "ann", "readers of her book")
    assert numbers(places, NEXT) == [2]
    restore(places, 2, "ben", "I know them")
    with pytest.raises(UsageError, match="ben: has said so already, under number 4; another may agree"):
        restore(places, 2, "ben", "I still know them")
    with pytest.raises(UsageError, match="Ben: has said so already"):
        restore(places, 2, "Ben", "I know them all the same")
    assert numbers(places, NEXT) == [2]
    restore(places, 2, "cy", "so do I")
    assert numbers(places, NEXT) == []


def test_what_changes_nothing_is_refused_or_told_so(places: HomePaths) -> None:
    found = read_queue(places).find("p_maya", None)
    first = set_aside(places, found, "newcomers", "ann", WHY)
    with pytest.raises(UsageError, match="1: is set aside already"):
        set_aside_again(places, found, 1, "ben", WHY)
    alone = restore(places, 1, "ben", "I know them")
    assert "changes nothing unless another agrees with you" in aside_answer(alone, aside_now(read_set_asides(places)))
    agreed = restore(places, 1, "cy", "so do I")
    assert "on it counts again" in aside_answer(agreed, aside_now(read_set_asides(places)))
    with pytest.raises(UsageError, match="1: counts already"):
        restore(places, 1, "dan", "and I")
    with pytest.raises(UsageError, match="2: nothing was set aside under this number"):
        restore(places, 2, "dan", "and I")
    overruled = set_aside_again(places, found, 1, "dan", WHY)
    said = read_set_asides(places)
    now = aside_now(said)
    assert "changes nothing unless another agrees with you" in aside_answer(overruled, now)
    assert first.about not in now and numbers(places, NEXT) == []
    assert [line.rsplit(": ", 1)[1] for line in asides(said, now)] == ["counts from the next night on"] * 4


def test_a_night_that_is_run_again_comes_out_as_it_was(places: HomePaths) -> None:
    both(places)
    publish(places, held(as_of_date=NEXT), run_id="later")
    restore(places, 1, "ann", "readers of her book")
    assert numbers(places, NEXT) == [1, 2]
    assert numbers(places, NEXT + timedelta(days=1)) == [2]


def test_who_is_new_later_is_another_crowd(places: HomePaths) -> None:
    both(places)
    publish(places, held(as_of_date=NEXT), run_id="later")
    set_aside(places, read_queue(places).find("p_maya", None), "newcomers", "ben", WHY)
    assert numbers(places, NEXT + timedelta(days=1)) == [1, 2, 3]


def test_where_there_is_nothing_to_set_aside_that_is_said_and_nothing_kept(places: HomePaths) -> None:
    nobody = read_queue(places).find("p_two", None)
    with pytest.raises(UsageError, match=r"p_two \(work\): no post is known"):
        set_aside(places, nobody, "top_post", "ann", WHY)
    with pytest.raises(UsageError, match="every engager was seen before"):
        set_aside(places, nobody, "newcomers", "ann", WHY)
    with pytest.raises(UsageError, match="no account acted more than all others together"):
        set_aside(places, nobody, "top_engager", "ann", WHY)
    with pytest.raises(UsageError, match="7: nothing was set aside under this number"):
        restore(places, 7, "ann", WHY)
    with pytest.raises(UsageError, match="--why: is empty"):
        set_aside(places, read_queue(places).find("p_maya", None), "newcomers", "ann", " ")
    assert read_set_asides(places) == []


def test_it_is_typed_shown_and_listed(places: HomePaths, home: Home) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(
            main, ["review", *words, "--home", str(home.places.home), "--config", str(home.config)]
        )

    assert "review set-aside p_maya --persona personal --by YOUR_NAME" in run("show", "p_maya").stdout
    assert "set-aside" not in run("show", "p_two").stdout
    nothing = run("set-aside", "p_maya", "--by", "ann", "--why", WHY)
    assert (nothing.exit_code, "--top-post, --newcomers, --top-engager or --again" in nothing.stderr) == (2, True)
    said = run("set-aside", "p_maya", "--newcomers", "--by", "ann", "--why", WHY)
    assert said.exit_code == 0
    assert "1: p_maya (personal): newcomers of 2026-03-15: set aside by ann" in said.stdout
    assert "From the night of 2026-03-16 on it does not count" in said.stdout
    told = run("list").stdout.split("\n\n")[-1].splitlines()[1:]
    assert len(told) == 1 and told[0].endswith(": does not count from the next night on")
    assert "evenscore review restore 1 --by YOUR_NAME" in said.stdout
    assert "restored by ann" in run("restore", "1", "--by", "ann", "--why", "no").stdout
    again = run("set-aside", "p_maya", "--again", "1", "--by", "ann", "--why", "it was")
    assert "3: p_maya (personal): newcomers of 2026-03-15: set aside by ann" in again.stdout
    for pair in (("--again", "1", "--top-post"), ("--top-post", "--newcomers"), ("--newcomers", "--top-post")):
        two = run("set-aside", "p_maya", *pair, "--by", "ann", "--why", WHY)
        assert (two.exit_code, "name one thing" in two.stderr) == (2, True)
    for shown in (run("show", "p_maya").stdout, run("list", "--all").stdout):
        assert "set aside by ann" in shown and "restored by ann" in shown
    listed = json.loads(run("list", "--all", "--json").stdout)["set_asides"]
    assert [(row["set_aside_id"], row["is_aside"]) for row in listed] == [(1, True), (2, True), (3, True)]


def test_the_command_means_what_it_names_whatever_the_person_is_called(home: Home) -> None:
    publish(home.places, held("--newcomers"))
    where = ["--home", str(home.places.home), "--config", str(home.config)]
    shown = CliRunner().invoke(main, ["review", "show", *where, "--", "--newcomers"]).stdout
    typed = next(line for line in shown.splitlines() if "review set-aside" in line and " --top-post" in line)
    words = shlex.split(typed.replace("YOUR_NAME", "ann").replace("YOUR REASON", "sent"))[1:]
    said = CliRunner().invoke(main, [*words[:2], *where, *words[2:]])
    assert (said.exit_code, [one.person_id for one in read_set_asides(home.places)]) == (0, ["--newcomers"])
