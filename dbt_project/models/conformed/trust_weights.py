"""How far trust reaches each engager of each person, each night and by each scoring version: sparse algebra on Arrow.

Only what is above zero has a row. Trust is kept per pair and never per engager. It is solved in the call that still
knows engagers by name.
"""

import numpy as np
import pyarrow as pa

from evenscore.scoring import trust_tables as tables
from evenscore.scoring.trust import nightly_weights


def model(dbt, session):
    """One row a (scoring version, pair, night) with trust."""
    dbt.config(materialized="table")
    named = dbt.ref("pairs").join(dbt.ref("engager_names"), "person_id, engager_id").project(f"*, {tables.NAME}")
    pairs = tables.table(named, "pair_id")
    members = tables.table(dbt.ref("consent").project(tables.NAME).distinct(), "name")
    edges = tables.table(dbt.ref("endorsements"), "giver_id, receiver_id, occurred_date")
    seeds = dbt.ref("trust_night_seeds").project(f"scoring_version, as_of_date, {tables.NAME}")
    seeds = tables.table(seeds, "as_of_date, name")
    nights = dbt.ref("network_nights").join(dbt.ref("scored_nights"), "as_of_date", how="semi")
    nights = tables.days(tables.table(nights, "as_of_date")["complete_through_date"])
    names, number = tables.numbered(_endpoints(pairs, edges))
    giver, receiver, engager, person = np.split(number, np.cumsum([len(edges), len(edges), len(pairs)]))
    endorsements = tables.endorsements(edges, giver, receiver, names, members)
    pair_id = pairs["pair_id"].to_numpy()
    rows = []
    for version, constants in tables.constants_by_version(dbt.ref("scale_constants")):
        own = tables.by_night(seeds, version, nights, names)
        found = nightly_weights(endorsements, engager, person, own, constants)
        rows += [(version, night, pair_id[weight > 0], weight[weight > 0]) for night, weight in found]
    return _as_table(rows)


def _endpoints(pairs, edges):
    return edges["giver_id"], edges["receiver_id"], pairs["engager_name"], pairs["name"]


def _as_table(rows):
    version, night, pair_id, weight = zip(*rows, strict=True) if rows else ((), (), (), ())
    counts = [len(found) for found in pair_id]
    return pa.table(
        {
            "scoring_version": pa.array(np.repeat(np.array(version, dtype=np.int64), counts), pa.int32()),
            "pair_id": pa.array(np.concatenate([[], *pair_id]), pa.int64()),
            "as_of_date": tables.as_dates(np.repeat(np.array(night, dtype=np.int64), counts)),
            "trust_weight": pa.array(np.concatenate([[], *weight]), pa.float64()),
        }
    )
