"""Which words of a ledger stand, and which published rows they let show, on both sides of each bound."""

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from evenscore.base import databases
from evenscore.base.canonical import CONSENT, LAID_OUT_CONSENT
from evenscore.checks.consent_audit import note_who_asked, unasked_count
from evenscore.consent import judging
from evenscore.consent.shown import Shown, judge, judge_ledger
from evenscore.publication.shown_rows import MARTS, lapse_tonight, lay_out_present, rule

DAY = datetime(2026, 3, 1)
LATER = DAY + timedelta(microseconds=1)
NIGHT = date(2026, 3, 10)
CON = duckdb.connect()
"""One database in memory for all: to make one takes longer than to ask it."""
Row = dict[str, Any]
SCHEMA = pa.schema([CONSENT.field(name) for name in LAID_OUT_CONSENT])


@pytest.fixture(autouse=True)
def one_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "connect", CON.cursor)


def said(action: str = "grant", at: datetime = DAY, **more: Any) -> Row:
    known = {"person_id": "ann", "network": "forum", "account_id": "a", "persona": "work", "purpose": "public_score"}
    return known | {"action": action, "is_adult": True, "recorded_at": at} | more


def stands(*rows: Row) -> set[tuple[str, str, str, str]]:
    """Who stands, as all three that judge a ledger agree, in whatever order it has come to be."""
    by_row = judge(rows, frozenset()).stands
    assert judge(rows[::-1], frozenset()).stands == by_row
    table = pa.Table.from_pylist(list(rows), schema=SCHEMA)
    assert judge_ledger(table, frozenset()).stands == by_row
    note_who_asked(CON, table)
    asked = CON.execute("from asked").fetchall()
    assert sorted(asked) == sorted({one[:3] for one in by_row})
    return set(by_row)


ANN = ("ann", "work", "forum", "a")
BEN = ("ben", "work", "forum", "b")
OF_BEN = said(person_id="ben", account_id="b")


@pytest.mark.parametrize(
    ("rows", "is_shown"),
    [
        ([said()], True),
        ([said(is_adult=None)], False),
        ([said(is_adult=False)], False),
        ([said(purpose="research")], False),
        ([said("withdraw")], False),
        ([said(), said("withdraw")], False),
        ([said(), said("withdraw", LATER)], False),
        ([said("withdraw"), said(at=LATER)], True),
        ([said(), said("withdraw", LATER, purpose="research")], True),
        ([said(), said("withdraw", LATER, purpose="topic:birds")], True),
        ([said(), said("withdraw", LATER, network="forge")], True),
        ([said(), said("withdraw", LATER, account_id="other")], True),
        ([said(), said("erase")], False),
        ([said(), said("erase", purpose="research")], False),
        ([said("erase"), said(at=LATER)], True),
        ([said("erase"), said("erase", LATER, purpose="research"), said(at=LATER)], False),
        ([said("erase", LATER), said("erase"), said(at=LATER)], False),
        ([said(at=LATER), said("erase", network="forge", at=LATER)], True),
        ([said(is_adult=None), said(at=LATER)], True),
        ([said(), said(is_adult=None)], False),
    ],
)
def test_the_last_word_on_an_account_stands_and_of_one_instant_the_stricter(rows: list[Row], is_shown: bool) -> None:
    assert stands(OF_BEN, *rows) == {BEN} | ({ANN} if is_shown else set())


@pytest.mark.parametrize(
    ("rows", "is_minor"),
    [
        ([said("withdraw", is_adult=False, network="forge", account_id="z")], True),
        ([said(is_adult=False, purpose="research", network="forge", account_id="z")], True),
        ([said(is_adult=False, purpose="topic:birds")], True),
        ([said("withdraw", is_adult=False, purpose="research"), said(at=LATER, purpose="research")], False),
        ([said("withdraw", is_adult=False, purpose="research"), said(purpose="research")], True),
        ([said("withdraw", is_adult=False, purpose="research"), said(at=LATER)], True),
        (
            [said("withdraw", is_adult=False, purpose="research"), said("withdraw", LATER, purpose="research")],
            True,
        ),
        (
            [said("withdraw", is_adult=False, purpose="research"), said(at=LATER, purpose="research", is_adult=None)],
            True,
        ),
        (
            [
                said(is_adult=False, network="forge", purpose="research"),
                said(at=LATER, network="forum", purpose="research"),
            ],
            True,
        ),
        ([said(person_id="cal", is_adult=False, purpose="research")], True),
        ([said(person_id="cal", is_adult=False, purpose="research", network="forge")], False),
    ],
)
def test_a_minor_on_any_network_is_shown_on_none_until_grown_up_for_that_very_purpose(
    rows: list[Row], is_minor: bool
) -> None:
    assert stands(said(at=LATER), OF_BEN, *rows) & {ANN, BEN} == {BEN} | (set() if is_minor else {ANN})


@pytest.mark.parametrize(
    ("rival", "is_shared"),
    [
        ([said(person_id="cal", purpose="research")], True),
        ([said(person_id="cal", purpose="topic:birds")], False),
        ([said(person_id="cal"), said("withdraw", LATER, person_id="cal")], False),
        ([said(person_id="cal"), said("withdraw", LATER, person_id="cal", purpose="research")], True),
        ([said(person_id="cal"), said("erase", LATER, person_id="cal", purpose="research")], False),
        ([said("erase", LATER, person_id="cal"), said(at=LATER, person_id="cal", purpose="research")], False),
        ([said(person_id="cal", network="forge")], False),
        ([said(purpose="research")], False),
    ],
)
def test_an_account_of_two_is_nobodys_while_both_claims_stand(rival: list[Row], is_shared: bool) -> None:
    assert stands(said(), OF_BEN, *rival) & {ANN, BEN} == {BEN} | (set() if is_shared else {ANN})


def test_of_two_erasures_the_later_one_counts_in_whatever_order() -> None:
    erasures = [said("erase"), said("erase", LATER, purpose="research"), said("withdraw", LATER + (LATER - DAY))]
    for rows in (erasures, erasures[::-1]):
        assert judging.erased_until(rows) == {("ann", "forum", "a"): LATER}


def test_a_veto_is_of_one_persona_and_topic_and_ends_with_a_later_grant() -> None:
    veto = said("withdraw", purpose="topic:B\u00edrd s")
    assert judging.vetoes([said(), veto]) == {("ann", "work", "birds")}
    assert judging.vetoes([veto, said(at=LATER, purpose="topic:birds")]) == set()
    assert judging.vetoes([veto, said(purpose="topic:birds")]) == {("ann", "work", "birds")}
    assert judging.vetoes([veto, said(at=LATER, purpose="topic:birds", persona="private")]) == {
        ("ann", "work", "birds")
    }
    assert judging.vetoes([veto, said(at=LATER, purpose="topic:trees")]) == {("ann", "work", "birds")}


def test_who_left_is_told_by_part_and_by_the_last_account_that_ended() -> None:
    rows = [
        said(at=DAY - timedelta(1), account_id="a2"),  # named first, and ended last
        said("withdraw"),
        said("withdraw", LATER, account_id="a2"),
        said(network="forge"),
        said("erase", network="talk", persona="private"),
        said(at=LATER, network="talk", persona="private"),
    ]
    left = {("ann", "work", "forum"): LATER, ("ann", "private", "talk"): DAY}
    assert judge(rows, frozenset()).left == judge(rows[::-1], frozenset()).left == left
    assert judge([said(), said(network="forge")], frozenset({("forge", "a")})).stands == {ANN}


# which rows of a run that is already published ----------------------------------------------------------------------


def revoked(shown: Shown, *seen: tuple[str, str, date, str]) -> list[tuple[str, str, date]]:
    CON.execute("create schema if not exists seen")
    columns = "person_id text, persona text, as_of_date date, network text"
    CON.execute(f"create or replace table seen.score_contributions ({columns})")
    CON.executemany("insert into seen.score_contributions values (?, ?, ?, ?)", seen)
    lay_out_present(CON, shown, "seen")
    return CON.execute("from present.revoked_nights order by all").fetchall()


@pytest.mark.parametrize(
    ("left_at", "is_revoked"),
    [
        (None, False),
        (datetime(2026, 3, 10, 23, 59, 59, 999999), False),
        (datetime(2026, 3, 11), True),
        (datetime(2026, 3, 12), True),
    ],
)
def test_a_night_is_revoked_where_an_account_that_it_rests_on_ended_after_it(
    left_at: datetime | None, is_revoked: bool
) -> None:
    """Ann has come back with the account since: the nights after stay, and those before are gone."""
    left = {("ann", "work", "forum"): left_at} if left_at else {}
    shown = Shown(frozenset({ANN, ("ann", "work", "forge", "a"), ("ann", "private", "forum", "c")}), left)
    rows = [("ann", "work", NIGHT, "forge"), ("ann", "work", NIGHT, "all"), ("ann", "private", NIGHT, "forum")]
    night = ("ann", "work", NIGHT)
    assert revoked(shown, *rows) == []
    assert revoked(shown, *rows, ("ann", "work", NIGHT, "forum")) == ([night] if is_revoked else [])


def test_a_night_is_revoked_where_nobody_stands_with_its_network_and_persona() -> None:
    shown = Shown(frozenset({ANN, ("ann", "private", "forge", "c"), BEN}))
    seen = [
        (who, persona, NIGHT, net) for who in ("ann", "ben") for persona in ("work", "private") for net in ("forum",)
    ]
    assert revoked(shown, *seen) == [("ann", "private", NIGHT), ("ben", "private", NIGHT)]
    assert revoked(shown, ("ann", "work", NIGHT, "all"), ("cal", "work", NIGHT, "all")) == []
    assert revoked(shown, ("ann", "work", NIGHT, "forge")) == [("ann", "work", NIGHT)]


COLUMNS = {
    "person_id": "text",
    "persona": "text",
    "as_of_date": "date",
    "network": "text",
    "is_counted": "boolean",
    "other_person_id": "text",
    "topic": "text",
}


def shows(mart: str, **columns: Any) -> bool:
    """Whether a row of a mart is shown: ann's work stands on the forum alone, without birds, ben's with everything."""
    row = {"person_id": "ann", "persona": "work", "as_of_date": NIGHT, "network": "forum", "is_counted": True}
    row |= {"other_person_id": "ben", "topic": "trees"} | columns
    shown = Shown(frozenset({ANN, BEN, ("dee", "private", "forge", "d")}), {}, frozenset({("ann", "work", "birds")}))
    lay_out_present(CON, shown, "nobody")
    CON.execute("insert into present.revoked_nights values ('ann', 'work', $1)", [NIGHT - timedelta(1)])
    kinds = ", ".join(f"${name}::{kind} as {name}" for name, kind in COLUMNS.items())
    return bool(CON.execute(f"select * from (select {kinds}) where {rule(mart, 'present')}", row).fetchall())


OF_NOBODY = {"incident_nights", "cohort_moves"}


@pytest.mark.parametrize("mart", MARTS)
def test_a_row_is_shown_of_who_stands_as_this_persona(mart: str) -> None:
    assert shows(mart) and shows(mart, person_id="ben", other_person_id="ann")
    assert shows(mart, person_id="cal") is (mart in OF_NOBODY)
    assert shows(mart, persona="private") is (mart in OF_NOBODY | {"trust_seeds"})
    is_of_a_night = mart not in OF_NOBODY | {"trust_seeds", "network_coverage"}
    assert shows(mart, as_of_date=NIGHT - timedelta(1)) is not is_of_a_night
    assert shows(mart, as_of_date=NIGHT - timedelta(1), person_id="ben") is True


def test_a_row_is_shown_by_its_network_the_other_person_and_its_topic() -> None:
    assert not shows("network_coverage", network="forge") and not shows("network_coverage", persona="private")
    assert shows("network_coverage", network="forge", is_counted=False)
    assert not shows("network_coverage", person_id="cal", is_counted=False)
    assert not shows("network_coverage", person_id="dee", persona="private")
    assert shows("network_coverage", person_id="dee", persona="private", network="forge")
    assert not shows("influences", other_person_id="cal") and shows("influences", other_person_id="dee")
    for mart in ("topic_scores", "topic_evidence"):
        for topic in ("birds", "B\u00edrds", "bir ds"):
            assert not shows(mart, topic=topic) and shows(mart, topic=topic, person_id="ben")


def test_tonights_rows_lapse_of_who_has_lost_an_account_since_the_night_was_laid_out() -> None:
    then = Shown(frozenset({ANN, BEN, ("ann", "private", "forum", "c")}))
    now = Shown(frozenset({BEN, ("ann", "private", "forum", "c"), ("new", "work", "forum", "n")}))
    CON.execute("create schema raw")
    CON.execute("create table raw.run as select $1::date as as_of_date", [NIGHT])
    lay_out_present(CON, now, "nobody")
    older = NIGHT - timedelta(1)
    CON.executemany("insert into present.revoked_nights values (?, 'work', ?)", [("ben", NIGHT), ("ben", older)])
    lapse_tonight(CON, then, now)
    found = CON.execute("from present.revoked_nights order by all").fetchall()
    assert found == [("ann", "work", NIGHT), ("ben", "work", older)]


# and the proof that is a road of its own -----------------------------------------------------------------------------

TABLES = {
    "person_scores": ["person_id", "persona"],
    "trust_seeds": ["person_id"],
    "influences": ["person_id", "persona", "other_person_id"],
    "topic_scores": ["person_id", "persona", "topic"],
    "topic_evidence": ["person_id", "persona", "topic", "network"],
    "score_contributions": ["person_id", "persona", "network"],
    "network_coverage": ["person_id", "persona", "network", "is_counted"],
    "incident_nights": ["as_of_date"],
}


@pytest.mark.parametrize(
    ("table", "changes", "count"),
    [
        *((table, {}, 0) for table in TABLES),
        *((table, {"person_id": "cal"}, 1) for table in TABLES if table != "incident_nights"),
        *((table, {"persona": "private"}, int(table not in ("incident_nights", "trust_seeds"))) for table in TABLES),
        ("influences", {"other_person_id": "cal"}, 1),
        ("topic_scores", {"topic": "Birds"}, 1),
        ("topic_scores", {"topic": "Birds", "person_id": "ben"}, 0),
        ("topic_evidence", {"network": "forge"}, 1),
        ("score_contributions", {"network": "forge"}, 1),
        ("score_contributions", {"network": "all"}, 0),
        ("network_coverage", {"network": "forge"}, 1),
        ("network_coverage", {"network": "forge", "is_counted": False}, 0),
    ],
)
def test_a_row_that_nobody_asked_to_show_is_counted_by_the_ledgers_own_words(
    table: str, changes: Row, count: int
) -> None:
    row = {"person_id": "ann", "persona": "work", "as_of_date": NIGHT, "network": "forum", "is_counted": True}
    row |= {"other_person_id": "ben", "topic": "trees"} | changes
    veto = [said("withdraw", purpose="topic:birds"), said("grant", LATER, purpose="topic:birds", person_id="ben")]
    note_who_asked(CON, pa.Table.from_pylist([said(), OF_BEN, *veto], schema=SCHEMA))
    kinds = ", ".join(f"${name}::{COLUMNS[name]} as {name}" for name in TABLES[table])
    CON.execute("create schema if not exists stands")
    CON.execute(
        f"create or replace table stands.{table} as select {kinds}", {name: row[name] for name in TABLES[table]}
    )
    assert CON.execute(f"select {unasked_count(CON, 'stands', table)}").fetchall() == [(count,)]


def test_a_veto_counts_until_its_owner_says_otherwise_later() -> None:
    def vetoed(*rows: Row) -> list[tuple[Any, ...]]:
        note_who_asked(CON, pa.Table.from_pylist(list(rows), schema=SCHEMA))
        return CON.execute("from vetoed").fetchall()

    veto, back = said("withdraw", purpose="topic:Birds"), said(purpose="topic:Birds")
    assert vetoed(veto) == vetoed(veto, back) == vetoed(back, veto) == [("ann", "work", "birds")]
    assert vetoed(veto, back | {"recorded_at": LATER}) == vetoed(back) == vetoed(said("withdraw")) == []
    assert len(vetoed(veto, back | {"recorded_at": LATER, "persona": "private"})) == 1
