"""Mass faults: what a broken feed, a double load or a new method does to everybody's engagement for one night."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.events import POST_BITS, Events
from evenscore.laboratory.simulation.evidence import VERSION, Pairs
from evenscore.laboratory.simulation.standing import OTHER_VERSION
from evenscore.laboratory.simulation.truth import Fault
from evenscore.laboratory.simulation.world import NETWORKS, Size

VERSION_CHANGE = "version_change"
DOUBLE_LOAD = "double_load"
ADDED = 24
"""Members whose engagement the broken feed of `added_constant` adds to each account's that it delivers, one a post."""

Spoil = Callable[[Pairs, NDArray[np.int64], int], Pairs]


def lose(network: int | slice = slice(None), kept: float = 0.0) -> Spoil:
    """A network's engagement is gone, or that of all; or the part of it that some feeds delivered."""

    def spoil(pairs: Pairs, shards: NDArray[np.int64], night: int) -> Pairs:
        factor = np.ones((len(shards), len(NETWORKS)), np.float32)
        factor[:, network] = kept
        return pairs.times(factor)

    return spoil


def lose_shard(network: int, shard: int) -> Spoil:
    """What one of a network's machines holds is gone."""

    def spoil(pairs: Pairs, shards: NDArray[np.int64], night: int) -> Pairs:
        factor = np.ones((len(shards), len(NETWORKS)), np.float32)
        factor[shards == shard, network] = 0
        return pairs.times(factor)

    return spoil


def add_the_same(network: int) -> Spoil:
    """A broken feed adds the same to everybody whom it delivers."""

    def spoil(pairs: Pairs, shards: NDArray[np.int64], night: int) -> Pairs:
        delivered = np.flatnonzero(pairs.is_there[:, network])
        added = np.tile(np.arange(ADDED, dtype=np.int32), len(delivered))
        posts = 2**POST_BITS - 1 - added
        return pairs.plus(Events.of(np.repeat(delivered, ADDED), added, np.array(network), posts), night)

    return spoil


def nothing(pairs: Pairs, shards: NDArray[np.int64], night: int) -> Pairs:
    """Engagement as it is: the fault lies elsewhere."""
    return pairs


FAULTS: tuple[tuple[str, str, Spoil], ...] = (
    ("missing_network", "network:amber", lose(0)),
    ("partial_network", "network:birch", lose(1, 0.5)),
    ("missing_shard", "network:amber/shard:5", lose_shard(0, 5)),
    ("all_partial", "all", lose(kept=0.6)),
    (DOUBLE_LOAD, "network:amber", nothing),
    ("added_constant", "network:coral", add_the_same(2)),
    ("missing_small_network", "network:dune", lose(3)),
    ("missing_shard_of_second", "network:birch/shard:11", lose_shard(1, 11)),
    (VERSION_CHANGE, f"scoring_version:{OTHER_VERSION}", nothing),
)
"""Each mass fault, the cohort that an incident of it has to name, and what it does to the engagement."""


class MassFaults:
    """The mass faults of one simulation: after two thirds of its nights, each with its night of recovery."""

    def __init__(self, size: Size) -> None:
        gap = max(2, (size.nights - size.first_fault_night) // len(FAULTS))
        nights = range(size.first_fault_night + 1, size.nights, gap)
        rows = [*zip(FAULTS[:-1], nights[:-1], strict=False), (FAULTS[-1], nights[-1])]
        self._by_night = {night: row for row, night in rows}
        self.all = [Fault(name, night, (scope,)) for (name, scope, _), night in rows]

    def version(self, night: int) -> int:
        """The scoring version of one night."""
        return OTHER_VERSION if night >= self.all[-1].night else VERSION

    def spoil(self, night: int, pairs: Pairs, shards: NDArray[np.int64]) -> Pairs:
        """One night's engagement as the feeds deliver it."""
        return self._by_night[night][2](pairs, shards, night) if night in self._by_night else pairs

    def doubled(self, night: int, pairs: Pairs, events: Events) -> Pairs:
        """The pairs as they look tonight: with the largest network's night in them twice, where it was loaded twice."""
        if night not in self._by_night or self._by_night[night][0] != DOUBLE_LOAD:
            return pairs
        of_network = events.network == NETWORKS.index(self._by_night[night][1].removeprefix("network:"))
        return pairs.plus(events.where(of_network), night)
