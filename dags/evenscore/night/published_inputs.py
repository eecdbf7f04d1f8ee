"""What a night is told of those that were published before it: what readers saw, never raw scores."""

from datetime import date, timedelta
from functools import partial

import duckdb

from evenscore.base.databases import columns_of
from evenscore.base.settings import Settings
from evenscore.base.warehouse import attach_published
from evenscore.night import changed_settings
from evenscore.night.raw_tables import keep_beside
from evenscore.state.runs import Night

_ROW = {"person_id": "varchar", "persona": "varchar", "as_of_date": "date"}
PUBLISHED = {
    "person_scores": _ROW
    | {"status": "varchar", "reason": "varchar", "scoring_version": "integer", "evidence_count": "bigint"}
    | dict.fromkeys(
        ("score", "score_low", "score_high", "reach", "amplification", "network_quality", "delta_1d"), "double"
    ),
    "score_contributions": _ROW
    | {"network": "varchar", "feature": "varchar", "points": "double", "raw_value": "double"},
    "score_jumps": _ROW
    | {"episode_date": "date", "base_date": "date", "rule": "varchar", "cause": "varchar", "decision": "varchar"}
    | dict.fromkeys(("candidate_score", "last_good_score", "base_score"), "double")
    | {"disliker_count": "bigint"},
    "incident_nights": {
        "incident_id": "varchar",
        "as_of_date": "date",
        "kind": "varchar",
        "scope": "varchar",
        "affected_count": "bigint",
        "expected": "varchar",
        "state": "varchar",
    },
    "cohort_moves": {
        "scope": "varchar",
        "as_of_date": "date",
        "median_move": "double",
        "moved_share": "double",
        "is_anomalous": "boolean",
    },
    "trust_seeds": {"person_id": "varchar", "as_of_date": "date", "seed_weight": "double", "why": "varchar"},
}
"""What a night needs to know of the nights that were published before it."""

LOOKED_BACK = {
    "person_scores": "published_scores",
    "score_jumps": "published_jumps",
    "cohort_moves": "published_cohorts",
    "trust_seeds": "published_seeds",
}
"""Published tables of which the nights of the look-back are laid out, and under what name."""


def copy_published(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> date:
    """Bring in what readers saw on earlier nights: the gate measures against that, never against raw scores.

    Returns the latest night that readers will see once this one is published.
    """
    if not attach_published(con, settings.places, "published"):
        con.execute("attach ':memory:' as published")
    keep, window = partial(keep_beside, con, settings.places), {"tonight": night.as_of_date}
    looked_back = "as_of_date >= $tonight - $nights and as_of_date < $tonight"
    nights = window | {"nights": settings.scoring.lookback_nights}
    for table, name in LOOKED_BACK.items():
        keep(name, f"from ({_published(con, table)}) where {looked_back}", **nights)
    # An incident may have been open for longer than anybody looks back.
    keep("published_incidents", f"from ({_published(con, 'incident_nights')}) where as_of_date < $tonight", **window)
    keep("published_nights", f"select distinct as_of_date, scoring_version from ({_published(con, 'person_scores')})")
    _keep_parts(con, settings, night)
    ((latest,),) = con.execute(f"select max(as_of_date) from ({_published(con, 'person_scores')})").fetchall()
    changed_settings.write(con, settings, night)
    con.execute("detach published")
    return max(night.as_of_date, latest or night.as_of_date)


def _keep_parts(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> None:
    """What each person's score last consisted of, for a held score keeps that; and the networks that all of their
    scores rest on, for a withdrawal may make any of them lapse."""
    parts, tonight = _published(con, "score_contributions"), night.as_of_date
    ((first, last),) = con.execute(f"select min(as_of_date), max(as_of_date) from ({parts})").fetchall()
    networks = NETWORKS.format(parts=parts, first=first or tonight, last=last or tonight)
    keep_beside(con, settings.places, "published_networks", networks)
    latest = LATEST.format(parts=parts, first=tonight - timedelta(settings.scoring.lookback_nights), tonight=tonight)
    query = f"from ({parts}) semi join ({latest}) using (person_id, persona, as_of_date)"
    keep_beside(con, settings.places, "published_contributions", query)


NETWORKS = """
    select
        person_id,
        persona,
        network,
        date '{first}' as first_date,
        bitstring_agg((as_of_date - date '{first}')::integer, 0, (date '{last}' - date '{first}')::integer) as nights
    from ({parts})
    where network <> 'all'
    group by all
"""
"""On which nights each score rests on a network: a row a network and not one a night, for nights are many."""
LATEST = """
    select person_id, persona, max(as_of_date) as as_of_date
    from (
        select person_id, persona, as_of_date, sum(distinct hash(network)) as networks
        from ({parts})
        where as_of_date >= date '{first}' and as_of_date < date '{tonight}' and network <> 'all'
        group by all
    )
    group by person_id, persona, networks
"""
"""The latest night with each set of networks, which the sum of their hashes tells from others."""


def _published(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """SQL of what readers see of a table; nothing where it, or null where a column of it, was not yet known then."""
    seen = columns_of(con, f"published.{table}")
    wanted = ", ".join(
        name if name in seen else f"cast(null as {kind}) as {name}" for name, kind in PUBLISHED[table].items()
    )
    return f"select {wanted} from " + (f"published.{table}" if seen else "(select 1 where false)")
