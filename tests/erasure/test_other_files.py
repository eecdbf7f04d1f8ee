"""Whoever leaves is taken out of a file of any kind, and what others have in it stays."""

import gzip
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from evenscore.erasure.other_files import purge_files
from evenscore.names.identifier_matcher import REMOVED, ErasureSubject, IdentifierMatcher
from evenscore.state import truths
from home import Home, event

MATCHER = IdentifierMatcher([ErasureSubject("forum", "bob", "2026-03-01", "12")])
"""Somebody whose person is a number: where it names a person it is theirs, and anywhere else it is a number."""

LINES = "bob came\nann came\nkebob, 12 of them\n12/work\n"
LEFT_LINES = "ann came\nkebob, 12 of them\n"


def parquet(*rows: dict[str, Any]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), sink)
    return sink.getvalue()


def squeezed(text: str) -> bytes:
    return zstandard.ZstdCompressor().compress(text.encode())


def as_json(value: object) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def as_stored(content: bytes) -> bytes:
    return content


def unsqueezed(content: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(content)


def rows_of(content: bytes) -> bytes:
    return json.dumps(pq.read_table(pa.BufferReader(content)).to_pylist()).encode()


ANN: dict[str, Any] = {"person_id": "1", "note": "of ann", "count": 12}
TOLD = ANN | {"note": "of bob"}
OWN = ANN | {"person_id": "12"}
PAIR = ANN | {"other_person_id": "12"}

KINDS: dict[str, tuple[bytes, bytes | None, Callable[[bytes], bytes]]] = {
    "a.log": (LINES.encode(), LEFT_LINES.encode(), as_stored),
    "a.txt": (b"bob", b"", as_stored),
    "a.sql": (b"-- for bob\nselect 1\n", b"select 1\n", as_stored),
    "a.log.gz": (gzip.compress(LINES.encode()), LEFT_LINES.encode(), gzip.decompress),
    "a.log.zst": (squeezed(LINES), LEFT_LINES.encode(), unsqueezed),
    "a.csv": (
        b'person_id,other_person_id,note\n12,1,x\n1,12,x\n1,2,"two\nlines of bob"\n1,2,"two\nlines, 12"\n1,2\n',
        b'person_id,other_person_id,note\n1,2,"two\nlines, 12"\n1,2\n',
        as_stored,
    ),
    "a.json": (
        json.dumps({"all": [ANN, OWN, PAIR, TOLD, "bob", "ann", 12, None], "bob": 1, "own": OWN, "ann": 1}).encode(),
        as_json({"all": [ANN, ANN | {"note": REMOVED}, REMOVED, "ann", 12, None], "ann": 1}),
        as_stored,
    ),
    "own.json": (json.dumps(OWN).encode(), None, as_stored),
    "text.json": (b'"of bob"', as_json(REMOVED), as_stored),
    "a.parquet": (parquet(ANN, OWN, TOLD), json.dumps([ANN]).encode(), rows_of),
    "own.parquet": (parquet(ANN, OWN), json.dumps([ANN]).encode(), rows_of),
    "told.parquet": (parquet(TOLD, ANN), json.dumps([ANN]).encode(), rows_of),
    "damaged.json": (b'{"of": "bob', None, as_stored),
    "damaged.parquet": (b"PAR1 bob PAR1", None, as_stored),
    "damaged.csv": (b"\xff, bob\n", None, as_stored),
    "damaged.gz": (b"no gzip: bob", None, as_stored),
    "cut.gz": (gzip.compress(b"ann\n" * 9)[:-9] + b" bob", None, as_stored),
    "damaged.zst": (b"no zstd: bob", None, as_stored),
    "own.csv": (b"person_id,note\n1,x\n12,x\n", b"person_id,note\n1,x\n", as_stored),
    "a.pdf": (b"\x00 bob \x00", None, as_stored),
    "without_a_kind": (b"of bob", None, as_stored),
    "of_bob/a.pdf": (b"nothing else", b"nothing else", as_stored),
    "of bob/a.pdf": (b"nothing else", None, as_stored),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_of_any_kind_loses_what_is_theirs_and_keeps_the_rest(name: str, home: Home) -> None:
    before, after, read = KINDS[name]
    path = home.places.home / "exports" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(before)
    changed = purge_files(home.settings, MATCHER)
    assert (read(path.read_bytes()) if path.exists() else None) == after
    assert changed == (not path.exists() or path.read_bytes() != before)
    assert purge_files(home.settings, MATCHER) == 0


OTHERS: dict[str, bytes] = {
    "a.log": LEFT_LINES.encode(),
    "a.csv": b"person_id,note\r\n1,12\r\n",
    "a.json": b'{"person_id":"1","note":12}',
    "a.parquet": parquet(ANN),
    "damaged.parquet": b"PAR1 ann PAR1",
    "damaged.gz": b"no gzip: ann",
    "cut.gz": gzip.compress(LINES.encode())[:-9],
    "damaged.json": b'{"person_id": "12',
    "a.pdf": b"\x00 ann \x00",
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_names_nobody_who_leaves_stays_as_it_is_byte_by_byte(name: str, home: Home) -> None:
    path = home.places.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(OTHERS[name])
    assert purge_files(home.settings, MATCHER) == 0
    assert path.read_bytes() == OTHERS[name]


def test_a_database_loses_the_texts_and_the_bytes_of_them_and_keeps_its_rows(home: Home) -> None:
    path = home.places.home / "airflow" / "airflow.db"
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as con:
        con.execute("create table runs (note text, number integer)")
        con.execute("pragma secure_delete = off")  # what was deleted stays in the file until it is written anew
        con.executemany("insert into runs values (?, ?)", [("of bob", 12), ("of ann", 12), (None, 1)])
        con.executemany("insert into runs values (?, ?)", [("bob left", 2)] * 1000)
        con.execute("delete from runs where number = 2")
    con.close()
    assert purge_files(home.settings, MATCHER) == 1
    assert b"bob" not in path.read_bytes()
    with sqlite3.connect(path) as con:
        assert con.execute("select * from runs").fetchall() == [(json.dumps(REMOVED), 12), ("of ann", 12), (None, 1)]
    con.close()
    assert purge_files(home.settings, MATCHER) == 0


def test_below_some_folders_nothing_else_is_touched(home: Home) -> None:
    paths = [home.places.home / folder / "a.log" for folder in ("logs", "exports")]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_text("bob\n")
    assert purge_files(home.settings, MATCHER, (home.places.home / "logs",)) == 1
    assert [path.read_text() for path in paths] == ["", "bob\n"]


def test_what_is_only_ever_added_to_is_written_anew_and_is_whole_by_its_head(home: Home) -> None:
    for line in ('{"why": "bob asked"}', '{"why": "ann asked"}'):
        truths.append(home.places, home.places.decisions, line)
    assert purge_files(home.settings, MATCHER) == 1
    assert home.places.decisions.read_text() == '{"why": "ann asked"}\n'
    assert truths.require_whole(home.places)["reviews/decisions.ndjson"]["rewrites"] == 1


def test_of_what_is_only_ever_added_to_a_file_that_is_theirs_is_emptied(home: Home) -> None:
    truths.write_json(home.places, home.places.pruned, OWN)
    assert purge_files(home.settings, MATCHER) == 1
    assert home.places.pruned.read_bytes() == b""
    truths.require_whole(home.places)


def test_inputs_links_and_what_another_step_answers_for_are_left_alone(home: Home, tmp_path: Path) -> None:
    home.deliver("2026-03-01.ndjson", event())
    home.extract()
    landed = home.files()
    places = home.places
    own = [places.lock, places.seen_clean, places.suppression_key, places.suppressed, places.consent_key, places.heads]
    own += [places.consent_ledger, places.page_facts("2026-03-05_a"), places.reports / "2026-03-05.html"]
    own += [places.demo / "a.log", places.origins_folder / "a.json", places.published / "runs" / "a.log"]
    for path in own:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"bob\n")
    (tmp_path / "elsewhere.log").write_text("bob\n")
    (places.home / "link.log").symlink_to(tmp_path / "elsewhere.log")
    purge_files(home.settings, MATCHER)
    assert {path: path.read_bytes() for path in own} == dict.fromkeys(own, b"bob\n")
    assert home.files() == landed
    assert (tmp_path / "elsewhere.log").read_text() == "bob\n"
