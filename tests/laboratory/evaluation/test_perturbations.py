"""What a trial bends, seen on tables of a few rows."""

from datetime import date

import duckdb
import pytest

from evenscore.laboratory.evaluation.perturbations import hold_trust

TONIGHT, EVE = date(2026, 3, 15), date(2026, 3, 12)
TABLES = """
    create schema base; create schema conformed;
    create table conformed.network_nights as
    select unnest(['forum', 'chat']) as network, date '2026-03-15' as as_of_date,
        unnest([date '2026-03-15', date '2026-03-12']) as complete_through_date;
    create table conformed.pairs as
    select * from (values
        (1, 'ann', 'work', 'forum', 'member:bob'), (2, 'ann', 'work', 'chat', 'member:bob'),
        (3, 'ann', 'work', 'forum', 'account:forum:bob~copy1'), (4, 'ann', 'work', 'chat', 'account:chat:bob~copy1'),
        (5, 'ann', 'work', 'chat', 'account:chat:stranger'), (6, 'cat', 'work', 'chat', 'member:bob')
    ) as pairs (pair_id, person_id, persona, network, engager_id);
    create table base.people as select 'bob' as person_id, unnest(['forum', 'chat']) as network, 'bob' as account_id;
    create table base.trust as
    select 3 as scoring_version, 'ann' as person_id, 'work' as persona, unnest(['forum', 'chat']) as network,
        'member:bob' as engager_id, 0.5 as trust_weight;
"""


@pytest.fixture
def held() -> list[tuple[int, date, float]]:
    with duckdb.connect() as con:
        con.execute(TABLES)
        hold_trust(TONIGHT)(con)
        rows = con.execute("select pair_id, as_of_date, trust_weight::double from conformed.trust_weights order by 1")
        return rows.fetchall()


def test_an_engager_that_was_drawn_twice_has_the_originals_trust_both_times(
    held: list[tuple[int, date, float]],
) -> None:
    assert {pair: weight for pair, _, weight in held} == dict.fromkeys((1, 2, 3, 4), 0.5)


def test_trust_on_a_frozen_network_is_held_on_the_day_that_it_stands_still_on(
    held: list[tuple[int, date, float]],
) -> None:
    assert {pair: day for pair, day, _ in held} == {1: TONIGHT, 3: TONIGHT, 2: EVE, 4: EVE}
