"""Which accounts their snapshots keep from readers, under whatever name they were seen."""

from datetime import date, datetime

import duckdb
import pyarrow as pa
import pytest

from evenscore.base.canonical import DATASETS
from evenscore.consent.shown import private_accounts, private_among
from evenscore.landing_zone import landing
from home import Home, event

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


@pytest.mark.parametrize("words", [(True, False), (False, True)])
def test_of_one_instant_the_stricter_word_counts(words: tuple[bool, bool]) -> None:
    assert private([("x", "S9")], *(("p0", "2026-03-07", word) for word in words)) == {"p0"}


def test_whoever_has_the_name_now_takes_nothing_back_for_who_had_it() -> None:
    assert private(RECYCLED, ("q0", "2026-03-07", True), ("q0", "2026-03-09", False)) == {"p0"}


def test_who_had_the_name_takes_it_back_under_their_own() -> None:
    assert private(RECYCLED, ("q0", "2026-03-07", True), ("p0", "2026-03-08", False)) == {"q0"}


def test_silence_takes_nothing_back() -> None:
    assert private([("x", "S9")], ("p0", "2026-03-07", True), ("p0", "2026-03-08", None)) == {"p0"}


def test_the_snapshots_of_every_landed_day_speak_with_aliases_and_without(home: Home) -> None:
    def land(dataset: str, **row: object) -> None:
        at = datetime(2026, 3, 7)
        known = {"network": "forum", "captured_at": at, "seen_at": at, "kind": "account"}
        rows = pa.Table.from_pylist([known | row], schema=DATASETS[dataset])
        landing.land(home.places, "s", dataset, "forum", date(2026, 3, 7), rows)

    land("activity", **event() | {"occurred_at": datetime(2026, 3, 7)})
    assert private_accounts(home.settings) == frozenset()
    land("accounts", account_id="q0", is_private=True)
    assert private_accounts(home.settings) == {("forum", "q0")}
    for name, stable in SAME:
        land("aliases", alias_id=name, stable_id=stable)
    assert private_accounts(home.settings) == {("forum", "p0"), ("forum", "q0")}
