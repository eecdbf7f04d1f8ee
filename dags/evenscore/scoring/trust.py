"""Seeded trust: how far trust reaches each engager, starting from a public list of people.

t = (1 - a) C^T t + a p (personalised PageRank, Haveliwala 2002, with TrustRank's seed list, Gyongyi et al. 2004). C is
row-stochastic: those whom a giver acts for share what the giver has, capped per pair. p is 1 for each seed and is not
divided among them, so that one seed more takes nothing from the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from evenscore.errors import EvenscoreError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TOLERANCE = 1e-14
"""Largest change of any trust in a sweep once it has converged: a few times the rounding error of the largest."""
MOST_SWEEPS = 500
POLISHING_SWEEPS = 12
"""Sweeps after that, each halving what is left, so that a warm start leaves no trace in the result."""
MILLIONTH = 1e-6


@dataclass(frozen=True)
class Constants:
    """The trust constants of a scoring version's scale (dbt seed `scale_v2`)."""

    damping: float
    pair_cap: float
    lag_days: float
    full: float
    none: float
    half_life_days: float


@dataclass(frozen=True)
class Endorsements:
    """Who acted for whom on which day: arrays of equal length; people are numbers below `people_count`."""

    giver: Ints
    receiver: Ints
    day: Ints
    actions: Ints
    people_count: int

    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """Every (giver, receiver) as one number, in order, and the place of each endorsement's among them."""
        pair, place = np.unique(self.giver * self.people_count + self.receiver, return_inverse=True)
        return pair, place


@dataclass(frozen=True)
class Graph:
    """Shares of trust that each giver passes on: `shares[i, j]` of what i has goes to j."""

    shares: sparse.csr_matrix


def graph(endorsements: Endorsements, night: int, constants: Constants) -> Graph:
    """The trust graph as of a night (a day number): capped, decayed actions, each giver's sum to one."""
    known = endorsements.day <= night - constants.lag_days
    age = night - constants.lag_days - endorsements.day[known]
    weight = endorsements.actions[known] * np.round(2 ** (-age / constants.half_life_days) / MILLIONTH)
    size = endorsements.people_count
    pair, place = endorsements.pairs
    actions = np.bincount(place[known], weight, len(pair)) * MILLIONTH  # whole millionths: exact in any order
    pair, actions = pair[actions > 0], actions[actions > 0]  # years fade to nothing, and nothing has no shares
    passed = np.log1p(np.minimum(actions, constants.pair_cap))
    giver = pair // size
    total = np.bincount(giver, passed, size)
    return Graph(sparse.csr_matrix((passed / total[giver], (giver, pair % size)), shape=(size, size)))


def solve(found: Graph, seeds: Ints, damping: float, start: Floats | None = None) -> Floats:
    """Trust of everybody, a seed having at least `damping`. `start` speeds it up and leaves no trace.

    Raises EvenscoreError when it does not converge: a half-solved graph must never score anybody.
    """
    received = found.shares.T.tocsr()
    source = np.zeros(received.shape[0])
    source[seeds] = damping
    trust = source.copy() if start is None else start
    for _ in range(MOST_SWEEPS):
        before, trust = trust, (1 - damping) * (received @ trust) + source
        if np.max(np.abs(trust - before), initial=0) <= TOLERANCE:
            break
    else:
        raise EvenscoreError(f"trust graph: not converged to {TOLERANCE} after {MOST_SWEEPS} sweeps")
    for _ in range(POLISHING_SWEEPS):
        trust = (1 - damping) * (received @ trust) + source
    found_trust: Floats = trust
    return found_trust


def weights(found: Graph, trust: Floats, engager: Ints, person: Ints, constants: Constants) -> Floats:
    """What each engager weighs for each person, 0 to 1 in whole millionths, by the logarithm of their trust.

    What the person's own acts passed on to the engager is left out: nobody can lend trust to their own crowd.
    """
    own = np.asarray(found.shares[person, engager]).ravel() * trust[person] * (1 - constants.damping)
    reached = np.maximum(trust[engager] - own, np.finfo(float).tiny)
    span = np.log(constants.full / constants.none)
    weight: Floats = np.round(np.clip(np.log(reached / constants.none) / span, 0, 1), 6)
    return weight


def nightly_weights(
    endorsements: Endorsements,
    engager: Ints,
    person: Ints,
    seeds: Mapping[int, Ints],
    constants: Constants,
) -> Iterator[tuple[int, Floats]]:
    """Each night's weights of all pairs, in order, every night warm-started from the one before it."""
    trust: Any = None
    for night in sorted(seeds):
        found = graph(endorsements, night, constants)
        trust = solve(found, seeds[night], constants.damping, trust)
        yield night, weights(found, trust, engager, person, constants)
