"""How far trust reaches each engager of each person, each night and by each scoring version: sparse algebra on Arrow.

Only what is above zero has a row. Trust is kept per pair and never per engager. It is solved in the call that still
knows engagers by name.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenscore.names.name_kinds import MEMBER
from evenscore.scoring.trust import Constants, Endorsements, nightly_weights

NAME = f"'{MEMBER}' || person_id as name"
"""A member as a node of the trust graph, among those of strangers."""


def model(dbt, session):
    """One row a (scoring version, pair, night) with trust."""
    dbt.config(materialized="table")
    pairs = _table(
        dbt.ref("pairs").join(dbt.ref("engager_names"), "person_id, engager_id").project(f"*, {NAME}"), "pair_id"
    )
    members = _table(dbt.ref("consent").project(NAME).distinct(), "name")
    edges = _table(dbt.ref("endorsements"), "giver_id, receiver_id, occurred_date")
    seeds = _table(dbt.ref("trust_night_seeds").project(f"scoring_version, as_of_date, {NAME}"), "as_of_date, name")
    nights = _table(dbt.ref("network_nights").join(dbt.ref("scored_nights"), "as_of_date", how="semi"), "as_of_date")
    names, number = _numbered(_endpoints(pairs, edges))
    giver, receiver, engager, person = np.split(number, np.cumsum([len(edges), len(edges), len(pairs)]))
    endorsements = Endorsements(
        giver,
        receiver,
        _days(edges["occurred_date"]),
        edges["action_count"].to_numpy(),
        pc.is_in(names, members["name"].combine_chunks()).to_numpy(zero_copy_only=False),
    )
    pair_id = pairs["pair_id"].to_numpy()
    rows = []
    for version, constants in _constants(dbt.ref("scale_constants")):
        own = seeds.filter(pc.equal(seeds["scoring_version"], version))
        found = nightly_weights(endorsements, engager, person, _seeds_by_night(own, nights, names), constants)
        rows += [(version, night, pair_id[weight > 0], weight[weight > 0]) for night, weight in found]
    return _as_table(rows)


def _table(relation, key):
    return relation.order(key).arrow().read_all()


def _endpoints(pairs, edges):
    return edges["giver_id"], edges["receiver_id"], pairs["engager_name"], pairs["name"]


def _numbered(columns):
    """All names in order, and the place among them of each name of the columns, one column after another."""
    found = pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())
    coded = found.combine_chunks().dictionary_encode()
    order = pc.sort_indices(coded.dictionary)
    place = np.empty(len(order), dtype=np.int64)
    place[order.to_numpy()] = np.arange(len(order))
    return coded.dictionary.take(order), place[coded.indices.to_numpy()]


def _constants(scales):
    """The trust constants of each version, in order."""
    values = {}
    for version, constant, value in scales.project("scoring_version, constant, value").fetchall():
        values.setdefault(version, {})[constant] = value
    return [(version, _constants_of(values[version])) for version in sorted(values)]


def _constants_of(value):
    real = ("damping", "pair_cap", "lag_days", "full", "none", "outward_share")
    trust = {name: float(value[f"trust_{name}"]) for name in real}
    whole = {name: int(value[f"trust_{name}"]) for name in ("band_count", "band_members")}
    later = {"vouched": float(value.get("trust_vouched", np.inf)), "own_steps": int(value.get("trust_own_steps", 1))}
    return Constants(**trust, **whole, **later, half_life_days=float(value["long_half_life_days"]))


def _days(dates):
    return dates.to_numpy().astype("datetime64[D]").astype(np.int64)


def _seeds_by_night(seeds, nights, names):
    seed_night, place = _days(seeds["as_of_date"]), pc.index_in(seeds["name"].combine_chunks(), names)
    known, place = place.is_valid().to_numpy(zero_copy_only=False), place.fill_null(0).to_numpy().astype(np.int64)
    return {int(night): place[known & (seed_night == night)] for night in _days(nights["complete_through_date"])}


def _as_table(rows):
    version, night, pair_id, weight = zip(*rows, strict=True) if rows else ((), (), (), ())
    counts = [len(found) for found in pair_id]
    return pa.table(
        {
            "scoring_version": pa.array(np.repeat(np.array(version, dtype=np.int64), counts), pa.int32()),
            "pair_id": pa.array(np.concatenate([[], *pair_id]), pa.int64()),
            "as_of_date": pa.array(np.repeat(np.array(night, dtype="datetime64[D]"), counts), pa.date32()),
            "trust_weight": pa.array(np.concatenate([[], *weight]), pa.float64()),
        }
    )
