"""What is published beside a score explains it: parts, changes, seeds, influences, personas."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from town import HISTORY, PEOPLE, SEEDS, town
from village import LAST, published, run_unread

from evenscore.base.settings import Settings
from evenscore.cli import main

EVE = LAST - timedelta(days=1)


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two nights of the town; m20 has two personas, and m22 has new work."""
    folder = tmp_path_factory.mktemp("explained")
    village = town(folder / "town")
    village.grant("m20", "m20_at_home", persona="personal")
    for day in (*HISTORY[::9], EVE, LAST):
        village.like("m20_at_home", PEOPLE[:9], day, object_id=f"at-home-on-{day}")
    for day in (EVE, LAST):
        village.like("m22", PEOPLE[:5], day, object_id=f"new-work-of-{day}")
        village.like(None, ["m22"], day, object_id=f"new-work-of-{day}", verb="post")  # nobody receives it
    settings = village.write().settings(folder / "home")
    for night in (EVE, LAST):
        run_unread(settings, night)
    return settings


def test_contributions_sum_to_every_score(two_nights: Settings) -> None:
    off = published(
        two_nights,
        "select person_id from person_scores left join score_contributions using (person_id, persona, as_of_date) "
        "where score is not null group by person_id, persona, as_of_date, score having abs(score - sum(points)) > 1e-6",
    )
    assert off == []


def test_changes_sum_to_every_change(two_nights: Settings) -> None:
    changes = published(
        two_nights,
        "select delta_1d - coalesce(sum(points), 0), delta_1d from person_scores "
        "left join score_changes using (person_id, persona, as_of_date) "
        f"where as_of_date = '{LAST}' and delta_1d is not null group by person_id, persona, delta_1d",
    )
    assert len(changes) >= 45
    assert all(abs(gap) <= 1e-6 for gap, _ in changes)
    assert any(change > 0 for _, change in changes)
    assert any(change < 0 for _, change in changes)


def test_new_engagement_with_new_work_is_ones_own_doing(two_nights: Settings) -> None:
    causes = dict(
        published(two_nights, "select cause, points from score_changes where person_id = 'm22' order by abs(points)")
    )
    assert causes["own_activity"] > 0 > causes["decay"]
    others = published(two_nights, "select distinct person_id from score_changes where cause = 'own_activity'")
    assert others == [("m22",)]


def test_fading_only_lowers(two_nights: Settings) -> None:
    assert published(two_nights, "select max(points) < 0 from score_changes where cause = 'decay'") == [(True,)]


def test_the_configured_seeds_are_public(two_nights: Settings) -> None:
    seeds = published(two_nights, f"select person_id, why from trust_seeds where as_of_date = '{LAST}' order by 1")
    assert seeds == [(seed, "configured") for seed in SEEDS]


def test_influences_are_between_people_who_asked(two_nights: Settings) -> None:
    pairs = published(two_nights, f"select person_id, other_person_id from influences where as_of_date = '{LAST}'")
    assert len(pairs) > 50
    assert {person for pair in pairs for person in pair} <= set(PEOPLE)
    assert all(person != other for person, other in pairs)


def test_who_influences_is_influenced_back_in_the_others_row(two_nights: Settings) -> None:
    one_sided = published(
        two_nights,
        "select count(*) from influences as one left join influences as other "
        "on one.person_id = other.other_person_id and one.other_person_id = other.person_id "
        "and one.as_of_date = other.as_of_date and other.direction = case one.direction "
        "when 'influences' then 'influenced_by' when 'influenced_by' then 'influences' else 'mutual' end "
        "where other.person_id is null and one.person_id <> 'm20' and one.other_person_id <> 'm20'",
    )
    assert one_sided == [(0,)]


def test_work_and_private_life_are_scored_apart(two_nights: Settings) -> None:
    scores = dict(
        published(
            two_nights, f"select persona, score from person_scores where person_id = 'm20' and as_of_date = '{LAST}'"
        )
    )
    assert set(scores) == {"work", "personal"}
    assert scores["work"] != scores["personal"]
    parts = "select distinct persona from score_contributions where person_id = 'm20' order by 1"
    assert published(two_nights, parts) == [("personal",), ("work",)]


def test_network_quality_is_the_trust_of_the_engagers(two_nights: Settings) -> None:
    ((low, high),) = published(two_nights, "select min(network_quality), max(network_quality) from person_scores")
    assert 0 <= low < 0.5 < high <= 1


def test_explain_says_it_in_words(two_nights: Settings) -> None:
    arguments = ["explain", "m22", "--home", str(two_nights.home), "--config", str(two_nights.config)]
    said = CliRunner().invoke(main, arguments).output
    for words in ("nine times in ten", "engagement with new posts", "older engagement fades", "forum: counted"):
        assert words in said
