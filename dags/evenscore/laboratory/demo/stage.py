"""The stage that planted events share: what they need to know, how they post, and how they are praised."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evenscore.laboratory.demo.accounts import Accounts
from evenscore.laboratory.demo.draws import Ints, Part, after, moments, only_where, stream, weighted
from evenscore.laboratory.demo.events import Events, events, object_ids
from evenscore.laboratory.demo.habits import Life
from evenscore.laboratory.demo.nights import Nights, day
from evenscore.laboratory.demo.topics import post_texts, reply_texts

PRAISE = (("like", 58), ("reply", 22), ("repost", 20))
MORNING = 30_000


@dataclass(frozen=True)
class Note:
    """The ground truth of one planted event."""

    kind: str
    network: str
    first_offset: int
    last_offset: int
    effect: str
    person_ids: list[str] = field(default_factory=list)
    account_ids: list[str] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The note as truth.json keeps it."""
        dates = {"first_date": day(self.first_offset).isoformat(), "last_date": day(self.last_offset).isoformat()}
        names = ("kind", "network", "effect", "person_ids", "account_ids", "numbers")
        return {name: getattr(self, name) for name in names} | dates


Planted = tuple[Events, Note]


@dataclass(frozen=True)
class Stage:
    """What a planted event needs to know."""

    life: Life
    nights: Nights
    seed: int
    members: Ints
    """The ordinary accounts of people in the ledger."""

    @property
    def accounts(self) -> Accounts:
        """The accounts of pixels."""
        return self.life.accounts

    def rng(self, part: Part, *path: int) -> np.random.Generator:
        """The stream of one planted event."""
        return stream(self.seed, part, *path)

    def pick(self, rng: np.random.Generator, size: int) -> Ints:
        """Some established ordinary accounts, in random order."""
        return rng.permutation(self.accounts.established)[:size]

    def pick_members(self, rng: np.random.Generator, size: int) -> Ints:
        """Some of the three hundred best-known established accounts of people in the ledger, in random order."""
        known = self.members[np.isin(self.members, self.accounts.established)]
        return rng.permutation(known[np.argsort(self.accounts.ranks[known], kind="stable")[:300]])[:size]


def write_posts(rng: np.random.Generator, stage: Stage, part: Part, author: Ints, offset: Ints) -> Events:
    """New morning posts, one for each author and night given."""
    accounts = stage.accounts
    texts = post_texts(rng, accounts.topics[author, rng.integers(0, 2, len(author))])
    objects = object_ids(accounts.network.prefix, part, offset)
    second = MORNING + rng.integers(0, 9_000, len(author))
    return events(part, second, offset=offset, verb="post", actor=author, object=objects, text=texts)


def praise(rng: np.random.Generator, stage: Stage, actor: Ints, offset: Ints, posts: Events) -> Events:
    """Likes, replies and reposts: each actor, on its night, for the post beside it."""
    names = np.array([name for name, _ in PRAISE], dtype=object)
    verb = names[weighted(rng, np.array([share for _, share in PRAISE]), len(actor))]
    second = np.where(posts.offset == offset, after(rng, posts.second), moments(rng, len(actor)))
    texts = only_where(verb == "reply", reply_texts(rng, stage.accounts.topics[posts.actor, 0]))
    return events(
        Part(int(posts.part[0])),
        second,
        offset=offset,
        verb=verb,
        actor=actor,
        target=posts.actor,
        object=posts.object,
        text=texts,
    )
