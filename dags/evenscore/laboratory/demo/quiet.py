"""The cast's quiet days: a few posts, a few fans, a few outings, before and beside what is planted."""

from dataclasses import replace

import numpy as np

from evenscore.laboratory.demo.cast import BRUNO, LENA, MAYA, OTTO, RING
from evenscore.laboratory.demo.draws import Ints, Part, percent, weighted
from evenscore.laboratory.demo.events import Events, together
from evenscore.laboratory.demo.habits import engage
from evenscore.laboratory.demo.stage import Stage, praise, write_posts

POST_EVERY = 3
HORIZON = 400
"""Quiet days are drawn this far back, however few of them the demo shows."""
FANS = {MAYA: 5, OTTO: 9, BRUNO: 7} | dict.fromkeys(RING, 2)
"""How many people turned to each of the cast, now and then, before anything happened."""
FAN_CHANCE = 6
"""In 100, that a fan turns up on a night."""
CIRCLE = 8
"""How many others of the ledger each of its people turns to now and then: who asks for a score knows some who did."""
CIRCLE_CHANCE = 5
"""In 100, that one of them turns to one of those on a night."""
RING_UNTIL = 21
"""The ring's members turn to nobody else from the night after."""


def quiet_posts(stage: Stage, account_id: str) -> Events:
    """A post every few nights."""
    position = stage.accounts.index(account_id)
    offsets = np.arange(0, HORIZON + POST_EVERY, POST_EVERY)
    rng = stage.rng(Part.QUIET_LIFE, position, 0)
    posts = write_posts(rng, stage, Part.QUIET_LIFE, np.full(len(offsets), position), offsets)
    objects = [f"{name}-{account_id[3:]}" for name in posts.object]
    return replace(posts, object=np.array(objects, dtype=object))


def latest(posts: Events, offset: Ints) -> Events:
    """For each night, the quiet post that was there in the evening."""
    return posts.take(-(-offset // POST_EVERY))


def quiet_life(stage: Stage) -> Events:
    """The cast's own few posts, the few who like them, and the few they turn to themselves."""
    cast = (MAYA, OTTO, BRUNO, LENA, *RING)
    posts = {account_id: quiet_posts(stage, account_id) for account_id in cast}
    praised = [_fans(stage, account_id, posts[account_id]) for account_id in FANS]
    return together([*posts.values(), *praised, *_outings(stage, cast), *_circles(stage)])


def _circles(stage: Stage) -> list[Events]:
    """People of the ledger turn to the same few others of it all the time, rather to the better known."""
    rng, members = stage.rng(Part.QUIET_LIFE, 0, 0, 0), stage.members
    weights = stage.accounts.popularity[members]
    circle = members[weighted(rng, weights, CIRCLE * len(members))]
    visitors = np.repeat(members, CIRCLE)
    chunks = []
    for offset in stage.nights.offsets:
        rng = stage.rng(Part.QUIET_LIFE, 0, 1, offset)
        out = percent(rng, CIRCLE_CHANCE, len(visitors)) & (visitors != circle)
        out &= (stage.accounts.joined[visitors] >= offset) & (stage.accounts.joined[circle] >= offset)
        chunks.append(engage(rng, stage.life, Part.QUIET_LIFE, offset, visitors[out], circle[out]))
    return chunks


def _fans(stage: Stage, account_id: str, posts: Events) -> Events:
    # Of the draws tried, one by which two of Maya's and of Otto's fans are trusted from the beginning (law L4).
    rng = stage.rng(Part.QUIET_LIFE, stage.accounts.index(account_id), 5)
    fans = stage.pick(rng, FANS[account_id]) if account_id in RING else stage.pick_members(rng, FANS[account_id])
    offset, fan = np.nonzero(percent(rng, FAN_CHANCE, HORIZON * len(fans)).reshape(HORIZON, len(fans)))
    return praise(rng, stage, fans[fan], offset, latest(posts, offset))


def _outings(stage: Stage, cast: tuple[str, ...]) -> list[Events]:
    """About every other night, each visits one of a few favourites."""
    visitors = np.array([stage.accounts.index(account_id) for account_id in cast])
    favourites = np.stack([_favourites(stage, position) for position in visitors.tolist()])
    in_ring = np.isin(np.array(cast, dtype=object), RING)
    chunks = []
    for offset in stage.nights.offsets:
        rng = stage.rng(Part.QUIET_LIFE, 0, offset)
        target = favourites[np.arange(len(cast)), rng.integers(0, favourites.shape[1], len(cast))]
        out = percent(rng, 50, len(cast)) & ~(in_ring & (offset < RING_UNTIL))
        chunks.append(engage(rng, stage.life, Part.QUIET_LIFE, offset, visitors[out], target[out]))
    return chunks


def _favourites(stage: Stage, position: int) -> Ints:
    return weighted(stage.rng(Part.QUIET_LIFE, position, 2), stage.accounts.popularity, 6)
