"""Random draws that are the same on every machine: one seed, one child stream for each part of the community.

Weights are whole numbers and draws are whole numbers, so no rounding of a floating-point sum decides who acts.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Words = NDArray[np.object_]

DAY_SECONDS = 86_400


class Part(IntEnum):
    """The streams of chance, and the part of an event id that says which one an event came from."""

    ACCOUNTS = 0
    PEOPLE = 1
    POSTS = 2
    ENGAGEMENTS = 3
    QUIET_LIFE = 4
    VIRAL_NIGHTS = 5
    SINGLE_VIRAL_POST = 6
    RING = 7
    BOUGHT_BURST = 8
    ANSWER_BOT = 9
    HONEST_RISE = 10
    LATE_EVENTS = 11
    MALFORMED = 12


def stream(seed: int, *path: int) -> np.random.Generator:
    """The generator of one part; `path` names it, and no other part moves it."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=path)))


def weighted(rng: np.random.Generator, weights: Ints, size: int) -> Ints:
    """`size` positions, each drawn in proportion to its whole-number weight."""
    steps = np.cumsum(weights)
    return np.searchsorted(steps, rng.integers(0, steps[-1], size), side="right")


def weighted_distinct(rng: np.random.Generator, weights: Ints, size: int) -> Ints:
    """`size` different positions, heavier ones sooner, in the order in which they were drawn."""
    drawn = weighted(rng, weights, 12 * size)
    _, first = np.unique(drawn, return_index=True)
    distinct = drawn[np.sort(first)][:size]
    if len(distinct) < size:
        raise ValueError(f"only {len(distinct)} different positions drawn where {size} were asked for")
    return distinct


def percent(rng: np.random.Generator, share: int, size: int) -> NDArray[np.bool_]:
    """For each of `size`, whether a chance of `share` in 100 came true."""
    return rng.integers(0, 100, size) < share


def only_where(chosen: NDArray[np.bool_], words: Words) -> Words:
    """The words where `chosen`, null elsewhere."""
    return np.where(chosen, words, np.array(None, dtype=object))


def moments(rng: np.random.Generator, size: int) -> Ints:
    """Seconds of the day: rare at night, most of them in the afternoon (UTC)."""
    return 3_600 * 4 + rng.integers(0, 36_000, size) + rng.integers(0, 36_000, size)


def after(rng: np.random.Generator, second: Ints) -> Ints:
    """A later second of the same day."""
    left = DAY_SECONDS - 1 - second
    return second + 1 + rng.integers(0, 1 << 30, len(second)) % np.maximum(left, 1)
