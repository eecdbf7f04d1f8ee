"""Evidence from events, as the scores take it: for each engager ln(1 + decayed actions), summed by account and network.

What each engager has done to each post lies in flat arrays in the order of its key. Actions are kept as of night 0
(forward decay: an action of night t weighs 2^(t / half-life)), so that nothing has to be touched while it fades.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenscore.base.bundled import scale
from evenscore.laboratory.simulation.events import ENGAGER_BITS, POST_BITS, Events
from evenscore.laboratory.simulation.world import NETWORKS, Floats, Ints, World

VERSION = 3
"""The scoring version that is simulated."""

SPANS = ("brief", "short", "long")
Keys = NDArray[np.int64]


@dataclass(frozen=True)
class Evidence:
    """What accounts have, by network: arrays of accounts x networks."""

    sums: Floats
    """The evidence of trusted engagers and that of all, at each half-life: 2 x 3 x accounts x networks."""
    losses: Floats
    """Alike: what would be lost without the one post that brings most."""
    pair_losses: Floats
    """Alike: without the two posts that do."""
    engager_losses: Floats
    """Alike: without the one engager who brings most."""
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
        """With as much more everywhere, of no post and no engager in particular."""
        return replace(self, sums=(self.sums + more).astype(np.float32))

    def tried(self, account: int, network: int, more: Floats, top_share: float) -> "Evidence":
        """One account many times over, each with so much `more` evidence (2 x tries) on one network.

        `top_share` of it comes by one post, and by many engagers.
        """
        times = more.shape[1]
        each = {name: np.repeat(getattr(self, name)[..., [account], :], times, axis=-2) for name in FLOATS + COUNTS}
        each["sums"][..., network] += more[:, None]
        losses, of_two = each["losses"][..., network], each["pair_losses"][..., network]
        by_post = np.broadcast_to(top_share * more[:, None], losses.shape)
        np.maximum(of_two, losses + by_post, out=of_two)
        np.maximum(losses, by_post, out=losses)
        return Evidence(**each)


FLOATS = ("sums", "losses", "pair_losses", "engager_losses", "reach", "object_reach")
COUNTS = ("engagers", "actions")


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
        weights: list[NDArray[Any]] = [trust[pair_of], np.ones(len(pair_of))]
        post = np.empty(len(self._keys), np.int64)
        post[self._by_post] = post_of
        sums, by_span, of_engagers = [], [], []
        for span, half_life in enumerate(self._half_lives):
            actions = self._actions[span] * np.float32(2.0 ** (-night / half_life))
            by_pair = np.bincount(pair_of, actions, len(pairs))
            carried = [weight * np.log1p(by_pair) for weight in (trust, np.float64(1))]
            sums.append([self._summed(rows, each) for each in carried])
            of_engagers.append([self._most(rows, each) for each in carried])
            by_span.append((actions, by_pair[pair_of], _lost(by_pair[pair_of], actions)))
        lost = [[np.bincount(post, weight * loss, len(posts)) for weight in weights] for *_, loss in by_span]
        two = _Twos.of(rows_of_posts, np.sum([of_trusted for of_trusted, _ in lost], axis=0), post, pair_of)
        pair_losses = [
            [two.most(each, two.shared(*of, weight)) for each, weight in zip(both, weights, strict=True)]
            for both, of in zip(lost, by_span, strict=True)
        ]
        by_post = np.bincount(post, actions, len(posts))
        return Evidence(
            np.swapaxes(sums, 0, 1),
            np.swapaxes([[self._most(rows_of_posts, part) for part in both] for both in lost], 0, 1),
            np.swapaxes([[self._most(two.rows, part) for part in both] for both in pair_losses], 0, 1),
            np.swapaxes(of_engagers, 0, 1),
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


def _lost(of_all: NDArray[Any], here: NDArray[Any]) -> NDArray[Any]:
    """What the log of an engager's actions loses without those here."""
    return np.asarray(np.log1p(of_all) - np.log1p(np.maximum(of_all - here, 0)))


@dataclass(frozen=True)
class _Twos:
    """Any two of the few posts that bring an account most on a network, or one where there is but one."""

    rows: Keys
    """Account and network of each two."""
    one: Keys
    other: Keys
    """The posts, as numbers in order."""
    first: Keys
    second: Keys
    """What one engager did to both of two posts: places among all that engagers did to posts."""
    place: Keys
    """Which two, for each of those."""

    @classmethod
    def of(cls, rows_of_posts: Keys, brought: NDArray[Any], post: Keys, pair_of: Keys) -> "_Twos":
        order = np.lexsort((-brought, rows_of_posts))
        runs, starts = _runs(rows_of_posts[order])
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order)) - starts[runs]
        is_few = rank < scale(VERSION)["top_pair_candidates"]
        few = np.flatnonzero(is_few)
        one, other = _within(rows_of_posts[few])
        is_alone = np.bincount(rows_of_posts)[rows_of_posts[few]] == 1
        one = np.concatenate([few[one], few[is_alone]])
        other = np.concatenate([few[other], few[is_alone]])
        acted = np.flatnonzero(is_few[post])
        first, second = (acted[each] for each in _within(pair_of[acted]))
        low, high = np.minimum(post[first], post[second]), np.maximum(post[first], post[second])
        numbers = one * len(order) + other
        sorted_ = np.argsort(numbers)
        place = sorted_[np.searchsorted(numbers[sorted_], low * len(order) + high)] if len(first) else first
        return cls(rows_of_posts[one], one, other, first, second, place)

    def shared(
        self, actions: NDArray[Any], of_all: NDArray[Any], loss: NDArray[Any], weight: NDArray[Any]
    ) -> NDArray[Any]:
        """What those who acted on both lose with both, beyond what they lose with each."""
        beyond = _lost(of_all[self.first] - actions[self.second], actions[self.first]) - loss[self.first]
        return np.bincount(self.place, weight[self.first] * beyond, len(self.one))

    def most(self, by_post: NDArray[Any], shared: NDArray[Any]) -> NDArray[Any]:
        """What is lost without each two."""
        return np.asarray(by_post[self.one] + np.where(self.one == self.other, 0, by_post[self.other]) + shared)


def _within(ordered: Keys) -> tuple[Keys, Keys]:
    """Of groups in order, each of a few at most: the places of any two in one group."""
    steps = range(1, int(scale(VERSION)["top_pair_candidates"]))
    found = [np.flatnonzero(ordered[:-step] == ordered[step:]) for step in steps]
    first = np.concatenate(found)
    return first, first + np.repeat(steps, [len(each) for each in found])


def _posts(keys: Keys) -> Keys:
    """The same number for each post of an account on a network, whoever engaged with it."""
    return np.asarray((keys >> (ENGAGER_BITS + POST_BITS)) << POST_BITS | (keys & (2**POST_BITS - 1)))


def _runs(ordered: Keys) -> tuple[Keys, Keys]:
    """Of values in order: the number of each one's run, and where each run starts."""
    is_start = np.diff(ordered, prepend=np.int64(-1)) != 0
    return np.asarray(np.cumsum(is_start) - 1), np.flatnonzero(is_start)
