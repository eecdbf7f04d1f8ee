"""The trust graph as arrays: people become numbers, nights day numbers, and a scale the constants of its trust."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenscore.names.name_kinds import MEMBER
from evenscore.scoring.trust import Bools, Constants, Endorsements, Ints, Seeds

NAME = f"'{MEMBER}' || person_id as name"
"""A member as a node of the trust graph, among those of strangers."""


def table(relation: Any, key: str) -> pa.Table:
    """The rows of a relation of DuckDB, by their key: no order of rows may show in a sum."""
    return relation.order(key).arrow().read_all()


def numbered(columns: Iterable[pa.ChunkedArray]) -> tuple[pa.Array, Ints]:
    """All names in order, and the place among them of each name of the columns, one column after another."""
    found = pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())
    coded = found.combine_chunks().dictionary_encode()
    order = pc.sort_indices(coded.dictionary)
    place = np.empty(len(order), dtype=np.int64)
    place[order.to_numpy()] = np.arange(len(order))
    return coded.dictionary.take(order), place[coded.indices.to_numpy()]


def endorsements(edges: pa.Table, giver: Ints, receiver: Ints, names: pa.Array, members: pa.Table) -> Endorsements:
    """The rows of the model `endorsements`, whose givers and receivers are places among the names."""
    is_member = pc.is_in(names, members["name"].combine_chunks()).to_numpy(zero_copy_only=False)
    return Endorsements(giver, receiver, days(edges["occurred_date"]), edges["action_count"].to_numpy(), is_member)


def constants_by_version(scales: Any) -> list[tuple[int, Constants]]:
    """The trust constants of each version of the model `scale_constants`, in order."""
    values: dict[int, dict[str, float]] = {}
    for version, constant, value in scales.project("scoring_version, constant, value").fetchall():
        values.setdefault(version, {})[constant] = value
    return [(version, _constants(values[version])) for version in sorted(values)]


def _constants(value: dict[str, float]) -> Constants:
    real = ("damping", "pair_cap", "lag_days", "full", "none", "outward_share")
    trust: dict[str, Any] = {name: float(value[f"trust_{name}"]) for name in real}
    whole: dict[str, Any] = {name: int(value[f"trust_{name}"]) for name in ("band_count", "band_members")}
    later: dict[str, Any] = {
        "vouched": float(value.get("trust_vouched", np.inf)),
        "own_steps": int(value.get("trust_own_steps", 1)),
    }
    return Constants(**trust, **whole, **later, half_life_days=float(value["long_half_life_days"]))


def days(dates: pa.ChunkedArray) -> Ints:
    """Dates as day numbers."""
    found: Ints = dates.to_numpy().astype("datetime64[D]").astype(np.int64)
    return found


def seeds_by_night(seeds: pa.Table, version: int, nights: Iterable[int], names: pa.Array) -> dict[int, Seeds]:
    """Of rows (scoring_version, as_of_date, name, seed_weight) of one version: each night's, by places among names."""
    own = seeds.filter(pc.equal(seeds["scoring_version"], version))
    known, night, place = _placed(own, names)
    weight = own["seed_weight"].to_numpy()[known]
    return {int(one): Seeds(place[night == one], weight[night == one]) for one in nights}


def people_by_night(people: pa.Table, names: pa.Array) -> dict[int, Ints]:
    """Of rows (as_of_date, name): each night's people, as places among the names; none of who has no name there."""
    _, night, place = _placed(people, names)
    return {int(one): place[night == one] for one in np.unique(days(people["as_of_date"]))}


def _placed(people: pa.Table, names: pa.Array) -> tuple[Bools, Ints, Ints]:
    """Which rows name somebody among the names, and of those the night and the place."""
    place = pc.index_in(people["name"].combine_chunks(), names)
    known: Bools = place.is_valid().to_numpy(zero_copy_only=False)
    return known, days(people["as_of_date"])[known], place.fill_null(0).to_numpy().astype(np.int64)[known]


def night_batch(schema: pa.Schema, version: int, night: int, **columns: Any) -> pa.RecordBatch:
    """Rows of one scoring version and night, a day number: `columns` are those of the schema beside these two."""
    count = len(next(iter(columns.values())))
    night_date = np.full(count, night).astype("datetime64[D]")
    known = {"scoring_version": np.full(count, version), "as_of_date": night_date, **columns}
    return pa.record_batch([pa.array(known[field.name], field.type) for field in schema], schema)
