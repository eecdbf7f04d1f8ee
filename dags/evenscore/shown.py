"""Who may be shown to readers now: by the ledger as it stands at this moment, and by what accounts say of themselves.

What may be *scored* is a matter of the night, and dbt's first gate judges it. What may be *shown* is judged here,
when a night is published, when somebody leaves, and before readers are pointed at an older run. It is written apart
from dbt's gate on purpose: a row is shown where both say yes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from evenscore import landing
from evenscore.forgetting.suppression import read_suppressed, without_forgotten
from evenscore.ledger import read_ledger
from evenscore.settings import Settings
from evenscore.warehouse import quoted

Row = dict[str, Any]
Account = tuple[str, str]
"""(network, account_id), the id in its normal form."""
Claim = tuple[str, str, str]
"""(person_id, network, account_id)."""
Part = tuple[str, str, str]
"""(person_id, persona, network)."""

PRIVATE = """
    with snapshots as (from {accounts}),
    names as (
        select network, alias_id, stable_id
        from (select distinct network, alias_id, stable_id from {aliases} where kind = 'account')
        qualify count(*) over (partition by network, alias_id) = 1
    ),
    called as (
        select network, account_id, account_id as name from snapshots
        union
        select names.network, names.alias_id, other.alias_id
        from names inner join names as other using (network, stable_id)
    )
    select called.network, called.account_id
    from called
    inner join snapshots on called.network = snapshots.network and called.name = snapshots.account_id
    group by all
    having max_by(coalesce(is_private, false), (captured_at, is_private))
"""
"""Accounts whose latest snapshot, under any of their names, asks not to be shown."""

TABLES = {
    "consent_shown": ("person_id", "persona", "network", "account_id"),
    "left_accounts": ("person_id", "persona", "network", "left_at"),
    "said_vetoes": ("person_id", "persona", "topic"),
}


@dataclass(frozen=True)
class Shown:
    """Who may be shown, and since when not whoever has left."""

    stands: frozenset[tuple[str, str, str, str]]
    """(person_id, persona, network, account_id)."""
    left: dict[Part, datetime] = field(default_factory=dict)
    """When an account of theirs on a network ended last, UTC."""
    vetoes: frozenset[tuple[str, str, str]] = frozenset()
    """(person_id, persona, topic_id), the topic as its owner wrote it."""

    @property
    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """The rows of each of TABLES, in order."""
        left = [(*part, at) for part, at in sorted(self.left.items())]
        return {"consent_shown": sorted(self.stands), "left_accounts": left, "said_vetoes": sorted(self.vetoes)}

    @property
    def digest(self) -> str:
        """Hex SHA-256 of all of it: the same for as long as nobody joins or leaves."""
        return hashlib.sha256(repr(self.rows).encode()).hexdigest()

    def lay_out(self, con: duckdb.DuckDBPyConnection) -> None:
        """Write TABLES into a database `present`, in memory."""
        con.execute("attach if not exists ':memory:' as present")
        for name, rows in self.rows.items():
            kinds = [pa.timestamp("us") if column.endswith("_at") else pa.string() for column in TABLES[name]]
            columns = zip(*rows, strict=True) if rows else [()] * len(kinds)
            arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
            con.register("given", pa.table(dict(zip(TABLES[name], arrays, strict=True))))
            con.execute(f"create or replace table present.{name} as from given")
            con.unregister("given")


def shown_now(settings: Settings) -> Shown:
    """Who may be shown by the ledger as it stands and every snapshot that has landed. Raises as read_ledger does."""
    return judge(of_the_present(settings, read_ledger(settings)), private_accounts(settings))


def of_the_present(settings: Settings, ledger: pa.Table) -> list[Row]:
    """The rows of a ledger without what the suppression list keeps out."""
    rows: list[Row] = without_forgotten(read_suppressed(settings, ledger), ledger).to_pylist()
    return rows


def judge(ledger: Iterable[Row], private: frozenset[Account]) -> Shown:
    """Who may be shown, by the rows of a ledger and the accounts that are private."""
    rows = list(ledger)
    of_accounts = [row for row in rows if not row["purpose"].startswith("topic:")]
    erased = _erased_until(of_accounts)
    minors = _minors(rows)
    claims = _claims(of_accounts, erased)
    stands, left = set[tuple[str, str, str, str]](), dict[Part, datetime]()
    for claim, row in _last(of_accounts, _claim, lambda row: row["purpose"] == "public_score").items():
        person, network, account = claim
        part = (person, row["persona"], network)
        if not _is_standing(row, erased.get(claim)) or claim in erased:
            ended = max(
                erased.get(claim, datetime.min), datetime.min if row["action"] == "grant" else row["recorded_at"]
            )
            left[part] = max(ended, left.get(part, ended))
        is_refused = person in minors or (network, account) in minors or (network, account) in private
        is_alone = len(claims[network, account]) == 1
        if _is_standing(row, erased.get(claim)) and row["is_adult"] is True and is_alone and not is_refused:
            stands.add((person, row["persona"], network, account))
    return Shown(frozenset(stands), left, _vetoes(rows))


def _claim(row: Row) -> Claim:
    return row["person_id"], row["network"], row["account_id"]


def _is_standing(row: Row, erased_until: datetime | None) -> bool:
    return row["action"] == "grant" and (erased_until is None or row["recorded_at"] > erased_until)


def _last(rows: list[Row], key: Callable[[Row], Any], is_asked: Callable[[Row], bool]) -> dict[Any, Row]:
    """The row that stands for each key, of those asked for and of erasures; of one instant that which allows least."""
    last: dict[Any, Row] = {}
    for row in sorted(
        rows, key=lambda row: (row["recorded_at"], row["action"] != "grant", row["is_adult"] is not True)
    ):
        if is_asked(row) or row["action"] == "erase":
            last[key(row)] = row
    return last


def _minors(rows: list[Row]) -> set[str | Account]:
    """Whoever, and whatever account, was called a minor's; a later grant of the same purpose on it takes that back."""
    said: dict[tuple[str, ...], Row] = {}
    for row in sorted(rows, key=lambda row: (row["recorded_at"], row["is_adult"] is False)):
        if row["is_adult"] is False or (row["is_adult"] is True and row["action"] == "grant"):
            said[*_claim(row), row["purpose"]] = row
    young = [row for row in said.values() if row["is_adult"] is False]
    return {row["person_id"] for row in young} | {(row["network"], row["account_id"]) for row in young}


def _claims(rows: list[Row], erased: dict[Claim, datetime]) -> dict[Account, set[str]]:
    """Who has a grant standing on each account, for whatever purpose."""
    found: dict[Account, set[str]] = defaultdict(set)
    for row in _last(rows, lambda row: (*_claim(row), row["purpose"]), lambda _: True).values():
        if _is_standing(row, erased.get(_claim(row))):
            found[row["network"], row["account_id"]].add(row["person_id"])
    return found


def _erased_until(rows: list[Row]) -> dict[Claim, datetime]:
    until: dict[Claim, datetime] = {}
    for row in rows:
        if row["action"] == "erase":
            until[_claim(row)] = max(row["recorded_at"], until.get(_claim(row), row["recorded_at"]))
    return until


def _vetoes(rows: list[Row]) -> frozenset[tuple[str, str, str]]:
    on_topics = [row for row in rows if row["purpose"].startswith("topic:")]
    last = _last(on_topics, lambda row: (row["person_id"], row["persona"], row["purpose"][6:]), lambda _: True)
    return frozenset(key for key, row in last.items() if row["action"] == "withdraw")


def private_accounts(settings: Settings) -> frozenset[Account]:
    """The accounts that asked not to be shown, by the latest of their snapshots in the landing zone."""
    files: dict[str, list[str]] = {"accounts": [], "aliases": []}
    for manifest in landing.manifests(settings.places):
        if manifest.dataset in files:
            files[manifest.dataset].append(quoted(landing.landed_file(settings.places, manifest)))
    if not files["accounts"]:
        return frozenset()
    nothing = "(select '' as network, '' as kind, '' as alias_id, '' as stable_id where false)"
    read = {dataset: f"read_parquet([{', '.join(found)}])" if found else nothing for dataset, found in files.items()}
    with duckdb.connect() as con:
        return private_among(con, read["accounts"], read["aliases"])


def private_among(con: duckdb.DuckDBPyConnection, accounts: str, aliases: str) -> frozenset[Account]:
    """The same among the snapshots and names of two relations."""
    return frozenset(con.execute(PRIVATE.format(accounts=accounts, aliases=aliases)).fetchall())
