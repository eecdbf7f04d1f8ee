"""The people of the ledger: which accounts are whose, under which persona, and what each person decided."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evenscore.laboratory.demo.accounts import NEVER, Accounts
from evenscore.laboratory.demo.draws import Ints, Part, stream, weighted_distinct

PERSONAL, WORK = "personal", "work"

NEVER_ASKED_RANKS = (1, 4, 6, 7, 8, 9)
"""Well-known accounts whose owners never consented, by popularity."""
STAR_RANKS = (0, 2, 3, 5)
"""Well-known accounts whose owners did."""

MEMBERS = {"pixels": 650, "forum": 170, "forge": 120}
TWO_NETWORKS = {"forum": 35, "forge": 25}
PERSONAS_ON_TWO_NETWORKS = 10
PERSONAS_ON_ONE_NETWORK = 5
CIRCUMSTANCES = {
    "research_only": 90,
    "withdrawn": 30,
    "withdrawn_and_granted_again": 3,
    "erased": 6,
    "minor": 20,
    "undeclared_age": 15,
    "private": 15,
}
SILENT_PEOPLE = 20


@dataclass(frozen=True)
class Account:
    """One account of a person, under one persona."""

    network: str
    account_id: str
    persona: str = PERSONAL


Owned = tuple[Account, ...]
"""The accounts of one person."""


@dataclass(frozen=True)
class Person:
    """Somebody in the ledger. `circumstance` is what is special about them."""

    person_id: str
    accounts: Owned
    circumstance: str = "plain"


def make_people(accounts: dict[str, Accounts], seed: int) -> list[Person]:
    """Draw who, of the ordinary accounts' owners, is in the ledger."""
    rng = stream(seed, Part.PEOPLE)
    pools = {name: iter([Account(name, one) for one in _members(rng, accounts[name])]) for name in MEMBERS}
    stars: list[Owned] = [(Account("pixels", one),) for one in _by_rank(accounts["pixels"], STAR_RANKS)]
    owned = [*_several_accounts(pools), *((account,) for pool in pools.values() for account in pool)]
    silent: list[Owned] = [(Account("pixels", f"px_{90_001 + i}"),) for i in range(SILENT_PEOPLE)]
    kinds = ["plain"] * len(stars) + _circumstances(rng, owned) + ["no_activity"] * SILENT_PEOPLE
    everybody = list(zip(stars + owned + silent, kinds, strict=True))
    numbers = rng.permutation(len(everybody))
    people = [Person(f"p_{number + 1:04d}", *one) for number, one in zip(numbers.tolist(), everybody, strict=True)]
    return sorted(people, key=lambda person: person.person_id)


def _by_rank(accounts: Accounts, ranks: tuple[int, ...]) -> list[str]:
    return [str(accounts.ids[np.flatnonzero(accounts.ranks == rank)[0]]) for rank in ranks]


def _members(rng: np.random.Generator, accounts: Accounts) -> list[str]:
    """Old ordinary accounts whose owners are asked: rather the better known, not the best known, no bots."""
    weights = 1_000_000 // (accounts.ranks + accounts.ordinary_count // 40)
    weights = np.where(np.isin(accounts.ranks, NEVER_ASKED_RANKS + STAR_RANKS), 0, weights)
    public = np.isin(np.arange(accounts.ordinary_count), accounts.established)
    weights = np.where(public & (accounts.private_from[: accounts.ordinary_count] == NEVER), weights, 0)
    chosen = weighted_distinct(rng, weights, MEMBERS[accounts.network.name])
    return [str(account_id) for account_id in accounts.ids[chosen]]


def _several_accounts(pools: dict[str, Iterator[Account]]) -> list[Owned]:
    """People on two networks, and people who keep work and private life apart."""
    pixels, forge = pools["pixels"], pools["forge"]
    owned: list[Owned] = [
        (next(pixels), next(pools[other])) for other, count in TWO_NETWORKS.items() for _ in range(count)
    ]
    owned += [(next(pixels), _at_work(next(forge))) for _ in range(PERSONAS_ON_TWO_NETWORKS)]
    return owned + [(next(pixels), _at_work(next(pixels))) for _ in range(PERSONAS_ON_ONE_NETWORK)]


def _at_work(account: Account) -> Account:
    return Account(account.network, account.account_id, WORK)


def _circumstances(rng: np.random.Generator, owned: list[Owned]) -> list[str]:
    """One circumstance for each; the special ones fall to people with one account, drawn at random."""
    kinds = ["plain"] * len(owned)
    special = [kind for kind, count in CIRCUMSTANCES.items() for _ in range(count)]
    single: Ints = np.flatnonzero([len(accounts) == 1 for accounts in owned])
    for position, kind in zip(rng.permutation(single)[: len(special)].tolist(), special, strict=True):
        kinds[position] = kind
    return kinds
