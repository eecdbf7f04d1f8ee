"""How far trust reaches each engager of whom a night scores, by each scoring version: sparse algebra on Arrow.

Only what is above zero has a row. Trust is kept per pair and never per engager. It is solved in the call that still
knows engagers by name.
"""

import numpy as np
import pyarrow as pa

from evenscore.scoring import trust_tables as tables
from evenscore.scoring.trust import nightly_weights

SCHEMA = pa.schema(
    [
        ("scoring_version", pa.int32()),
        ("pair_id", pa.int64()),
        ("as_of_date", pa.date32()),
        ("trust_weight", pa.float64()),
    ]
)


def model(dbt, session):
    """One row a (scoring version, pair, night) with trust, a night at a time: a first night has sixty of them."""
    dbt.config(materialized="table")
    named = dbt.ref("pairs").join(dbt.ref("engager_names"), "person_id, engager_id")
    pairs = tables.table(named.project(f"pair_id, engager_name, {tables.NAME}"), "pair_id")
    members = tables.table(dbt.ref("consent").project(tables.NAME).distinct(), "name")
    edges = tables.table(dbt.ref("endorsements"), "giver_id, receiver_id, occurred_date")
    seeds = dbt.ref("trust_night_seeds").project(f"scoring_version, as_of_date, {tables.NAME}, seed_weight")
    seeds = tables.table(seeds, "as_of_date, name")
    scored = dbt.ref("scored_nights").join(dbt.ref("network_nights"), "as_of_date")
    scored = scored.project(f"complete_through_date as as_of_date, {tables.NAME}").distinct()
    scored = tables.table(scored, "as_of_date, name")
    names, number = tables.numbered(_endpoints(pairs, edges))
    giver, receiver, engager, person = np.split(number, np.cumsum([len(edges), len(edges), len(pairs)]))
    endorsements = tables.endorsements(edges, giver, receiver, names, members)
    scored = tables.people_by_night(scored, names)
    # A batch is asked for in the midst of a statement: what is asked of the database is asked before.
    versions = [
        (version, tables.seeds_by_night(seeds, version, scored, names), constants)
        for version, constants in tables.constants_by_version(dbt.ref("scale_constants"))
    ]
    batches = _batches(pairs["pair_id"].to_numpy(), endorsements, engager, person, scored, versions)
    return pa.RecordBatchReader.from_batches(SCHEMA, batches)


def _endpoints(pairs, edges):
    return edges["giver_id"], edges["receiver_id"], pairs["engager_name"], pairs["name"]


def _batches(pair_id, endorsements, engager, person, scored, versions):
    for version, seeds, constants in versions:
        for night, asked, weight in nightly_weights(endorsements, engager, person, scored, seeds, constants):
            reached = weight > 0
            own = {"pair_id": pair_id[asked[reached]], "trust_weight": weight[reached]}
            yield tables.night_batch(SCHEMA, version, night, **own)
