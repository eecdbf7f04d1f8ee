"""Evidence from events, as the scores take it: for each engager ln(1 + decayed actions), summed by account and network.

What each engager has done to each post lies in flat arrays in the order of its key. Actions are kept as of night 0
(forward decay: an action of night t weighs 2^(t / half-life)), so that nothing has to be touched while it fades.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evenscore.base.bundled import scale
from evenscore.laboratory.simulation.events import ENGAGER_BITS, POST_BITS, Events, mixed
from evenscore.laboratory.simulation.ladders import Keys, Ladder, Values
from evenscore.laboratory.simulation.world import NETWORKS, Floats, Ints, World

VERSION = 3
"""The scoring version that is simulated."""

SPANS = ("brief", "short", "long")


@dataclass(frozen=True)
class Evidence:
    """What accounts have, by network: arrays of accounts x networks."""

    sums: Floats
    """The evidence of trusted engagers and that of all, at each half-life: 2 x 3 x accounts x networks."""
    bounded: Floats
    """Alike: no post and no engager carries more of it than laws L3 and L4 leave them, nor lifts both ladders."""
    losses: Floats
    """Alike: what would be lost without the one post that brings most."""
    reach: Floats
    """Distinct engagers, each at most one and fading with the long half-life."""
    object_reach: Floats
    """Posts, counted alike."""
    engagers: Ints
    actions: Ints


def _summed(groups: Keys, values: Values, count: int) -> Values:
    """Sums by group, one row of values after the other."""
    return np.apply_along_axis(lambda row: np.bincount(groups, row, count).astype(float), -1, values)


def _half_lives() -> Values:
    """In days, one below the other."""
    return np.array([[scale(VERSION)[f"{span}_half_life_days"]] for span in SPANS])


def _runs(ordered: Keys) -> tuple[Keys, Keys]:
    """Of values in order: the number of each one's run, and where each run starts."""
    is_start = np.diff(ordered, prepend=np.int64(-1)) != 0
    return np.asarray(np.cumsum(is_start) - 1), np.flatnonzero(is_start)


@dataclass(frozen=True)
class Pairs:
    """How much each engager has acted on each post of each account, on each network."""

    world: World
    accounts: int
    first: int
    """The number of the first of them."""
    keys: Keys
    counts: Ints
    """Actions, whenever they were."""
    actions: Floats
    """As of night 0, by half-life: 3 x keys."""

    @classmethod
    def none(cls, world: World) -> "Pairs":
        """Before anybody acted."""
        nothing = np.empty((len(SPANS), 0), np.float32)
        return cls(world, world.size.accounts, 0, np.empty(0, np.int64), np.empty(0, np.int32), nothing)

    def plus(self, events: Events, night: int) -> "Pairs":
        """With the events of one night."""
        rows = events.target.astype(np.int64) * len(NETWORKS) + events.network
        keys, place = np.unique(
            ((rows << ENGAGER_BITS) | events.engager) << POST_BITS | events.post, return_inverse=True
        )
        counts = np.bincount(place, events.count, len(keys))
        found = np.asarray(np.searchsorted(self.keys, keys))
        is_new = found == np.searchsorted(self.keys, keys, "right")
        together = np.insert(self.keys, found[is_new], keys[is_new])
        grown = np.insert(self.counts, found[is_new], 0)
        actions = np.insert(self.actions, found[is_new], 0, axis=1)
        place = np.searchsorted(together, keys)
        grown[place] += counts.astype(np.int32)
        actions[:, place] += counts * 2.0 ** (night / _half_lives())
        return replace(self, keys=together, counts=grown, actions=actions)

    def times(self, factor: Floats) -> "Pairs":
        """Each account's actions on each network so often (accounts x networks).

        Where it is less than once, so many of its engagers are there: always those of before, where there were fewer.
        """
        of_each = factor.reshape(-1)[self._rows]
        kept = mixed((self.keys >> POST_BITS).astype(np.uint64)) < of_each
        more = np.maximum(of_each[kept], 1)
        counts = np.rint(self.counts[kept] * more).astype(np.int32)
        return replace(self, keys=self.keys[kept], counts=counts, actions=self.actions[:, kept] * more)

    def of(self, account: int) -> "Pairs":
        """Those of one account."""
        ends = np.array([account, account + 1]) * len(NETWORKS) << (ENGAGER_BITS + POST_BITS)
        own = slice(*np.searchsorted(self.keys, ends))
        return Pairs(self.world, 1, account, self.keys[own], self.counts[own], self.actions[:, own])

    @property
    def is_there(self) -> NDArray[np.bool_]:
        """Whether anybody acted for an account on a network: accounts x networks."""
        return np.bincount(self._rows, minlength=self.accounts * len(NETWORKS)).reshape(-1, len(NETWORKS)) > 0

    @property
    def _rows(self) -> Keys:
        return np.asarray((self.keys >> (ENGAGER_BITS + POST_BITS)) - self.first * len(NETWORKS))

    @cached_property
    def _posts(self) -> tuple[Keys, Keys]:
        """Each post of an account on a network, whoever engaged with it; and by key which of them it is."""
        rows = self.keys >> (ENGAGER_BITS + POST_BITS)
        posts, number = np.unique(rows << POST_BITS | (self.keys & (2**POST_BITS - 1)), return_inverse=True)
        return posts, number

    def evidence(self, night: int) -> Evidence:
        """The evidence of all accounts as it stands on one night."""
        known = scale(VERSION)
        actions = self.actions * (2.0 ** (-night / _half_lives())).astype(np.float32)
        engager, firsts = _runs(self.keys >> POST_BITS)
        posts, post = self._posts
        by_engager, by_post = _summed(engager, actions, len(firsts)), _summed(post, actions[-1], len(posts))
        trust = self.world.weights((self.keys[firsts] >> POST_BITS) & (2**ENGAGER_BITS - 1))
        weights = np.array([trust, np.ones(len(trust))])[:, None]
        weight, of_engager = weights[..., engager], by_engager[:, engager]
        brought = weight * np.log1p(actions)
        lost = weight * (np.log1p(of_engager) - np.log1p(np.maximum(of_engager - actions, 0)))

        (_, of_engagers), (_, of_posts) = _runs(self._rows[firsts]), _runs(posts >> POST_BITS)
        engagers = Ladder(
            engager, of_engagers, weights * np.log1p(by_engager), known["top_engager_share"], known["ladder_start"]
        )
        objects = Ladder(
            post, of_posts, _summed(post, brought, len(posts)), known["top_object_share"], known["ladder_start"]
        )
        height = np.minimum(engagers.top, objects.top)
        height[0] = engagers.without_any(objects, lost[0], height[0])
        height[0] = objects.without_any(engagers, brought[0], height[0])

        rows = self._rows[firsts[of_engagers]]
        return Evidence(
            self._laid(rows, np.add.reduceat(engagers.brought, of_engagers, axis=-1)),
            self._laid(rows, height - known["ladder_start"]),
            self._laid(rows, np.maximum.reduceat(_summed(post, lost, len(posts)), of_posts, axis=-1)),
            self._laid(rows, np.add.reduceat(np.minimum(by_engager[-1], 1), of_engagers)),
            self._laid(rows, np.add.reduceat(np.minimum(by_post, 1), of_posts)),
            self._laid(rows, engagers.lengths).astype(np.int32),
            self._laid(rows, np.bincount(self._rows, self.counts)[rows]).astype(np.int32),
        )

    def _laid(self, rows: Keys, values: Values) -> Floats:
        """Values of rows by account and network; nothing where nobody acted."""
        flat = np.zeros((*values.shape[:-1], self.accounts * len(NETWORKS)), np.float32)
        flat[..., rows] = values
        return flat.reshape(*values.shape[:-1], self.accounts, len(NETWORKS))
