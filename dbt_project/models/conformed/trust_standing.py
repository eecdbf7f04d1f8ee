"""How far the trust of a community's founders reaches each member, each night and by each scoring version that asks."""

import numpy as np
import pyarrow as pa

from evenscore.scoring import trust_tables as tables
from evenscore.scoring.trust import nightly_standing

SCHEMA = pa.schema(
    [
        ("scoring_version", pa.int32()),
        ("as_of_date", pa.date32()),
        ("person_id", pa.string()),
        ("weight", pa.float64()),
    ]
)


def model(dbt, session):
    """One row a (scoring version, night, person) whom it reaches, a night at a time: a first night has sixty."""
    dbt.config(materialized="table")
    founders = dbt.ref("trust_founders").project(f"*, {tables.NAME}, 1::double as seed_weight")
    founders = tables.table(founders, "as_of_date, name")
    return pa.RecordBatchReader.from_batches(SCHEMA, _standing(dbt, founders) if len(founders) else iter(()))


def _standing(dbt, founders):
    people = tables.table(dbt.ref("consent").project(f"person_id, {tables.NAME}").distinct(), "name")
    edges = tables.table(dbt.ref("endorsements"), "giver_id, receiver_id, occurred_date")
    names, number = tables.numbered((edges["giver_id"], edges["receiver_id"], people["name"]))
    giver, receiver, member = np.split(number, np.cumsum([len(edges), len(edges)]))
    endorsements = tables.endorsements(edges, giver, receiver, names, people)
    lags, versions = dbt.ref("trust_seed_lags"), []
    for version, constants in tables.constants_by_version(dbt.ref("scale_constants")):
        lag_days = _lag_days(lags.filter(f"scoring_version = {version}"))
        found = tables.seeds_by_night(founders, version, lag_days, names)
        own = {night: seeds for night, seeds in found.items() if len(seeds.place)}
        versions.append((version, own, lag_days, constants))
    # A batch is asked for in the midst of a statement: what is asked of the database is asked before.
    return _batches(people["person_id"].combine_chunks(), endorsements, member, versions)


def _lag_days(lags):
    found = tables.table(lags, "as_of_date")
    return dict(zip(tables.days(found["as_of_date"]).tolist(), found["lag_days"].to_pylist(), strict=True))


def _batches(person_id, endorsements, member, versions):
    for version, founders, lag_days, constants in versions:
        for night, weight in nightly_standing(endorsements, founders, lag_days, constants):
            reached = weight[member] > 0
            own = {"person_id": person_id.filter(pa.array(reached)), "weight": weight[member][reached]}
            yield tables.night_batch(SCHEMA, version, night, **own)
