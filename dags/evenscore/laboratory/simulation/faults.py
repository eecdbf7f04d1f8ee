"""Mass faults: what a broken feed, a double load or a new method does to everybody's evidence for one night."""

import copy
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.events import Events
from evenscore.laboratory.simulation.evidence import VERSION, Evidence, Pairs
from evenscore.laboratory.simulation.standing import OTHER_VERSION
from evenscore.laboratory.simulation.truth import Fault
from evenscore.laboratory.simulation.world import NETWORKS, Size

VERSION_CHANGE = "version_change"
DOUBLE_LOAD = "double_load"
ADDED_EVIDENCE = 4.0
"""What the broken feed of `added_constant` adds to the evidence of each account that it delivers."""

Spoil = Callable[[Evidence, NDArray[np.int64], np.random.Generator], Evidence]


def lose(network: int, kept: float = 0.0) -> Spoil:
    """A network's evidence is gone, or the part of it that some of its feeds delivered."""

    def spoil(evidence: Evidence, shards: NDArray[np.int64], draws: np.random.Generator) -> Evidence:
        factor = np.ones_like(evidence.reach)
        factor[:, network] = _kept_share(evidence.engagers[:, network], kept, draws)
        return evidence.times(factor)

    return spoil


def lose_shard(network: int, shard: int) -> Spoil:
    """What one of a network's machines holds is gone."""

    def spoil(evidence: Evidence, shards: NDArray[np.int64], draws: np.random.Generator) -> Evidence:
        factor = np.ones_like(evidence.reach)
        factor[shards == shard, network] = 0
        return evidence.times(factor)

    return spoil


def lose_part_of_all(kept: float) -> Spoil:
    """Every feed delivers only a part."""

    def spoil(evidence: Evidence, shards: NDArray[np.int64], draws: np.random.Generator) -> Evidence:
        return evidence.times(_kept_share(evidence.engagers, kept, draws))

    return spoil


def add_constant(network: int) -> Spoil:
    """A broken feed adds the same to everybody whom it delivers."""

    def spoil(evidence: Evidence, shards: NDArray[np.int64], draws: np.random.Generator) -> Evidence:
        more = np.zeros_like(evidence.reach)
        more[:, network] = ADDED_EVIDENCE * (evidence.engagers[:, network] > 0)
        return evidence.plus(more)

    return spoil


def nothing(evidence: Evidence, shards: NDArray[np.int64], draws: np.random.Generator) -> Evidence:
    """Evidence as it is: the fault lies elsewhere."""
    return evidence


def _kept_share(pairs: NDArray[np.int32], kept: float, draws: np.random.Generator) -> NDArray[np.float32]:
    """The share of its engagers that each account keeps when each is delivered with the same chance."""
    return (draws.binomial(pairs, kept) / np.maximum(pairs, 1)).astype(np.float32)


FAULTS: tuple[tuple[str, str, Spoil], ...] = (
    ("missing_network", "network:amber", lose(0)),
    ("partial_network", "network:birch", lose(1, 0.5)),
    ("missing_shard", "network:amber/shard:5", lose_shard(0, 5)),
    ("all_partial", "all", lose_part_of_all(0.6)),
    (DOUBLE_LOAD, "network:amber", nothing),
    ("added_constant", "network:coral", add_constant(2)),
    ("missing_small_network", "network:dune", lose(3)),
    ("missing_shard_of_second", "network:birch/shard:11", lose_shard(1, 11)),
    (VERSION_CHANGE, f"scoring_version:{OTHER_VERSION}", nothing),
)
"""Each mass fault, the cohort that an incident of it has to name, and what it does to the evidence."""


class MassFaults:
    """The mass faults of one simulation: after two thirds of its nights, each with its night of recovery."""

    def __init__(self, size: Size) -> None:
        self._size = size
        gap = max(2, (size.nights - size.first_fault_night) // len(FAULTS))
        nights = range(size.first_fault_night + 1, size.nights, gap)
        rows = [*zip(FAULTS[:-1], nights[:-1], strict=False), (FAULTS[-1], nights[-1])]
        self._by_night = {night: row for row, night in rows}
        self.all = [Fault(name, night, (scope,)) for (name, scope, _), night in rows]

    def version(self, night: int) -> int:
        """The scoring version of one night."""
        return OTHER_VERSION if night >= self.all[-1].night else VERSION

    def spoil(self, night: int, evidence: Evidence, shards: NDArray[np.int64]) -> Evidence:
        """One night's evidence as the feeds deliver it."""
        if night not in self._by_night:
            return evidence
        return self._by_night[night][2](evidence, shards, self._size.draws(30, night))

    def doubled(self, night: int, pairs: Pairs, events: Events) -> Pairs:
        """The pairs as they look tonight: with the largest network's night in them twice, where it was loaded twice."""
        if night not in self._by_night or self._by_night[night][0] != DOUBLE_LOAD:
            return pairs
        twice = copy.deepcopy(pairs)
        of_network = events.network == NETWORKS.index(self._by_night[night][1].removeprefix("network:"))
        twice.add(events.where(of_network), night)
        return twice
