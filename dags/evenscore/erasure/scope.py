"""Whom an erasure is about: people, and everything that their accounts were ever called."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import pyarrow.parquet as pq

from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.consent.entries import instant, just_said
from evenscore.consent.judging import Claim, Row, claim_of, claims
from evenscore.consent.ledger import open_ledger, read_ledger
from evenscore.consent.suppression import ACCOUNT, CLAIM, CLAIMED, LOOKS, PERSON, STABLE, Entry, Suppressed
from evenscore.landing_zone import landing
from evenscore.names.identifier_matcher import Account, ErasureSubject
from evenscore.names.look_alikes import looks


@dataclass
class Erasure:
    """Who is forgotten, at whose word. It names them in plain, so it is gone when the erasure is done."""

    subjects: list[ErasureSubject]
    by: str
    why: str = ""

    def as_plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Erasure":
        """Back from JSON."""
        subjects = [
            ErasureSubject(**row | {"names": tuple(row["names"]), "stable_ids": tuple(row["stable_ids"])})
            for row in plain["subjects"]
        ]
        return cls(subjects, plain["by"], plain["why"])


def asked_by_ledger(settings: Settings, suppressed: Suppressed | None) -> list[ErasureSubject]:
    """The accounts whose erasure the ledger asks for, in its own words, and that nobody has carried out yet.

    What it is laid out with beside them says of whoever is new on an erased account that its past is gone: they asked
    for nothing.
    """
    asked: dict[tuple[str, str, str], datetime] = {}
    for row in open_ledger(settings).said.to_pylist():  # in the order of recording: the last erasure stands
        if row["action"] == "erase":
            asked[row["person_id"], row["network"], row["account_id"]] = row["recorded_at"]
    return [
        ErasureSubject(network, account, at.isoformat(), person)
        for (person, network, account), at in sorted(asked.items())
        if not _is_done(suppressed, at, person, network, account)
    ]


def _is_done(suppressed: Suppressed | None, at: datetime, *claim: str) -> bool:
    return suppressed is not None and suppressed.forgotten_until(CLAIM, *claim) >= instant(at)


def asked_by_hand(
    settings: Settings, people: Iterable[str], accounts: Iterable[Account], now: datetime
) -> list[ErasureSubject]:
    """Every account that the ledger knows of these people, and further accounts of anybody: with all that was said of
    them up to `now` (UTC, without a zone), whatever the clock said then.

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
    at = just_said(now, (row["recorded_at"] for row in rows))
    return [
        ErasureSubject(network, account, at.isoformat(), person)
        for network, account, person in sorted(known | named, key=lambda found: (found[0], found[1], found[2] or ""))
    ]


def with_names(settings: Settings, subjects: list[ErasureSubject]) -> list[ErasureSubject]:
    """The same, with every name that the landing zone knows of each account.

    A recycled name, which two ids have had, is followed no further: what is under it may be another's.
    """
    ids, names = _aliases(settings)
    found = []
    for subject in subjects:
        account = settings.account_ids.normal(subject.network, subject.account_id)
        stable = ids.get((subject.network, account), set())
        stable = stable if len(stable) == 1 else set()
        called = {name for one in stable for name in names[subject.network, one]} - {account}
        own = sorted(name for name in called if len(ids[subject.network, name]) == 1)
        found.append(
            ErasureSubject(
                subject.network,
                subject.account_id,
                subject.erased_at,
                subject.person_id,
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


def not_of_others(
    settings: Settings, subjects: list[ErasureSubject]
) -> tuple[list[ErasureSubject], list[ErasureSubject]]:
    """Who may be forgotten, and the accounts that must stay: somebody else had a grant on them before the erasure.

    Of the latter the person is forgotten all the same, and loses the claim; what others own is not theirs to erase.
    An account that another of its names is somebody else's is forgotten by its own name alone: aliases cannot tell
    a handle that was taken over from one account of two people. Who comes after the erasure owns nothing from before.
    """
    rows = read_ledger(settings).to_pylist()
    normal, owned, since = settings.account_ids.normal, claims(rows), _first_granted(rows)
    leaving = {(one.person_id, one.network, normal(one.network, one.account_id)) for one in subjects}

    def is_anothers(subject: ErasureSubject, name: str) -> bool:
        account, erased_at = (subject.network, normal(subject.network, name)), datetime.fromisoformat(subject.erased_at)
        return any(
            (person, *account) not in leaving and person != subject.person_id and since[person, *account] <= erased_at
            for person in owned.get(account, ())
        )

    stays = [subject for subject in subjects if is_anothers(subject, subject.account_id)]
    leaves = [subject for subject in subjects if subject not in stays]
    shares = [any(is_anothers(subject, name) for name in subject.names) for subject in leaves]
    return [
        replace(one, names=(), stable_ids=()) if is_shared else one
        for one, is_shared in zip(leaves, shares, strict=True)
    ], stays


def _first_granted(rows: list[Row]) -> dict[Claim, datetime]:
    """When each person first granted anything on each account, UTC."""
    grants = [row for row in rows if row["action"] == "grant"]
    return {claim_of(row): row["recorded_at"] for row in sorted(grants, key=itemgetter("recorded_at"), reverse=True)}


def entries(
    suppressed: Suppressed, subjects: Iterable[ErasureSubject], kept_out: Iterable[ErasureSubject]
) -> list[Entry]:
    """The lines of the suppression list that keep subjects out; of `kept_out`, everything but the account itself."""
    leaving, found = set(subjects), []
    for subject in [*leaving, *kept_out]:
        of = suppressed.digest(ACCOUNT, subject.network, subject.account_id)
        account = (subject.network, subject.account_id)
        person = str(subject.person_id)
        wanted = [(PERSON, person), (CLAIM, person, *account), (CLAIMED, *account)] if subject.person_id else []
        if subject in leaving:
            wanted += [(ACCOUNT, subject.network, name) for name in (subject.account_id, *subject.names)]
            wanted += [(LOOKS, subject.network, looks(name)) for name in (subject.account_id, *subject.names)]
            wanted += [(STABLE, subject.network, one) for one in subject.stable_ids]
        found += [Entry(suppressed.digest(*name), of, subject.erased_at) for name in wanted]
    return found


def now() -> datetime:
    """The present instant, UTC, as the ledger counts it."""
    return datetime.now(UTC).replace(tzinfo=None)
