"""Whose rows are kept out of the landing zone, up to when, where, and what stands for them in others' rows."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from evenscore.base.canonical import DATASETS, INSTANT_COLUMN
from evenscore.connectors.base import Parsed, Reject
from evenscore.consent.suppression import ACCOUNT, STABLE, Entry, Suppressed
from evenscore.intake.suppression_filter import NAMELESS, keep, learned, quiet, refuses
from evenscore.names.account_ids import EVERYWHERE

BACK = datetime(2026, 3, 5)
BEFORE, AFTER = BACK - timedelta(microseconds=1), BACK + timedelta(microseconds=1)


@pytest.fixture
def out() -> Suppressed:
    """Ann and her id 7 have left the forum; ben has left it too, and has come back."""
    found = Suppressed(b"key", EVERYWHERE)
    names = {"ann": [(ACCOUNT, "forum", "ann"), (STABLE, "forum", "7")], "ben": [(ACCOUNT, "forum", "ben")]}
    for of, kinds in names.items():
        for name in kinds:
            entry = Entry(found.digest(*name), f"of {of}", "2026-03-01T00:00:00")
            found.entries[entry.digest] = entry
    found.granted_at["of ben"] = BACK
    return found


def table(dataset: str, *rows: dict[str, Any]) -> pa.Table:
    schema = DATASETS[dataset]
    known = {"network": "forum", INSTANT_COLUMN[dataset]: BACK}
    if dataset == "aliases":
        known["kind"] = "account"
    return pa.Table.from_pylist([known | row for row in rows], schema=schema)


def kept(out: Suppressed | None, dataset: str, *rows: dict[str, Any]) -> list[bool]:
    """Of each row whether it is kept, alone and among the others."""
    alone = [keep(out, dataset, table(dataset, row)).num_rows == 1 for row in rows]
    together = keep(out, dataset, table(dataset, *rows))
    assert together.num_rows == sum(alone)
    return alone


@pytest.mark.parametrize("column", ["actor_id", "target_id"])
def test_what_they_did_or_received_is_kept_out_on_their_network_until_they_come_back(
    out: Suppressed, column: str
) -> None:
    rows = [
        {column: "ann", "occurred_at": BEFORE},
        {column: "ann", "occurred_at": AFTER},
        {column: "ann", "network": "forge"},
        {column: "ben", "occurred_at": BEFORE},
        {column: "ben", "occurred_at": BACK},
        {column: "ben", "occurred_at": BEFORE, "network": "forge"},
        {column: "cal"},
        {column: None},
    ]
    assert kept(out, "activity", *rows) == [False, False, True, False, True, True, True, True]
    assert all(kept(None, "activity", *rows))
    assert keep(out, "activity", table("activity")).num_rows == 0


def test_a_snapshot_of_theirs_is_kept_out_and_an_alias_by_name_or_id(out: Suppressed) -> None:
    snapshots = [{"account_id": "ann"}, {"account_id": "ben", "captured_at": BEFORE}, {"account_id": "cal"}]
    assert kept(out, "accounts", *snapshots, {"account_id": "ann", "network": "forge"}) == [False, False, True, True]
    aliases = [
        {"alias_id": "ann", "stable_id": "8"},
        {"alias_id": "anna", "stable_id": "7"},
        {"alias_id": "cal", "stable_id": "9"},
        {"alias_id": "anna", "stable_id": "7", "kind": "object"},
        {"alias_id": "anna", "stable_id": "7", "network": "forge"},
        {"alias_id": "7", "stable_id": "ann"},
    ]
    assert kept(out, "aliases", *aliases) == [False, False, True, True, True, True]


def test_in_others_rows_a_token_stands_for_who_has_left_and_nobody_else(out: Suppressed) -> None:
    text = "@ann @ben @anna u/ann x@ann.org"
    rows = [
        {"network": network, "actor_id": "cal", "object_id": "ann/x:ann", "text": text}
        for network in ("forum", "forge")
    ]
    here, there = keep(out, "activity", table("activity", *rows, {"actor_id": "cal"})).to_pylist()[:2]
    token = f"left-{out.digest(ACCOUNT, 'forum', 'ann')[:12]}"
    assert (here["object_id"], here["text"]) == (f"{token}/x:{token}", f"@{token} @ben @anna u/{token} x@ann.org")
    assert (there["object_id"], there["text"]) == ("ann/x:ann", text)


def test_the_ids_of_objects_lose_the_name_in_aliases_too_and_snapshots_have_none(out: Suppressed) -> None:
    alias = {"kind": "object", "alias_id": "ann/x#1", "stable_id": "o1"}
    (row,) = keep(out, "aliases", table("aliases", alias)).to_pylist()
    assert row["alias_id"].startswith("left-") and row["alias_id"].endswith("/x#1")
    snapshot = table("accounts", {"account_id": "cal"})
    assert keep(out, "accounts", snapshot) == snapshot


def test_a_name_with_borders_of_its_own_is_one_name(out: Suppressed) -> None:
    entry = Entry(out.digest(ACCOUNT, "forum", "did:plc:xyz"), "of xyz", "2026-03-01T00:00:00")
    out.entries[entry.digest] = entry
    objects = ["at://did:plc:xyz/post/1", "at://did:plc:xyzz/post/1", "x:ann:y", "did/plc/xyz"]
    rows = table("activity", *({"actor_id": "cal", "object_id": one} for one in objects))
    tokens = [f"left-{out.digest(ACCOUNT, 'forum', name)[:12]}" for name in ("did:plc:xyz", "ann")]
    assert keep(out, "activity", rows)["object_id"].to_pylist() == [
        f"at://{tokens[0]}/post/1",
        "at://did:plc:xyzz/post/1",
        f"x:{tokens[1]}:y",
        "did/plc/xyz",
    ]


def test_a_new_name_of_an_id_on_the_list_goes_on_it_with_what_is_known_of_the_id(out: Suppressed) -> None:
    aliases = table(
        "aliases",
        {"alias_id": "anna", "stable_id": "7"},
        {"alias_id": "anna", "stable_id": "7"},
        {"alias_id": "ann", "stable_id": "7"},
        {"alias_id": "cal", "stable_id": "9"},
        {"alias_id": "anna", "stable_id": "7", "network": "forge"},
        {"alias_id": "nobody", "stable_id": None},
    )
    assert learned(out, {"aliases": aliases}) == [
        Entry(out.digest(ACCOUNT, "forum", "anna"), "of ann", "2026-03-01T00:00:00")
    ]
    assert learned(None, {"aliases": aliases}) == [] == learned(out, {"activity": table("activity")})


@pytest.mark.parametrize(
    ("acts", "is_refused"),
    [
        ([("ann", "cal")], True),
        ([("ann", None), ("cal", "ann")], True),
        ([("cal", "ann")], False),
        ([("ann", None), ("cal", "bob")], False),
        ([], False),
    ],
)
def test_an_item_of_who_has_left_is_refused_where_nothing_of_it_is_others_own(
    out: Suppressed, acts: list[tuple[str, str | None]], is_refused: bool
) -> None:
    rows = [("activity", {"network": "forum", "actor_id": actor, "target_id": of}) for actor, of in acts]
    assert refuses(out, rows) is is_refused
    assert not refuses(None, rows)


@pytest.mark.parametrize(("account", "is_refused"), [("ann", True), ("cal", False)])
def test_a_profile_of_who_has_left_is_refused(out: Suppressed, account: str, is_refused: bool) -> None:
    rows = [("accounts", {"network": "forum", "account_id": account}), ("aliases", {"network": "forum"})]
    assert refuses(out, rows) is is_refused


@pytest.mark.parametrize(
    ("reason", "record", "is_silenced"),
    [
        ("bad instant: ann", "row", True),
        ("bad instant: x", '{"actor": "ann"}', True),
        ("bad instant: x", "see @ann.", True),
        ("bad instant: x", '"\\u0061nn" did', True),
        ("bad instant: x", '"two lines\\nann"', True),
        ("bad instant: x", '{"actor": "anna"}', False),
        ("bad instant: x", "cal", False),
    ],
)
def test_a_reject_that_names_who_has_left_says_only_what_was_wrong(
    out: Suppressed, reason: str, record: str, is_silenced: bool
) -> None:
    parsed = Parsed(tables={"activity": table("activity", {})}, rejects=[Reject(4, reason, record)])
    silenced = Reject(4, "bad instant", NAMELESS)
    for network in ("forum", None):
        assert quiet(out, network, parsed) == ([silenced] if is_silenced else parsed.rejects)
    assert quiet(out, "forge", parsed) == quiet(None, "forum", parsed) == parsed.rejects
