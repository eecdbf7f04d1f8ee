"""The incidents that real score publishers went through: a check catches each, and readers see what they should."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from village import DAYS, FIRST, LAST, PEOPLE, Village, copied, digests, published, run_spoilt, run_unread

from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.errors import EvenscoreError, StoppedByCheck
from evenscore.base.settings import Settings
from evenscore.checks.judge import results_of
from evenscore.night import dbt_build, steps
from evenscore.scoring import trust
from evenscore.state.runs import Night

pytestmark = pytest.mark.slow

EVE = DAYS[-2]
NEIGHBOURS = [f"q{number}" for number in range(20)]
READERS = [f"reader{number}" for number in range(400)]


@dataclass(frozen=True)
class Told:
    """A village's home on the eve of its last night, and the last night as it went without an incident."""

    village: Village
    eve: Settings
    calm: Settings
    calm_night: Night


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Thirty people with fans, and a crowd that reads nobody's pages; on the first day a fifth of it was lost."""
    folder = tmp_path_factory.mktemp("history")
    village = Village(folder / "village").habits([*PEOPLE, *NEIGHBOURS])
    for day in DAYS:
        for number, reader in enumerate(READERS):
            if day != FIRST or number % 5:
                village.like(f"page{number % 20}", [reader], day)
    eve = village.write().settings(folder / "eve")
    run_unread(eve, EVE, "eve")
    calm = copied(eve, folder / "calm")
    return Told(village, eve, calm, run_unread(calm, LAST, "calm"))


def retold(told: Told, folder: Path, events: list[dict[str, Any]]) -> Settings:
    """The eve in a home of its own, with other events to come."""
    village = Village(folder / "village", events=events, ledger=told.village.ledger)
    return village.write().settings(copied(told.eve, folder / "home").home)


def last_day(told: Told) -> list[dict[str, Any]]:
    return [event for event in told.village.events if is_on(event, LAST)]


def is_on(event: dict[str, Any], day: date) -> bool:
    return str(event["occurred_at"]).startswith(str(day))


def failed(settings: Settings, night: Night) -> set[str]:
    """The expectations that were not met, by suite and column."""
    results = [result for result in results_of(settings.places, night.run_id) if not result.success]
    return {f"{result.suite} {result.expectation.split(':')[0]}" for result in results}


def landed(settings: Settings, day: date) -> set[str]:
    """What the checks of the landing zone do not like."""
    night = Night.of(day, "landed")
    for source in settings.sources:
        steps.extract(settings, night, source.name)
    steps.check_landing(settings, night)
    return failed(settings, night)


def furthest(told: Told, settings: Settings) -> float:
    """Points between what somebody's readers see and what they would have seen without the incident, at most."""
    scores = "select person_id, score from person_scores where as_of_date = $1 order by 1"
    pairs = zip(published(settings, scores, LAST), published(told.calm, scores, LAST), strict=True)
    return max(abs(seen - calm) for (_, seen), (_, calm) in pairs)


def test_everybody_at_one_is_stopped_and_readers_keep_the_last_good_scores(told: Told, tmp_path: Path) -> None:
    """Loading began before scoring had finished."""
    settings = copied(told.calm, tmp_path / "home")
    settings.places.current.unlink()
    eve = told.eve.places.current.resolve().name
    settings.places.current.symlink_to(settings.places.published_run(eve).relative_to(settings.places.published))
    before = digests(settings.places.published)
    with duckdb.connect(settings.places.warehouse) as con:
        con.execute("update marts.person_scores set score = 1, score_low = 1, score_high = 1")
    with pytest.raises(StoppedByCheck, match=r"scores\.history: mode_count: share to be usual"):
        steps.check(settings, told.calm_night)
    assert failed(settings, told.calm_night) >= {"scores.history mode_count", "scores.completeness altered_count"}
    with pytest.raises(StoppedByCheck, match="mode_count"):
        steps.publish(settings, told.calm_night)
    assert digests(settings.places.published) == before
    assert published(settings, "select max(as_of_date), min(score) > 1 from person_scores") == [(EVE, True)]


def test_an_outage_that_lost_a_fifth_of_a_source_is_seen_on_its_day(told: Told, tmp_path: Path) -> None:
    lost = [event for number, event in enumerate(last_day(told)) if number % 5 == 0]
    events = [event for event in told.village.events if event not in lost]
    assert landed(retold(told, tmp_path, events), LAST) == {"landing.volumes row_count"}


def test_nothing_happens_when_the_day_of_an_outage_leaves_the_look_back(told: Told) -> None:
    with duckdb.connect(told.calm.places.warehouse, read_only=True) as con:
        ((oldest,),) = con.execute("select min(as_of_date) from raw.look_back").fetchall()
    assert oldest == DAYS[1]
    assert failed(told.calm, told.calm_night) == set()
    moves = published(told.calm, "select max(abs(delta_1d)), count(*) from person_scores where as_of_date = $1", LAST)
    assert moves[0][0] < 1 and moves[0][1] == 30


def test_the_same_file_again_changes_nothing(told: Told, tmp_path: Path) -> None:
    settings = retold(told, tmp_path, told.village.events)
    before = {day: digests(settings.places.landed("forum", "activity", day)) for day in DAYS[:-1]}
    assert landed(settings, LAST) == set()
    assert {day: digests(settings.places.landed("forum", "activity", day)) for day in DAYS[:-1]} == before


def test_a_day_loaded_twice_under_new_ids_is_seen_and_moves_nobody_far(told: Told, tmp_path: Path) -> None:
    again = [event | {"event_id": f"again-{event['event_id']}"} for event in last_day(told)]
    settings = retold(told, tmp_path, told.village.events + again)
    night = run_unread(settings, LAST, "twice")
    assert failed(settings, night) == {"landing.volumes row_count", "landing.repeats repeated_count"}
    assert furthest(told, settings) < 3


def test_yesterday_loaded_once_more_tonight_is_seen_too(told: Told, tmp_path: Path) -> None:
    late = [event | {"event_id": f"again-{event['event_id']}"} for event in told.village.events if is_on(event, EVE)]
    assert landed(retold(told, tmp_path, told.village.events + late), LAST) == {"landing.repeats repeated_count"}


def test_ids_that_were_dealt_out_anew_are_seen_and_move_nobody_far(told: Told, tmp_path: Path) -> None:
    """The same ids stand for others: no id is new, and hardly a pair is old."""
    actors = sorted({event["actor_id"] for event in last_day(told)})
    dealt = dict(zip(actors, actors[-50:] + actors[:-50], strict=True))
    events = [
        event | {"actor_id": dealt[event["actor_id"]]} if is_on(event, LAST) else event for event in told.village.events
    ]
    settings = retold(told, tmp_path, events)
    night = run_unread(settings, LAST, "dealt")
    assert failed(settings, night) == {"landing.new_ids new_pair_count"}
    assert furthest(told, settings) < 5


def test_ids_that_are_written_in_another_way_are_seen(told: Told, tmp_path: Path) -> None:
    events = [
        event | {side: f"id:{event[side]}" for side in ("actor_id", "target_id")} if is_on(event, LAST) else event
        for event in told.village.events
    ]
    names = ("new_actor_count", "new_target_count", "new_pair_count")
    assert landed(retold(told, tmp_path, events), LAST) == {f"landing.new_ids {name}" for name in names}


def test_a_graph_that_does_not_converge_scores_nobody(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = copied(told.eve, tmp_path / "home")
    before = digests(settings.places.published)
    monkeypatch.setattr(trust, "MOST_SWEEPS", 0)
    with pytest.raises(EvenscoreError, match="trust graph: not converged"):
        run_unread(settings, LAST, "unfinished")
    assert digests(settings.places.published) == before


def lost(person: str, kept_share: float) -> str:
    """A fault that leaves only a share of what a person was engaged with."""
    parts = ", ".join(f"{part} = {part} * {kept_share}" for part in ("crowd_short", "crowd_long"))
    return f"update features.feat_person__engagers set {parts} where person_id = '{person}'"


@pytest.fixture(scope="module")
def robbed(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The last night, on which the feed has lost much of what two people were engaged with."""
    settings = copied(told.eve, tmp_path_factory.mktemp("robbed") / "home")
    run_spoilt(settings, LAST, f"{lost('p4', 0.4)}; {lost('p9', 0.05)}")
    return settings


def test_a_feed_that_loses_a_persons_past_is_caught_for_that_person_alone(robbed: Settings) -> None:
    """A bug that lowers one person in a hundred thousand moves no average; their evidence is gone all the same."""
    jumps = published(robbed, "select person_id, rule, cause from score_jumps where as_of_date = $1 order by 1", LAST)
    assert jumps == [(person, "inconsistent_evidence", "source_fault") for person in ("p4", "p9")]
    rows = "select status, delta_1d from person_scores where person_id = 'p4' and as_of_date = $1"
    assert published(robbed, rows, LAST) == [("held", 0.0)]


def test_a_silent_opt_out_that_took_most_of_a_score_is_held_and_says_so(robbed: Settings) -> None:
    """Upstream, somebody's audience was taken out of the feed without a word to them."""
    row = "select status, reason, delta_1d from person_scores where person_id = 'p9' and as_of_date = $1"
    assert published(robbed, row, LAST) == [("held", "source_fault", 0.0)]
    query = "select last_good_score - candidate_score > 10 from score_jumps where person_id = 'p9'"
    assert published(robbed, query) == [(True,)]


def test_an_unannounced_change_of_the_method_is_one_incident_and_moves_nobody(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody goes down by a few points, and the histogram keeps its shape: only pairs of nights can tell."""
    project = tmp_path / "dbt_project"
    shutil.copytree(DBT_PROJECT, project)
    scale = project / "seeds" / "scale_v1.csv"
    scale.write_text(scale.read_text().replace("points_per_log,7.2", "points_per_log,6.2"))
    settings = copied(told.eve, tmp_path / "home")
    monkeypatch.setattr(dbt_build, "DBT_PROJECT", project)
    run_unread(settings, LAST, "changed")
    incidents = published(settings, "select as_of_date, kind, scope from incidents")
    assert incidents == [(LAST, "mass_shift", "all")]
    columns = "status, reason, reason_detail, delta_1d"
    seen = f"select distinct {columns} from person_scores where as_of_date = $1 and score is not null"
    assert published(settings, seen, LAST) == [("frozen", "incident", "mass_shift in all", 0.0)]
