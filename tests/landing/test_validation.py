"""Which raw rows may land, and what is said of the others."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from evenscore.base.canonical import ACCOUNTS, ACTIVITY, VERBS
from evenscore.connectors.base import raw_table
from evenscore.landing_zone.validation import validator
from home import Record, event
from validated import validate

LATEST = datetime(2026, 3, 2, tzinfo=UTC)
Judge = Callable[..., tuple[list[Record], list[tuple[int, str]], int]]


@pytest.fixture(scope="module")
def con() -> Iterator[DuckDBPyConnection]:
    with validator() as scratch:
        yield scratch


@pytest.fixture(scope="module")
def judge(con: DuckDBPyConnection) -> Judge:
    def judged(*records: Record, dataset: str = "activity", network: str | None = "forum") -> Any:
        raw = raw_table(dataset, [{**record, "row": number} for number, record in enumerate(records, start=1)])
        accepted, rejects, repeats = validate(con, dataset, raw, network, LATEST)
        return accepted.to_pylist(), [(reject.row, reject.reason) for reject in rejects], repeats

    return judged


def account(**changes: Any) -> Record:
    return {"network": "forum", "account_id": "ann", "captured_at": "2026-03-01T10:00:00Z", **changes}


def test_a_sound_event_lands_as_it_is(judge: Judge) -> None:
    accepted, rejects, repeats = judge(event(value=4.5, text="Hi"))
    instant = datetime(2026, 3, 1, 10)
    sound = {**event(value=4.5, text="Hi", occurred_at=instant), "object_id": None}
    assert (accepted, rejects, repeats) == ([{name: sound[name] for name in ACTIVITY.names}], [], 0)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_canonical_verb_lands(judge: Judge, verb: str) -> None:
    assert judge(event(verb=verb, value=1))[1] == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"event_id": None}, "event_id is missing"),
        ({"event_id": "  "}, "event_id is missing"),
        ({"event_id": "x" * 513}, "event_id is too long"),
        ({"actor_id": "x" * 513}, "actor_id is too long"),
        ({"verb": None}, "verb is missing"),
        ({"verb": "poke"}, "verb is unknown: poke"),
        ({"verb": "Like"}, "verb is unknown: Like"),
        ({"verb": "x" * 9_999}, "verb is unknown: " + "x" * 100),
        ({"occurred_at": None}, "occurred_at is missing"),
        ({"occurred_at": "yesterday"}, "occurred_at is not a timestamp: yesterday"),
        ({"occurred_at": 1772359200}, "occurred_at is not a timestamp: 1772359200"),
        ({"occurred_at": "2026-02-30"}, "occurred_at is not a timestamp: 2026-02-30"),
        ({"occurred_at": "03/01/2026"}, "occurred_at is not a timestamp: 03/01/2026"),
        ({"occurred_at": "1969-12-31T23:59:59Z"}, "occurred_at is before 1970: 1969-12-31T23:59:59Z"),
        ({"occurred_at": "-infinity"}, "occurred_at is before 1970: -infinity"),
        ({"occurred_at": "infinity"}, "occurred_at is in the future: infinity"),
        ({"occurred_at": "2026-03-02T00:00:00Z"}, "occurred_at is in the future: 2026-03-02T00:00:00Z"),
        ({"value": "four"}, "value is not a number: four"),
        ({"value": "NaN"}, "value is not a number: NaN"),
        ({"value": "-inf"}, "value is not a number: -inf"),
        ({"verb": "rating"}, "value is missing"),
        ({"verb": "rating", "value": ""}, "value is missing"),
        ({"network": "../x"}, "network is not a plain name: ../x"),
        ({"network": "/etc"}, "network is not a plain name: /etc"),
        ({"network": "forum\n"}, "network is not a plain name: forum\n"),
        ({"network": "Forum"}, "network is not a plain name: Forum"),
        ({"network": "other"}, "network is not the one of this source: other"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_an_unsound_event_is_refused_for_its_reason(judge: Judge, changes: Record, reason: str) -> None:
    assert judge(event(), {**event("e2"), **changes})[1] == [(2, reason)]


@pytest.mark.parametrize("name", ["rejected", "deliveries"])
def test_the_landing_zones_own_folders_are_no_networks(judge: Judge, name: str) -> None:
    assert judge(event(network=name), network=None)[1] == [(1, f"network is a reserved word: {name}")]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-01T10:00:00", "10:00:00"),
        ("2026-03-01 10:00:00.5", "10:00:00.500000"),
        ("2026-03-01T10:00:00.123456789Z", "10:00:00.123456"),
        ("2026-03-01T10:00:00+05:30", "04:30:00"),
        ("2026-03-01T10:00:00-0800", "18:00:00"),
        ("2026-03-01T10:00:00 Europe/Berlin", "09:00:00"),
        ("2026-03-01", "00:00:00"),
    ],
)
def test_an_instant_lands_in_utc(judge: Judge, written: str, utc: str) -> None:
    assert str(judge(event(occurred_at=written))[0][0]["occurred_at"]) == f"2026-03-01 {utc}"


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2025-03-30 01:59:59 Europe/Berlin", "2025-03-30 00:59:59"),
        ("2025-03-30 03:00:00 Europe/Berlin", "2025-03-30 01:00:00"),
        ("2025-10-26T02:30:00+02:00", "2025-10-26 00:30:00"),
        ("2025-10-26T02:30:00+01:00", "2025-10-26 01:30:00"),
        ("2025-11-02 00:30:00 America/New_York", "2025-11-02 04:30:00"),
        ("2025-11-02 03:30:00 America/New_York", "2025-11-02 08:30:00"),
    ],
)
def test_the_nights_when_clocks_change_lose_no_hour(judge: Judge, written: str, utc: str) -> None:
    assert str(judge(event(occurred_at=written))[0][0]["occurred_at"]) == utc


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2026-03-01T10:00:00+99:00",
            "2026-03-01T10:00:00+14:30",
            "2026-03-01T10:00:00-00:00",
            "2026-03-01 10:00:00-00",
        ),
        *(
            "2026-02-27T24:00:00Z",
            "2026-02-28T23:59:60Z",
            "26-03-01T10:00:00Z",
            "2026-3-1",
            "2026-03-01T10:00+01:00:30",
        ),
        *("2026-03-01T10:00:00 CST", "2026-03-01T10:00:00 EST", "epoch", "-infinity", "now", "1772359200000"),
        *(
            "2025-10-26 02:30:00 Europe/Berlin",
            "2025-03-30 02:30:00 Europe/Berlin",
            "2025-04-06 01:45 Australia/Lord_Howe",
        ),
    ],
)
def test_a_time_that_could_mean_several_instants_or_none_is_refused_in_every_dataset(
    judge: Judge, written: str
) -> None:
    accepted, ((_, reason),), _ = judge(event(occurred_at=written))
    assert accepted == []
    why = ("not a timestamp", "no single instant", "before 1970")
    assert reason in [f"occurred_at is {kind}: {written}" for kind in why]


def test_an_offset_may_carry_an_event_into_the_future(judge: Judge) -> None:
    assert judge(event(occurred_at="2026-03-01T23:00:00-02:00"))[1][0][1].startswith("occurred_at is in the future")
    assert judge(event(occurred_at="2026-03-02T01:00:00+02:00"))[1] == []


def test_an_empty_actor_is_anonymous_and_not_somebody_called_nothing(judge: Judge) -> None:
    (landed,) = judge(event(actor_id="", target_id="", value="", text=""))[0]
    assert [landed[name] for name in ("actor_id", "target_id", "value", "text")] == [None] * 4


# repeats -------------------------------------------------------------------------------------------------------


def test_identical_repeats_are_folded_and_counted(judge: Judge) -> None:
    accepted, rejects, repeats = judge(event(), event(), event("e2"), event())
    assert ([row["event_id"] for row in sorted(accepted, key=str)], rejects, repeats) == (["e1", "e2"], [], 2)


def test_of_one_id_with_different_content_the_same_one_is_kept_in_any_order(judge: Judge) -> None:
    rows = [event(text=f"version {number}") for number in range(5)]
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        accepted, rejects, repeats = judge(*rows)
        assert ([row["text"] for row in accepted], repeats) == (["version 0"], 0)
        assert [reason for _, reason in rejects] == ["event_id is given twice with different content: e1"] * 4


def test_one_instant_written_in_two_ways_is_one_content(judge: Judge) -> None:
    accepted, rejects, repeats = judge(event(value=1), event(occurred_at="2026-03-01 11:00:00+01", value=1.0))
    assert (len(accepted), rejects, repeats) == (1, [], 1)
    snapshots = account(followers=1), account(captured_at="2026-03-01T12:00:00+02:00", followers=2)
    accepted, rejects, _ = judge(*snapshots, dataset="accounts")
    assert ([row["followers"] for row in accepted], len(rejects)) == ([1], 1)


def test_one_id_on_two_networks_is_two_events(judge: Judge) -> None:
    assert len(judge(event(), event(network="other"), network=None)[0]) == 2


# accounts ------------------------------------------------------------------------------------------------------


def test_a_sound_snapshot_lands_as_it_is(judge: Judge) -> None:
    (landed,) = judge(account(followers="12", following=3.0, is_bot=True, is_private="false"), dataset="accounts")[0]
    instant = {"captured_at": datetime(2026, 3, 1, 10)}
    counted = {"followers": 12, "following": 3, "listed": None, "is_private": False, "is_bot": True}
    assert landed == {name: {**account(), **instant, **counted}[name] for name in ACCOUNTS.names}


@pytest.mark.parametrize(
    ("flags", "is_private"),
    [
        ({"is_discoverable": "false"}, True),
        ({"is_indexable": False}, True),
        ({"no_unauthenticated": "true", "is_private": "false"}, True),
        ({"is_discoverable": "true", "is_indexable": True, "no_unauthenticated": ""}, None),
        ({"is_discoverable": "true", "is_private": "true"}, True),
    ],
)
def test_who_asks_not_to_be_shown_is_private(flags: Record, is_private: bool | None, judge: Judge) -> None:
    (landed,) = judge(account(**flags), dataset="accounts")[0]
    assert landed["is_private"] is is_private


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"account_id": ""}, "account_id is missing"),
        ({"followers": "many"}, "followers is not a whole number: many"),
        ({"followers": "5.5"}, "followers is not a whole number: 5.5"),
        ({"followers": 2**63}, "followers is not a whole number: 9223372036854775808"),
        ({"listed": -1}, "listed is negative: -1"),
        ({"is_bot": "maybe"}, "is_bot is not true or false: maybe"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_an_unsound_snapshot_is_refused_for_its_reason(judge: Judge, changes: Record, reason: str) -> None:
    assert judge(account(**changes), dataset="accounts")[1] == [(1, reason)]


# aliases -------------------------------------------------------------------------------------------------------


def alias(**changes: Any) -> Record:
    known = {"network": "forum", "kind": "account", "alias_id": "ann", "stable_id": "7"}
    return {**known, "seen_at": "2026-03-01T10:00:00Z", **changes}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "person"}, "kind is unknown: person"),
        ({"alias_id": ""}, "alias_id is missing"),
        ({"stable_id": None}, "stable_id is missing"),
        ({"stable_id": "x" * 513}, "stable_id is too long"),
        ({"seen_at": "2026-03-02T00:00:00Z"}, "seen_at is in the future: 2026-03-02T00:00:00Z"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_an_unsound_alias_is_refused_for_its_reason(judge: Judge, changes: Record, reason: str) -> None:
    assert judge(alias(), {**alias(alias_id="bob"), **changes}, dataset="aliases")[1] == [(2, reason)]


def test_of_one_name_the_earliest_sighting_lands_and_the_others_are_repeats(judge: Judge) -> None:
    days = ("2026-03-01", "2026-02-27", "2026-02-28")
    accepted, rejects, repeats = judge(*(alias(seen_at=day) for day in days), dataset="aliases")
    assert ([str(row["seen_at"]) for row in accepted], rejects, repeats) == (["2026-02-27 00:00:00"], [], 2)


def test_a_name_of_two_numbers_and_a_number_of_two_names_all_land(judge: Judge) -> None:
    changes: tuple[Record, ...] = ({}, {"stable_id": "8"}, {"alias_id": "bob"}, {"kind": "object"})
    assert len(judge(*(alias(**change) for change in changes), dataset="aliases")[0]) == 4


# hostile text --------------------------------------------------------------------------------------------------

HOSTILE = ["'; drop table judged; --", "{{ 7*7 }}", "<script>", "=1+1", "javascript:x", "\u202eevil", "a\0b", "%s{0}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_or_quoted_as_it_is(judge: Judge, text: str) -> None:
    assert judge(event(text, actor_id=text, text=text))[0][0]["event_id"] == text
    assert judge(event(verb=text))[1] == [(1, f"verb is unknown: {text}")]


ANY_ID = st.text(min_size=1, max_size=40).filter(lambda text: text.strip(" ") != "")


def test_any_text_in_ids_comes_through_unchanged(judge: Judge) -> None:
    @settings(max_examples=50, deadline=None, database=None, derandomize=True)
    @given(st.lists(st.tuples(ANY_ID, ANY_ID), min_size=1, max_size=10, unique_by=lambda ids: ids[0]))
    def check(ids: list[tuple[str, str]]) -> None:
        accepted, rejects, _ = judge(*(event(event_id, actor_id=actor) for event_id, actor in ids))
        assert sorted((row["event_id"], row["actor_id"]) for row in accepted) == sorted(ids)
        assert rejects == []

    check()


def test_a_reject_keeps_the_beginning_of_its_record(con: DuckDBPyConnection) -> None:
    raw = raw_table("activity", [{**event(verb="poke", text="x" * 5_000), "row": 7}])
    (reject,) = validate(con, "activity", raw, None, LATEST + timedelta(days=1))[1]
    assert (reject.row, len(reject.record)) == (7, 2_000)
    assert reject.record.startswith('{"event_id":"e1","network":"forum","verb":"poke"')
