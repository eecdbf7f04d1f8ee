"""Nights that nobody was shown are reconstructed once, and taken up again while nothing has changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from village import DAYS, FIRST, LAST, Village, built, copied, published, run_unread, score

from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.erasure.hide import hide
from evenscore.state import reconstructed

pytestmark = pytest.mark.slow

EVE = DAYS[-2]
PEOPLE = [f"p{number}" for number in range(10)]
SEEDS = 'version = 3\nlookback_nights = 28\nseeds = ["forum:p0", "forum:p1"]'
KNOWN = "select count(*), count(distinct person_id) from conformed.known_scores"
SHOWN = "select columns(lambda name: name <> 'published_at') from {} order by all"
MARTS = ("person_scores", "score_contributions", "score_changes", "score_jumps", "trust_seeds", "cohort_moves")


@dataclass(frozen=True)
class Told:
    """A village in which people act for each other, as it stands once the eve of its last night was published."""

    village: Village
    eve: Settings


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("reconstructed")
    village = Village(folder / "village", scoring=SEEDS).habits(PEOPLE)
    for day in DAYS:
        for number, person in enumerate(PEOPLE):
            village.like(person, PEOPLE[number + 1 : number + 1 + day.day % 4], day, object_id=f"talk-{day}")
    eve = village.write().settings(folder / "eve")
    run_unread(eve, EVE, "eve")
    return Told(village, eve)


def known(settings: Settings) -> tuple[int, int]:
    """How many scores of earlier nights the last night takes as they were reconstructed, and of how many people."""
    # A third of a night, and all that is looked at.
    score(settings, LAST, "+known_scores", "+scored_nights", "+trust_kept_seeds")
    return built(settings, KNOWN)[0]


def retold(told: Told, folder: Path, change: Callable[[Village], object]) -> Settings:
    """The eve in a home of its own, and the village with something else to come."""
    village = Village(
        folder / "village", events=list(told.village.events), ledger=list(told.village.ledger), scoring=SEEDS
    )
    change(village)
    return village.write().settings(copied(told.eve, folder / "home").home)


def test_a_night_that_takes_them_up_publishes_what_a_night_that_scores_them_anew_does(
    told: Told, tmp_path: Path
) -> None:
    taken_up, anew = copied(told.eve, tmp_path / "taken_up"), copied(told.eve, tmp_path / "anew")
    reconstructed.discard(anew.places)
    for settings in (taken_up, anew):
        run_unread(settings, LAST, "last")
    assert built(anew, KNOWN) == [(0, 0)]
    assert built(taken_up, KNOWN)[0][1] == len(PEOPLE)
    scored = "select as_of_date from conformed.scored_nights group by all order by all"
    assert built(taken_up, scored) == [(LAST,)]
    solved = "select distinct as_of_date from conformed.trust_weights"
    assert built(taken_up, solved) == [(LAST,)] and len(built(anew, solved)) > 10
    for mart in MARTS:
        assert published(taken_up, SHOWN.format(mart)) == published(anew, SHOWN.format(mart))
    candidates = "select * from scores.score_person__candidates order by all"
    assert built(taken_up, candidates) == built(anew, candidates)


def late(person: str, day: date, actor: str = "somebody") -> Callable[[Village], object]:
    return lambda village: village.like(person, [actor], day, object_id="late")


def test_a_late_event_has_its_own_nights_scored_again_and_nobody_elses(told: Told, tmp_path: Path) -> None:
    nights = "select person_id, as_of_date from conformed.known_scores order by all"
    usual = copied(told.eve, tmp_path / "usual")
    settings = retold(told, tmp_path, late("p3", DAYS[-3]))
    assert known(usual)[1] == known(settings)[1] == len(PEOPLE)
    changed = [row for row in built(usual, nights) if row[0] == "p3" and row[1] >= DAYS[-3]]
    assert changed and set(built(settings, nights)) == set(built(usual, nights)) - set(changed)
    again = "select person_id, as_of_date from conformed.scored_nights where as_of_date < $1 order by all"
    assert built(settings, again, LAST) == changed


CHANGES: dict[str, Callable[[Village], object]] = {
    "a late act of a member for a member, which trust rests on": late("p3", FIRST, actor="p7"),
    "a member who has left": lambda village: village.grant("p9", action="withdraw", recorded_at="2026-03-10T06:00:00Z"),
    "a member who has joined": lambda village: village.grant("newcomer"),
    "another seed of trust": lambda village: setattr(village, "scoring", SEEDS.replace("p1", "p2")),
    "another scoring version": lambda village: setattr(village, "scoring", SEEDS.replace("version = 3", "version = 2")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_everybodys_score_rests_on_has_everybodys_nights_scored_again(
    told: Told, tmp_path: Path, change: str
) -> None:
    settings = retold(told, tmp_path, CHANGES[change])
    assert known(settings) == (0, 0)
    others = [("scoring.seeds", "2 named", "2 named, but others")] if change == "another seed of trust" else []
    assert built(settings, "from raw.changed_settings") == others
    # Of three seeds on either night one is kept, by what readers were shown: the eve has others by tonight's setting.
    kept = "from conformed.trust_kept_seeds semi join raw.run using (scoring_version) where earlier_date = $1"
    assert built(settings, f"select kept_seed_share {kept}", EVE) == [(1 / 3 if others else 1,)]


def test_another_method_takes_nothing_up(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconstructed, "ENGINES", reconstructed.ENGINES[1:])
    assert known(copied(told.eve, tmp_path / "home")) == (0, 0)


def cut(places: HomePaths) -> None:
    path = places.reconstructed_by(EVE)
    path.write_bytes(path.read_bytes()[:-100])


def other_columns(places: HomePaths) -> None:
    path = places.reconstructed_by(EVE)
    with duckdb.connect() as con:
        con.execute(f"copy (select 'p0' as person_id) to '{path}' (format parquet)")


@pytest.mark.parametrize("damage", [cut, other_columns, lambda places: places.grounds_key.unlink()])
def test_what_cannot_be_read_is_removed_and_scored_again(
    told: Told, tmp_path: Path, damage: Callable[[HomePaths], None]
) -> None:
    settings = copied(told.eve, tmp_path / "home")
    damage(settings.places)
    with duckdb.connect() as con:
        assert con.execute(reconstructed.rows_kept(settings.places, con)).fetchall() == []
    assert not settings.places.reconstructed.exists()


def test_a_night_that_a_test_stops_is_built_again_without_them(told: Told, tmp_path: Path) -> None:
    settings = copied(told.eve, tmp_path / "home")
    path = settings.places.reconstructed_by(EVE)
    with duckdb.connect() as con:
        con.execute(f"create table spoilt as select * replace (-1.0::double as score) from read_parquet('{path}')")
        con.execute(f"copy spoilt to '{path}' (format parquet)")
    run_unread(settings, LAST, "last")
    assert built(settings, KNOWN) == [(0, 0)]
    assert published(settings, "select min(score) >= 1 from person_scores") == [(True,)]


def test_of_who_leaves_nothing_is_kept(told: Told, tmp_path: Path) -> None:
    settings = copied(told.eve, tmp_path / "home")
    hide(settings)
    assert settings.places.all_reconstructed != []
    village = Village(tmp_path / "village", events=told.village.events, ledger=list(told.village.ledger), scoring=SEEDS)
    left = village.grant("p4", action="withdraw", recorded_at="2026-03-10T06:00:00Z").write().settings(settings.home)
    hide(left)
    assert not left.places.reconstructed.exists()
