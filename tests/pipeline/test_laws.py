"""The laws of the score, each tried on the last night of a community, before any gate."""

import math
from datetime import timedelta
from pathlib import Path

import pytest
from town import HISTORY, PEOPLE, TONIGHT, Candidates, built, candidates, rows_of, town
from village import LAST, Row

from evenscore.base.bundled import scale
from evenscore.base.settings import Settings

SCALE = scale(3)


ONE_STEP = SCALE["points_per_log"] * math.log(1 / (1 - SCALE["top_object_share"]))
"""Points that one post, or one engager, may bring to a score: a step of the ladder at every half-life."""


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Candidates:
    return candidates(town(tmp_path_factory.mktemp("usual") / "town"))


@pytest.fixture(scope="module")
def abused(tmp_path_factory: pytest.TempPathFactory) -> Candidates:
    """One person a law: viral, bought, in a ring, liked by one all day, self-loving, scorned, followed, encouraged."""
    village = town(tmp_path_factory.mktemp("abused") / "town")
    village.like("m10", [f"viewer{number}" for number in range(3000)], LAST, object_id="the-post")
    village.like("m11", PEOPLE[20:50], LAST, object_id="the-friends-post")
    for day in HISTORY[-3:]:
        village.like("m12", [f"bought{number}" for number in range(100)], day)
        village.like("m13", [f"ring{number}" for number in range(1000)], day)
    village.like("m14", ["m05"] * 100, LAST)
    village.like("m15", ["m05"] * 10, LAST)
    village.like("m16", ["m16"] * 500, LAST)
    village.like("m17", PEOPLE[20:50], LAST, verb="dislike")
    village.like("m17", PEOPLE[20:50], LAST, verb="rating", value=-5)
    village.like("m18", [f"follower{number}" for number in range(1000)], LAST, verb="follow")
    for number in range(19, 40):
        village.like(f"m{number}", [PEOPLE[number % 10], f"newcomer{number}", None], LAST, object_id=f"of-{number % 3}")
    return candidates(village)


def gained(person: str, after: Candidates, before: Candidates) -> float:
    return after.score[person] - before.score[person]


def test_the_community_is_worth_testing_on(usual: Candidates) -> None:
    assert sum(usual.is_sufficient.values()) >= 45
    assert max(usual.score.values()) > 20
    assert 25 < sorted(usual.score.values())[25] < 60


def test_one_post_brings_little_however_viral(usual: Candidates, abused: Candidates) -> None:
    """A step at most, and a little more where engagers had climbed lower than posts: a post brings engagers, too."""
    for person in ("m10", "m11"):
        assert 0 < gained(person, abused, usual) <= 1.1 * ONE_STEP < 4


def test_fakes_and_rings_gain_next_to_nothing(usual: Candidates, abused: Candidates) -> None:
    assert 0 <= gained("m12", abused, usual) <= 1
    assert 0 <= gained("m13", abused, usual) <= 3


def test_trust_starts_in_no_ring_that_is_younger_than_the_community(tmp_path: Path) -> None:
    """Eighty members endorse one another for four months, more than there are people, and m10 acts for ten of them."""
    village = town(tmp_path / "town")
    village.scoring = "lookback_nights = 28"  # no seed is configured
    for number in range(181, 361):
        for step in range(1, 6):  # what was before: from a year on only those count whom the founders' trust reaches
            village.like(PEOPLE[(number + step) % 25], [PEOPLE[number * step % 50]], LAST - timedelta(days=number))
    ring = [f"ring{number}" for number in range(80)]
    for member in ring:
        village.grant(member)
    for number, day in enumerate(HISTORY[-130::2]):
        for place, member in enumerate(ring):
            village.like(member, [ring[(place + number * 4 + step) % 80] for step in range(1, 5)], day)
        village.like("m10", ring[number::20], day)
        for member in ring[:10]:
            village.like(member, ["m10"], day)
    settings = built(village, only=("+trust_night_seeds",))
    seeds = f"select person_id from conformed.trust_night_seeds where as_of_date = '{LAST}' and scoring_version = 3"
    found = {person for (person,) in rows_of(settings, seeds)}
    assert len(found) >= 5
    assert found <= set(PEOPLE)


def test_a_hundred_actions_by_one_count_little_more_than_ten(usual: Candidates, abused: Candidates) -> None:
    hundred, ten = gained("m14", abused, usual), gained("m15", abused, usual)
    assert 0 < ten < 3
    assert hundred < ten + ONE_STEP


@pytest.mark.parametrize("person", ["m16", "m17", "m18"])
def test_selfs_scorn_and_followers_change_nothing(person: str, usual: Candidates, abused: Candidates) -> None:
    assert abused.score[person] == usual.score[person]


def test_more_engagement_lowers_nobody(usual: Candidates, abused: Candidates) -> None:
    assert all(gained(f"m{number}", abused, usual) > 0 for number in range(19, 40))


def test_what_happens_to_others_moves_nobody(usual: Candidates, abused: Candidates) -> None:
    untouched = [*PEOPLE[:10], *PEOPLE[40:]]
    assert {person: abused.score[person] for person in untouched} == {
        person: usual.score[person] for person in untouched
    }


def test_people_who_come_move_nobody(usual: Candidates, tmp_path: Path) -> None:
    village = town(tmp_path / "town")
    for number in range(30):
        village.grant(f"new{number}", recorded_at=f"{LAST - timedelta(days=1)}T00:00:00Z")
        for day in HISTORY[-60:]:
            village.like(f"new{number}", [f"new{(number + 1 + day.day) % 30}"], day)
    grown = candidates(village)
    assert max(abs(gained(person, grown, usual)) for person in PEOPLE) == 0


def test_a_person_who_leaves_moves_others_within_their_bands(usual: Candidates, tmp_path: Path) -> None:
    village = town(tmp_path / "town").grant("m30", action="withdraw", recorded_at=f"{LAST}T00:00:00Z")
    left = candidates(village)
    assert "m30" not in left.score
    assert all(usual.low[person] < left.score[person] < usual.high[person] for person in left.score)
    # What m30 did for others counts as a stranger's now, and in a town of fifty that is little.
    assert max(abs(gained(person, left, usual)) for person in left.score) < 1


@pytest.mark.usefixtures("four_threads")
def test_neither_row_order_nor_threads_change_a_bit(usual: Candidates, tmp_path: Path) -> None:
    village = town(tmp_path / "town")
    village.events.reverse()
    assert candidates(village) == usual


EVE = f"as_of_date = '{LAST - timedelta(days=1)}' and evidence_through_date = as_of_date"
NETWORK_OF = ("forum", "pixels", "attic", *["tube"] * 5)
"""Where one of eight events happens after another: what brings less than twenty rows a day is never called partial."""


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The town on four networks: on its last night one is whole, one down, one partial, and one has ended."""
    village = town(tmp_path_factory.mktemp("cut_off") / "town")
    village.networks = tuple(dict.fromkeys(NETWORK_OF))
    village.last_days = {"attic": LAST - timedelta(days=1)}
    for person in PEOPLE:
        for network in village.networks[1:]:
            village.grant(person, network=network)
    for number, event in enumerate(village.events):
        event["network"] = NETWORK_OF[number % 8]
    partial = [event for event in village.events if is_of_tonight(event, "tube")]
    gone = [*partial[3:], *(event for event in village.events if is_of_tonight(event, "pixels", "attic"))]
    village.events = [event for event in village.events if event not in gone]
    return built(village, missing=[f"{network}/activity/{LAST}.csv" for network in ("pixels", "attic")])


def is_of_tonight(event: Row, *networks: str) -> bool:
    return event["network"] in networks and event["occurred_at"].startswith(str(LAST))


@pytest.mark.parametrize(("network", "is_same"), [("pixels", True), ("tube", True), ("forum", False), ("attic", False)])
def test_a_network_that_is_down_or_partial_keeps_its_part(network: str, is_same: bool, cut_off: Settings) -> None:
    columns = "* exclude (as_of_date, evidence_through_date)"
    part = f"select {columns} from features.feat_person__bounded where network = '{network}' and {{}}"
    before, after = (sorted(rows_of(cut_off, part.format(night))) for night in (EVE, TONIGHT))
    assert before and (before == after) is is_same


def test_whose_network_is_down_or_partial_is_shown_as_published_with_a_delivery_missing(cut_off: Settings) -> None:
    status = (
        "select status, reason, count(*) from marts.person_scores where status <> 'insufficient_evidence' group by all"
    )
    assert {row[:2] for row in rows_of(cut_off, status)} == {("published", "missing_delivery")}
    whole = "select network, is_complete from conformed.network_nights where as_of_date = $1 order by all"
    found = rows_of(cut_off, whole.replace("$1", f"'{LAST}'"))
    assert found == [("attic", True), ("forum", True), ("pixels", False), ("tube", False)]


def test_what_a_network_brought_that_has_ended_fades(cut_off: Settings) -> None:
    part = "select sum(crowd_long) from features.feat_person__bounded where network = 'attic' and {}"
    ((before,),), ((after,),) = (rows_of(cut_off, part.format(night)) for night in (EVE, TONIGHT))
    assert 0.9 * before < after < before
