"""The gate night after night: decisions that take effect, one incident for a mass fault, and young accounts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from stepping import Stepped
from village import DAYS, LAST, PEOPLE, Village, built, copied, fans_of, published, run_spoilt, run_unread, score

from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.reviews.decisions import Action, append_decisions
from evenscore.reviews.queue import read_queue, release_incident
from evenscore.reviews.set_asides import restore, set_aside, set_aside_again

TOWN = [f"c{number}" for number in range(24)]
NEXT = LAST + timedelta(days=1)
DECIDED, CLEARED, RESTORED = (NEXT + timedelta(days=number) for number in (1, 2, 3))
STRUCK, LATER, AFTER = DAYS[-2], DAYS[-1], NEXT
SCORING = "version = 1\nlookback_nights = 28\n\n[checks]\nprovisional_nights = 14"


FAULT = """
    update features.feat_person__engagers set crowd_short = crowd_short * 3, crowd_long = crowd_long * 3
    where starts_with(person_id, 'c')
"""


def status(settings: Settings, person: str, *nights: date) -> list[tuple[object, ...]]:
    query = "select status, reason from person_scores where person_id = $1 and as_of_date in $2 order by as_of_date"
    return published(settings, query, person, list(nights))


# decisions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decided:
    """The stepped nights and three more: of four who are held, one is released before the first of them, and before the
    second one is rejected, one is released as far as 40, and one's newcomers are set aside."""

    settings: Settings
    before: list[tuple[object, ...]]
    """What stood before these nights."""
    left_out: list[list[tuple[object, ...]]]
    """What did not count on the last two."""


@pytest.fixture(scope="module")
def followed(stepped: Stepped) -> Stepped:
    """Ordinary days in the sources, behind the nights that were stepped."""
    more = [NEXT + timedelta(days=number) for number in range(4)]
    # Rows of its own: other tests go by those of the stepped nights.
    village = replace(stepped.village, events=list(stepped.village.events), days=[*DAYS, *more])
    for rank, person in enumerate(PEOPLE):
        for day in more:
            village.like(person, fans_of(person, 5 + rank)[day.toordinal() % 3 :: 3], day)
    return replace(stepped, village=village.write())


@pytest.fixture(scope="module")
def decided(followed: Stepped, tmp_path_factory: pytest.TempPathFactory) -> Decided:
    folder = tmp_path_factory.mktemp("decided")
    village = replace(followed.village, folder=folder / "village", events=list(followed.village.events))
    for person, count in (("p2", 900), ("p3", 9000), ("p4", 9000)):
        village.like(person, fans_of(f"the post of {person}", count), NEXT, object_id=f"that-post-of-{person}")
    settings = village.write().settings(copied(followed.settings, folder / "home").home)
    places = settings.places
    before = published(settings, "from person_scores order by all")
    decide(settings, "p0", "release", "reject")
    run_unread(settings, NEXT)
    decide(settings, "p2", "reject", "release")
    seen = read_queue(places).find("p3", None).model_copy(update={"candidate_score": 40.0})
    (made,) = append_decisions(places, [seen], "release", "ann", "as far as that I believe it")
    set_aside(places, read_queue(places).find("p4", None), "newcomers", "ann", "a rival bought them")
    left_out = []
    for night in (DECIDED, CLEARED):
        run_unread(settings, night)
        left_out.append(built(settings, "from conformed.activity_set_aside"))
        assert read_queue(places).state(made) == "applied"
    return Decided(settings, before, left_out)


def decide(settings: Settings, person: str, first: Action, second: Action) -> None:
    held = read_queue(settings.places).find(person, None)
    append_decisions(settings.places, [held], first, "ann", "I read the thread")
    append_decisions(settings.places, [held], second, "ben", "second")


def test_a_release_is_published_on_the_next_night_and_rewrites_nothing(decided: Decided) -> None:
    assert status(decided.settings, "p0", NEXT) == [("published", None)]
    ((score, candidate),) = published(
        decided.settings,
        "select score, candidate_score from person_scores join score_jumps using (person_id, as_of_date) "
        "where person_id = 'p0' and as_of_date = $1",
        NEXT,
    )
    assert score == candidate > 60
    earlier = published(decided.settings, "from person_scores where as_of_date < $1 order by all", NEXT)
    assert earlier == decided.before


def test_the_first_decision_is_named_and_the_second_changes_nothing(decided: Decided) -> None:
    query = "select decision, decided_by, why from score_jumps where person_id = 'p0' and as_of_date = $1"
    assert published(decided.settings, query, NEXT) == [("released", "ann", "I read the thread")]


def test_the_change_of_a_release_is_put_down_to_the_review(decided: Decided) -> None:
    changes = published(
        decided.settings, "select cause, points from score_changes where person_id = 'p0' and as_of_date = $1", NEXT
    )
    assert [cause for cause, _ in changes] == ["review"]
    assert changes[0][1] > 40


def test_a_rejected_jump_stays_held_and_is_not_asked_about_again(decided: Decided) -> None:
    assert status(decided.settings, "p2", NEXT, DECIDED) == [("held", "viral_post")] * 2
    query = "select decision, decided_by, episode_date from score_jumps where person_id = 'p2' and as_of_date = $1"
    assert published(decided.settings, query, DECIDED) == [("rejected", "ann", NEXT)]
    assert [waiting.person_id for waiting in read_queue(decided.settings.places).waiting] == ["p3"]


def test_what_was_released_is_shown_though_the_candidate_has_gone_on_and_the_rest_is_asked_the_night_after(
    decided: Decided,
) -> None:
    query = """
        select scores.status, round(scores.score, 9), decision, episode_date, score between score_low and score_high,
            (select round(sum(points), 6) from score_contributions where (person_id, as_of_date) = ('p3', $1))
        from person_scores as scores inner join score_jumps using (person_id, persona, as_of_date)
        where person_id = 'p3' and as_of_date = $1
    """
    assert published(decided.settings, query, DECIDED) == [("published", 40, "released", NEXT, True, 40)]
    assert published(decided.settings, query, CLEARED) == [("held", 40, "pending", CLEARED, True, 40)]


# what is set aside ------------------------------------------------------------------------------------------------


def jumps_of(settings: Settings, *nights: date) -> list[tuple[object, ...]]:
    query = """
        select
            decision, episode_date,
            case
                when candidate_score - last_good_score > 40 then 'far'
                when abs(candidate_score - last_good_score) < 2 then 'back'
            end
        from score_jumps
        where person_id = 'p4' and as_of_date in $1 order by as_of_date
    """
    return published(settings, query, list(nights))


def test_newcomers_that_are_set_aside_are_counted_and_rewrite_nothing(decided: Decided) -> None:
    both = [("forum", "service account", 900), ("forum", "set aside by a reviewer", 9000)]
    assert decided.left_out == [both, both]
    earlier = published(decided.settings, "from person_scores where as_of_date < $1 order by all", NEXT)
    assert earlier == decided.before


def test_the_hold_ends_by_itself_on_the_second_night_that_the_candidate_is_back(decided: Decided) -> None:
    assert status(decided.settings, "p4", NEXT, DECIDED, CLEARED) == [
        ("held", "viral_post"),
        ("held", "viral_post"),
        ("published", None),
    ]
    assert jumps_of(decided.settings, NEXT, DECIDED, CLEARED) == [
        ("pending", NEXT, "far"),
        ("pending", NEXT, "back"),
        ("cleared", NEXT, "back"),
    ]


@pytest.mark.slow
def test_what_is_restored_counts_again_is_held_again_and_can_be_set_aside_again(
    decided: Decided, tmp_path: Path
) -> None:
    settings = copied(decided.settings, tmp_path / "home")
    before = published(settings, "from person_scores order by all")
    restore(settings.places, 1, "ann", "they are readers of her book")
    run_unread(settings, RESTORED)
    assert status(settings, "p4", RESTORED) == [("held", "late_events")]
    assert jumps_of(settings, RESTORED) == [("pending", RESTORED, "far")]
    assert built(settings, "from conformed.activity_set_aside") == [("forum", "service account", 900)]
    assert published(settings, "from person_scores where as_of_date < $1 order by all", RESTORED) == before
    held = read_queue(settings.places).find("p4", None)
    assert not held.new_engager_share, "they are no newcomers any more"
    set_aside_again(settings.places, held, 1, "ann", "the rival has said so")
    score(settings, RESTORED + timedelta(days=1), "+gate_person__verdict")
    ((far,),) = built(
        settings, "select candidate_score - accepted_score from gate.gate_person__verdict where person_id = 'p4'"
    )
    assert abs(far) < 2, "back again"


# a night that is left out ----------------------------------------------------------------------------------------


def test_a_night_that_was_left_out_accepts_nothing_that_a_night_would_ask_about(
    followed: Stepped, tmp_path: Path
) -> None:
    """By more than half of what the community spans, and less than the promise: once it came on a night nobody saw."""
    village = replace(followed.village, folder=tmp_path / "village", events=list(followed.village.events))
    village.like("p3", fans_of("the crowd", 120), NEXT, object_id="a post")
    settings = village.write().settings(copied(followed.settings, tmp_path / "home").home)
    ((before,),) = published(
        settings, "select score from person_scores where (person_id, as_of_date) = ('p3', $1)", LAST
    )
    run_unread(settings, CLEARED)
    query = """
        select status, score, rule, cause, episode_date, candidate_score - score between 10 and 19.9
        from person_scores inner join score_jumps using (person_id, persona, as_of_date)
        where person_id = 'p3' and as_of_date = $1
    """
    assert published(settings, query, CLEARED) == [("held", before, "large_move", "viral_post", CLEARED, True)]


# a mass fault ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Struck:
    """Two networks; the feed of one counts everybody's crowd three times on one night, and is mended on the next."""

    village: Village
    settings: Settings


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory) -> Struck:
    village = Village(tmp_path_factory.mktemp("struck") / "village", networks=("forum", "pixels"), scoring=SCORING)
    village.days = [*DAYS, AFTER]
    village.habits(TOWN, village.days)
    for person in [f"x{number}" for number in range(24)]:
        village.grant(person, network="pixels")
        fans = [f"fan{number}_of_{person}" for number in range(12)]
        for day in village.days:
            village.like(person, fans[day.toordinal() % 3 :: 3], day, network="pixels")
    # A rise of one person's own, on the same night and outside the fault.
    rise = {"network": "pixels", "object_id": "rise"}
    village.like("x0", [f"admirer{number}" for number in range(900)], STRUCK, **rise)
    settings = village.write().settings(village.folder.parent / "home")
    run_unread(settings, STRUCK - timedelta(days=1))
    run_spoilt(settings, STRUCK, FAULT)
    for night in (LATER, AFTER):
        run_unread(settings, night)
    return Struck(village, settings)


def test_a_mass_fault_is_one_incident_with_its_cohort(struck: Struck) -> None:
    query = "select as_of_date, kind, scope, affected_count, closed_at from incidents"
    assert published(struck.settings, query) == [(STRUCK, "mass_shift", "network:forum", len(TOWN), LATER)]


def test_the_cohort_keeps_its_last_accepted_scores_and_nobody_of_it_is_held(struck: Struck) -> None:
    rows = published(
        struck.settings,
        "select distinct status, reason, reason_detail, delta_1d from person_scores "
        "where starts_with(person_id, 'c') and as_of_date = $1",
        STRUCK,
    )
    assert rows == [("frozen", "incident", "mass_shift in network:forum", 0.0)]
    held = published(struck.settings, "select distinct person_id from score_jumps where as_of_date = $1", STRUCK)
    assert held == [("x0",)]


def test_the_recovery_is_quiet(struck: Struck) -> None:
    for night in (LATER, AFTER):
        rows = published(
            struck.settings,
            "select status, count(*), max(abs(delta_1d)) from person_scores where starts_with(person_id, 'c') "
            "and as_of_date = $1 group by status",
            night,
        )
        assert [(found, count) for found, count, _ in rows] == [("published", len(TOWN))]
        assert rows[0][2] < 2
    assert not published(struck.settings, "from score_jumps where starts_with(person_id, 'c')")


def test_the_night_of_an_incident_is_in_no_baseline(struck: Struck) -> None:
    firing = published(struck.settings, "select as_of_date, scope from cohort_moves where is_anomalous order by all")
    assert (STRUCK, "network:forum") in firing
    assert {night for night, _ in firing} == {STRUCK}


def test_an_incident_that_is_over_cannot_be_called_real(struck: Struck) -> None:
    with pytest.raises(UsageError, match="not an open mass shift"):
        release_incident(struck.settings.places, f"mass_shift:network:forum:{STRUCK}", "ann", "why not")


def test_contributions_and_changes_still_add_up_through_holds_and_incidents(struck: Struck) -> None:
    off = published(
        struck.settings,
        """
        with changes as (select person_id, as_of_date, sum(points) as points from score_changes group by all)
        select * from (
            select
                person_id, as_of_date, score - lag(score) over (partition by person_id order by as_of_date) as change,
                coalesce(points, 0) as points
            from person_scores left join changes using (person_id, as_of_date)
        ) where abs(change - points) > 1e-6
        """,
    )
    assert off == []


# young accounts --------------------------------------------------------------------------------------------------


def test_nothing_is_published_of_an_account_in_its_first_weeks(tmp_path: Path) -> None:
    village = Village(tmp_path / "village", scoring=SCORING.replace("14", "21")).habits(["ann"])
    young = [LAST - timedelta(days=number) for number in range(20)]
    village.habits(["bob"], young).write()
    settings = village.settings(tmp_path / "home")
    score(settings, LAST, "+person_scores")
    rows = "select person_id, status, reason from marts.person_scores order by all"
    assert built(settings, rows) == [("ann", "published", None), ("bob", "insufficient_evidence", "provisional")]
