"""What a score says to people in words: its place, a change of method, and why there is none yet."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenscore.disclosure.explain import PLACES, in_words
from evenscore.disclosure.grounds import grounds


def row(**changes: Any) -> dict[str, Any]:
    """What is published of ann tonight, as `explain` gives it."""
    known = {"person_id": "ann", "persona": "work", "as_of_date": date(2026, 3, 15), "score": 31.0, "score_low": 25.0}
    known |= {"score_high": 40.0, "percentile": 61.4, "status": "published", "reason": None, "reason_detail": None}
    known |= {"has_moved": True, "scoring_version": 3, "published_at": datetime(2026, 3, 16), "evidence_count": 9}
    return known | {"contributions": [], "changes": [], "networks": [], "grounds": {}, "promotion": None} | changes


def test_the_place_among_members_stands_beside_the_score() -> None:
    assert "31 (higher than 61 % of the others who have a score)" in in_words(row())


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (
            59.0,
            "place among members did not: higher than 59 % of the 1,200 who have a score by both before, 61 % now.",
        ),
        (
            20.0,
            "place among members: higher than 20 % of the 1,200 who have a score by both before, 61 % now.",
        ),
        (None, "points of one are not points of the other."),
    ],
)
def test_a_change_of_method_is_told_by_the_place_that_it_left_or_changed(before: float | None, says: str) -> None:
    places = {"place_before": before, "place_now": 61.4, "people_count": 1200}
    told = in_words(row(promotion={"scoring_version": 2} | places))
    assert "The method changed from scoring version 2 to 3" in told
    assert says in told


def test_places_are_those_among_who_has_a_score_by_both_methods() -> None:
    """Ben is held and so of the old method still, dan had no score by it, and eve was not there."""
    with duckdb.connect() as con:
        con.execute(
            "create table person_scores as select *, 'work' as persona from (values "
            "('ann', date '2026-03-14', 'published', 10), ('ben', date '2026-03-14', 'published', 20), "
            "('cal', date '2026-03-14', 'published', 30), ('dan', date '2026-03-14', 'insufficient_evidence', null), "
            "('ann', date '2026-03-15', 'published', 40), ('ben', date '2026-03-15', 'held', 20), "
            "('cal', date '2026-03-15', 'published', 15), ('dan', date '2026-03-15', 'published', 5), "
            "('eve', date '2026-03-15', 'published', 7)) as rows(person_id, as_of_date, status, score)"
        )
        assert con.execute(PLACES, [date(2026, 3, 15), "ann", "work"]).fetchall() == [(0, 100, 2)]


def test_whoever_loses_a_score_by_a_change_of_method_is_told_so() -> None:
    gone = row(score=None, percentile=None, status="insufficient_evidence", reason="too_little_evidence")
    told = in_words(gone | {"is_trust_begun": True, "promotion": {"scoring_version": 2, "place_before": None}})
    assert "from scoring version 2 to 3: by the new one there is too little trusted evidence for a score." in told


def test_of_a_network_is_told_what_it_brought_or_what_would_let_it_count() -> None:
    networks = [
        {"network": "forum", "is_linked": True, "is_counted": True, "weight": 0.6, "why_not": None},
        {"network": "forge", "is_linked": True, "is_counted": True, "weight": 0.0, "why_not": None},
        {"network": "hub", "is_linked": True, "is_counted": False, "weight": 0.4, "why_not": "withdrawn"},
    ]
    assert grounds(row(), [], networks)["what_would_change_it"][1:] == [
        "forum brought 60% of the points; withdrawing it takes its evidence away.",
        "hub does not count (withdrawn): it would count again with a new grant.",
    ]


def test_a_night_like_any_other_says_nothing_of_a_method() -> None:
    assert "The method changed" not in in_words(row())


@pytest.mark.parametrize(
    ("reason", "is_trust_begun", "is_said"),
    [("too_little_evidence", False, True), ("too_little_evidence", True, False), ("provisional", False, False)],
)
def test_first_weeks_in_which_no_trust_exists_say_so(reason: str, is_trust_begun: bool, is_said: bool) -> None:
    none = row(score=None, status="insufficient_evidence", reason=reason, is_trust_begun=is_trust_begun)
    assert ("nobody is established in this community yet" in in_words(none)) is is_said


@pytest.mark.parametrize(("feature", "days"), [("brief_engagers", 7), ("recent_crowd", 28), ("lasting_engagers", 120)])
def test_the_largest_part_says_how_fast_it_fades(feature: str, days: int) -> None:
    part = {"network": "forum", "feature": feature, "points": 12.0, "raw_value": 3.0}
    assert any(f"halves in {days} days" in says for says in grounds(row(), [part], [])["what_would_change_it"])
    assert f"(each action halves every {days} days)" in in_words(row(contributions=[part]))


def test_how_fast_a_part_fades_is_told_by_the_scale_of_its_own_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenscore.disclosure.grounds.scale", lambda version: {"long_half_life_days": 30.0 * version})
    part = {"network": "forum", "feature": "lasting_crowd", "points": 12.0, "raw_value": 3.0}
    of_fourth = row(scoring_version=4, contributions=[part])
    assert "trusted or not (each action halves every 120 days)" in in_words(of_fourth)
    (says, *_) = grounds(of_fourth | {"scoring_version": 2}, [part], [])["what_would_change_it"]
    assert "halves in 60 days" in says


def test_a_held_score_with_parts_of_a_version_that_knew_another_span_is_told_without_it() -> None:
    part = {"network": "forum", "feature": "brief_engagers", "points": 12.0, "raw_value": 3.0}
    held = row(status="held", reason="version_change", scoring_version=2, contributions=[part])
    assert "forum: people who engaged in the last days\n" in in_words(held)
    assert "halves" not in grounds(held, [part], [])["what_would_change_it"][0]


def test_the_readme_shows_what_explain_says() -> None:
    maya = {"person_id": "p_maya", "persona": "personal", "score": 16.0, "percentile": 66.0, "score_low": 10.0}
    held = {"score_high": 22.0, "status": "held", "reason": "organic", "has_moved": None}
    headline, band, *_ = in_words(row(**maya, **held)).splitlines()
    shown = f"explain p_maya\n{headline}\n{band}\n"
    is_shown = shown in (Path(__file__).parents[2] / "README.md").read_text()
    assert is_shown, f"README.md shows other words for it than\n{shown}"


def test_what_waits_is_told_apart_from_what_the_score_that_stands_rests_on() -> None:
    held, shown = (grounds(row(status=status), [], [])["data"][0] for status in ("held", "published"))
    assert held.endswith("; the score that stands rests on what was there when it was accepted.")
    assert "that stands" not in shown
