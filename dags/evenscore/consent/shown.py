"""Who may be shown to readers now: by the ledger as it stands at this moment, and by what accounts say of themselves.

What may be *scored* is a matter of the night, and dbt's first gate judges it. What may be *shown* is judged here,
when a night is published, when somebody leaves, and before readers are pointed at an older run. It is written apart
from dbt's gate on purpose: a row is shown where both say yes.
"""

import hashlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from evenscore.base import databases
from evenscore.base.databases import file_of
from evenscore.base.settings import Settings
from evenscore.consent import judging
from evenscore.consent.judging import Account, Row
from evenscore.consent.ledger import read_ledger
from evenscore.landing_zone import landing

Part = tuple[str, str, str]
"""(person_id, persona, network)."""

PRIVATE = """
    with snapshots as (
        select network, account_id, is_private, max(captured_at) as captured_at from {accounts} group by all
    ),
    names as (
        select network, alias_id, stable_id, count(*) over (partition by network, alias_id) > 1 as is_recycled
        from (select distinct network, alias_id, stable_id from {aliases} where kind = 'account')
    ),
    called as (
        select network, account_id, account_id as name, true as is_same from snapshots
        union
        select names.network, names.alias_id, other.alias_id, not (names.is_recycled or other.is_recycled)
        from names inner join names as other using (network, stable_id)
    )
    select called.network, called.account_id
    from called
    inner join snapshots on called.network = snapshots.network and called.name = snapshots.account_id
    where called.is_same or snapshots.is_private
    group by all
    having max_by(is_private, (captured_at, is_private))
"""
"""Accounts whose snapshots, under any of their names, last said that they are not to be shown.

A name that two accounts have had may speak of either: it protects both, and takes back nothing of the other's.
"""

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
    """(person_id, persona, topic), the topic as a skeleton (account_ids.skeleton)."""

    @cached_property
    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """The rows of each of TABLES, in order."""
        left = [(*part, at) for part, at in sorted(self.left.items())]
        return {"consent_shown": sorted(self.stands), "left_accounts": left, "said_vetoes": sorted(self.vetoes)}

    @cached_property
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
    return judge_ledger(read_ledger(settings), private_accounts(settings))


def shown_by_ledger(settings: Settings) -> Shown:
    """Who may be shown by the ledger alone: a feed that calls everybody private for a night must not cost the past of
    runs that nobody reads."""
    return judge_ledger(read_ledger(settings), frozenset())


ODD = """
    with accounts as (select network, account_id from ledger group by all having count(*) > 1),
    odd as (
        select person_id from ledger
        where action <> 'grant' or purpose <> 'public_score' or is_adult is distinct from true
        union
        select person_id from ledger semi join accounts using (network, account_id)
    )
    select *, coalesce(person_id in (from odd), true) as is_odd from ledger
"""
"""Whom a ledger says more of than plain grants, each of an adult and the only word on its account."""

_judged: deque[tuple[pa.Table, frozenset[Account], Shown]] = deque(maxlen=3)
"""What was judged last: a publish asks four times, about the same."""


def judge_ledger(ledger: pa.Table, private: frozenset[Account]) -> Shown:
    """Who may be shown, by a ledger and the accounts that are private.

    Nearly everybody has granted once and said no more: they stand, unless they are private, and nobody else's words
    bear on that. The others are judged row by row.
    """
    for table, accounts, found in _judged:
        if accounts == private and table.equals(ledger):
            return found
    with databases.connect() as con:
        con.register("ledger", ledger)
        rows = con.sql(ODD).to_arrow_table()
    shown = judge(rows.filter(rows["is_odd"]).drop(["is_odd"]).to_pylist(), private)
    plain = rows.filter(pc.invert(rows["is_odd"]))
    granted = zip(*(plain[name].to_pylist() for name in TABLES["consent_shown"]), strict=True)
    stands = frozenset(one for one in granted if one[2:] not in private)
    _judged.append((ledger, private, replace(shown, stands=shown.stands | stands)))
    return _judged[-1][2]


def judge(ledger: Iterable[Row], private: frozenset[Account]) -> Shown:
    """Who may be shown, by the rows of a ledger and the accounts that are private."""
    rows = list(ledger)
    erased, minors, claims = judging.erased_until(rows), judging.minors(rows), judging.claims(rows)
    stands, left = set[tuple[str, str, str, str]](), dict[Part, datetime]()
    for claim, row in judging.last_words(rows).items():
        person, account = claim[0], claim[1:]
        until, part = erased.get(claim, datetime.min), (person, row["persona"], claim[1])
        ended = max(until, datetime.min if row["action"] == "grant" else row["recorded_at"])
        if ended > datetime.min:
            left[part] = max(ended, left.get(part, ended))
        is_refused = person in minors or account in minors or account in private or len(claims[account]) != 1
        if judging.is_standing(row, erased) and row["is_adult"] is True and not is_refused:
            stands.add((person, row["persona"], *account))
    return Shown(frozenset(stands), left, judging.vetoes(rows))


def private_accounts(settings: Settings) -> frozenset[Account]:
    """The accounts that asked not to be shown, by the latest of their snapshots in the landing zone."""
    return _private_in(
        frozenset(
            (one.dataset, landing.landed_file(settings.places, one), one.sha256)
            for one in landing.manifests(settings.places)
            if one.dataset in ("accounts", "aliases")
        )
    )


@lru_cache(maxsize=1)
def _private_in(files: frozenset[tuple[str, Path, str]]) -> frozenset[Account]:
    """The same of landed files, each with its dataset and SHA-256: a year of snapshots is read once a process."""
    listed = [(of, file_of(path)) for of, path, _ in sorted(files)]
    accounts, aliases = (", ".join(one for of, one in listed if of == which) for which in ("accounts", "aliases"))
    if not accounts:
        return frozenset()
    nothing = "(select '' as network, '' as kind, '' as alias_id, '' as stable_id where false)"
    with databases.connect() as con:
        return private_among(con, f"read_parquet([{accounts}])", f"read_parquet([{aliases}])" if aliases else nothing)


def private_among(con: duckdb.DuckDBPyConnection, accounts: str, aliases: str) -> frozenset[Account]:
    """The same among the snapshots and names of two relations."""
    return frozenset(con.execute(PRIVATE.format(accounts=accounts, aliases=aliases)).fetchall())
