"""Canonical files: every format gives the same rows, and what is malformed is counted or named, never guessed."""

import csv
import json
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from evenscore.base.canonical import ACTIVITY, DATASETS
from evenscore.base.errors import InputError
from evenscore.base.sources import Source
from evenscore.connectors import base
from evenscore.connectors.base import Parsed, Reject, refuse
from evenscore.connectors.files import read_canonical
from evenscore.connectors.gharchive import GhArchive
from evenscore.connectors.github import GitHub
from evenscore.landing_zone.validation import validator
from home import Record, event, ndjson
from validated import validate

HEADER = "event_id,network,verb,actor_id,target_id,occurred_at"
ROW = "e1,forum,like,bob,ann,2026-03-01T10:00:00Z"


def put(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def parquet(folder: Path, table: pa.Table, **options: Any) -> Path:
    pq.write_table(table, folder / "a.parquet", **options)
    return folder / "a.parquet"


def columns(count: int = 1, **changes: Any) -> pa.Table:
    return pa.table({**{name: [value] * count for name, value in event().items()}, **changes})


def rows(path: Path, network: str | None = None) -> list[Record]:
    return list(read_canonical(path, "activity", network).tables["activity"].to_pylist())


def row(path: Path) -> Record:
    (only,) = rows(path)
    return only


def rejects(parsed: Parsed) -> list[tuple[int, str]]:
    return [(reject.row, reject.reason) for reject in parsed.rejects]


def refusal(path: Path, dataset: str = "activity") -> str:
    with pytest.raises(InputError) as refused:
        read_canonical(path, dataset)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)
    return str(refused.value).removeprefix(f"{path}: ")


def test_every_format_gives_the_same_rows(tmp_path: Path) -> None:
    found = [
        rows(put(tmp_path, "a.ndjson", ndjson([event()]))),
        rows(put(tmp_path, "a.csv", f"{HEADER}\n{ROW}\n")),
        rows(parquet(tmp_path, columns())),
    ]
    for format_rows in found:
        for each in format_rows:
            each.pop("row")
    assert found[0] == found[1] == found[2] == [{**dict.fromkeys(ACTIVITY.names), **event()}]


def test_an_unknown_suffix_is_refused_by_name(tmp_path: Path) -> None:
    assert refusal(put(tmp_path, "a.xlsx", b"PK")).startswith("unknown suffix '.xlsx'")
    assert refusal(put(tmp_path, "a.txt.gz", b"")).startswith("unknown suffix '.txt'")


# an empty day --------------------------------------------------------------------------------------------------


def test_an_empty_day_is_read_in_every_format(tmp_path: Path) -> None:
    quiet = [
        put(tmp_path, "a.ndjson", b""),
        put(tmp_path, "a.csv", f"{HEADER}\n"),
        parquet(tmp_path, pa.table({name: pa.array([], pa.string()) for name in event()})),
    ]
    for path in quiet:
        parsed = read_canonical(path, "activity", "forum")
        assert (parsed.record_count, parsed.tables["activity"].num_rows) == (0, 0), path


def test_a_csv_without_a_header_line_is_refused(tmp_path: Path) -> None:
    assert refusal(put(tmp_path, "a.csv", b"")).startswith("has no header line; ")


# NDJSON --------------------------------------------------------------------------------------------------------


def test_lines_that_are_no_json_object_are_counted_with_their_row(tmp_path: Path) -> None:
    lines = [b"{not json}", json.dumps(event()).encode(), b"", b"[1]", b'"text"', b"null", b'{"cut": "of']
    parsed = read_canonical(put(tmp_path, "a.ndjson", b"\n".join(lines)), "activity")
    assert [number for number, _ in rejects(parsed)] == [1, 4, 5, 6, 7]
    assert [reason.split(":")[0] for _, reason in rejects(parsed)] == [
        "invalid JSON",
        "not a JSON object but list",
        "not a JSON object but str",
        "not a JSON object but NoneType",
        "invalid JSON",
    ]
    assert parsed.record_count == 6
    assert [each["row"] for each in parsed.tables["activity"].to_pylist()] == [2]


def test_a_record_without_a_required_key_is_counted_and_one_with_null_is_read(tmp_path: Path) -> None:
    nobody = event(actor_id=None)
    silent = {name: value for name, value in event().items() if name != "actor_id"}
    parsed = read_canonical(put(tmp_path, "a.ndjson", ndjson([nobody, silent])), "activity")
    assert rejects(parsed) == [(2, "actor_id is missing")]
    assert parsed.tables["activity"].column("actor_id").to_pylist() == [None]


def test_new_keys_are_left_out_even_one_called_row(tmp_path: Path) -> None:
    assert row(put(tmp_path, "a.ndjson", ndjson([event(row="x", mood=["glad"])])))["row"] == 1
    assert row(put(tmp_path, "a.csv", f"{HEADER},row\n{ROW},x\n"))["row"] == 2


def test_numbers_and_truth_values_are_read_as_text(tmp_path: Path) -> None:
    read = row(put(tmp_path, "a.ndjson", ndjson([event(actor_id=12345678901234567890, value=1.5, text=True)])))
    assert (read["actor_id"], read["value"], read["text"]) == ("12345678901234567890", "1.5", "true")


@pytest.mark.parametrize("value", [{"login": "bob"}, ["bob"], {}, []])
def test_a_column_that_became_a_list_or_an_object_is_refused_a_row(tmp_path: Path, value: Any) -> None:
    parsed = read_canonical(put(tmp_path, "a.ndjson", ndjson([event(actor_id=value), event()])), "activity")
    assert [number for number, reason in rejects(parsed) if reason.startswith("actor_id is not a single value")] == [1]
    assert parsed.tables["activity"].num_rows == 1


@pytest.mark.parametrize("depth", [900, 1_000, 100_000])
def test_deep_json_is_counted_and_stops_nothing(tmp_path: Path, depth: int) -> None:
    bomb = '{"event_id": ' + "[" * depth + "]" * depth + "}\n"
    parsed = read_canonical(put(tmp_path, "a.ndjson", bomb.encode() + ndjson([event()])), "activity", "forum")
    assert (len(parsed.rejects), parsed.tables["activity"].num_rows) == (1, 1)


@pytest.mark.parametrize("depth", range(900, 1_000, 7))
def test_deep_json_is_counted_by_native_connectors_too(tmp_path: Path, depth: int) -> None:
    bomb = '{"pull_request_url": "a/1", "user": null, "id": ' + "[" * depth + "]" * depth + "}"
    parsed = GitHub().parse(put(tmp_path, "a.ndjson", bomb), Source(name="gh", kind="github", path="*.ndjson"))
    assert parsed.record_count == 1


def test_half_a_surrogate_pair_is_counted(tmp_path: Path) -> None:
    line = json.dumps(event()).replace("bob", "\\ud83d")
    assert len(read_canonical(put(tmp_path, "a.ndjson", line), "activity").rejects) == 1


def test_a_reason_quotes_no_more_than_a_line_of_the_record(tmp_path: Path) -> None:
    star = {"type": "WatchEvent", "id": 1, "created_at": "2026-03-01", "actor": None, "repo": {"name": "x" * 9_999}}
    source = Source(name="gh", kind="gharchive", path="*.json")
    (reject,) = GhArchive().parse(put(tmp_path, "a.json", ndjson([star])), source).rejects
    assert (len(reject.reason), len(reject.record)) == (200, 2_000)


def test_a_file_of_millions_of_malformed_records_is_given_up(tmp_path: Path) -> None:
    path = put(tmp_path, "a.ndjson", b'{"a": 1}\n' * 1_000_000)
    assert refusal(path).startswith("row 100001: given up after 100,001 malformed records (the first: row 1: ")


@pytest.mark.parametrize(("malformed", "records", "is_given_up"), [(3, 5, True), (3, 6, False), (2, 3, False)])
def test_a_file_is_given_up_where_most_of_many_records_are_malformed(
    malformed: int, records: int, is_given_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "MAX_REJECTS", 2)
    parsed = Parsed(record_count=records, rejects=[Reject(1, "why", "what")] * (malformed - 1))
    with pytest.raises(InputError) if is_given_up else nullcontext():
        refuse(Path("a.ndjson"), parsed, Reject(2, "why", "what"))


@pytest.mark.parametrize(("written", "is_refused"), [("1.23e3", True), ("1230.0", False)])
def test_an_id_that_was_written_with_an_exponent_has_lost_its_digits(
    written: str, is_refused: bool, tmp_path: Path
) -> None:
    line = json.dumps(event()).replace('"e1"', written)
    assert written in line
    with pytest.raises(InputError, match="have lost their last digits") if is_refused else nullcontext():
        read_canonical(put(tmp_path, "a.ndjson", line), "activity")


WIDE = 1_001
EXTRA = {f"c{number}": 1 for number in range(WIDE)}


def too_wide(folder: Path) -> dict[str, Path]:
    header = ",".join([HEADER, *EXTRA])
    return {
        "csv": put(folder, "a.csv", f"{header}\n"),
        "csv of commas": put(folder, "b.csv", "," * 1_000_000 + "\n"),
        "json": put(folder, "a.ndjson", ndjson([event() | EXTRA])),
        "nested json": put(folder, "b.ndjson", ndjson([event(), event(text={"a": [0] * 200_002})])),
        "parquet": parquet(folder, columns(**{name: [1] for name in EXTRA})),
    }


@pytest.mark.parametrize("kind", ["csv", "csv of commas", "json", "nested json", "parquet"])
def test_far_too_many_columns_are_refused_before_any_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr("evenscore.connectors.columns._letters", lambda name: looked_at.append(name) or name)
    assert refusal(too_wide(tmp_path)[kind]).endswith("taken for a bomb")
    assert len(looked_at) <= 3 * len(DATASETS["activity"].names)


def test_a_thousand_columns_are_read(tmp_path: Path) -> None:
    wide = event() | dict(list(EXTRA.items())[: 1_000 - len(event())])
    header = put(tmp_path, "a.csv", ",".join(wide) + "\n" + ",".join(map(str, wide.values())) + "\n")
    assert read_canonical(header, "activity", "forum").record_count == 1
    with pytest.raises(InputError, match="has 1,001 columns"):
        read_canonical(put(tmp_path, "b.csv", ",".join([*wide, "one_more"]) + "\n"), "activity", "forum")


def test_a_footer_of_many_mebibytes_is_refused_unread(tmp_path: Path) -> None:
    path = put(tmp_path, "a.parquet", b"PAR1" + bytes(9 << 20) + (9 << 20).to_bytes(4, "little") + b"PAR1")
    assert refusal(path) == "its columns are described in 9,437,184 bytes; taken for a bomb"


def test_records_of_far_too_many_parts_are_refused_where_authors_are_asked_for(tmp_path: Path) -> None:
    path = put(tmp_path, "a.ndjson", ndjson([{"merged_at": None, **EXTRA}]))
    with pytest.raises(InputError, match=r"row 1: has 1,002 keys, more than 1,000; taken for a bomb"):
        GitHub().parse(path, Source(name="gh", kind="github", path="*.ndjson"))


@pytest.fixture(scope="module")
def con() -> Iterator[DuckDBPyConnection]:
    with validator() as scratch:
        yield scratch


KEYS = st.sampled_from([*ACTIVITY.names, "row", "mood"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
VALUES = st.recursive(SCALARS, lambda some: st.lists(some) | st.dictionaries(KEYS, some), max_leaves=5)
RECORDS = st.dictionaries(KEYS, VALUES).map(lambda changes: json.dumps({**event(), **changes}).encode())
LINES = st.lists(st.one_of(st.binary(max_size=20), RECORDS), max_size=6).map(b"\n".join)


def test_any_bytes_are_refused_as_a_whole_or_give_counted_rows(con: DuckDBPyConnection, tmp_path: Path) -> None:
    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    @given(st.one_of(st.binary(max_size=200), LINES))
    def check(content: bytes) -> None:
        try:
            parsed = read_canonical(put(tmp_path, "a.ndjson", content), "activity", "forum")
        except InputError:
            return
        raw = parsed.tables["activity"]
        accepted, refused, repeats = validate(con, "activity", raw, "forum", datetime(2027, 1, 1, tzinfo=UTC))
        assert accepted.schema == DATASETS["activity"]
        assert parsed.record_count == len(parsed.rejects) + accepted.num_rows + len(refused) + repeats

    check()


# CSV -----------------------------------------------------------------------------------------------------------


def test_a_missing_csv_column_is_named_with_the_file(tmp_path: Path) -> None:
    missing = refusal(put(tmp_path, "a.csv", f"{HEADER}\n".replace("actor_id", "actor")))
    assert missing == (
        "column actor_id is missing (it has: 'event_id', 'network', 'verb', 'actor', 'target_id', 'occurred_at')"
    )


def test_the_network_column_may_be_missing_where_the_source_names_its_network(tmp_path: Path) -> None:
    content = f"{HEADER}\n{ROW}\n".replace("network,", "").replace("forum,", "")
    assert rows(put(tmp_path, "a.csv", content), "forum")[0]["network"] == "forum"
    assert refusal(tmp_path / "a.csv").startswith("column network is missing")


def test_a_column_given_twice_is_named(tmp_path: Path) -> None:
    assert refusal(put(tmp_path, "a.csv", f"{HEADER},actor_id\n{ROW},eve\n")) == "column actor_id is given twice"
    twice = columns().append_column("actor_id", pa.array(["eve"]))
    assert refusal(parquet(tmp_path, twice)) == "column actor_id is given twice"


def test_rows_with_too_few_or_too_many_fields_are_counted(tmp_path: Path) -> None:
    parsed = read_canonical(put(tmp_path, "a.csv", f"{HEADER}\ne0,forum\n{ROW}\n\n{ROW},more\n"), "activity")
    assert rejects(parsed) == [(2, "2 fields where the header has 6"), (5, "7 fields where the header has 6")]
    assert parsed.record_count == 3


def test_quotes_may_hold_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    text = 'so, "they" said\nand left'
    with (tmp_path / "a.csv").open("w", newline="") as handle:
        csv.writer(handle).writerows([[*HEADER.split(","), "text"], [*ROW.split(","), text], [*ROW.split(","), "next"]])
    assert [each["text"] for each in rows(tmp_path / "a.csv")] == [text, "next"]


def test_a_quote_that_is_never_closed_is_refused_with_its_line(tmp_path: Path) -> None:
    content = f'{HEADER},text\n{ROW},fine\n{ROW},"cut off\n{ROW},swallowed\n'
    assert refusal(put(tmp_path, "a.csv", content)) == "line 3: a quote is opened and never closed"


def test_a_misplaced_quote_costs_its_row_alone(tmp_path: Path) -> None:
    content = f'{HEADER},text\n{ROW},one\n{ROW},"two" and more\n{ROW},three\n'
    parsed = read_canonical(put(tmp_path, "a.csv", content), "activity")
    assert rejects(parsed) == [(3, "invalid CSV: ',' expected after '\"'")]
    assert [each["text"] for each in parsed.tables["activity"].to_pylist()] == ["one", "three"]


def test_a_csv_field_may_be_as_long_as_a_line(tmp_path: Path) -> None:
    long = "x" * 200_000
    assert row(put(tmp_path, "a.csv", f"{HEADER},text\n{ROW},{long}\n"))["text"] == long


def test_line_ends_of_old_macs_are_refused_and_not_misread(tmp_path: Path) -> None:
    assert refusal(put(tmp_path, "a.csv", f"{HEADER}\r{ROW}\r")).startswith("line 1: new-line character")


def test_nul_bytes_are_kept(tmp_path: Path) -> None:
    assert row(put(tmp_path, "a.csv", f"{HEADER}\n{ROW}\n".replace("bob", "b\0b")))["actor_id"] == "b\0b"
    assert row(put(tmp_path, "a.ndjson", ndjson([event(actor_id="b\0b")])))["actor_id"] == "b\0b"


# Parquet -------------------------------------------------------------------------------------------------------


def test_a_missing_parquet_column_is_named_with_the_file(tmp_path: Path) -> None:
    assert refusal(parquet(tmp_path, columns().drop_columns("verb"))).startswith("column verb is missing (it has: ")


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pa.array(["bob"]).dictionary_encode(), "bob"),
        (pa.array(["bob"], pa.large_string()), "bob"),
        (pa.array([b"bob"]), "bob"),
        (pa.array([2**64 - 1], pa.uint64()), "18446744073709551615"),
        (pa.array([Decimal("1.50")]), "1.50"),
        (pa.array([None], pa.null()), None),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_any_simple_type_is_read_as_text(tmp_path: Path, column: pa.Array, text: str | None) -> None:
    assert row(parquet(tmp_path, columns(actor_id=column)))["actor_id"] == text


@pytest.mark.parametrize(
    "column",
    [
        pa.array([datetime(2026, 3, 1, 10)], pa.timestamp("s")),
        pa.array([datetime(2026, 3, 1, 10)], pa.timestamp("ns")),
        pa.array([datetime(2026, 3, 1, 10, tzinfo=UTC)], pa.timestamp("us", "Europe/Berlin")),
        pa.array(["2026-03-01 11:00:00+01:00"]),
    ],
    ids=lambda column: str(column.type),
)
def test_any_kind_of_parquet_timestamp_is_the_same_instant(tmp_path: Path, column: pa.Array) -> None:
    raw = read_canonical(parquet(tmp_path, columns(occurred_at=column)), "activity").tables["activity"]
    with validator() as con:
        accepted, refused, _ = validate(con, "activity", raw, None, datetime(2027, 1, 1, tzinfo=UTC))
    assert (accepted.column("occurred_at").to_pylist(), refused) == ([datetime(2026, 3, 1, 10)], [])


@pytest.mark.parametrize("column", [pa.array([1_772_359_200]), pa.array([1_772_359_200.0]), pa.array([True])], ids=str)
def test_a_parquet_column_of_epoch_seconds_is_refused_row_by_row(tmp_path: Path, column: pa.Array) -> None:
    raw = read_canonical(parquet(tmp_path, columns(occurred_at=column)), "activity").tables["activity"]
    with validator() as con:
        accepted, refused, _ = validate(con, "activity", raw, None, datetime(2027, 1, 1, tzinfo=UTC))
    assert (accepted.num_rows, refused[0].reason.split(":")[0]) == (0, "occurred_at is not a timestamp")


@pytest.mark.parametrize("value", [[1.5], {"stars": 5}])
def test_a_nested_parquet_column_is_named_with_its_type(tmp_path: Path, value: Any) -> None:
    assert "column value is of type" in refusal(parquet(tmp_path, columns(value=[value])))


def test_columns_that_nobody_asks_for_may_be_of_any_type(tmp_path: Path) -> None:
    assert row(parquet(tmp_path, columns(mood=[["glad"]])))["event_id"] == "e1"


def test_parquet_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    broken = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe"))
    assert "column actor_id" in refusal(parquet(tmp_path, columns(actor_id=broken)))
    assert "column actor_id" in refusal(parquet(tmp_path, columns(actor_id=pa.array([b"\xff"]))))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet at all", b"PAR1" + bytes(60) + b"PAR1"])
def test_what_is_no_parquet_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(put(tmp_path, "a.parquet", content)).startswith("not a readable Parquet file: ")


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    whole = parquet(tmp_path, columns(100)).read_bytes()
    assert refusal(put(tmp_path, "b.parquet", whole[:-20])).startswith("not a readable Parquet file: ")


def test_a_parquet_bomb_is_refused_unread(tmp_path: Path) -> None:
    many = pa.table({name: pa.repeat(value, 1_500_000).dictionary_encode() for name, value in event().items()})
    path = parquet(tmp_path, many)
    assert path.stat().st_size < 100_000
    assert "taken for a bomb" in refusal(path)


def test_the_rows_of_a_parquet_file_are_numbered_from_one(tmp_path: Path) -> None:
    assert [each["row"] for each in rows(parquet(tmp_path, columns(3)))] == [1, 2, 3]


def test_a_day_of_parquet_dates_is_midnight_utc(tmp_path: Path) -> None:
    assert row(parquet(tmp_path, columns(occurred_at=pa.array([date(2026, 3, 1)]))))["occurred_at"] == "2026-03-01"
