"""Rival rankings, each a number that anybody could publish in place of the score; and what happened next.

All read the same counted engagement as the score does: what is set aside for it (one's own acts, bots, scorn) is set
aside for them.
"""

from collections.abc import Sequence
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from evenscore.laboratory.evaluation.measures import pagerank
from evenscore.names.name_kinds import MEMBER, UNNAMED

RIVALS = {
    "persistence": "distinct engagers of the last 28 days",
    "event_count": "events of the last 28 days",
    "pagerank": "PageRank with uniform teleport over the last year",
}

STANDINGS = """
    with scores as (

        select *, person_id || '/' || persona as person from {table} where evidence_through_date = as_of_date

    ),

    nearby as (

        select
            scores.person,
            scores.as_of_date,
            activity.network || ':' || activity.engager_id as engager,
            activity.occurred_date - scores.as_of_date as days
        from scores
        inner join conformed.activity as activity
            on
                scores.person_id = activity.person_id
                and scores.persona = activity.persona
                and activity.occurred_date between scores.as_of_date - 89 and scores.as_of_date + 28

    ),

    counted as (

        select
            person,
            as_of_date,
            count(distinct engager) filter (days between -27 and 0) as persistence,
            count(*) filter (days between -27 and 0) as event_count,
            count(distinct engager) filter (days > 0) as next_engager_count,
            coalesce(bool_or(days <= 0), false) as is_active
        from nearby
        group by all

    )

    select
        person,
        person_id,
        as_of_date::timestamp as as_of_date,
        score,
        raw_score,
        score_low,
        score_high,
        is_sufficient,
        coalesce(persistence, 0)::double as persistence,
        coalesce(event_count, 0)::double as event_count,
        coalesce(next_engager_count, 0)::double as next_engager_count,
        coalesce(is_active, false) as is_active
    from scores
    left join counted using (person, as_of_date)
    order by as_of_date, person
"""

EDGES = f"""
    select engager_id, '{MEMBER}' || person_id as person_name, count(*)::double as weight
    from conformed.activity
    where occurred_date between $1::date - 364 and $1::date and not starts_with(engager_id, '{UNNAMED}')
    group by all
    order by all
"""


def add_rivals(con: duckdb.DuckDBPyConnection, table: str, ranked: Sequence[date]) -> pd.DataFrame:
    """The scores in `table` beside the rivals, in the order of date and person; PageRank on the dates `ranked`."""
    found = con.execute(STANDINGS.format(table=table)).df()
    found["pagerank"] = np.nan
    for day in ranked:
        people = found["as_of_date"] == pd.Timestamp(day)
        found.loc[people, "pagerank"] = _pagerank(con, day, found[people])
    return found


def _pagerank(con: duckdb.DuckDBPyConnection, day: date, people: pd.DataFrame) -> "pd.Series[float]":
    """The PageRank of the people of one date; of one with two personas for both."""
    edges = con.execute(EDGES, [day]).df()
    names, number = np.unique(
        np.concatenate([edges["engager_id"].astype(str), edges["person_name"].astype(str)]), return_inverse=True
    )
    giver, receiver = np.split(number.astype(np.int64), 2)
    rank = pagerank(giver, receiver, edges["weight"].to_numpy(), len(names)) if len(names) else np.zeros(0)
    known = pd.Series(rank, index=names)
    return (MEMBER + people["person_id"]).map(known).fillna(0.0).astype(float)
