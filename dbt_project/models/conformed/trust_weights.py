"""How far trust reaches each engager of each person, each night: sparse linear algebra, fed by Arrow.

Only what is above zero has a row. Trust is kept per pair and never per engager. It is solved in the call that still
knows engagers by name.
"""

import numpy as np
import pyarrow as pa

from evenscore.name_kinds import MEMBER
from evenscore.scoring.trust import Constants, Endorsements, nightly_weights

NAME = f"'{MEMBER}' || person_id as name"
"""A member as a node of the trust graph, among those of strangers."""


def model(dbt, session):
    """One row a (pair, night) with trust."""
    dbt.config(materialized="table")
    pairs = _table(
        dbt.ref("pairs").join(dbt.ref("engager_names"), "person_id, engager_id").project(f"*, {NAME}"), "pair_id"
    )
    members = _table(dbt.ref("consent").project(NAME).distinct(), "name")
    edges = _table(dbt.ref("endorsements"), "giver_id, receiver_id, occurred_date")
    seeds = _table(dbt.ref("trust_night_seeds").project(f"as_of_date, {NAME}"), "as_of_date, name")
    nights = _table(dbt.ref("network_nights").join(dbt.ref("scored_nights"), "as_of_date", how="semi"), "as_of_date")
    constants = _constants_of(dbt.ref("scale_v2"))
    names, number = np.unique(
        np.concatenate([np.asarray(column, dtype=str) for column in _endpoints(pairs, edges)]), return_inverse=True
    )
    giver, receiver, engager, person = np.split(
        number.astype(np.int64), np.cumsum([len(edges), len(edges), len(pairs)])
    )
    endorsements = Endorsements(
        giver,
        receiver,
        _days(edges["occurred_date"]),
        edges["action_count"].to_numpy(),
        np.isin(names, np.asarray(members["name"], dtype=str)),
    )
    found = nightly_weights(endorsements, engager, person, _seeds_by_night(seeds, nights, names), constants)
    pair_id = pairs["pair_id"].to_numpy()
    return _as_table([(night, pair_id[weight > 0], weight[weight > 0]) for night, weight in found])


def _table(relation, key):
    return relation.order(key).arrow().read_all()


def _endpoints(pairs, edges):
    return edges["giver_id"], edges["receiver_id"], pairs["engager_name"], pairs["name"]


def _constants_of(scale):
    value = dict(scale.project("constant, value").fetchall())
    real = ("damping", "pair_cap", "lag_days", "full", "none", "outward_share")
    trust = {name: float(value[f"trust_{name}"]) for name in real}
    whole = {name: int(value[f"trust_{name}"]) for name in ("band_count", "band_members")}
    return Constants(**trust, **whole, half_life_days=float(value["long_half_life_days"]))


def _days(dates):
    return dates.to_numpy().astype("datetime64[D]").astype(np.int64)


def _seeds_by_night(seeds, nights, names):
    seed_night, person = _days(seeds["as_of_date"]), np.asarray(seeds["name"], dtype=str)
    place = np.minimum(np.searchsorted(names, person), max(len(names) - 1, 0))
    known = names[place] == person if len(names) else np.zeros(len(person), dtype=bool)
    return {int(night): place[known & (seed_night == night)] for night in _days(nights["counted_through_date"])}


def _as_table(rows):
    night, pair_id, weight = zip(*rows, strict=True) if rows else ((), (), ())
    counts = [len(found) for found in pair_id]
    return pa.table(
        {
            "pair_id": pa.array(np.concatenate([[], *pair_id]), pa.int64()),
            "as_of_date": pa.array(np.repeat(np.array(night, dtype="datetime64[D]"), counts), pa.date32()),
            "trust_weight": pa.array(np.concatenate([[], *weight]), pa.float64()),
        }
    )
