"""Evidence from events, as the scores take it: for each engager ln(1 + decayed actions), summed by account and network.

What each engager has done to each post lies in flat arrays in the order of its key. Actions are kept as of night 0
(forward decay: an action of night t weighs 2^(t / half-life)), so that nothing has to be touched while it fades.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenscore.base.bundled import scale
from evenscore.laboratory.simulation.events import ENGAGER_BITS, POST_BITS, Events, mixed
from evenscore.laboratory.simulation.world import NETWORKS, Floats, Ints, World

VERSION = 3
"""The scoring version that is simulated."""

SPANS = ("brief", "short", "long")
Keys = NDArray[np.int64]
Values = NDArray[Any]


@dataclass(frozen=True)
class Evidence:
    """What accounts have, by network: arrays of accounts x networks."""

    sums: Floats
    """The evidence of trusted engagers and that of all, at each half-life: 2 x 3 x accounts x networks."""
    bounded: Floats
    """Alike: no post and no engager carries more of it than the share that laws L3 and L4 leave them."""
    losses: Floats
    """Alike: what would be lost without the one post that brings most."""
    reach: Floats
    """Distinct engagers, each at most one and fading with the long half-life."""
    object_reach: Floats
    """Posts, counted alike."""
    engagers: Ints
    actions: Ints


def climbs_of(values: Values, starts: Keys, share: float) -> Values:
    """How far each run of values climbs: from the smallest to the largest, none adds more than its share of all so far.

    All runs take their steps at once.
    """
    start = scale(VERSION)["ladder_start"]
    lengths = np.diff(starts, append=values.shape[-1])
    runs = np.broadcast_to(np.repeat(np.arange(len(starts)), lengths), values.shape)
    ordered = np.take_along_axis(values, np.lexsort((values, runs)), -1)
    longest = np.argsort(-lengths)
    reached = np.full((*values.shape[:-1], len(starts)), start)
    for step in range(lengths.max(initial=0)):
        live = longest[: np.searchsorted(-lengths[longest], -step)]
        before = reached[..., live]
        reached[..., live] = np.minimum(before + ordered[..., starts[live] + step], before / (1 - share))
    return reached - start


def _sums_of(values: Values, starts: Keys) -> Values:
    return np.add.reduceat(values, starts, axis=-1)


def _most_of(values: Values, starts: Keys) -> Values:
    return np.maximum.reduceat(values, starts, axis=-1)


def _summed(groups: Keys, values: Values, count: int) -> Values:
    """Sums by group, one row of values after the other."""
    return np.apply_along_axis(lambda row: np.bincount(groups, row, count), -1, values)


def _half_lives() -> Values:
    """In days, one below the other."""
    return np.array([[scale(VERSION)[f"{span}_half_life_days"]] for span in SPANS])


def _posts(keys: Keys) -> Keys:
    """The same number for each post of an account on a network, whoever engaged with it."""
    return np.asarray((keys >> (ENGAGER_BITS + POST_BITS)) << POST_BITS | (keys & (2**POST_BITS - 1)))


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
    def _by_post(self) -> Keys:
        return np.argsort(_posts(self.keys), kind="stable")

    def evidence(self, night: int) -> Evidence:
        """The evidence of all accounts as it stands on one night."""
        pair_of, pairs = _runs(self.keys >> POST_BITS)
        post_of, posts = _runs(_posts(self.keys)[self._by_post])
        rows, rows_of_posts = self._rows[pairs], self._rows[self._by_post[posts]]
        trust = self.world.weights((self.keys[pairs] >> POST_BITS) & (2**ENGAGER_BITS - 1))
        weights = np.array([trust, np.ones(len(pairs))])[:, None]
        post = np.empty(len(self.keys), np.int64)
        post[self._by_post] = post_of
        actions = self.actions * (2.0 ** (-night / _half_lives())).astype(np.float32)
        by_pair = _summed(pair_of, actions, len(pairs))
        of_all = by_pair[:, pair_of]
        lost = np.log1p(of_all) - np.log1p(np.maximum(of_all - actions, 0))
        of_engagers = weights * np.log1p(by_pair)
        of_posts, without = (
            _summed(post, weights[..., pair_of] * logs, len(posts)) for logs in (np.log1p(actions), lost)
        )
        climbs = (
            self._by_row(rows, of_engagers, partial(climbs_of, share=scale(VERSION)["top_engager_share"])),
            self._by_row(rows_of_posts, of_posts, partial(climbs_of, share=scale(VERSION)["top_object_share"])),
        )
        by_post = _summed(post, actions[-1], len(posts))
        return Evidence(
            self._by_row(rows, of_engagers),
            np.minimum(*climbs),
            self._by_row(rows_of_posts, without, _most_of),
            self._by_row(rows, np.minimum(by_pair[-1], 1)),
            self._by_row(rows_of_posts, np.minimum(by_post, 1)),
            self._by_row(rows, np.ones(len(rows))).astype(np.int32),
            self._by_row(self._rows, self.counts).astype(np.int32),
        )

    def _by_row(self, rows: Keys, values: Values, together: Callable[[Values, Keys], Values] = _sums_of) -> Floats:
        """What the values of each account and network come to: values x accounts x networks."""
        _, starts = _runs(rows)
        flat = np.zeros((*values.shape[:-1], self.accounts * len(NETWORKS)), np.float32)
        flat[..., rows[starts]] = together(values, starts)
        return flat.reshape(*values.shape[:-1], self.accounts, len(NETWORKS))
