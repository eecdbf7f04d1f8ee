"""The trust graph as arrays: the same numbers whatever the order of rows, and each version's people and constants."""

from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from evenscore.base.bundled import scale
from evenscore.scoring import trust_tables as tables

NAMES = pa.array(["member:a", "member:b", "member:c"])


def test_names_are_numbered_in_their_order_and_each_column_in_turn() -> None:
    names, number = tables.numbered([pa.chunked_array([["c", "a"], ["c"]]), pa.chunked_array([["b"]])])
    assert names.to_pylist() == ["a", "b", "c"]
    assert number.tolist() == [2, 0, 2, 1]


def test_rows_come_by_their_key() -> None:
    with duckdb.connect() as con:
        found = tables.table(con.sql("select * from (values (2, 'x'), (1, 'y'), (1, 'a')) as t(k, v)"), "k, v")
    assert found.to_pydict() == {"k": [1, 1, 2], "v": ["a", "y", "x"]}


def test_people_of_a_night_are_those_of_the_version_who_have_a_name_in_the_graph() -> None:
    people = pa.table(
        {
            "scoring_version": [3, 3, 3, 2, 3],
            "as_of_date": [date(1970, 1, 2), date(1970, 1, 2), date(1970, 1, 3), date(1970, 1, 2), date(1970, 1, 2)],
            "name": ["member:c", "member:a", "member:b", "member:b", "member:nobody"],
            "seed_weight": [1, 0.25, 0.5, 1, 1],
        }
    )
    found = tables.seeds_by_night(people, 3, [1, 2, 5], NAMES)
    assert {night: seeds.place.tolist() for night, seeds in found.items()} == {1: [2, 0], 2: [1], 5: []}
    assert {night: seeds.weight.tolist() for night, seeds in found.items()} == {1: [1, 0.25], 2: [0.5], 5: []}


def test_who_is_scored_on_a_night_is_among_its_people_if_anybody_acted_for_them() -> None:
    dates = [date(1970, 1, 2), date(1970, 1, 3), date(1970, 1, 2), date(1970, 1, 4)]
    people = pa.table({"as_of_date": dates, "name": ["member:c", "member:b", "member:a", "member:nobody"]})
    found = tables.people_by_night(people, NAMES)
    assert {night: places.tolist() for night, places in found.items()} == {1: [2, 0], 2: [1], 3: []}


def test_an_endorsement_knows_who_is_a_member() -> None:
    edges = pa.table({"occurred_date": [date(1970, 1, 3)], "action_count": [7]})
    members = pa.table({"name": ["member:c", "member:a"]})
    known = tables.endorsements(edges, np.array([0]), np.array([1]), NAMES, members)
    assert known.is_member.tolist() == [True, False, True]
    assert (known.giver.tolist(), known.receiver.tolist(), known.day.tolist(), known.actions.tolist()) == (
        [0],
        [1],
        [2],
        [7],
    )


@pytest.mark.parametrize(("version", "vouched", "own_steps"), [(2, np.inf, 1), (3, 2, 2)])
def test_the_constants_are_those_of_each_versions_scale(version: int, vouched: float, own_steps: int) -> None:
    rows = [f"({version}, '{name}', {value})" for name, value in scale(version).items()]
    with duckdb.connect() as con:
        scales = con.sql(f"select * from (values {', '.join(rows)}) as t(scoring_version, constant, value)")
        ((found, constants),) = tables.constants_by_version(scales)
    assert found == version
    assert (constants.vouched, constants.own_steps) == (vouched, own_steps)
    assert constants.half_life_days == scale(version)["long_half_life_days"]
    assert constants.full == scale(version)["trust_full"]


def test_a_nights_rows_are_those_of_its_version_and_day_in_the_order_of_the_schema() -> None:
    fields = {"scoring_version": pa.int32(), "pair_id": pa.int64(), "as_of_date": pa.date32(), "weight": pa.float64()}
    schema = pa.schema(list(fields.items()))
    rows = tables.night_batch(schema, 3, 20_000, weight=np.array([0.5, 0.25]), pair_id=np.array([7, 9]))
    assert rows.schema == schema
    assert tables.days(pa.chunked_array([rows["as_of_date"]])).tolist() == [20_000, 20_000]
    assert rows.drop_columns(["as_of_date"]).to_pylist() == [
        {"scoring_version": 3, "pair_id": 7, "weight": 0.5},
        {"scoring_version": 3, "pair_id": 9, "weight": 0.25},
    ]
