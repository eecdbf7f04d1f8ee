"""How tonight's scores lie, beside those that readers saw of the same people a week before."""

import duckdb

from evenscore.report.facts import BIN_POINTS, MOVED_POINTS, Moves, Scored

BIN_COUNT = 100 // BIN_POINTS

PEOPLE = """
    select status, coalesce(reason, ''), count(*) as person_count
    from marts.person_scores
    group by all
    order by 3 desc, 1, 2
"""
WEEK = """
    create or replace temp table week as
    select tonight.score, before.score as score_before
    from marts.person_scores as tonight
    left join (
        from conformed.published_history where as_of_date = (select as_of_date - 7 from raw.run)
    ) as before using (person_id, persona)
    where tonight.score is not null
"""
BINS = """
    select least(floor({column} / $1), $2)::integer, count(*) from week where {column} is not null group by all
"""
LEVELS = {"a tenth": 0.1, "a quarter": 0.25, "half": 0.5, "three quarters": 0.75, "nine tenths": 0.9, "99 in 100": 0.99}
"""Quantiles, by the share of people who score no more."""
QUANTILES = "select quantile_disc(score, $1), quantile_disc(score_before, $1) from week"
MOVES = """
    select count(*), avg((move >= $1)::integer), avg((move <= -$1)::integer), median(move)
    from (select score - score_before as move from week where score_before is not null)
"""


def read_scored(con: duckdb.DuckDBPyConnection) -> Scored:
    """Who has a score tonight, and how the scores lie."""
    con.execute(WEEK)
    ((levels, levels_before),) = con.execute(QUANTILES, [list(LEVELS.values())]).fetchall()
    ((people_count, *moves),) = con.execute(MOVES, [MOVED_POINTS]).fetchall()
    return Scored(
        people=tuple(con.execute(PEOPLE).fetchall()),
        bins=_bins(con, "score"),
        bins_before=_bins(con, "score_before") if people_count else None,
        levels=tuple(zip(LEVELS, levels, levels_before or [None] * len(LEVELS), strict=True)) if levels else (),
        moves=Moves(people_count, *moves) if people_count else None,
    )


def _bins(con: duckdb.DuckDBPyConnection, column: str) -> tuple[int, ...]:
    found = dict(con.execute(BINS.format(column=column), [BIN_POINTS, BIN_COUNT - 1]).fetchall())
    return tuple(found.get(position, 0) for position in range(BIN_COUNT))
