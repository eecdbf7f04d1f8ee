"""The accounts of one network: who is known, who is busy, who turns to whom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.demo.draws import Ints, Part, Words, percent, stream, weighted
from evenscore.laboratory.demo.networks import Network
from evenscore.laboratory.demo.topics import TOPIC_NAMES

NEVER = -1
ESTABLISHED_NIGHTS = 90
"""Accounts that joined at least so long before the last night have a history on every night of the demo."""
POPULARITY_FALL = 1.2
"""How steeply attention falls with rank: few stars, a long tail."""
FRIENDS = 3
IDOLS = 5
HABIT_ORDER = (0, 3, 4, 1, 5, 2, 6, 7)
"""Friends are columns 0-2 and idols 3-7; the first habits are turned to most."""


@dataclass(frozen=True)
class Accounts:
    """One network's accounts, as columns. The ordinary ones come first; planted ones follow."""

    network: Network
    ids: Words
    joined: Ints
    """Nights before the last one on which the account was opened."""
    topics: Ints
    """Two topics each."""
    followers: Ints
    bot_from: Ints
    """The offset from which snapshots say is_bot; NEVER for most."""
    private_from: Ints
    """The offset from which snapshots say is_private; NEVER for most."""
    ranks: Ints
    """Popularity of the ordinary accounts: 0 is the best known."""
    popularity: Ints
    activity: Ints
    habits: Ints
    """For each ordinary account, the eight it turns to, the favourite first."""

    @property
    def ordinary_count(self) -> int:
        """How many accounts live an everyday life."""
        return len(self.ranks)

    def index(self, account_id: str) -> int:
        """The position of an account."""
        return int(np.flatnonzero(self.ids == account_id)[0])

    @property
    def established(self) -> Ints:
        """Ordinary human accounts with a long history."""
        ordinary = slice(self.ordinary_count)
        return np.flatnonzero((self.joined[ordinary] >= ESTABLISHED_NIGHTS) & (self.bot_from[ordinary] == NEVER))

    def evergreen(self, accounts: Ints) -> Words:
        """The object of each account that is there even when it has not posted for days."""
        return np.array([f"{name}-{self.network.evergreen}" for name in self.ids[accounts]], dtype=object)


@dataclass(frozen=True)
class Newcomer:
    """A planted account."""

    account_id: str
    joined: int
    topics: tuple[int, int] = (0, 0)
    followers: int = 40
    bot_from: int = NEVER


def make_accounts(network: Network, seed: int, planted: list[Newcomer]) -> Accounts:
    """Draw a network's ordinary accounts, and append the planted ones."""
    rng = stream(seed, Part.ACCOUNTS, ord(network.prefix[1]))
    size = network.account_count
    ranks = rng.permutation(size)
    popularity = np.rint(1e9 / (ranks + 3) ** POPULARITY_FALL).astype(np.int64)
    joined = _joined(rng, ranks)
    topics = rng.integers(0, len(TOPIC_NAMES), (size, 2))
    bots = (ranks > size // 20) & (rng.integers(0, 1_000, size) < 4)
    private = (ranks > size // 20) & (rng.integers(0, 1_000, size) < 12)
    activity = _activity(rng, size) * np.where(bots, 5, 1)
    return Accounts(
        network=network,
        ids=np.array(
            [network.account_id(i + 1) for i in range(size)] + [new.account_id for new in planted], dtype=object
        ),
        joined=np.append(joined, [new.joined for new in planted]).astype(np.int64),
        topics=np.concatenate([topics, np.array([new.topics for new in planted], dtype=np.int64).reshape(-1, 2)]),
        followers=np.append(_followers(rng, ranks), [new.followers for new in planted]).astype(np.int64),
        bot_from=np.append(np.where(bots, 10_000, NEVER), [new.bot_from for new in planted]).astype(np.int64),
        private_from=np.append(np.where(private, 10_000, NEVER), [NEVER] * len(planted)).astype(np.int64),
        ranks=ranks,
        popularity=popularity,
        activity=activity,
        habits=_habits(rng, popularity, topics),
    )


def _joined(rng: np.random.Generator, ranks: Ints) -> Ints:
    """Most accounts are old; one in twenty, none of them well known, opened during the demo."""
    young = (ranks > len(ranks) // 10) & percent(rng, 5, len(ranks))
    return np.where(young, rng.integers(1, 61, len(ranks)), rng.integers(ESTABLISHED_NIGHTS, 900, len(ranks)))


def _activity(rng: np.random.Generator, size: int) -> Ints:
    """Weights with a long tail and a floor: everybody does something, a few do a great deal."""
    chance = rng.integers(1, 1_000_001, size) / 1_000_000
    return np.minimum(np.rint(100 * chance**-0.6), 1_500).astype(np.int64)


def _followers(rng: np.random.Generator, ranks: Ints) -> Ints:
    return 30_000 // (ranks + 4) + rng.integers(3, 60, len(ranks))


def _habits(rng: np.random.Generator, popularity: Ints, topics: Ints) -> Ints:
    """Three friendships, each returned, and five well-known accounts, sooner those with a shared topic."""
    size = len(popularity)
    friends = [_matched(rng, size) for _ in range(FRIENDS)]
    idols = [_idols(rng, popularity, topics) for _ in range(IDOLS)]
    return np.stack([*friends, *idols], axis=1)[:, HABIT_ORDER]


def _matched(rng: np.random.Generator, size: int) -> Ints:
    """Pair everybody with somebody: the partner's partner is oneself."""
    order = rng.permutation(size)
    partner = np.empty(size, dtype=np.int64)
    partner[order[0::2]], partner[order[1::2]] = order[1::2], order[0::2]
    return partner


def _idols(rng: np.random.Generator, popularity: Ints, topics: Ints) -> Ints:
    one, other = (weighted(rng, popularity, len(popularity)) for _ in range(2))
    shared: NDArray[np.bool_] = (topics[one] == topics[:, :1]).any(axis=1) | (topics[one] == topics[:, 1:]).any(axis=1)
    return np.where(shared, one, other)
