"""An older night, run after a later one was published."""

from pathlib import Path

import duckdb
import pytest
from stepping import Stepped
from village import DAYS, LAST, PEOPLE, Village, copied

from evenscore.base.settings import Settings
from evenscore.night import steps

BEFORE = DAYS[-2]
STAYS, LEAVES, JOINS = "p7", "p8", "p9"


@pytest.fixture(scope="module")
def nights_of(
    stepped: Stepped, landed_at_once: Settings, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, set[str]]:
    """Who is shown for which nights, once the night before the last was run after the last."""
    folder = tmp_path_factory.mktemp("backfill")
    known = stepped.village
    ledger = [entry for entry in known.ledger if entry["person_id"] != JOINS]
    village = Village(folder / "village", events=known.events, accounts=known.accounts, ledger=ledger)
    village.grant(JOINS, recorded_at=f"{LAST}T08:00:00Z")
    village.grant(LEAVES, action="withdraw", recorded_at=f"{LAST}T09:00:00Z")
    settings = village.write().settings(copied(landed_at_once, folder / "home").home)
    assert set(shown(settings)) == set(PEOPLE)
    steps.rebuild_night(settings, BEFORE)
    return shown(settings)


def shown(settings: Settings) -> dict[str, set[str]]:
    with duckdb.connect(Path(settings.places.database), read_only=True) as con:
        rows = con.execute("select person_id, list(as_of_date::varchar) from person_scores group by all").fetchall()
    return {person: set(nights) for person, nights in rows}


def test_a_backfill_shows_nobody_who_has_left_since(nights_of: dict[str, set[str]]) -> None:
    assert LEAVES not in nights_of


def test_a_backfill_keeps_the_later_nights_of_who_joined_after_it(nights_of: dict[str, set[str]]) -> None:
    assert nights_of[JOINS] == {str(LAST)}


def test_a_backfill_adds_the_older_night_of_who_was_there(nights_of: dict[str, set[str]]) -> None:
    assert nights_of[STAYS] == {str(BEFORE), str(LAST)}
