"""Counts of all that the ledger says, on a warehouse of a few rows."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.consent.standing import last_words, standing

NIGHT = date(2026, 3, 15)
CONSENT = [
    ("p1", "forum", "a", "public_score", "grant", "2026-03-01"),
    ("p1", "forge", "a", "public_score", "grant", "2026-03-01"),
    ("p2", "forum", "b", "public_score", "withdraw", "2026-03-15 23:59:59.999999"),
    ("p3", "forum", "c", "public_score", "grant", "2026-03-16"),
    ("p4", "forum", "d", "research", "grant", "2026-03-01"),
    ("p5", "forum", "e", "research", "erase", "2026-03-01"),
    ("p6", "forum", "f", "public_score", "grant", "2026-03-01"),
]
ALIASES = [
    ("forum", "account", "f", "7"),
    ("forum", "account", "f_before", "7"),
    ("forge", "account", "f", "7"),
    ("forge", "account", "f_there", "7"),
    ("forum", "object", "e", "8"),
    ("forum", "account", "e_too", "8"),
]


@pytest.fixture
def places(tmp_path: Path) -> HomePaths:
    places = HomePaths(tmp_path)
    places.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(places.warehouse)) as con:
        con.execute("create schema raw")
        con.execute("create schema conformed")
        con.execute("create table raw.run as select $1::date as as_of_date", [NIGHT])
        columns = "person_id text, network text, account_id text, purpose text, action text, recorded_at timestamp"
        con.execute(f"create table raw.consent ({columns})")
        con.executemany("insert into raw.consent values (?, ?, ?, ?, ?, ?)", CONSENT)
        con.execute("create table raw.aliases (network text, kind text, alias_id text, stable_id text)")
        con.executemany("insert into raw.aliases values (?, ?, ?, ?)", ALIASES)
        con.execute("create table raw.activity (network text, actor_id text, target_id text)")
        con.execute("create table conformed.consent as select unnest(['p1', 'p1', 'p6']) as person_id")
        con.execute(
            "create table conformed.consent_counts as from (values (null, 3), ('minor', 1), ('withdrawn', 4), "
            "('claimed', 1)) as counts (refused_because, account_count)"
        )
    return places


def unknown(places: HomePaths, *activity: tuple[str, str, str | None]) -> int:
    with duckdb.connect(str(places.warehouse)) as con:
        for row in activity:
            con.execute("insert into raw.activity values (?, ?, ?)", row)
    return int(standing(places)["accounts_that_no_event_names"])


def test_people_and_accounts_are_counted_up_to_the_night_and_refusals_the_most_first(places: HomePaths) -> None:
    found = standing(places)
    assert found["as_of_date"] == NIGHT
    assert (found["people_in_the_ledger"], found["people_with_a_standing_grant"]) == (4, 2)
    assert (found["accounts"], found["standing_accounts"]) == (9, 3)
    assert list(found["refused"].items()) == [("withdrawn", 4), ("claimed", 1), ("minor", 1)]


@pytest.mark.parametrize(
    ("activity", "left"),
    [
        ([], 5),
        ([("forum", "a", None)], 4),
        ([("forum", "a", "b")], 3),
        ([("forge", "a", None), ("forge", "b", None)], 4),
        ([("forum", "f_before", None)], 4),
        ([("forge", "f_before", None)], 5),
        ([("forum", "f_there", None)], 5),
        ([("forum", "x", "f_before")], 4),
        ([("forum", "e_too", None)], 5),
        ([("forum", "d", "c")], 5),
    ],
)
def test_accounts_that_nothing_names_by_any_of_their_names_are_counted(
    places: HomePaths, activity: list[tuple[str, str, str | None]], left: int
) -> None:
    assert unknown(places, *activity) == left


def test_before_any_night_there_is_nothing_to_count(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no night has been built yet"):
        standing(HomePaths(tmp_path))


def test_of_one_person_the_last_decision_stands_for_each_account_and_purpose() -> None:
    def row(network: str, account: str, purpose: str, action: str, at: str) -> dict[str, object]:
        said = {"network": network, "account_id": account, "purpose": purpose, "action": action}
        return {"entry": {"fields": said | {"recorded_at": at, "is_adult": True}}}

    rows = [
        row("forum", "a", "public_score", "withdraw", "2026-03-02"),
        row("forum", "a", "public_score", "grant", "2026-03-01"),
        row("forum", "a", "research", "grant", "2026-03-01"),
        row("forge", "a", "public_score", "grant", "2026-03-01"),
        row("forum", "b", "public_score", "grant", "2026-03-01"),
        row("forum", "b", "public_score", "withdraw", "2026-03-01"),
    ]
    found = last_words(rows)
    assert sorted((one["network"], one["account_id"], one["purpose"], one["action"]) for one in found) == [
        ("forge", "a", "public_score", "grant"),
        ("forum", "a", "public_score", "withdraw"),
        ("forum", "a", "research", "grant"),
        ("forum", "b", "public_score", "withdraw"),
    ]
