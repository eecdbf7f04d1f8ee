"""An older night, run after a later one was published."""

from pathlib import Path

import duckdb
import pytest
from village import DAYS, LAST, Village, run_unread

pytestmark = pytest.mark.slow

BEFORE = DAYS[-2]


@pytest.fixture(scope="module")
def nights_of(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Who is shown for which nights, once the night before the last was run after the last."""
    village = Village(tmp_path_factory.mktemp("backfill") / "village").habits(["stays", "leaves", "joins"])
    joined = next(entry for entry in village.ledger if entry["person_id"] == "joins")
    joined["recorded_at"] = f"{LAST}T08:00:00Z"
    village.grant("leaves", action="withdraw", recorded_at=f"{LAST}T09:00:00Z")
    settings = village.write().settings(village.folder.parent / "home")
    for day in (LAST, BEFORE):
        run_unread(settings, day)
    with duckdb.connect(Path(settings.places.database), read_only=True) as con:
        shown = con.execute("select person_id, as_of_date::varchar from person_scores").fetchall()
    return {person: {night for name, night in shown if name == person} for person in ("stays", "leaves", "joins")}


def test_a_backfill_shows_nobody_who_has_left_since(nights_of: dict[str, set[str]]) -> None:
    assert nights_of["leaves"] == set()


def test_a_backfill_keeps_the_later_nights_of_who_joined_after_it(nights_of: dict[str, set[str]]) -> None:
    assert nights_of["joins"] == {str(LAST)}


def test_a_backfill_adds_the_older_night_of_who_was_there(nights_of: dict[str, set[str]]) -> None:
    assert nights_of["stays"] == {str(BEFORE), str(LAST)}
