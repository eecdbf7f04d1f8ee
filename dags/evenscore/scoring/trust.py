"""Seeded trust: how far trust reaches each engager, starting from a public list of people.

t = (1 - a) C^T t + a p (personalised PageRank, Haveliwala 2002, with TrustRank's seed list, Gyongyi et al. 2004). C
says how those whom a giver acts for share what the giver has, capped per pair. p is each seed's weight, 1 at most, and
is not divided among them, so that one seed more takes nothing from the others.

Only members, who asked for a score, have trust and pass it on. What members do for anybody else says in which of a
few coarse bands that account stands; it weighs what members in the same band weigh on average.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from evenscore.base.errors import EvenscoreError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

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
    outward_share: float
    """What an act for somebody who is no member takes from the others, beside one for a member."""
    band_count: int
    band_members: int
    """So many members at least stand behind the weight of a band."""
    vouched: float = np.inf
    """Trust is at most so many times what is left without the most that any one member passes on; inf asks for no
    second voucher."""
    own_steps: int = 1
    """What a person passed on in so many steps is left out of the weight of their own crowd: 1 or 2."""


@dataclass(frozen=True)
class Endorsements:
    """What members did for whom on which day: arrays of equal length; people are numbers below `len(is_member)`."""

    giver: Ints
    receiver: Ints
    day: Ints
    actions: Ints
    is_member: Bools

    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """Every (giver, receiver) as one number, in order, and the place of each endorsement's among them."""
        pair, place = np.unique(self.giver * len(self.is_member) + self.receiver, return_inverse=True)
        return pair, place


@dataclass(frozen=True)
class Seeds:
    """Where trust starts on a night: people, and what each weighs, above 0; arrays of equal length."""

    place: Ints
    weight: Floats


@dataclass(frozen=True)
class Graph:
    """Shares of trust that each giver passes on: `shares[i, j]` of what i has goes to j."""

    shares: sparse.csr_matrix
    is_member: Bools

    @cached_property
    def among_members(self) -> sparse.csr_matrix:
        """The shares that go to members: who is no member passes nothing on."""
        return (self.shares @ sparse.diags(self.is_member.astype(float))).tocsr()

    def received(self, trust: Floats, damping: float) -> Floats:
        """What members' acts pass on to everybody: a seed's own part is not in it."""
        passed_on: Floats = (1 - damping) * (self.shares.T @ trust)
        return passed_on


def graph(endorsements: Endorsements, night: int, constants: Constants) -> Graph:
    """The trust graph as of a night (a day number): capped, decayed actions, shared out by each giver."""
    known = endorsements.day <= night - constants.lag_days
    age = night - constants.lag_days - endorsements.day[known]
    weight = endorsements.actions[known] * np.round(2 ** (-age / constants.half_life_days) / MILLIONTH)
    size = len(endorsements.is_member)
    pair, place = endorsements.pairs
    actions = np.bincount(place[known], weight, len(pair)) * MILLIONTH  # whole millionths: exact in any order
    pair, actions = pair[actions > 0], actions[actions > 0]  # years fade to nothing, and nothing has no shares
    passed = np.log1p(np.minimum(actions, constants.pair_cap))
    giver, receiver = np.divmod(pair, size)
    shared = _shares(giver, endorsements.is_member[receiver], passed, size, constants)
    return Graph(sparse.csr_matrix((shared, (giver, receiver)), shape=(size, size)), endorsements.is_member)


def _shares(giver: Ints, is_for_member: Bools, passed: Floats, size: int, constants: Constants) -> Floats:
    """What each act passes on. What goes to members sums to 1 at most, and so does what goes to anybody else.

    Acts for others count less in the division: in part, what they pass on would come back.
    """
    for_members = np.bincount(giver, passed * is_for_member, size)
    for_others = np.bincount(giver, passed * ~is_for_member, size)
    divided = for_members + constants.outward_share * for_others
    shared: Floats = passed / np.where(is_for_member, divided[giver], np.maximum(divided, for_others)[giver])
    return shared


def solve(found: Graph, seeds: Seeds, damping: float, start: Floats | None = None) -> Floats:
    """Trust of every member, a seed having at least `damping` of its weight. `start` speeds it up and leaves no trace.

    Raises EvenscoreError when it does not converge: a half-solved graph must never score anybody.
    """
    received = found.among_members.T.tocsr()
    source = np.zeros(received.shape[0])
    source[seeds.place] = damping * seeds.weight
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

    What the person's own acts passed on to the engager is left out: nobody can lend trust to their own crowd. Nor is
    trust worth anything that rests on one member's word, however often it is given: a confederate gives it for the
    asking.
    """
    vouchers = Vouchers.of(found, trust, constants.damping)
    reached = np.where(found.is_member, trust, vouchers.received)
    known = _vouched(
        reached[engager] - _own(found, trust, engager, person, constants), vouchers.most(engager, person), constants
    )
    exact = _on_scale(known, constants)
    of_all = _vouched(vouchers.received, vouchers.first, constants)
    of_band = band_weights(_on_scale(of_all[found.is_member], constants), constants)
    weight: Floats = np.where(found.is_member[engager], exact, of_band[_bands(exact, constants)])
    return weight


def _own(found: Graph, trust: Floats, engager: Ints, person: Ints, constants: Constants) -> Floats:
    """What the person passed on to the engager, by themselves and (in two steps) through other members."""
    one = (1 - constants.damping) * trust[person]
    own: Floats = np.asarray(found.shares[person, engager]).ravel() * one
    if constants.own_steps > 1 and len(person):
        people, place = np.unique(person, return_inverse=True)
        through = (found.among_members[people] @ found.shares).tocsr()
        own = own + np.asarray(through[place, engager]).ravel() * one * (1 - constants.damping)
    return own


def _vouched(reached: Floats, most: Floats, constants: Constants) -> Floats:
    """Trust, no more than `vouched` times what is left of it without the one who passes on most."""
    if np.isinf(constants.vouched):
        return reached
    return np.minimum(reached, constants.vouched * (reached - most))


@dataclass(frozen=True)
class Vouchers:
    """What members' acts pass on to each node: in all, and the most and second most by any one of them."""

    received: Floats
    first: Floats
    first_giver: Ints
    second: Floats

    @classmethod
    def of(cls, found: Graph, trust: Floats, damping: float) -> "Vouchers":
        """The vouchers of every node."""
        size = len(trust)
        passed = ((1 - damping) * sparse.diags(trust) @ found.shares).tocoo()
        order = np.lexsort((passed.row, -passed.data, passed.col))
        giver, node, part = passed.row[order], passed.col[order], passed.data[order]
        start = np.searchsorted(node, np.arange(size))
        count = np.bincount(node, minlength=size)
        first, second, first_giver = np.zeros(size), np.zeros(size), np.full(size, -1)
        first[count > 0], first_giver[count > 0] = part[start[count > 0]], giver[start[count > 0]]
        second[count > 1] = part[start[count > 1] + 1]
        return cls(found.received(trust, damping), first, first_giver, second)

    def most(self, engager: Ints, person: Ints) -> Floats:
        """What the engager's first voucher passes on, the person's own word aside."""
        most: Floats = np.where(self.first_giver[engager] == person, self.second[engager], self.first[engager])
        return most


def _on_scale(reached: Floats, constants: Constants) -> Floats:
    span = np.log(constants.full / constants.none)
    position = np.log(np.maximum(reached, np.finfo(float).tiny) / constants.none) / span
    weight: Floats = np.round(np.clip(position, 0, 1), 6)
    return weight


def _bands(weight: Floats, constants: Constants) -> Ints:
    """Band 0 is of those whom nothing reaches; the others are equal parts of the scale from 0 to 1."""
    return np.ceil(weight * constants.band_count).astype(np.int64)


def band_weights(of_members: Floats, constants: Constants) -> Floats:
    """What somebody who is no member weighs in each band: the mean of the members in it, its middle at most.

    A band with too few members is widened on both sides until there are enough; where there are not enough in all, it
    weighs nothing, and from there on the more the more there are, up to half as many again: nobody moves much because
    a single member comes or leaves. A band never weighs less than the one below it.
    """
    bands = _bands(of_members, constants)
    count = np.bincount(bands, minlength=constants.band_count + 1)
    millionths = np.bincount(bands, np.round(of_members / MILLIONTH), constants.band_count + 1)
    found = np.zeros(constants.band_count + 1)
    share = min(max(2 * (len(of_members) / constants.band_members - 1), 0), 1)
    for band in range(1, constants.band_count + 1):
        for more in range(constants.band_count + 1):
            wide = slice(max(band - more, 0), band + more + 1)
            if count[wide].sum() >= constants.band_members:
                mean = millionths[wide].sum() / count[wide].sum() * MILLIONTH
                found[band] = round(share * min(mean, (band - 0.5) / constants.band_count), 6)
                break
    return found


def nightly_weights(
    endorsements: Endorsements,
    engager: Ints,
    person: Ints,
    scored: Mapping[int, Ints],
    seeds: Mapping[int, Seeds],
    constants: Constants,
) -> Iterator[tuple[int, Ints, Floats]]:
    """Each night's pairs of those who are scored on it, by their places, and what their engagers weigh.

    Nights come in order, every one warm-started from the one before it.
    """
    trust: Any = None
    is_scored = np.zeros(len(endorsements.is_member), dtype=bool)
    for night in sorted(seeds):
        found = graph(endorsements, night, constants)
        trust = solve(found, seeds[night], constants.damping, trust)
        is_scored[:] = False
        is_scored[scored[night]] = True
        asked = np.flatnonzero(is_scored[person])
        yield night, asked, weights(found, trust, engager[asked], person[asked], constants)


def nightly_standing(
    endorsements: Endorsements, founders: Mapping[int, Seeds], lag_days: Mapping[int, float], constants: Constants
) -> Iterator[tuple[int, Floats]]:
    """How far the founders' trust reaches each member, 0 to 1 as a weight is, each night in order.

    It looks at all that was done until each night's lag, and nothing of it fades: who founded a community may be gone.
    """
    trust: Any = None
    for night in sorted(founders):
        unfading = replace(constants, lag_days=lag_days[night], half_life_days=np.inf)
        found = graph(endorsements, night, unfading)
        trust = solve(found, founders[night], constants.damping, trust)
        vouchers = Vouchers.of(found, trust, constants.damping)
        standing = _on_scale(_vouched(trust, vouchers.first, constants), constants)
        yield night, np.where(found.is_member, standing, 0)
