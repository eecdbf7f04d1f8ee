"""How far the trust of a community's founders reaches each member, each night and by each scoring version that asks."""

import numpy as np
import pyarrow as pa

from evenscore.scoring import trust_tables as tables
from evenscore.scoring.trust import nightly_standing


def model(dbt, session):
    """One row a (scoring version, night, person) whom it reaches."""
    dbt.config(materialized="table")
    founders = dbt.ref("trust_founders").project(f"scoring_version, as_of_date, {tables.NAME}")
    founders = tables.table(founders, "as_of_date, name")
    rows = _standing(dbt, founders) if len(founders) else []
    return pa.concat_tables([_as_table(0, 0, pa.chunked_array([], pa.string()), np.zeros(0)), *rows])


def _standing(dbt, founders):
    people = tables.table(dbt.ref("consent").project(f"person_id, {tables.NAME}").distinct(), "name")
    edges = tables.table(dbt.ref("endorsements"), "giver_id, receiver_id, occurred_date")
    names, number = tables.numbered((edges["giver_id"], edges["receiver_id"], people["name"]))
    giver, receiver, member = np.split(number, np.cumsum([len(edges), len(edges)]))
    endorsements = tables.endorsements(edges, giver, receiver, names, people)
    lags = dbt.ref("trust_seed_lags")
    rows = []
    for version, constants in tables.constants_by_version(dbt.ref("scale_constants")):
        lag_days = _lag_days(lags.filter(f"scoring_version = {version}"))
        found = tables.by_night(founders, version, lag_days, names)
        own = {night: places for night, places in found.items() if len(places)}
        for night, weight in nightly_standing(endorsements, own, lag_days, constants):
            reached = weight[member] > 0
            rows.append(
                _as_table(version, night, people["person_id"].filter(pa.array(reached)), weight[member][reached])
            )
    return rows


def _lag_days(lags):
    found = tables.table(lags, "as_of_date")
    return dict(zip(tables.days(found["as_of_date"]).tolist(), found["lag_days"].to_pylist(), strict=True))


def _as_table(version, night, person_id, weight):
    return pa.table(
        {
            "scoring_version": pa.array(np.full(len(weight), version), pa.int32()),
            "as_of_date": tables.as_dates(np.full(len(weight), night)),
            "person_id": person_id,
            "weight": pa.array(weight, pa.float64()),
        }
    )
