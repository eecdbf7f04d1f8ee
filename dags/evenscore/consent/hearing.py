"""What a word that protects somebody is heard for: the grants it names, and where it names none, those it may mean.

A grant counts for exactly the account that it names. A withdrawal, an erasure or a minor's age must not fall flat over
a spelling: where no grant fits it to the letter, it is heard for what looks alike, then for all of its person's
accounts, then for the account whoever granted it. What fits nothing at all is counted, so that somebody can ask.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from evenscore.consent.chain import Row
from evenscore.consent.judging import TOPIC, Claim, claim_of
from evenscore.names.account_ids import skeleton


@dataclass
class Heard:
    """The rows that a ledger's words stand for beyond its own rows, and the words that stand for nothing."""

    more: list[Row] = field(default_factory=list)
    unheard: list[Row] = field(default_factory=list)


def in_words(heard: Heard) -> str:
    """What to ask about the words that fit nothing; empty where there are none."""
    if not heard.unheard:
        return ""
    first = heard.unheard[0]
    account = f"{first['network']}:{first['account_id']}"
    return (
        f"{len(heard.unheard)} withdrawals or erasures name nobody who ever granted anything, the first of them "
        f"{account} of {first['person_id']}, recorded {first['recorded_at']}: ask whom they were meant for"
    )


def hear(rows: list[Row]) -> Heard:
    """Hear every row of a ledger, its account ids in normal form."""
    known, heard = _Grants(rows), Heard()
    for row in rows:
        if row["is_adult"] is False:
            heard.more += _of_a_minor(row, known)
        if row["action"] == "grant":
            continue
        if row["purpose"].startswith(TOPIC):
            vetoes = list(_vetoes(row, known))
            heard.more += [veto for veto in vetoes if veto != row]
            heard.unheard += [] if vetoes else [row]
        elif not known.has(claim_of(row), row["recorded_at"]):
            meant = list(known.meant(row))
            heard.more += [_withdrawal(row, claim) for claim in meant]
            heard.unheard += [] if meant else [row]
    return heard


def _of_a_minor(row: Row, known: "_Grants") -> Iterator[Row]:
    """A minor's age holds for whoever, and whatever account, the ledger writes nearly the same."""
    for person in known.namesakes(row["person_id"]):
        yield _withdrawal(row, (person, row["network"], row["account_id"]))
    for claim in known.alike_accounts(row):
        yield _withdrawal(row, claim)


def _vetoes(row: Row, known: "_Grants") -> Iterator[Row]:
    """A word on a topic holds for each persona of whoever the ledger writes nearly the same: it names no account."""
    for person, persona in known.personas(row):
        yield row | {"person_id": person, "persona": persona}


def _withdrawal(row: Row, claim: Claim) -> Row:
    """A row's word on another claim: it hides, and never erases what may be another's."""
    purpose = "public_score" if row["action"] == "erase" else row["purpose"]
    about = dict(zip(("person_id", "network", "account_id"), claim, strict=True))
    return row | about | {"action": "withdraw", "purpose": purpose}


class _Looks:
    """The claims that look alike: as a whole, by their person, by their account."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.alike, self.of_person, self.of_account = (defaultdict[object, list[Claim]](list) for _ in range(3))
        for claim in claims:
            person, network, account = skeleton(claim[0]), claim[1], skeleton(claim[2])
            self.alike[person, network, account].append(claim)
            self.of_person[person].append(claim)
            self.of_account[network, account].append(claim)


class _Grants:
    """The claims of a ledger since when, and what they look like."""

    def __init__(self, rows: list[Row]) -> None:
        self._since: dict[Claim, str] = {}
        self._personas = defaultdict[str, set[str]](set)
        for row in rows:
            if row["action"] == "grant":
                claim = claim_of(row)
                self._since[claim] = min(row["recorded_at"], self._since.get(claim, row["recorded_at"]))
                self._personas[row["person_id"]] |= set() if row["purpose"].startswith(TOPIC) else {row["persona"]}

    @cached_property
    def _looks(self) -> "_Looks":
        """What the claims look like: a word that fits its own grant to the letter asks for none of it."""
        return _Looks(self._since)

    def has(self, claim: Claim, by: str) -> bool:
        """Whether a claim had been granted by an instant."""
        return claim in self._since and self._since[claim] <= by

    def namesakes(self, person_id: str) -> list[str]:
        """Whoever else is written nearly the same."""
        alike = self._looks.of_person.get(skeleton(person_id), ())
        return sorted({person for person, _, _ in alike} - {person_id})

    def alike_accounts(self, row: Row) -> list[Claim]:
        """The claims on accounts that only look like a row's."""
        alike = self._looks.of_account.get((row["network"], skeleton(row["account_id"])), ())
        return [claim for claim in alike if claim[2] != row["account_id"]]

    def personas(self, row: Row) -> Iterator[tuple[str, str]]:
        """Whom a word on a topic is about: its person and persona, or all personas where that one was never granted."""
        for person in [row["person_id"], *self.namesakes(row["person_id"])]:
            granted = self._personas.get(person, set())
            yield from ((person, persona) for persona in sorted({row["persona"]} & granted or granted))

    def meant(self, row: Row) -> Iterator[Claim]:
        """The claims that a word may be about, granted by then: the nearest kind that there is."""
        person, network, account = skeleton(row["person_id"]), row["network"], skeleton(row["account_id"])
        kinds = (
            self._looks.alike.get((person, network, account), ()),
            self._looks.of_person.get(person, ()),
            self._looks.of_account.get((network, account), ()),
        )
        granted = ([claim for claim in kind if self.has(claim, row["recorded_at"])] for kind in kinds)
        return iter(next(filter(None, granted), []))
