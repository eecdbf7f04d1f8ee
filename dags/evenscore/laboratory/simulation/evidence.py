"""Evidence from events, as the scores take it: for each engager ln(1 + decayed actions), summed by account and network.

What each engager has done to each post lies in flat arrays in the order of its key. Actions are kept as of night 0
(forward decay: an action of night t weighs 2^(t / half-life)), so that nothing has to be touched while it fades.
"""

import functools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenscore.building import warehouse
from evenscore.laboratory.simulation.events import ENGAGER_BITS, POST_BITS, Events
from evenscore.laboratory.simulation.world import NETWORKS, Floats, Ints, World

VERSION = 3
"""The scoring version that is simulated."""
scale = functools.cache(warehouse.scale)

SPANS = ("brief", "short", "long")
Keys = NDArray[np.int64]


@dataclass(frozen=True)
class Evidence:
    """What accounts have, by network: arrays of accounts x networks."""

    sums: Floats
    """The evidence of trusted engagers and that of all, at each half-life: 2 x 3 x accounts x networks."""
    losses: Floats
    """Alike: what would be lost without the one post that brings most."""
    reach: Floats
    """Distinct engagers, each at most one and fading with the long half-life."""
    object_reach: Floats
    """Posts, counted alike."""
    engagers: Ints
    actions: Ints

    def times(self, factor: Floats) -> "Evidence":
        """What is left where a part of it is lost or counted again."""
        floats = {name: (getattr(self, name) * factor).astype(np.float32) for name in FLOATS}
        counts = {name: np.rint(getattr(self, name) * factor).astype(np.int32) for name in COUNTS}
        return Evidence(**floats, **counts)

    def plus(self, more: Floats) -> "Evidence":
        """With as much more everywhere, of no post in particular."""
        return replace(self, sums=(self.sums + more).astype(np.float32))

    def tried(self, account: int, network: int, more: Floats, top_share: float) -> "Evidence":
        """One account many times over, each with so much `more` evidence (2 x tries) on one network.

        `top_share` of it comes by one post.
        """
        times = more.shape[1]
        each = {name: np.repeat(getattr(self, name)[..., [account], :], times, axis=-2) for name in FLOATS + COUNTS}
        each["sums"][..., network] += more[:, None]
        losses = each["losses"][..., network]
        np.maximum(losses, top_share * more[:, None], out=losses)
        return Evidence(**each)


FLOATS, COUNTS = ("sums", "losses", "reach", "object_reach"), ("engagers", "actions")


class Pairs:
    """How much each engager has acted on each post of each account, on each network."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._half_lives = [scale(VERSION)[f"{span}_half_life_days"] for span in SPANS]
        self._keys = np.empty(0, np.int64)
        self._by_post = np.empty(0, np.int64)
        self._actions = [np.empty(0, np.float32) for _ in SPANS]
        self._counts = np.zeros(world.size.accounts * len(NETWORKS), np.int32)

    def add(self, events: Events, night: int) -> None:
        """Take in one night's events."""
        rows = events.target.astype(np.int64) * len(NETWORKS) + events.network
        np.add.at(self._counts, rows, events.count)
        keys, place = np.unique(
            ((rows << ENGAGER_BITS) | events.engager) << POST_BITS | events.post, return_inverse=True
        )
        counts = np.bincount(place, events.count, len(keys))
        found = np.asarray(np.searchsorted(self._keys, keys))
        is_new = np.ones(len(keys), bool)
        inside = found < len(self._keys)
        is_new[inside] = self._keys[found[inside]] != keys[inside]
        for length, half_life in enumerate(self._half_lives):
            weights = (counts * 2.0 ** (night / half_life)).astype(np.float32)
            self._actions[length][found[~is_new]] += weights[~is_new]
            self._actions[length] = np.insert(self._actions[length], found[is_new], weights[is_new])
        self._keys = np.insert(self._keys, found[is_new], keys[is_new])
        self._by_post = np.argsort(_posts(self._keys), kind="stable")

    def evidence(self, night: int) -> Evidence:
        """The evidence of all accounts as it stands on one night."""
        pair_of, pairs = _runs(self._keys >> POST_BITS)
        post_of, posts = _runs(_posts(self._keys)[self._by_post])
        rows = self._keys[pairs] >> (ENGAGER_BITS + POST_BITS)
        rows_of_posts = self._keys[self._by_post[posts]] >> (ENGAGER_BITS + POST_BITS)
        trust = self._world.weights((self._keys[pairs] >> POST_BITS) & (2**ENGAGER_BITS - 1))
        sums, losses = [], []
        for span, half_life in enumerate(self._half_lives):
            actions = self._actions[span] * np.float32(2.0 ** (-night / half_life))
            by_pair = np.bincount(pair_of, actions, len(pairs))
            logs = np.log1p(by_pair)
            rest = np.maximum(by_pair[pair_of] - actions, 0)
            loss = (logs[pair_of] - np.log1p(rest))[self._by_post]
            sums.append([self._summed(rows, weight * logs) for weight in (trust, np.float64(1))])
            weighed = (trust[pair_of][self._by_post] * loss, loss)
            losses.append([self._most(rows_of_posts, np.bincount(post_of, part, len(posts))) for part in weighed])
        by_post = np.bincount(post_of, actions[self._by_post], len(posts))
        return Evidence(
            np.swapaxes(sums, 0, 1),
            np.swapaxes(losses, 0, 1),
            self._summed(rows, np.minimum(by_pair, 1)),
            self._summed(rows_of_posts, np.minimum(by_post, 1)),
            self._summed(rows, np.ones(len(rows))).astype(np.int32),
            self._counts.reshape(-1, len(NETWORKS)).copy(),
        )

    def _summed(self, rows: Keys, values: NDArray[Any]) -> Floats:
        flat = np.bincount(rows, values, len(self._counts))
        return flat.astype(np.float32).reshape(-1, len(NETWORKS))

    def _most(self, rows: Keys, values: NDArray[Any]) -> Floats:
        flat = np.zeros(len(self._counts), np.float32)
        np.maximum.at(flat, rows, values.astype(np.float32))
        return flat.reshape(-1, len(NETWORKS))


def _posts(keys: Keys) -> Keys:
    """The same number for each post of an account on a network, whoever engaged with it."""
    return np.asarray((keys >> (ENGAGER_BITS + POST_BITS)) << POST_BITS | (keys & (2**POST_BITS - 1)))


def _runs(ordered: Keys) -> tuple[Keys, Keys]:
    """Of values in order: the number of each one's run, and where each run starts."""
    is_start = np.diff(ordered, prepend=np.int64(-1)) != 0
    return np.asarray(np.cumsum(is_start) - 1), np.flatnonzero(is_start)
