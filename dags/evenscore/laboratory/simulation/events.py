"""Engagement, event by event: what an ordinary night brings to everybody."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.world import NETWORK_SHARES, NETWORKS, Ints, Wholes, World

POPULAR_POST = 0.002
"""How often an account of one engagement a night has a post that goes round; rarer for smaller ones."""
ENGAGER_BITS, POST_BITS = 28, 13
"""How large the number of an engager, and of a post among its account's, may be: both go into one key of a pair."""
COLUMNS = ("target", "engager", "network", "post", "count")


@dataclass(frozen=True)
class Events:
    """Engagement of one night; each row stands for `count` actions of one engager on one post."""

    target: Ints
    engager: Ints
    network: NDArray[np.int8]
    post: Ints
    """A post's number among its account's."""
    count: Ints

    @classmethod
    def of(
        cls, target: Wholes | int, engager: Ints, network: Wholes, post: Wholes | int, count: Wholes | int = 1
    ) -> "Events":
        """Rows from columns that may be numbers; engagement with oneself is left out."""
        size = len(engager)
        columns = [np.broadcast_to(column, size) for column in (target, engager, network, post, count)]
        kept = columns[0] != columns[1]
        types = (np.int32, np.int32, np.int8, np.int32, np.int32)
        return cls(*(column[kept].astype(kind) for column, kind in zip(columns, types, strict=True)))

    def where(self, is_kept: NDArray[np.bool_]) -> "Events":
        """Those of which it holds."""
        return Events(*(getattr(self, name)[is_kept] for name in COLUMNS))

    @classmethod
    def together(cls, parts: Sequence["Events"]) -> "Events":
        """All of them."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS))


def ordinary(world: World, night: int) -> Events:
    """What one night brings: more to the popular, and now and then a post that goes round."""
    draws = world.size.draws(10, night + world.size.age)
    mean = world.expected(night)
    counts = draws.poisson(mean * draws.gamma(3, 1 / 3, len(mean)))
    target = np.repeat(np.arange(len(mean), dtype=np.int32), counts)
    age = draws.geometric(0.5, len(target)) - 1
    post = np.maximum(night + world.size.age - age, 0) * 4 + np.minimum(draws.geometric(0.6, len(target)) - 1, 3)
    usual = Events.of(target, _habitual(world, target, draws), _networks(world, target, draws), post)
    return Events.together([usual, _popular(world, night, mean, draws)])


def crowd(world: World, count: int, draws: np.random.Generator) -> Ints:
    """Engagers out of the whole community, each once; more than there are members come from outside it."""
    members = draws.choice(world.size.accounts, min(count, world.size.accounts), replace=False)
    outside = outsiders(world, count - len(members), draws)
    return np.concatenate([members, outside]).astype(np.int32)


def outsiders(world: World, count: int, draws: np.random.Generator) -> Ints:
    """Engagers whom nobody has seen before."""
    return draws.integers(world.size.accounts, 2**ENGAGER_BITS, max(count, 0)).astype(np.int32)


def _popular(world: World, night: int, mean: NDArray[np.float32], draws: np.random.Generator) -> Events:
    is_popular = draws.random(len(mean)) < POPULAR_POST * np.minimum(np.sqrt(mean), 5)
    lucky = np.flatnonzero(is_popular).astype(np.int32)
    sizes = np.minimum(3 * (1 + 2 * mean[lucky]) * (1 + draws.pareto(1.5, len(lucky))), world.size.accounts)
    target = np.repeat(lucky, sizes.astype(int))
    engager = (world.size.accounts * draws.random(len(target)) ** 1.5).astype(np.int32)
    return Events.of(target, engager, _networks(world, target, draws), (night + world.size.age) * 4)


def _habitual(world: World, target: Ints, draws: np.random.Generator) -> Ints:
    """Engagers: an account's own audience, the same few again and again; some members act far more than others."""
    audience = 10 + 60 * world.rate[target]
    place = (audience * draws.random(len(target)) ** 2).astype(np.uint64)
    drawn = mixed(target.astype(np.uint64) * np.uint64(1_000_003) + place + np.uint64(world.size.seed << 40))
    return (world.size.accounts * drawn**2).astype(np.int32)


def mixed(numbers: NDArray[np.uint64]) -> NDArray[np.float64]:
    """A number in [0, 1) for each number, without any pattern (the finisher of splitmix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((numbers ^ (numbers >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _networks(world: World, target: Ints, draws: np.random.Generator) -> NDArray[np.int8]:
    elsewhere = draws.choice(len(NETWORKS), len(target), p=NETWORK_SHARES).astype(np.int8)
    return np.where(draws.random(len(target)) < world.abroad[target], elsewhere, world.home[target])
