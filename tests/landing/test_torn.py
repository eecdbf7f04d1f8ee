"""A file whose end was lost is refused whole, and so is one that its own checksums give away."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from evenscore.base.errors import InputError
from evenscore.connectors.compressed import UNCHECKED
from home import Home, event, ndjson

HEADER = ",".join(event())
ROW = ",".join(event().values())


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("a.ndjson", b'{"event_id": "e2", "netw'),
        ("a.ndjson", json.dumps(event("e2"))[:-20].encode() + b'"}'),
        ("a.ndjson", json.dumps(event("e2", occurred_at="2026-03-")).encode()),
        ("a.ndjson", json.dumps(event("e2", verb="li")).encode()),
        ("a.ndjson", b"{"),
        ("a.csv", b"e2,forum,like,bob"),
        ("a.csv", b"e2,forum,like,bob,ann,2026-0"),
        ("a.csv", b"e2,forum,like,bob,ann,"),
        ("a.csv", b'e2,"forum'),
        ("a.csv", b'e2,forum,like,bob,ann,"2026-03-01T10:00:00Z'),
    ],
)
def test_a_last_line_that_is_cut_off_is_a_torn_file(home: Home, name: str, end: bytes) -> None:
    start = f"{HEADER}\n{ROW}\n".encode() if name.endswith("csv") else ndjson([event()])
    home.deliver(name, content=start + end)
    number = 3 if name.endswith("csv") else 2
    with pytest.raises(InputError, match=rf"{name}: (row|line) {number}: "):
        home.extract()
    assert home.landed() == []
    home.deliver(name, content=start + end + b"\n")
    if b'"2026-03-01T10' not in end and b'"forum' not in end:  # with its line end it is one bad record
        (delivery,) = home.extract()
        assert (delivery.rejected_count, len(home.landed())) == (1, 1)


@pytest.mark.parametrize("name", ["a.ndjson", "a.csv", "a.ndjson.zst"])
def test_a_last_line_that_is_sound_stays_sound_without_a_line_end(home: Home, name: str) -> None:
    content = f"{HEADER}\n{ROW}".encode() if name.endswith("csv") else json.dumps(event()).encode()
    home.deliver(name, content=zstandard.compress(content) if name.endswith("zst") else content)
    assert home.extract()[0].landed_count == 1


def test_a_torn_file_of_a_native_connector_and_one_that_is_packed_are_refused_too(home: Home) -> None:
    home.deliver("a.ndjson.zst", content=zstandard.compress(ndjson([event()]) + b'{"event_'))
    with pytest.raises(InputError, match=r"a\.ndjson\.zst: row 2: torn: the last line has no line end"):
        home.extract()
    home.config.write_text(home.config.read_text().replace('kind = "files"', 'kind = "discourse"'))
    (home.data / "a.ndjson.zst").unlink()
    home.deliver("b.ndjson", content=b'{"id": 5, "post_type": 1')
    with pytest.raises(InputError, match=r"b\.ndjson: row 1: torn"):
        home.extract()


def test_a_bad_line_before_a_sound_one_without_a_line_end_is_no_tear(home: Home) -> None:
    home.deliver("a.ndjson", content=b"{\n" + json.dumps(event()).encode())
    assert home.extract()[0].rejected_count == 1


def test_a_flipped_bit_in_a_parquet_page_is_refused(home: Home) -> None:
    path = home.data / "a.parquet"
    rows: list[dict[str, Any]] = [event(f"event-number-{at}") for at in range(50)]
    pq.write_table(pa.Table.from_pylist(rows), path, write_page_checksum=True, compression="none", use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[content.index(b"event-number-7") + 13] ^= 1  # still text: without the checksum it would land as another id
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.parquet: not a readable Parquet file: .*(?i:crc|checksum)"):
        home.extract()
    assert home.landed() == []


@pytest.mark.parametrize("is_checked", [True, False])
def test_a_file_that_nothing_vouches_for_is_noted(home: Home, is_checked: bool) -> None:
    packed = zstandard.ZstdCompressor(write_checksum=is_checked).compress(ndjson([event()]))
    home.deliver("a.ndjson.zst", content=packed)
    (delivery,) = home.extract()
    assert delivery.notes == ([] if is_checked else [UNCHECKED])
    assert Path(delivery.path).name == "a.ndjson.zst"
