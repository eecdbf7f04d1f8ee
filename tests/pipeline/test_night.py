"""A night is the same however it is reached: again, by steps, in one go, in another order, on other threads."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from stepping import EPOCH, NIGHTS, Stepped
from village import LAST, Village, built, copied, digests, outcome, published, run_unread, score

from evenscore.base.settings import Settings
from evenscore.night import steps

STABLE_TABLES = ("person_scores", "score_contributions", "score_jumps", "network_coverage")
ACCEPTED = """
    select person_id, persona, candidate_score, is_held, accepted_score, accepted_low, accepted_high, basis_date
    from scores.score_person__accepted where as_of_date = $1 order by all
"""


def stable_bytes(settings: Settings) -> dict[str, bytes]:
    """The Parquet files of the tables that say nothing about the run itself, but for its label."""
    folders = [settings.places.published / "parquet" / f"{name}.parquet" for name in STABLE_TABLES]
    return {str(Path(folder.name, path.name)): path.read_bytes() for folder in folders for path in folder.iterdir()}


def test_the_same_night_again_leaves_every_published_byte_as_it_is(spoilt: Settings) -> None:
    before = digests(spoilt.places.published)
    night = steps.run_night(spoilt, LAST)
    assert outcome(spoilt, night) == "unchanged"
    assert digests(spoilt.places.published) == before


@pytest.mark.slow
@pytest.mark.usefixtures("four_threads")
def test_neither_the_order_of_rows_nor_the_number_of_threads_changes_a_byte(
    stepped: Stepped, landed_at_once: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = stepped.village
    shuffled = Village(tmp_path / "village", events=village.events, accounts=village.accounts, ledger=village.ledger)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    settings = shuffled.write(shuffle_seed=7).settings(tmp_path / "home")
    run_unread(settings, LAST, "once")
    assert stable_bytes(settings) == stable_bytes(landed_at_once)


def test_stepping_through_nights_accepts_what_the_last_night_alone_accepts(
    stepped: Stepped, landed_at_once: Settings
) -> None:
    by_steps = built(stepped.settings, ACCEPTED, LAST)
    assert by_steps == built(landed_at_once, ACCEPTED, LAST)
    held = {person for person, _, _, is_held, *_ in by_steps if is_held}
    assert held == {"p0"}


@pytest.mark.slow
def test_a_rebuild_without_a_warehouse_leaves_what_was_published_unchanged(spoilt: Settings) -> None:
    before = digests(spoilt.places.published)
    spoilt.places.warehouse.unlink()
    assert outcome(spoilt, steps.rebuild_night(spoilt, NIGHTS[-2])) == "unchanged"
    assert digests(spoilt.places.published) == before


@pytest.mark.slow
def test_a_rebuild_from_the_landing_zone_alone_publishes_what_stepping_did(stepped: Stepped, tmp_path: Path) -> None:
    rebuilt = copied(stepped.settings, tmp_path / "home")
    rebuilt.places.warehouse.unlink()
    shutil.rmtree(rebuilt.places.published)
    shutil.rmtree(rebuilt.places.runs)
    assert [outcome(rebuilt, steps.rebuild_night(rebuilt, day)) for day in NIGHTS] == ["published"] * len(NIGHTS)
    scores = "select * exclude (published_at, run_id) from person_scores order by all"
    assert published(rebuilt, scores) == published(stepped.settings, scores)
    for table in STABLE_TABLES[1:]:
        everything = f"select * from {table} order by all"
        assert published(rebuilt, everything) == published(stepped.settings, everything), table


def test_years_of_history_land_in_one_go_and_any_date_can_be_scored(tmp_path: Path) -> None:
    years = [date(2023, 6, 1) + timedelta(days=29 * number) for number in range(34)]
    village = Village(tmp_path / "village").habits(days=years)
    for entry in village.ledger:
        entry["recorded_at"] = "2023-05-01T00:00:00Z"
    village.write()
    settings = village.settings(tmp_path / "home")
    an_old_date = date(2025, 2, 1)
    score(settings, an_old_date, "+person_scores")
    assert built(settings, "select as_of_date, count(score), min(score) > 1 from marts.person_scores group by all") == [
        (an_old_date, 10, True)
    ]
