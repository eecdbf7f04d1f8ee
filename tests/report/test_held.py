"""What a reviewer needs to decide on a held score stands beside it."""

import shlex
from dataclasses import replace
from datetime import date

import nights_by_hand
import pytest
from nights_by_hand import TONIGHT, jump
from parsed import Page

from evenscore.report import gate_words
from evenscore.report.gate import AlarmRecord, Gate, Incident, Part
from evenscore.report.page import SECTIONS, render


@pytest.fixture(scope="module")
def busy() -> Page:
    return Page(render(nights_by_hand.busy()))


def test_a_reviewer_reads_the_verdict_then_incidents_then_held_scores_then_all_else(busy: Page) -> None:
    assert list(SECTIONS)[:6] == ["incidents", "held", "scores", "rows", "gate", "checks"]
    titles = (
        "Published",
        "Incidents A delivery",
        "Held for a reviewer",
        "Scores against",
        "Rows against",
        "The gate F",
    )
    places = [busy.words.index(title) for title in titles]
    assert places == sorted(places)


def test_a_held_score_comes_with_rule_cause_impact_and_the_evidence_of_both(busy: Page) -> None:
    for sentence in (
        "p_maya personal 16.0 to 64.0 +48.0 points One viral post.",
        "Held since tonight by a large move: moved half of what the community spans, or 28 points, against a score "
        "accepted within the last 3 nights.",
        "Without the post it rests on most: 41.0 (that post alone: +23.0).",
        "more than 99 % of the new engagement went to one post",
        "34 % of the new actions were one account's an unknown share of the new engagers",
        "Impact 60,960: 48.0 points \N{MULTIPLICATION SIGN} 1,270 people reached.",
        "forum: people who engaged lately +45.0 forum: the crowd, over the long run +3.0",
        "forum:t_81/4 412 99.8 %",
        "1, new here 40 34.0 % 2, seen before 2 2.0 %",
    ):
        assert sentence in busy.words


@pytest.mark.parametrize(
    ("places", "says"),
    [
        (
            (34.2, 96.4),
            "96 % of the others who have a score stand lower than the candidate, 34 % lower than the score",
        ),
        ((None, 50.0), "50 % of the others who have a score stand lower than the candidate."),
        ((12.0, None), ""),
    ],
)
def test_the_place_among_members_stands_beside_the_points(places: tuple[float | None, float | None], says: str) -> None:
    held = replace(jump(), places=places)
    assert gate_words.places(held).startswith(says)
    facts = nights_by_hand.published()
    page = Page(render(replace(facts, gate=replace(facts.gate, jumps=(held,)))))
    assert ("stand lower than the candidate" in page.words) is bool(says)


def test_each_state_of_a_decision_is_said(busy: Page) -> None:
    for sentence in (
        "Pending: nobody has decided yet.",
        "Rejected by ana: eleven accounts made on one day. It stays held until its evidence fades or changes.",
        "Pending: 37.9 was rejected, and the candidate has gone far from there since.",
        "p_ida work released by ana: a talk that went round",
        "p_bo personal cleared by itself",
    ):
        assert sentence in busy.words


def test_a_hold_of_which_a_part_is_set_aside_does_not_say_that_nobody_did_anything() -> None:
    said = gate_words.decision(replace(jump(), asides=("newcomers", "top_post")))
    assert said == (
        "Pending. Reviewers have set aside whoever was seen with nobody before and the post that most of the "
        "engagement went to; the hold ends by itself once the candidate is back."
    )


def test_both_commands_stand_ready_to_copy(busy: Page) -> None:
    assert 'evenscore review release p_maya --by YOUR_NAME --why "YOUR REASON"' in busy.words
    assert 'evenscore review reject p_maya --by YOUR_NAME --why "YOUR REASON"' in busy.words
    assert "evenscore explain p_maya --date 2026-03-15" in busy.words


def test_a_rejected_score_is_not_to_be_decided_again(busy: Page) -> None:
    assert "review release p_noor" not in busy.words
    assert "evenscore explain p_noor --date 2026-03-15" in busy.words


def test_who_warns_of_somebody_is_told_before_what_they_were_sent() -> None:
    shares = gate_words.evidence(jump())
    disliked = ("3", "members whom the community trusts dislike them or rate them badly")
    assert gate_words.evidence(replace(jump(), p_value=None, disliker_count=3)) == (disliked, *shares[-3:])


def test_what_somebody_else_sent_may_be_set_aside_by_the_part_that_is_there() -> None:
    card = replace(jump(), top_engager_share=0.51, new_engager_share=0.8)
    signed = '--by YOUR_NAME --why "YOUR REASON"'
    parts = ("--top-post", "--newcomers", "--top-engager")
    assert gate_words.aside_commands(card) == tuple(
        f"evenscore review set-aside p_maya {signed} {part}" for part in parts
    )
    assert not replace(jump(), top_post_share=None, top_engager_share=0.5).sent
    assert not replace(card, move=-20.0).sent, "nobody sends a fall"
    assert replace(card, last_good=None, move=0.0).sent, "a first score has moved from nowhere"


def test_what_can_be_set_aside_stands_ready_on_a_rejected_score_too(busy: Page) -> None:
    assert "To set aside what somebody else sent:" in busy.words
    for person in ("p_maya", "p_noor"):
        assert f'evenscore review set-aside {person} --by YOUR_NAME --why "YOUR REASON" --top-post' in busy.words


def test_held_scores_beyond_the_cap_are_counted() -> None:
    page = Page(render(replace(nights_by_hand.published(), gate=Gate((jump(),), 8))))
    assert "7 more scores are held and not drawn here" in page.words


@pytest.mark.parametrize("person", ["x; rm -rf ~", "it's", "$(reboot)", "`id`", "a\\b"])
def test_a_command_is_safe_to_paste_whatever_the_person_is_called(person: str) -> None:
    command = gate_words.review(jump(person), "release")
    assert shlex.split(command) == [
        "evenscore",
        "review",
        "release",
        person,
        "--by",
        "YOUR_NAME",
        "--why",
        "YOUR REASON",
    ]


def test_a_command_names_the_persona_where_two_of_a_person_are_held() -> None:
    command = gate_words.review(replace(jump(), has_twin=True), "reject")
    assert command == 'evenscore review reject p_maya --persona personal --by YOUR_NAME --why "YOUR REASON"'


def test_a_person_who_is_called_like_an_option_is_none() -> None:
    command = gate_words.explain(jump("--home=/"), TONIGHT)
    assert command == "evenscore explain --date 2026-03-15 -- --home=/"


def test_a_name_with_hidden_characters_is_written_out_for_the_shell() -> None:
    command = gate_words.review(jump("a\u202e'\n"), "reject")
    assert command.startswith("evenscore review reject $'a\\U0000202e\\'\\U0000000a' --by")


def test_open_incidents_are_part_of_the_verdict_and_closed_ones_are_not(busy: Page) -> None:
    assert "4 jumps wait for a reviewer; 1 held on after a rejection. 1 incident stands open." in busy.words
    assert "attention" in busy.all("class")
    assert [one for one in busy.all("class") if one.startswith("incident ")] == ["incident open", "incident closed"]


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        ("all", "everybody"),
        ("network:forum", "the network forum"),
        ("network:forge/shard:3", "the network forge, shard 3"),
        ("scoring_version:3", "scoring version 3"),
        ("planet:mars", "planet:mars"),
    ],
)
def test_the_scope_of_an_incident_is_said_in_words(scope: str, says: str) -> None:
    assert gate_words.scope(Incident(TONIGHT, "mass_shift", scope, 1, "", "", "")) == says


def test_each_rule_has_a_line_of_its_own_with_what_it_holds(busy: Page) -> None:
    assert "… climbed most of what the community spans within weeks, in steps with rests between 1 A ring" in busy.words
    assert "2 rules hold nobody tonight A first score …" in busy.words
    assert "frozen with the incident, and nobody is asked 3,120" in busy.words


def test_the_record_rates_false_alarms_by_scored_account_nights(busy: Page) -> None:
    assert "per 10,000 of 196,000 scored account-nights" in busy.words
    assert "All 10 0.51 Released: false alarms 3 0.15 Rejected: right 1 0.05" in busy.words


def test_a_rate_over_no_account_night_is_none_and_no_error() -> None:
    assert AlarmRecord(released=1).per_ten_thousand(1) is None


def test_the_distribution_says_how_many_rose_and_fell_though_the_picture_looks_calm(busy: Page) -> None:
    assert (
        "4 % rose by a point or more and 41 % fell by as much; the middle one moved by \N{MINUS SIGN}0.8." in busy.words
    )
    assert "half 6.0 7.4 \N{MINUS SIGN}1.4" in busy.words


def test_the_bar_of_a_fall_is_as_long_as_that_of_a_rise() -> None:
    fallen = replace(jump(), parts=(Part("forum", "recent_engagers", -8.0), Part("forum", "lasting_crowd", 2.0)))
    page = Page(render(replace(nights_by_hand.published(), gate=Gate((fallen,), 1))))
    bars = page.all("width")
    assert "100.0" in bars and "25.0" in bars and not [width for width in bars if width.startswith("-")]


def test_a_hold_that_began_earlier_says_when() -> None:
    held = replace(jump(), episode_date=date(2026, 3, 9))
    page = Page(render(replace(nights_by_hand.published(), gate=Gate((held,), 1))))
    assert "Held since 9 March by" in page.words


def test_a_changed_setting_is_told_as_what_it_was_and_is() -> None:
    setting = Incident(TONIGHT, "settings_change", "setting:scoring.seeds", 12, "2 named", "2 named, but others", "")
    says = "scoring.seeds was 2 named, and is 2 named, but others: 12 scores moved far tonight."
    assert gate_words.befell(setting) == says
    moved = Incident(TONIGHT, "mass_shift", "network:forum", 1, "calm", "a fall", "")
    assert gate_words.befell(moved) == "1 score of the network forum affected: expected calm, observed a fall."
