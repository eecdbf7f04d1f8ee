"""Which words of a ledger stand: pure functions over its rows as they are laid out, in any order."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from evenscore.names.account_ids import skeleton

Row = dict[str, Any]
Account = tuple[str, str]
"""(network, account_id), the id in its normal form."""
Claim = tuple[str, str, str]
"""(person_id, network, account_id)."""
Key = TypeVar("Key", bound=Hashable)

TOPIC = "topic:"


def claim_of(row: Row) -> Claim:
    """Who says something about which account."""
    return row["person_id"], row["network"], row["account_id"]


def last_words(rows: Iterable[Row]) -> dict[Claim, Row]:
    """The row that stands for the public score of each claim; an erasure for any purpose is one of them."""
    return last((row for row in rows if row["purpose"] == "public_score" or row["action"] == "erase"), claim_of)


def is_standing(row: Row, erased: dict[Claim, datetime]) -> bool:
    """Whether a last word is a grant from after the claim's erasure."""
    until = erased.get(claim_of(row), datetime.min)
    return bool(row["action"] == "grant" and row["recorded_at"] > until)


def erased_until(rows: Iterable[Row]) -> dict[Claim, datetime]:
    """Until when the past of a claim is erased, UTC."""
    until: dict[Claim, datetime] = {}
    for row in rows:
        if row["action"] == "erase":
            until[claim_of(row)] = max(row["recorded_at"], until.get(claim_of(row), row["recorded_at"]))
    return until


def minors(rows: Iterable[Row]) -> set[str | Account]:
    """Whoever, and whatever account, was called a minor's, with whatever purpose; a later grant of the same purpose on
    the same account as an adult takes that back."""
    said: dict[tuple[str, ...], Row] = {}
    for row in sorted(rows, key=lambda row: (row["recorded_at"], row["is_adult"] is False)):
        if row["is_adult"] is False or (row["is_adult"] is True and row["action"] == "grant"):
            said[*claim_of(row), row["purpose"]] = row
    young = [row for row in said.values() if row["is_adult"] is False]
    return {row["person_id"] for row in young} | {(row["network"], row["account_id"]) for row in young}


def claims(rows: Iterable[Row]) -> dict[Account, set[str]]:
    """Who has a grant standing on each account, for whatever purpose but a topic."""
    of_accounts = [row for row in rows if not row["purpose"].startswith(TOPIC)]
    erased, found = erased_until(of_accounts), defaultdict[Account, set[str]](set)
    for row in last(of_accounts, lambda row: (*claim_of(row), row["purpose"])).values():
        if is_standing(row, erased):
            found[row["network"], row["account_id"]].add(row["person_id"])
    return found


def vetoes(rows: Iterable[Row]) -> frozenset[tuple[str, str, str]]:
    """The (person_id, persona, topic) that its owner does not want to be shown, the topic as a skeleton."""
    on_topics = [row for row in rows if row["purpose"].startswith(TOPIC)]
    stands = last(on_topics, lambda row: (row["person_id"], row["persona"], skeleton(row["purpose"][len(TOPIC) :])))
    return frozenset(key for key, row in stands.items() if row["action"] == "withdraw")


def last(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, Row]:
    """The row that stands for each key: the latest, and of one instant the one that allows least."""
    return {key(row): row for row in sorted(rows, key=_place)}


def _place(row: Row) -> tuple[Any, bool, bool]:
    return row["recorded_at"], row["action"] != "grant", row["is_adult"] is not True
