"""The page says once what is one thing, and folds what asks nothing of its reader."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import duckdb
import nights_by_hand
import pytest
from nights_by_hand import jump, result
from parsed import Page
from tiny_warehouse import TABLES

from evenscore.base.settings import Checks
from evenscore.checks.suites import STAGES, load_suites
from evenscore.report import check_words, gate_words, words
from evenscore.report.facts import Facts
from evenscore.report.gate import DRAWN_CARDS, LISTED_MEMBERS, NAMED_JUMPS, RULES, AlarmRecord, Gate, Jump, Ring
from evenscore.report.gate_facts import read_gate
from evenscore.report.page import render


def member(person_id: str, ring: int | None = 1, **changed: object) -> Jump:
    known = {"rule": "ring", "cause": "ring", "reached": 5.0, "ring": ring, "inside_share": 0.82, "move": 2.0}
    return replace(jump(person_id), **{**known, **changed})


def page_of(*jumps: Jump) -> Page:
    gate = Gate(jumps, len(jumps), len(jumps))
    return Page(render(replace(nights_by_hand.published(), gate=gate)))


# rings ---------------------------------------------------------------------------------------------------------


def test_a_ring_is_one_card_with_its_members_what_came_from_inside_and_one_decision() -> None:
    page = page_of(member("p_bo"), jump(), member("p_al"))
    assert "A ring of 2 held scores 82 % from inside" in page.words
    assert "82 % of what consenting people gave them came from inside the circle." in page.words
    assert page.words.count("evenscore review reject") == 2
    assert 'evenscore review reject --by YOUR_NAME --why "YOUR REASON" -- p_al p_bo' in page.words


def test_two_rings_are_two_cards_the_greater_impact_first() -> None:
    page = page_of(member("p_a", 1), member("p_b", 1), member("p_c", 2, reached=50.0), member("p_d", 2))
    assert page.words.index("-- p_c p_d") < page.words.index("-- p_a p_b")


def test_one_alone_of_a_ring_and_a_ring_of_none_have_cards_of_their_own() -> None:
    page = page_of(member("p_a", 1), member("p_b", None), member("p_c", None))
    assert "held scores 82 %" not in page.words
    assert [page.words.count(f"evenscore review reject {who} ") for who in ("p_a", "p_b", "p_c")] == [1, 1, 1]


def test_a_rejected_member_is_listed_and_not_decided_on_again() -> None:
    page = page_of(member("p_a"), member("p_b"), member("p_c", decision="rejected"))
    assert "A ring of 3 held scores" in page.words and "2 of 3 are pending" in page.words
    assert "-- p_a p_b evenscore" in page.words
    assert not gate_words.ring_commands(Ring((member("p_c", decision="rejected"),)))


def test_a_ring_says_of_how_many_a_part_is_set_aside() -> None:
    page = page_of(member("p_a", asides=("top_post",)), member("p_b"), member("p_c", decision="rejected"))
    assert "2 of 3 are pending; of 1 reviewers have set aside a part." in page.words


@pytest.mark.parametrize("name", ["a b; rm -rf ~", "--by", "o'neil", "\u202egro", "p_x (work)"])
def test_a_rings_command_is_safe_to_paste_whatever_its_members_are_called(name: str) -> None:
    command = gate_words.ring_commands(Ring((member("p_a"), member(name))))[0]
    if "\u202e" in name:
        assert r"$'\U0000202egro'" in command and "\u202e" not in command
        return
    words = shlex.split(command)
    assert set(words[words.index("--") + 1 :]) == {"p_a", name}


def test_a_member_with_two_held_personas_is_named_with_both() -> None:
    twin = member("p_a", has_twin=True, persona="work")
    assert shlex.split(gate_words.ring_commands(Ring((twin, member("p_b"))))[0])[-2:] == ["p_a (work)", "p_b"]


# what asks nothing ---------------------------------------------------------------------------------------------


def folded(page: Page) -> str:
    return page.words[page.words.index("of impact 0") :]


def test_held_scores_of_impact_0_are_folded_and_still_to_be_decided() -> None:
    page = page_of(jump("p_one", 0.0), jump("p_two", 9.0), jump("p_small", 0.04))
    assert "2 held scores of impact 0" in page.words
    assert "p_one" in folded(page) and "p_small" in folded(page)
    assert "evenscore review reject p_one" in folded(page)
    assert page.words.index("evenscore review reject p_two") < page.words.index("of impact 0")


def test_without_any_of_impact_0_nothing_is_folded() -> None:
    assert "of impact 0" not in page_of(jump()).words


def test_met_checks_are_folded_by_suite_with_words_for_people() -> None:
    page = Page(render(nights_by_hand.published()))
    met = page.words[page.words.index(" Met ") :]
    assert "Did every delivery arrive, whole and sound? 1 check" in met
    assert "We expect this of rejected_share for a reason." in met
    assert page.words.index("Did nobody jump unreviewed? scores.moves") < page.words.index(" Met ")


def test_a_suite_with_a_check_that_is_not_met_folds_those_that_are() -> None:
    facts = nights_by_hand.published()
    checks = (result("a_share"), result("b_share", False, "warning"))
    page = Page(render(replace(facts, run=replace(facts.run, checks=checks))))
    assert page.words.index("Not met warning B share") < page.words.index(" Met ") < page.words.index("A share We")


def test_what_stopped_the_night_comes_before_what_was_warned_of_in_and_among_suites() -> None:
    facts = nights_by_hand.published()
    checks = (
        result("a_share", False, "warning"),
        result("b_share", False, "warning", "scores.moves"),
        result("c_share", False, "critical", "scores.moves"),
    )
    words = Page(render(replace(facts, run=replace(facts.run, checks=checks)))).words
    places = [words.index(f"{said} share") for said in ("Failed critical C", "Not met warning B", "Not met warning A")]
    assert places == sorted(places)


def test_every_suite_there_is_has_words() -> None:
    suites = {suite.name for stage in STAGES for suite in load_suites(stage, Checks())}
    assert suites == check_words.TITLES.keys()
    assert check_words.title("scores.new_suite") == "Scores: new suite"


# the head of the page ------------------------------------------------------------------------------------------


def headed(outcome: str, **counts: int) -> Page:
    facts = nights_by_hand.published()
    run = replace(facts.run, outcome=outcome, counts={**facts.run.counts, **counts})
    return Page(render(replace(facts, run=run)))


@pytest.mark.parametrize(
    ("outcome", "published", "title"),
    [
        ("published", 6, "Published"),
        ("published", 0, "Nothing new"),
        ("unchanged", 6, "Unchanged"),
        ("unchanged", 0, "Unchanged"),
    ],
)
def test_a_night_that_published_nothing_new_is_not_headed_published(outcome: str, published: int, title: str) -> None:
    words = headed(outcome, published=published).words
    assert words.startswith(f" {title}: the night of")
    assert f"New scores out {published} " in words


def test_a_warning_leads_with_what_was_seen_and_then_says_why() -> None:
    words = headed("published").words
    fact = "Candidate move: Observed 0.5; expected at most 0.05."
    assert f"{fact} We expect this of candidate_move for a reason. scores.moves" in words


# many ----------------------------------------------------------------------------------------------------------


def test_the_greatest_impact_comes_first_whether_a_ring_has_it_or_somebody_alone() -> None:
    page = page_of(
        replace(jump("p_small"), move=0.1, reached=1.0), member("p_a"), member("p_b"), replace(jump(), reached=9e6)
    )
    titles = ("p_maya personal", "A ring of 2 held scores", "p_small personal")
    places = [page.words.index(title) for title in titles]
    assert places == sorted(places)


def test_of_many_cards_the_first_are_open_and_the_others_one_line_each() -> None:
    people = [replace(jump(f"p_{k}"), reached=1000.0 - k) for k in range(DRAWN_CARDS + 2)]
    page = page_of(*people)
    folded = [f"p_{k} (personal), +48.0 points, impact" for k in range(len(people))]
    assert [line in page.words for line in folded] == [False] * DRAWN_CARDS + [True] * 2


def test_of_a_large_ring_the_first_members_are_in_sight_and_one_command_names_them_all() -> None:
    names = [f"p_{k:02}" for k in range(LISTED_MEMBERS + 3)]
    page = page_of(*map(member, names))
    assert "3 more members" in page.words
    assert f"-- {' '.join(names)} evenscore review release" in page.words
    assert {page.words.count(f"{name} personal") for name in names} == {1}, "each is in one list"
    assert "more members" not in page_of(*map(member, names[:LISTED_MEMBERS])).words


def test_a_ring_that_is_not_seen_tonight_is_one_card_still_and_says_since_when() -> None:
    earlier = [replace(member(who, -1), inside_share=None, episode_date=date(2026, 3, 12)) for who in ("p_a", "p_b")]
    page = page_of(*earlier)
    assert "They rose together on 12 March, and are not seen to do so tonight." in page.words
    assert "from inside" not in page.words and "-- p_a p_b" in page.words


MANY = """
    delete from marts.score_jumps;
    insert into marts.score_jumps by name
    select
        'p_' || range as person_id, 'work' as persona, date '2026-03-15' as as_of_date,
        date '2026-03-14' as episode_date, if(range < 70, 'ring', 'large_move') as rule,
        'ring' as cause, 20::double as candidate_score,
        10::double as last_good_score, 3 as engager_count, 'pending' as decision
    from range(70 + 60);
    insert into gate.gate_rule__ring select 'p_' || range, 'work', 'p_0', 0.9 from range(60);
"""


SET_ASIDE = """
    insert into raw.set_asides values
        ('p_maya', 'work', '2026-03-14', 'top_post'), ('p_maya', 'work', '2026-03-14', 'newcomers'),
        ('p_maya', 'work', '2026-03-14', 'top_post'), ('p_maya', 'work', '2026-02-01', 'top_engager'),
        ('p_noor', 'personal', '2026-03-14', 'top_post')
"""


def test_what_is_set_aside_of_a_hold_is_on_its_card_and_of_no_other_hold() -> None:
    with duckdb.connect() as con:
        con.execute(TABLES + SET_ASIDE)
        gate = read_gate(con)
    assert {one.person_id: one.asides for one in gate.jumps} == {"p_maya": ("newcomers", "top_post"), "p_noor": ()}


def test_a_ring_is_read_whole_and_takes_nobodys_place_and_one_of_an_earlier_night_is_one_still() -> None:
    with duckdb.connect() as con:
        con.execute(TABLES + MANY)
        gate = read_gate(con)
    assert [(len(ring.members), ring.inside_share) for ring in gate.rings] == [(60, 0.9), (10, None)]
    assert (len(gate.singles), gate.jump_count) == (NAMED_JUMPS, 130)
    assert set(gate.idle_rules) == set(RULES) - {"ring", "large_move", "incident"}


# precision -----------------------------------------------------------------------------------------------------


def with_record(facts: Facts, account_nights: int) -> Page:
    record = AlarmRecord(3, 1, 2, 1, account_nights)
    return Page(render(replace(facts, gate=replace(facts.gate, record=record))))


@pytest.mark.parametrize(("account_nights", "is_said"), [(545, False), (9_999, False), (10_000, True)])
def test_a_rate_is_said_once_enough_is_known(account_nights: int, is_said: bool) -> None:
    words = with_record(nights_by_hand.published(), account_nights).words
    assert ("Per 10,000" in words, "too few for a rate" in words) == (is_said, not is_said)


def test_a_first_night_has_no_column_for_a_week_ago() -> None:
    facts = nights_by_hand.published()
    assert facts.scored
    first = replace(facts.scored, moves=None, bins_before=None, levels=(("half", 6.0, None),))
    page = Page(render(replace(facts, scored=first)))
    assert "A week ago" not in page.words and "half 6 " in page.words, "nothing to compare with, and no tenths"
    assert "A week ago" in Page(render(facts)).words and "half 6.0 5.5" in Page(render(facts)).words


@pytest.mark.parametrize(("value", "says"), [(13_867, "10,000"), (50_000, "50,000"), (7.4, "7"), (149, "100")])
def test_an_estimate_is_said_by_its_first_digit(value: float, says: str) -> None:
    assert words.about(value) == says


def people(rows: Sequence[tuple[str, str, int]]) -> str:
    facts = nights_by_hand.published()
    assert facts.scored
    return Page(render(replace(facts, scored=replace(facts.scored, people=tuple(rows))))).words


def test_a_reason_is_said_in_words() -> None:
    rows = [("insufficient_evidence", "provisional", 12), ("held", "ring", 3), ("published", "", 6)]
    said = people(rows)
    assert "in its first weeks or waiting 12" in said
    assert "A ring" in said
