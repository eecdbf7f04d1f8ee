"""The scoring laws on people whose evidence was chosen to break them, and the hold rule on people who jump."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from stepping import NIGHTS, Stepped
from village import LAST, PEOPLE, Village, built, published, score

from evenscore.base.settings import Settings

LONG_AGO = LAST - timedelta(days=200)
CANDIDATES = "select person_id, score from scores.score_person__influence_v1 where as_of_date = $1"
BITS = """
    select person_id, as_of_date, hex(encode(score::varchar)), score, score_low, score_high, evidence_short
    from scores.score_person__influence_v1 where person_id <> 'p_new' and not starts_with(person_id, 'newcomer')
    order by all
"""


def crowd(count: int) -> list[str]:
    return [f"engager{number}" for number in range(count)]


PERSONS = (
    *("enough", "too_few_people", "too_few_actions", "selfish", "scorned"),
    *("ten", "hundred", "many", "burst", "star"),
)


def law_village(folder: Path) -> Village:
    """Each person tempts one law; `enough` has just enough evidence and nothing else."""
    village = Village(folder, scoring="version = 1\nlookback_nights = 200")
    village.days = [LONG_AGO + timedelta(days=number) for number in range(201)]
    people = (
        "enough",
        "too_few_people",
        "too_few_actions",
        "selfish",
        "scorned",
        "ten",
        "hundred",
        "many",
        "burst",
        "star",
    )
    for person in people:
        village.grant(person)
    village.grant("selfish", "selfish_too")
    for person in ("enough", "selfish", "scorned"):
        village.like(person, crowd(3), LAST).like(person, crowd(2), LAST, object_id=f"another-of-{person}")
    village.like("too_few_people", crowd(2) * 20, LAST)
    village.like("too_few_actions", crowd(4), LAST)
    village.like("selfish", ["selfish", "selfish_too"] * 50, LAST)
    village.like("scorned", crowd(60), LAST, verb="dislike")
    village.like("scorned", crowd(60), LAST, verb="rating", value=-1)
    for person, count in (("ten", 10), ("hundred", 100)):
        village.like(person, crowd(5), LAST)
        for number in range(count):
            village.like(person, ["fan"], LAST, object_id=f"{person}-{number}")
    village.like("many", [*crowd(5), *(f"fan{number}" for number in range(100))], LAST)
    village.like("burst", crowd(60), LONG_AGO)
    village.like("star", [f"admirer{number}" for number in range(3000)], LONG_AGO)
    return village


@pytest.fixture(scope="module")
def laws(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("laws")
    settings = law_village(folder / "village").write().settings(folder / "home")
    score(settings, LAST)
    return settings


@pytest.fixture(scope="module")
def candidates(laws: Settings) -> dict[str, float]:
    return dict(built(laws, CANDIDATES, LAST))


def test_l4_a_hundred_actions_by_one_engager_count_little_more_than_ten(candidates: dict[str, float]) -> None:
    one_more_action = candidates["hundred"] - candidates["ten"]
    assert 0 < one_more_action < 4
    assert candidates["many"] - candidates["ten"] > 4 * one_more_action


def test_l6_other_people_arriving_moves_nobody_to_the_last_bit(laws: Settings, tmp_path: Path) -> None:
    village = law_village(tmp_path / "village").habits([f"newcomer{number}" for number in range(20)])
    settings = village.write().settings(tmp_path / "home")
    score(settings, LAST, "+score_person__influence.v1")
    assert built(settings, "select count(distinct person_id) from scores.score_person__influence_v1") == [(30,)]
    assert built(settings, BITS) == built(laws, BITS)


def test_l7_contributions_sum_to_every_published_score_of_every_night(stepped: Stepped) -> None:
    off = published(
        stepped.settings,
        "select person_id, as_of_date, any_value(score) - sum(points) as gap from person_scores "
        "inner join score_contributions using (person_id, persona, as_of_date) group by all having abs(gap) > 1e-6",
    )
    assert off == []
    without_parts = published(
        stepped.settings,
        "select count(*) from person_scores anti join score_contributions using (person_id, persona, as_of_date)",
    )
    assert without_parts == [(0,)]


def test_changes_sum_to_the_difference_from_the_score_last_shown_holds_included(stepped: Stepped) -> None:
    moved = published(
        stepped.settings,
        "with shown as (select *, score - lag(score) over (partition by person_id, persona order by as_of_date) move "
        "from person_scores where score is not null) "
        "select move, coalesce(sum(points), 0) from shown left join score_changes "
        "using (person_id, persona, as_of_date) where move is not null group by person_id, persona, as_of_date, move",
    )
    assert len(moved) == 20
    assert max(abs(move - points) for move, points in moved) < 1e-6
    assert any(move != 0 for move, _ in moved)


@pytest.mark.parametrize(("person", "largest_step"), [("burst", 0.2), ("star", 0.25)])
def test_l8_a_burst_fades_a_little_every_night_and_never_falls(
    person: str, largest_step: float, laws: Settings
) -> None:
    nights = built(
        laws,
        "select score from scores.score_person__influence_v1 where person_id = $1 order by as_of_date",
        person,
    )
    scores = [value for (value,) in nights]
    steps_down = [before - after for before, after in pairwise(scores)]
    assert len(steps_down) == 200
    assert all(0 < step < largest_step for step in steps_down)
    # No night stands out among its neighbours.
    assert all(abs(one - next_one) < 0.005 for one, next_one in pairwise(steps_down))


def test_l10_too_little_evidence_gives_no_score(laws: Settings) -> None:
    rows = "select status, reason, score, score_low, percentile from marts.person_scores where person_id = $1"
    for person in ("too_few_people", "too_few_actions"):
        assert built(laws, rows, person) == [("insufficient_evidence", "too_little_evidence", None, None, None)]
        parts = "select count(*) from marts.score_contributions where person_id = $1"
        assert built(laws, parts, person) == [(0,)]


def test_l10_just_enough_evidence_is_enough(laws: Settings) -> None:
    enough = (
        "select person_id from scores.score_person__influence_v1 where is_sufficient and as_of_date = $1 order by all"
    )
    assert built(laws, enough, LAST)[1] == ("enough",)


@pytest.mark.parametrize("person", ["selfish", "scorned"])
def test_l11_neither_oneself_nor_scorn_raises_a_score(person: str, candidates: dict[str, float]) -> None:
    assert candidates[person] == candidates["enough"]


# The hold rule ---------------------------------------------------------------------------------------------------


def test_a_jump_from_17_to_65_is_held_at_the_last_good_score_night_after_night(stepped: Stepped) -> None:
    eve = "select accepted_score from scores.score_person__accepted where person_id = 'p0' and as_of_date = $1"
    ((good,),) = built(stepped.settings, eve, NIGHTS[0] - timedelta(days=1))
    assert 15 < good < 20
    rows = "select as_of_date, status, score from person_scores where person_id = 'p0' order by all"
    assert published(stepped.settings, rows) == [(night, "held", good) for night in NIGHTS]
    jumps = published(
        stepped.settings,
        "select candidate_score, last_good_score, decision from score_jumps where person_id = 'p0' order by as_of_date",
    )
    assert [(last, decision) for _, last, decision in jumps] == [(good, "pending")] * 3
    assert all(60 < candidate < 70 for candidate, *_ in jumps)


def test_the_cause_of_a_hold_stays_the_same_while_it_is_held(stepped: Stepped) -> None:
    reasons = "select distinct reason from person_scores where person_id = 'p0' and status = 'held'"
    assert published(stepped.settings, reasons) == [("viral_post",)]


def test_a_candidate_is_in_score_jumps_alone(stepped: Stepped) -> None:
    settings = stepped.settings
    candidates = published(settings, "select candidate_score from score_jumps where person_id = 'p0'")
    digits = {f"{candidate:.6f}"[:5] for (candidate,) in candidates}
    for (table,) in published(settings, "select table_name from duckdb_tables() where table_name <> 'score_jumps'"):
        text = published(
            settings, f"select string_agg({table}::varchar) from {table} where {table}::varchar like '%p0%'"
        )
        assert not any(candidate in str(text) for candidate in digits), table
    high = "select max(score), max(score_high) from person_scores where person_id = 'p0'"
    assert all(value < 30 for value in published(settings, high)[0])


def test_a_hold_clears_when_the_candidate_has_been_back_for_two_nights(stepped: Stepped) -> None:
    rows = "select status from person_scores where person_id = 'p1' order by as_of_date"
    assert published(stepped.settings, rows) == [("held",), ("held",), ("published",)]
    jumps = "select as_of_date, episode_date, decision from score_jumps where person_id = 'p1' order by all"
    decisions = ["pending", "pending", "cleared"]
    assert published(stepped.settings, jumps) == [
        (night, NIGHTS[0], decision) for night, decision in zip(NIGHTS, decisions, strict=True)
    ]


def test_nobody_else_is_held(stepped: Stepped) -> None:
    others = published(
        stepped.settings, "select distinct person_id from person_scores where status = 'published' order by all"
    )
    assert [person for (person,) in others] == PEOPLE[1:]
    held = published(
        stepped.settings, "select distinct person_id from person_scores where status = 'held' order by all"
    )
    assert held == [("p0",), ("p1",)]


def test_a_day_without_an_event_is_no_gap(stepped: Stepped) -> None:
    complete = "select bool_and(is_complete) from network_coverage where is_counted"
    assert published(stepped.settings, complete) == [(True,)]
