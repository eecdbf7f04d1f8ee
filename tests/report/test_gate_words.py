"""The gate in words: every code that its tables hold has some, and each of them says what is so."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from nights_by_hand import TONIGHT, jump

from evenscore.base.phrases import CAUSES
from evenscore.report import gate_words
from evenscore.report.gate import AlarmRecord, Ended, Incident, Jump, Part

MODELS = Path(__file__).parents[2] / "dbt_project/models"
EVERYBODY_WAITS = Incident(TONIGHT, "mass_shift", "all", 1, "calm", "a fall", "frozen", incident_id="i")


def listed(layer: str, model: str, column: str) -> set[str]:
    """The codes that the description of a column lists."""
    text = (MODELS / layer / f"{model}.yml").read_text()
    found = re.search(rf'- name: {model}\n.*?- {{name: {column},.*?description: "([^"]*)"', text, re.DOTALL)
    assert found, f"{model}.{column} is not described"
    return set(re.findall("[a-z_]+", found[1].rpartition(":")[2])) - {"or"}


def test_every_code_of_the_gate_has_words_and_no_other() -> None:
    assert listed("marts", "score_jumps", "cause") == set(gate_words.CAUSES) == set(CAUSES)
    assert listed("marts", "score_jumps", "rule") | {"incident", "undelivered"} == set(gate_words.RULES)
    assert listed("gate", "gate_incident__tonight", "kind") == set(gate_words.KINDS)
    kinds = {f"{span}_{whom}" for span in ("brief", "recent", "lasting") for whom in ("engagers", "crowd")}
    assert kinds | {"scale_floor", "scale_ceiling", "review"} == set(gate_words.FEATURES)


def test_a_code_without_words_stands_as_it_is() -> None:
    assert gate_words.cause("of_tomorrow") == ("Of tomorrow", "No description of this cause is known.")
    assert gate_words.rule("of_tomorrow", 20, 3) == ("Of tomorrow", "no description of this rule is known")
    assert gate_words.kind(replace(EVERYBODY_WAITS, kind="of_tomorrow")) == "Of tomorrow"
    assert gate_words.feature(Part("forum", "of_tomorrow", 1)) == "forum: of_tomorrow"


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (Part("forum", "recent_crowd", 1), "forum: the crowd, lately"),
        (Part("all", "scale_floor", 1), "where the scale starts"),
    ],
)
def test_a_part_names_its_network_where_it_has_one(part: Part, says: str) -> None:
    assert gate_words.feature(part) == says


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        ("all", "everybody"),
        ("network:forum", "the network forum"),
        ("network:forum/shard:3", "the network forum, shard 3"),
        ("scoring_version:3", "scoring version 3"),
        ("network:forum/other:3", "network:forum/other:3"),
    ],
)
def test_whom_an_incident_touches(scope: str, says: str) -> None:
    assert gate_words.scope(replace(EVERYBODY_WAITS, scope=scope)) == says


@pytest.mark.parametrize(
    ("opened", "is_closed", "says"),
    [
        (TONIGHT, False, "open since tonight"),
        (date(2026, 3, 12), False, "open since 12 March"),
        (date(2026, 3, 12), True, "closed tonight, opened 12 March"),
    ],
)
def test_since_when_an_incident_stands(opened: date, is_closed: bool, says: str) -> None:
    assert gate_words.standing(replace(EVERYBODY_WAITS, opened_date=opened, is_closed=is_closed), TONIGHT) == says


def test_only_many_that_still_stand_may_be_called_real() -> None:
    assert "review incident i " in gate_words.call_real(EVERYBODY_WAITS)
    assert not gate_words.call_real(replace(EVERYBODY_WAITS, is_closed=True))
    assert not gate_words.call_real(replace(EVERYBODY_WAITS, kind="missing_delivery"))


LOWER = "81 % of the others who have a score stand lower than the candidate"
REJECTED = replace(jump(), decision="rejected")


@pytest.mark.parametrize(
    ("held", "says"),
    [
        (jump(), "Pending: nobody has decided yet."),
        (
            replace(jump(), rejected_score=37.94),
            "Pending: 37.9 was rejected, and the candidate has gone far from there since.",
        ),
        (REJECTED, "Rejected by somebody. It stays held until its evidence fades or changes."),
        (
            replace(REJECTED, decided_by="ana", why="a circle", rejected_score=37.9),
            "Rejected by ana: a circle. It stays held until its evidence fades or changes.",
        ),
    ],
)  # fmt: skip
def test_where_a_decision_stands(held: Jump, says: str) -> None:
    assert gate_words.decision(held) == says


@pytest.mark.parametrize(
    ("decision", "decided_by", "why", "says"),
    [
        ("released", "ana", "a talk", "released by ana: a talk"),
        ("released", "", "", "released by somebody."),
        ("cleared", "", "", "cleared by itself: the score came back to where it was."),
        ("of_tomorrow", "ana", "why", "of tomorrow."),
    ],
)
def test_how_a_hold_has_ended(decision: str, decided_by: str, why: str, says: str) -> None:
    assert gate_words.ended(Ended("p_maya", "work", decision, decided_by, why)) == says


@pytest.mark.parametrize(
    ("places", "says"),
    [
        ((None, None), ""),
        ((12.4, 80.6), f"{LOWER}, 12 % lower than the score that stands."),
        ((None, 80.6), f"{LOWER}."),
    ],
)  # fmt: skip
def test_where_two_scores_stand_among_members(places: tuple[float | None, float | None], says: str) -> None:
    assert gate_words.places(replace(jump(), places=places)) == says


def test_how_far_a_wrong_score_goes_is_reckoned_with_the_figures_that_are_shown() -> None:
    assert replace(jump(), move=-48.04, reached=1270.4).impact == 48.0 * 1270


@pytest.mark.parametrize(
    ("account_nights", "count", "says"),
    [(10_000, 3, "3.00"), (20_000, 3, "1.50"), (0, 3, "\N{EN DASH}"), (10_000, 0, "0.00")],
)
def test_a_rate_is_of_ten_thousand_account_nights(account_nights: int, count: int, says: str) -> None:
    assert gate_words.rate(AlarmRecord(3, 1, 2, 1, account_nights), count) == says
