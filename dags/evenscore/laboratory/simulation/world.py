"""The simulated community: how popular each account is, where, since when, and when it is silent."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

NETWORKS = ("amber", "birch", "coral", "dune")
NETWORK_SHARES = (0.5, 0.27, 0.15, 0.08)
SHARDS = 16
LEAST_AGE = 60
"""Nights before night 0: from then on newcomers arrive and members fall silent, and no community is younger."""
HISTORY_NIGHTS = 28
"""The last nights before night 0, which are scored and stand as published: baselines have to rest on something."""

WEEK = (1.05, 1.08, 1.06, 1.02, 0.98, 0.88, 0.93)
GROWTH_PER_NIGHT = 0.002

STRANGERS_TRUST = 0.1
"""What an engager weighs who is no member: hardly anybody has vouched for them."""

Ints = NDArray[np.int32]
Wholes = NDArray[np.integer[Any]]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Size:
    """How large a simulation is, and what its random draws start from."""

    accounts: int
    nights: int
    seed: int
    age: int = 365
    """Nights of engagement before the first that the gate judges. A young community rises as a whole for months: the
    lasting half-life is 120 days."""

    def draws(self, *about: int) -> np.random.Generator:
        """Random draws of their own for each subject, the same in every run (PCG64)."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, *about])))

    @property
    def first_fault_night(self) -> int:
        """Nights before this one are free of mass faults: two thirds of them."""
        return self.nights * 2 // 3


@dataclass(frozen=True)
class World:
    """Who is in the community. Accounts are numbers; arrays hold one value an account."""

    size: Size

    @cached_property
    def rate(self) -> Floats:
        """Engagements received a night: a Pareto tail of exponent 1.25, cut off at 400.

        After a year of it the median account stands where the median of the scale's panel does.
        """
        draws = self.size.draws(1).random(self.size.accounts)
        return np.minimum(0.03 * (1 - draws) ** (-1 / 1.25), 400).astype(np.float32)

    @cached_property
    def trust(self) -> Floats:
        """What each member's engagement weighs, from 0 to 1: nothing for a quarter, whom nobody vouched for.

        Drawn once: the trust of production is solved from who endorses whom, and moves slowly beside engagement.
        """
        draws = self.size.draws(6)
        is_vouched_for = draws.random(self.size.accounts) >= 1 / 4
        return (draws.random(self.size.accounts) ** 1.5 * is_vouched_for).astype(np.float32)

    def weights(self, engagers: Wholes) -> Floats:
        """What the engagement of each engager weighs."""
        is_member = engagers < self.size.accounts
        return np.where(is_member, self.trust[engagers * is_member], np.float32(STRANGERS_TRUST))

    @cached_property
    def arrival(self) -> Ints:
        """The night from which on an account exists; one in eight comes while the simulation runs."""
        draws = self.size.draws(2)
        nights = draws.integers(-LEAST_AGE, self.size.nights, self.size.accounts)
        return np.where(draws.random(self.size.accounts) < 1 / 8, nights, -self.size.age).astype(np.int32)

    @cached_property
    def silence(self) -> tuple[Ints, Ints]:
        """The first night of an account's silence, and the night of its return; one in sixteen falls silent."""
        draws = self.size.draws(3)
        begins = draws.integers(-LEAST_AGE, self.size.nights, self.size.accounts)
        lengths = draws.integers(30, 61, self.size.accounts)
        is_silent = draws.random(self.size.accounts) < 1 / 16
        never = self.size.nights
        return np.where(is_silent, begins, never).astype(np.int32), np.where(is_silent, begins + lengths, never).astype(
            np.int32
        )

    @cached_property
    def home(self) -> NDArray[np.int8]:
        """The network on which an account is mostly engaged with."""
        draws = self.size.draws(4).choice(len(NETWORKS), self.size.accounts, p=NETWORK_SHARES)
        return draws.astype(np.int8)

    @cached_property
    def abroad(self) -> Floats:
        """The share of an account's engagement that falls elsewhere: none for half of the accounts."""
        draws = self.size.draws(5).uniform(-0.5, 0.5, self.size.accounts)
        return np.maximum(draws, 0).astype(np.float32)

    def expected(self, night: int) -> Floats:
        """Engagements that each account may expect on one night: rhythm, growth, arrival, silence."""
        begins, ends = self.silence
        is_there = (self.arrival <= night) & ~((begins <= night) & (night < ends))
        return (self.rate * is_there * WEEK[night % 7] * (1 + GROWTH_PER_NIGHT) ** night).astype(np.float32)
