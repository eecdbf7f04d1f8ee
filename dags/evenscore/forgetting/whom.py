"""Whom an erasure is about: people, and everything that their accounts were ever called."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq

from evenscore import landing
from evenscore.consent.judging import claims
from evenscore.errors import UsageError
from evenscore.forgetting.suppression import ACCOUNT, CLAIM, LOOKS, PERSON, STABLE, Entry, Suppressed
from evenscore.ledger import read_ledger
from evenscore.look_alikes import looks
from evenscore.settings import Settings

Account = tuple[str, str]
"""(network, account_id)."""


@dataclass(frozen=True)
class Leaver:
    """One account that is to be forgotten, and the person whose it is; a person may leave with several."""

    network: str
    account_id: str
    erased_at: str
    person_id: str | None = None
    names: tuple[str, ...] = ()
    """What else the account was called."""
    stable_ids: tuple[str, ...] = ()
    """The platform's own ids of it."""


@dataclass
class Erasure:
    """Who is forgotten, at whose word. It names them in plain, so it is gone when the erasure is done."""

    leavers: list[Leaver]
    by: str
    why: str = ""

    def as_plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Erasure":
        """Back from JSON."""
        leavers = [
            Leaver(**row | {"names": tuple(row["names"]), "stable_ids": tuple(row["stable_ids"])})
            for row in plain["leavers"]
        ]
        return cls(leavers, plain["by"], plain["why"])


def asked_by_ledger(settings: Settings, suppressed: Suppressed | None) -> list[Leaver]:
    """The accounts whose erasure the ledger asks for, and that nobody has carried out yet."""
    asked: dict[tuple[str, str, str], datetime] = {}
    for row in read_ledger(settings).to_pylist():  # in the order of recording: the last erasure stands
        if row["action"] == "erase":
            asked[row["person_id"], row["network"], row["account_id"]] = row["recorded_at"]
    return [
        Leaver(network, account, at.isoformat(), person)
        for (person, network, account), at in sorted(asked.items())
        if not _is_done(suppressed, at, person, network, account)
    ]


def _is_done(suppressed: Suppressed | None, at: datetime, *claim: str) -> bool:
    entry = suppressed.entry(CLAIM, *claim) if suppressed else None
    return entry is not None and datetime.fromisoformat(entry.erased_at) >= at


def asked_by_hand(settings: Settings, people: Iterable[str], accounts: Iterable[Account], at: datetime) -> list[Leaver]:
    """Every account that the ledger knows of these people, and further accounts of anybody.

    Raises UsageError naming a person whom the ledger does not know.
    """
    wanted = set(people)
    rows = [row for row in read_ledger(settings).to_pylist() if row["person_id"] in wanted]
    unknown = sorted(wanted - {row["person_id"] for row in rows})
    if unknown:
        raise UsageError(
            f"{unknown[0]}: not in {settings.ledger}; name the account of somebody who never granted anything "
            "with --account NETWORK:ACCOUNT"
        )
    known = {(row["network"], row["account_id"], row["person_id"]) for row in rows}
    named = {(network, settings.account_ids.normal(network, account), None) for network, account in accounts}
    return [
        Leaver(network, account, at.isoformat(), person)
        for network, account, person in sorted(known | named, key=lambda found: (found[0], found[1], found[2] or ""))
    ]


def with_names(settings: Settings, leavers: list[Leaver]) -> list[Leaver]:
    """The same, with every name that the landing zone knows of each account.

    A recycled name, which two ids have had, is followed no further: what is under it may be another's.
    """
    ids, names = _aliases(settings)
    found = []
    for leaver in leavers:
        account = settings.account_ids.normal(leaver.network, leaver.account_id)
        stable = ids.get((leaver.network, account), set())
        stable = stable if len(stable) == 1 else set()
        called = {name for one in stable for name in names[leaver.network, one]} - {account}
        own = sorted(name for name in called if len(ids[leaver.network, name]) == 1)
        found.append(
            Leaver(
                leaver.network,
                leaver.account_id,
                leaver.erased_at,
                leaver.person_id,
                tuple(own),
                tuple(sorted(stable)),
            )
        )
    return found


def _aliases(settings: Settings) -> tuple[dict[Account, set[str]], dict[Account, set[str]]]:
    """The ids of each name, and the names of each id, of all accounts that have landed."""
    ids: dict[Account, set[str]] = defaultdict(set)
    names: dict[Account, set[str]] = defaultdict(set)
    columns = ["network", "kind", "alias_id", "stable_id"]
    for manifest in landing.manifests(settings.places):
        if manifest.dataset == "aliases":
            rows = pq.ParquetFile(landing.verify(settings.places, manifest)).read(columns)
            for row in rows.to_pylist():
                if row["kind"] == "account":
                    name = settings.account_ids.normal(row["network"], row["alias_id"])
                    ids[row["network"], name].add(row["stable_id"])
                    names[row["network"], row["stable_id"]].add(name)
    return ids, names


def not_of_others(settings: Settings, leavers: list[Leaver]) -> tuple[list[Leaver], list[Leaver]]:
    """Who may be forgotten, and the accounts that must stay: somebody else has a standing grant on them.

    Of the latter the person is forgotten all the same, and loses the claim; what others own is not theirs to erase.
    """
    normal, owned = settings.account_ids.normal, claims(read_ledger(settings).to_pylist())
    leaving = {(one.person_id, one.network, normal(one.network, one.account_id)) for one in leavers}

    def is_anothers(leaver: Leaver) -> bool:
        account = normal(leaver.network, leaver.account_id)
        return any(
            (person, leaver.network, account) not in leaving and person != leaver.person_id
            for person in owned.get((leaver.network, account), ())
        )

    stays = [leaver for leaver in leavers if is_anothers(leaver)]
    return [leaver for leaver in leavers if leaver not in stays], stays


def entries(suppressed: Suppressed, leavers: Iterable[Leaver], kept_out: Iterable[Leaver]) -> list[Entry]:
    """The lines of the suppression list that keep leavers out; of `kept_out`, everything but the account itself."""
    leaving, found = set(leavers), []
    for leaver in [*leaving, *kept_out]:
        of = suppressed.digest(ACCOUNT, leaver.network, leaver.account_id)
        names = [(PERSON, leaver.person_id), (CLAIM, leaver.person_id, leaver.network, leaver.account_id)]
        wanted = [tuple(map(str, name)) for name in names if leaver.person_id]
        if leaver in leaving:
            wanted += [(ACCOUNT, leaver.network, name) for name in (leaver.account_id, *leaver.names)]
            wanted += [(LOOKS, leaver.network, looks(name)) for name in (leaver.account_id, *leaver.names)]
            wanted += [(STABLE, leaver.network, one) for one in leaver.stable_ids]
        found += [Entry(suppressed.digest(*name), of, leaver.erased_at) for name in wanted]
    return found


def now() -> datetime:
    """The present instant, UTC, as the ledger counts it."""
    return datetime.now(UTC).replace(tzinfo=None)
