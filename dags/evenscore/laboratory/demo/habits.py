"""Everyday life: who posts, and who turns to whom, night after night. Each night has a stream of its own."""

from dataclasses import dataclass

import numpy as np

from evenscore.laboratory.demo.accounts import Accounts
from evenscore.laboratory.demo.draws import Ints, Part, Words, after, moments, only_where, percent, stream, weighted
from evenscore.laboratory.demo.events import NOBODY, Events, events, object_ids, together
from evenscore.laboratory.demo.nights import Nights
from evenscore.laboratory.demo.topics import post_texts, reply_texts

FRESH_NIGHTS = 4
"""Posts are engaged with on the night they appear and the three after it."""
SELF_SHARE = 10
HABIT_SHARE = 60
"""The rest goes to whoever is well known."""
LATEST_POST_SECOND = 80_000


@dataclass(frozen=True)
class Life:
    """One network's everyday posts (a few nights older than the demo, so that they can be engaged with)."""

    accounts: Accounts
    posts: dict[int, Events]
    seed: int

    def fresh(self, rng: np.random.Generator, offset: int, target: Ints) -> tuple[Words, Ints]:
        """For each target, one of its recent posts and the second from which it is there; else its evergreen."""
        recent = together([self.posts[age] for age in range(offset, offset + FRESH_NIGHTS)])
        recent = recent.take(np.argsort(recent.actor, kind="stable"))
        start = np.searchsorted(recent.actor, target, side="left")
        count = np.searchsorted(recent.actor, target, side="right") - start
        chosen = np.minimum(start + rng.integers(0, 1 << 30, len(target)) % np.maximum(count, 1), len(recent) - 1)
        objects = np.where(count > 0, recent.object[chosen], self.accounts.evergreen(target))
        tonight = (count > 0) & (recent.offset[chosen] == offset)
        return objects, np.where(tonight, recent.second[chosen], NOBODY)


def make_life(accounts: Accounts, nights: Nights, seed: int) -> Life:
    """Draw every everyday post."""
    offsets = range(nights.count + FRESH_NIGHTS)
    return Life(accounts, {offset: _posts(accounts, seed, offset) for offset in offsets}, seed)


def _posts(accounts: Accounts, seed: int, offset: int) -> Events:
    network = accounts.network
    rng = stream(seed, Part.POSTS, ord(network.prefix[1]), offset)
    size = _night_size(rng, network.posts_a_night, network.level(offset))
    known = percent(rng, 50, size)
    author = np.where(known, weighted(rng, accounts.popularity, size), weighted(rng, accounts.activity, size))
    author = author[accounts.joined[author] >= offset]
    topics = accounts.topics[author, rng.integers(0, 2, len(author))]
    second = np.minimum(moments(rng, len(author)), LATEST_POST_SECOND)
    objects = object_ids(network.prefix, Part.POSTS, np.full(len(author), offset))
    texts = post_texts(rng, topics)
    return events(Part.POSTS, second, offset=offset, verb="post", actor=author, object=objects, text=texts)


def _night_size(rng: np.random.Generator, average: int, level: int) -> int:
    """An average night's count at tonight's level, a few percent up or down."""
    return average * level * int(rng.integers(950, 1_051)) // 100_000_000


def engagements(life: Life, offset: int) -> Events:
    """One night's everyday engagements."""
    accounts, network = life.accounts, life.accounts.network
    rng = stream(life.seed, Part.ENGAGEMENTS, ord(network.prefix[1]), offset)
    size = _night_size(rng, network.engagements_a_night, network.level(offset))
    actor = weighted(rng, accounts.activity, size)
    target = _targets(rng, accounts, actor)
    here = (accounts.joined[actor] >= offset) & (accounts.joined[target] >= offset)
    return engage(rng, life, Part.ENGAGEMENTS, offset, actor[here], target[here])


def _targets(rng: np.random.Generator, accounts: Accounts, actor: Ints) -> Ints:
    """Oneself now and then, mostly the few one always turns to, else somebody well known."""
    size = len(actor)
    chance = rng.integers(0, 100, size)
    slot = np.minimum(rng.integers(0, 8, size), rng.integers(0, 8, size))
    habitual, known = accounts.habits[actor, slot], weighted(rng, accounts.popularity, size)
    return np.where(chance < SELF_SHARE, actor, np.where(chance < SELF_SHARE + HABIT_SHARE, habitual, known))


def engage(rng: np.random.Generator, life: Life, part: Part, offset: int, actor: Ints, target: Ints) -> Events:
    """Engagements of the given actors with their targets, in the network's own mix of verbs."""
    accounts, network, size = life.accounts, life.accounts.network, len(actor)
    names = np.array([name for name, _ in network.verbs], dtype=object)
    verb = names[weighted(rng, np.array([share for _, share in network.verbs]), size)]
    verb = np.where(actor == target, "reply", verb)
    objects, since = life.fresh(rng, offset, target)
    objects = np.where(np.isin(verb, ("star", "fork")), accounts.evergreen(target), objects)
    objects = only_where(~np.isin(verb, ("follow", "mention")), objects)
    second = np.where(since == NOBODY, moments(rng, size), after(rng, np.maximum(since, 0)))
    anonymous = (verb == "like") & percent(rng, network.anonymous_like_share, size)
    texts = only_where(verb == "reply", reply_texts(rng, accounts.topics[target, 0]))
    actor = np.where(anonymous, NOBODY, actor)
    return events(part, second, offset=offset, verb=verb, actor=actor, target=target, object=objects, text=texts)


def everyday(life: Life, nights: Nights) -> Events:
    """Everything that happens on a network when nothing is planted."""
    posts = [life.posts[offset] for offset in nights.offsets]
    return together(posts + [engagements(life, offset) for offset in nights.offsets])
