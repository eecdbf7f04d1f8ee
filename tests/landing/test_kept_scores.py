"""What a night keeps of the scores that it reconstructed, how long it stays, and when all of it goes."""

from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from evenscore.base import warehouse
from evenscore.base.paths import HomePaths
from evenscore.state import reconstructed

NIGHT = date(2026, 3, 10)
WAREHOUSE = """
    create schema raw; create schema conformed; create schema scores;
    create table raw.run as select date '2026-03-10' as as_of_date, 3 as scoring_version, 2 as previous_version;
    create table scores.score_person__candidates as
        select unnest(['ann', 'ann', 'ann', 'ben', 'cid']) as person_id,
            unnest(['work', 'home', 'work', 'work', 'work']) as persona,
            date '2026-03-10' - unnest([0, 0, 1, 1, 1]) as as_of_date,
            unnest([1.0, 2.0, 3.0, 4.0, 5.0]) as score, 0.5 as score_low, 9.0 as score_high,
            3 as evidence_count, 2 as engager_count, true as is_sufficient;
    create table conformed.looked_back_nights as
        select person_id, persona, as_of_date, if(person_id = 'cid', null, 7)::ubigint as grounds
        from scores.score_person__candidates;
    create table conformed.known_scores as
        select 'ben' as person_id, 'work' as persona, date '2026-03-09' as as_of_date;
    create table scores.score_person__accepted as
        select 'ann' as person_id, unnest(['work', 'home']) as persona, date '2026-03-10' as as_of_date,
            date '2026-03-10' - unnest([1, 0]) as parts_date;
"""


@pytest.fixture
def places(tmp_path: Path) -> HomePaths:
    found = HomePaths(tmp_path)
    with warehouse.connect(found) as con:
        con.execute(WAREHOUSE)
    return found


def rows(path: Path) -> list[tuple[object, ...]]:
    query = "select person_id, persona, as_of_date, score, scoring_version, grounds, has_parts from read_parquet($1)"
    return duckdb.execute(query, [str(path)]).fetchall()


@pytest.mark.parametrize(("shown", "version"), [("2", 2), ("null", 3)], ids=["promoted", "nothing published"])
def test_what_was_scored_tonight_and_rests_on_known_grounds_is_kept_once(
    shown: str, version: int, places: HomePaths
) -> None:
    """An earlier night is of the version that readers saw last, where they saw any."""
    with warehouse.connect(places) as con:
        con.execute(f"update raw.run set previous_version = {shown}")
    expected = [
        ("ann", "home", NIGHT, 2.0, 3, 7, False),
        ("ann", "work", NIGHT - timedelta(days=1), 3.0, version, 7, True),
        ("ann", "work", NIGHT, 1.0, 3, 7, False),
    ]
    for _ in range(2):
        reconstructed.keep(places, NIGHT, 28)
        assert rows(places.reconstructed_by(NIGHT)) == expected


def test_what_no_later_night_looks_back_on_goes(places: HomePaths) -> None:
    reconstructed.keep(places, NIGHT, 28)
    reconstructed.keep(places, NIGHT + timedelta(days=28), 28)
    assert [path.stem for path in places.all_reconstructed] == ["2026-03-10", "2026-04-07"]
    reconstructed.keep(places, NIGHT + timedelta(days=29), 28)
    assert [path.stem for path in places.all_reconstructed] == ["2026-04-07", "2026-04-08"]


@pytest.mark.parametrize(
    ("people", "is_kept"),
    [([("ann", "work"), ("ann", "home"), ("eve", "work")], True), ([("ann", "work"), ("ben", "home")], False)],
    ids=["everybody stays", "one persona left"],
)
def test_everything_goes_with_the_first_who_leaves(
    people: Collection[tuple[str, str]], is_kept: bool, places: HomePaths
) -> None:
    reconstructed.keep(places, NIGHT, 28)
    reconstructed.keep_only(places, people)
    assert places.reconstructed.exists() is is_kept
