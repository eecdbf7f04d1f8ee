"""`evenscore review` as a reviewer types it."""

import json
import shlex

import click
import duckdb
import pytest
from click.testing import CliRunner, Result

from evenscore.cli import main
from evenscore.cli.review import review
from evenscore.reviews.decisions import read_decisions
from evenscore.reviews.questions import unasked
from held_home import NIGHT, held, publish
from home import Home

MAYA = ["p_maya", "--by", "ann", "--why", "I read the thread"]
OTHERS = ["p_maya", "--by", "ben", "--why", "bought"]


@pytest.fixture
def typed(home: Home) -> list[str]:
    publish(home.places, held(), held("p_two", candidate_score=40.0), held("p_two", persona="work"))
    return ["--home", str(home.places.home), "--config", str(home.config)]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_the_list_names_who_waits(typed: list[str]) -> None:
    said = run("review", "list", *typed)
    assert said.exit_code == 0
    assert "p_maya (personal)  15.0 → 63.2 (+48.2)  since 2026-03-15  one viral post  waits" in said.stdout
    assert "decisions" not in said.stdout


def test_the_list_begins_with_the_incidents_that_wait_for_somebody(home: Home) -> None:
    ended = ("mass_shift:all:2026-03-01", "mass_shift", "median move -9.00, 90.0 % moved", 40, NIGHT)
    missing = ("missing_delivery:network:pixels:2026-03-15", "missing_delivery", "whole up to 2026-03-14", 9, None)
    waits = ("mass_shift:network:forum:2026-03-15", "mass_shift", "median move -4.00, 80.0 % moved", 31, None)
    publish(home.places, incidents=[ended, missing, waits])
    said = run("review", "list", "--home", str(home.places.home), "--config", str(home.config)).stdout
    assert said.splitlines() == [
        "mass_shift:network:forum:2026-03-15: 31 scores affected, frozen where they moved with it; "
        "median move -4.00, 80.0 % moved",
        "if the move is real: evenscore review incident mass_shift:network:forum:2026-03-15"
        ' --by YOUR_NAME --why "YOUR REASON"',
        "",
        "night of 2026-03-15: nothing is held for a reviewer",
    ]


def test_what_is_missing_or_was_changed_on_purpose_cannot_be_called_a_real_move(home: Home) -> None:
    kinds = ("missing_delivery", "version_change", "settings_change")
    publish(home.places, incidents=[(f"{kind}:x:2026-03-15", kind, "seen", 9, None) for kind in kinds])
    place = ["--home", str(home.places.home), "--config", str(home.config)]
    for kind in kinds:
        said = run("review", "incident", f"{kind}:x:2026-03-15", "--by", "ann", "--why", "it is so", *place)
        assert said.exit_code == 2 and "not an open mass shift" in said.output, kind
    assert not home.places.incident_releases.exists()


def test_who_called_an_incident_real_by_mistake_takes_it_back_before_the_night_runs(home: Home) -> None:
    name = "mass_shift:network:forum:2026-03-15"
    publish(home.places, incidents=[(name, "mass_shift", "median move -4.00", 31, None)])
    place = ["--home", str(home.places.home), "--config", str(home.config)]

    def say(by: str, *more: str) -> str:
        return run("review", "incident", name, "--by", by, "--why", "it is so", *more, *place).output.strip()

    assert "nobody has called it real" in say("ann", "--mistaken")
    assert say("ann") == f"{name}: called real by ann; the next night publishes its people's scores again"
    assert say("ben", "--mistaken").endswith("by ben; the next night publishes its people's scores again")
    kept = "the next night goes on keeping those who moved with it"
    assert say("ann", "--mistaken") == f"{name}: taken back by ann; {kept}"


def test_shared_options_may_stand_before_the_group_behind_it_and_behind_the_verb(typed: list[str]) -> None:
    for words in ([*typed, "review", "list"], ["review", *typed, "list"], ["review", "list", *typed]):
        assert "3 held scores" in run(*words).stdout, words
    assert run("--home", "nowhere", "review", *typed, "list").exit_code == 0, "what stands behind wins"


@pytest.mark.parametrize(("by", "why"), [("YOUR_NAME", "bought"), ("ann", " YOUR  REASON ")])
def test_a_command_that_was_pasted_as_it_stood_decides_nothing(by: str, why: str, typed: list[str], home: Home) -> None:
    said = run("review", "release", "p_maya", "--by", by, "--why", why, *typed)
    assert said.exit_code != 0 and "put your own words for YOUR" in said.output
    assert read_decisions(home.places) == []


def test_the_evidence_is_shown_with_the_commands_that_decide(typed: list[str]) -> None:
    said = run("review", "show", "p_maya", *typed).stdout
    for line in (
        "p_maya (personal), night of 2026-03-15: held since 2026-03-15",
        "81 % of the new engagement went to one post (forum:t77); "
        "without the post that the candidate rests on most: 41.0",
        "+48.2 engagement with new posts",
        "|█  60 nights as published | the candidate; 12.1 to 63.2",
        'evenscore review release p_maya --persona personal --by YOUR_NAME --why "YOUR REASON"',
    ):
        assert line in said


def test_who_warns_of_somebody_is_told_first(typed: list[str], home: Home) -> None:
    warned = "  3 members whom the community trusts dislike them or rate them badly"
    assert warned not in run("review", "show", "p_maya", *typed).stdout
    publish(home.places, held(rule="trusted_dislike", cause="trusted_dislike", disliker_count=3), run_id="second")
    said = run("review", "show", "p_maya", *typed).stdout.splitlines()
    assert said[said.index(warned) + 1].startswith("  81 % of the new engagement")


def test_nothing_is_said_of_a_change_where_the_published_score_stands(typed: list[str], home: Home) -> None:
    assert "change of the published score" in run("review", "show", "p_maya", *typed).stdout
    with duckdb.connect(str(home.places.database.resolve())) as con:
        con.execute("delete from score_changes")
    assert "published score by cause" not in run("review", "show", "p_maya", *typed).stdout
    assert not [one for one in unasked(home.places, "run 1") if "published score by cause" in one["body"]]


def test_a_release_says_when_it_takes_effect_and_a_second_decision_that_it_does_not(typed: list[str]) -> None:
    first = run("review", "release", *MAYA, *typed)
    assert first.exit_code == 0
    assert "The night of 2026-03-16 publishes the candidate" in first.stdout
    second = run("review", "reject", "p_maya", "--by", "ben", "--why", "bought", *typed)
    assert second.exit_code == 0
    assert "somebody had decided first: decision 1, release by ann" in second.stdout
    assert "is kept as decision 2, and changes nothing" in second.stdout
    listed = run("review", "list", "--all", *typed).stdout
    assert "“I read the thread”: the next run applies it" in listed
    assert "“bought”: changes nothing" in listed


def test_json_tells_the_same(typed: list[str]) -> None:
    run("review", "release", *MAYA, *typed)
    second = json.loads(run("review", "reject", *OTHERS, "--json", *typed).stdout)
    assert (second["is_first"], second["first"]["action"], second["decision"]["decision_id"]) == (False, "release", 2)
    found = json.loads(run("review", "list", "--all", "--json", *typed).stdout)
    assert [row["person_id"] for row in found["held"]] == ["p_maya", "p_two", "p_two"]
    assert found["held"][0]["deciding"]["decided_by"] == "ann"
    assert [made["state"] for made in found["decisions"]] == ["waiting", "second"]
    shown = json.loads(run("review", "show", "p_maya", "--json", *typed).stdout)
    assert shown["candidate_without_top_post"] == 41.0
    assert len(shown["nights"]) == 60


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["release", "p_calm", "--by", "ann", "--why", "x"], "p_calm: is not held on the night of 2026-03-15"),
        (["reject", "p_two", "--by", "ann", "--why", "x"], "name one with --persona"),
        (["release", "p_maya", "--by", "\u202e", "--why", "x"], "--by: is empty"),
        (["release", "p_maya", "--by", "ann", "--why", "x" * 501], "--why: has 501 characters, 500 at most"),
        (["release", "p_maya", "--why", "x"], "--by"),
    ],
)
def test_what_cannot_be_decided_is_a_usage_error_and_leaves_nothing(
    words: list[str], says: str, typed: list[str], home: Home
) -> None:
    said = run("review", *words, *typed)
    assert said.exit_code == 2
    assert says in said.stderr
    assert not home.places.decisions.exists()


def test_hostile_reasons_and_names_do_not_reach_the_terminal_alive(typed: list[str], home: Home) -> None:
    publish(home.places, held("p_\x1b]0;owned\x07\u202e"), run_id="hostile")
    (who,) = (row["person_id"] for row in json.loads(run("review", "list", "--json", *typed).stdout)["held"])
    run("review", "reject", who, "--by", "a\x1b[2J", "--why", "=cmd()\u2066\x07", *typed)
    for words in (["list", "--all"], ["show", who]):
        said = run("review", *words, *typed)
        assert said.exit_code == 0
        assert not [character for character in said.output if ord(character) < 32 and character != "\n"]
        assert "\u202e" not in said.output


def test_every_verb_of_review_shows_an_example() -> None:
    for name, command in review.commands.items():
        assert f"Example: evenscore review {name}" in command.get_help(click.Context(command)), name


# several at once ------------------------------------------------------------------------------------------------

RING = [held(f"p_{name}", rule="ring", cause="ring", candidate_score=30.0) for name in ("ida", "bo", "li")]
SAID = ["--by", "ann", "--why", "a circle"]


@pytest.fixture
def ringed(home: Home) -> list[str]:
    publish(home.places, held(), *RING)
    return ["--home", str(home.places.home), "--config", str(home.config)]


def decided(home: Home) -> list[tuple[str, str]]:
    return [(made.person_id, made.action) for made in read_decisions(home.places)]


def test_one_decision_is_about_everybody_who_is_named(ringed: list[str], home: Home) -> None:
    said = run("review", "reject", "p_ida", "p_bo", "p_li", *SAID, *ringed)
    assert said.exit_code == 0
    assert said.stdout.splitlines() == [
        *(f"p_{name} (personal): reject by ann is decision {k}." for k, name in enumerate(("ida", "bo", "li"), 1)),
        "The night of 2026-03-16 goes on showing the last good score; "
        "what readers saw of earlier ones stays as it was.",
    ]
    assert decided(home) == [("p_ida", "reject"), ("p_bo", "reject"), ("p_li", "reject")]


def test_one_name_that_is_not_held_and_nothing_is_recorded_of_the_others(ringed: list[str], home: Home) -> None:
    said = run("review", "release", "p_ida", "p_calm", "p_li", *SAID, *ringed)
    assert (said.exit_code, "p_calm: is not held" in said.stderr) == (2, True)
    assert decided(home) == []


def test_who_is_named_twice_is_decided_on_once(ringed: list[str], home: Home) -> None:
    assert run("review", "reject", "p_ida", "p_ida (personal)", *SAID, *ringed).exit_code == 0
    assert decided(home) == [("p_ida", "reject")]


def test_a_persona_may_be_named_behind_the_person_as_the_list_shows_it(home: Home) -> None:
    publish(home.places, held("p_two"), held("p_two", persona="work"), held("p_two (work)"))
    typed = ["--home", str(home.places.home), "--config", str(home.config)]
    assert run("review", "reject", "p_two (personal)", *SAID, *typed).exit_code == 0
    assert run("review", "reject", "p_two (work)", *SAID, *typed).exit_code == 0
    assert [(made.person_id, made.persona) for made in read_decisions(home.places)] == [
        ("p_two", "personal"),
        ("p_two (work)", "personal"),
    ], "who is called so comes before who is shown so"


def test_of_several_those_decided_on_before_are_told_apart(ringed: list[str]) -> None:
    run("review", "release", "p_bo", "--by", "ben", "--why", "fine", *ringed)
    assert "the 2 of the ring since" in run("review", "list", *ringed).stdout
    said = run("review", "reject", "p_ida", "p_bo", *SAID, *ringed).stdout
    assert "p_ida (personal): reject by ann is decision 2." in said
    assert "p_bo (personal): somebody had decided first: decision 1, release by ben" in said
    found = json.loads(run("review", "release", "p_ida", "p_bo", "--json", *OTHERS[1:], *ringed).stdout)
    assert [answer["is_first"] for answer in found] == [False, True], "ben decides on p_bo still"


def test_the_list_offers_one_command_for_a_ring_that_decides_as_it_stands(ringed: list[str], home: Home) -> None:
    (line,) = (line for line in run("review", "list", *ringed).stdout.splitlines() if "of the ring" in line)
    assert line.startswith("the 3 of the ring since 2026-03-15: evenscore review reject --by ")
    assert "-- 'p_bo (personal)' 'p_ida (personal)'" in line
    words = shlex.split(line.partition(": evenscore ")[2].replace("YOUR_NAME", "ann").replace("YOUR REASON", "a ring"))
    assert run(*ringed, *words).exit_code == 0
    assert {person for person, _ in decided(home)} == {"p_ida", "p_bo", "p_li"}
    assert "of the ring" not in run("review", "list", *ringed).stdout, "nothing is left to decide on"
