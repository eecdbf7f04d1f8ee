"""Which accounts their snapshots keep from readers, under whatever name they were seen."""

import duckdb
import pytest

from evenscore.publication.shown import private_among

SAME = [("p0", "S1"), ("q0", "S1")]
RECYCLED = [*SAME, ("q0", "S2")]

Snapshot = tuple[str, str, bool | None]


def private(names: list[tuple[str, str]], *snapshots: Snapshot) -> set[str]:
    with duckdb.connect() as con:
        con.execute("create table accounts (network text, account_id text, captured_at timestamp, is_private bool)")
        con.executemany("insert into accounts values ('forum', ?, ?, ?)", snapshots)
        con.execute("create table aliases (network text, kind text, alias_id text, stable_id text)")
        con.executemany("insert into aliases values ('forum', 'account', ?, ?)", names)
        return {account for _, account in private_among(con, "accounts", "aliases")}


@pytest.mark.parametrize("names", [SAME, RECYCLED], ids=["renamed", "recycled"])
def test_what_one_name_asked_protects_the_account_under_all(names: list[tuple[str, str]]) -> None:
    assert private(names, ("q0", "2026-03-07", True)) == {"p0", "q0"}


def test_an_account_under_two_names_of_its_own_has_one_last_word() -> None:
    assert private(SAME, ("q0", "2026-03-07", True), ("p0", "2026-03-08", False)) == set()


def test_whoever_has_the_name_now_takes_nothing_back_for_who_had_it() -> None:
    assert private(RECYCLED, ("q0", "2026-03-07", True), ("q0", "2026-03-09", False)) == {"p0"}


def test_who_had_the_name_takes_it_back_under_their_own() -> None:
    assert private(RECYCLED, ("q0", "2026-03-07", True), ("p0", "2026-03-08", False)) == {"q0"}


def test_silence_takes_nothing_back() -> None:
    assert private([("x", "S9")], ("p0", "2026-03-07", True), ("p0", "2026-03-08", None)) == {"p0"}
