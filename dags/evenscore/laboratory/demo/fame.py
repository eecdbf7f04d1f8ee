"""Planted fame, one event a function: its rows, and the note that says what to expect."""

from dataclasses import replace

import numpy as np

from evenscore.laboratory.demo.cast import LENA, MAYA, OTTO
from evenscore.laboratory.demo.draws import Part, weighted
from evenscore.laboratory.demo.events import together
from evenscore.laboratory.demo.quiet import latest, quiet_posts
from evenscore.laboratory.demo.stage import Note, Planted, Stage, praise, write_posts

CROWD = 5_000
MEMBERS_SHARE = 10
"""In 100, of the people of the ledger who are among them."""
VIRAL_POSTS_A_NIGHT = 6
VIRAL_SHARES = (22, 35, 43)
"""How the crowd's engagements spread over the three nights."""
SINGLE_POST_CROWD = 2_400
RISE_START, RISE_END = 2.0, 5.0
"""Engagements a night at the beginning and the end of the slow rise."""
RISE_NIGHTS = 60


def viral_nights(stage: Stage) -> Planted:
    """Maya, 19, is carried by most of the community on three nights running, over many posts."""
    rng, maya = stage.rng(Part.VIRAL_NIGHTS), stage.accounts.index(MAYA)
    members = stage.members[np.isin(stage.members, stage.accounts.established)]
    others = np.setdiff1d(stage.accounts.established, members)
    members = rng.permutation(members)[: len(members) * MEMBERS_SHARE // 100]
    crowd = np.concatenate([members, rng.permutation(others)[: CROWD - len(members)]])
    offset = np.repeat([2, 1, 0], VIRAL_POSTS_A_NIGHT)
    posts = write_posts(rng, stage, Part.VIRAL_NIGHTS, np.full(len(offset), maya), offset)
    actor = np.repeat(crowd, 2 + rng.integers(0, 3, len(crowd)))
    night = 2 - weighted(rng, np.array(VIRAL_SHARES), len(actor))
    chosen = rng.integers(0, 1 << 30, len(actor)) % (VIRAL_POSTS_A_NIGHT * (3 - night))
    rows = together([posts, praise(rng, stage, actor, night, posts.take(chosen))])
    note = Note(
        "viral_nights",
        "pixels",
        2,
        0,
        "p_maya, 19, goes viral on three nights running: many posts, most of the established community, several"
        " engagements each. Her candidate climbs from about 17 to about 65 in three nights by version 1, from about 16"
        " to about 68 by version 3; it must be held.",
        ["p_maya"],
        [MAYA],
        {
            "age_years": 19,
            "score_before_v1": [13, 19],
            "candidate_after_v1": [62, 68],
            "score_before_v3": [13, 20],
            "candidate_after_v3": [64, 73],
            "posts": len(posts),
            "top_post_share_at_most": 0.15,
            "distinct_engagers": len(crowd),
            "engagements": len(actor),
            "object_ids": posts.object.tolist(),
        },
    )
    return rows, note


def single_viral_post(stage: Stage) -> Planted:
    """Otto has one post that thousands like, and nothing else."""
    rng, otto = stage.rng(Part.SINGLE_VIRAL_POST), stage.accounts.index(OTTO)
    post = write_posts(rng, stage, Part.SINGLE_VIRAL_POST, np.array([otto]), np.array([1]))
    crowd = stage.pick(rng, SINGLE_POST_CROWD)
    night = np.ones(len(crowd), dtype=np.int64)
    rows = together([post, praise(rng, stage, crowd, night, post.take(np.zeros(len(crowd), dtype=np.int64)))])
    note = Note(
        "single_viral_post",
        "pixels",
        1,
        1,
        "One post of p_otto gets thousands of engagements in one night, nothing else is unusual. No single post may"
        " carry more than a quarter of the evidence: he moves from about 20 to 23 and must not be held. Scoring version"
        " 1 knows no such bound, takes him to 54 and must hold him.",
        ["p_otto"],
        [OTTO],
        {
            "engagements": len(crowd),
            "distinct_engagers": len(crowd),
            "candidate_after_v1": [51, 58],
            "score_before_v3": [16, 21],
            "candidate_after_v3": [19, 25],
            "object_ids": post.object.tolist(),
        },
    )
    return rows, note


def slow_honest_rise(stage: Stage) -> Planted:
    """Lena finds a few more readers every night, and keeps them."""
    rng, posts = stage.rng(Part.HONEST_RISE), quiet_posts(stage, LENA)
    oldest = RISE_NIGHTS + 40
    rate = RISE_START * (RISE_END / RISE_START) ** ((RISE_NIGHTS - np.arange(oldest, -1, -1)) / RISE_NIGHTS)
    reached = np.floor(np.cumsum(rate)).astype(np.int64)
    counts = reached - np.append(0, reached[:-1])
    night = np.repeat(np.arange(oldest, -1, -1), counts)
    number = np.arange(len(night))
    readers = stage.pick(rng, len(night))
    regular = rng.integers(0, 1 << 30, len(night)) % (number + 1)
    actor = readers[np.where(number % 3 == 0, regular, number)]
    rows = praise(rng, stage, actor, night, latest(posts, night))
    rows = replace(rows, part=np.full(len(rows), int(Part.HONEST_RISE)))
    note = Note(
        "slow_honest_rise",
        "pixels",
        RISE_NIGHTS,
        0,
        "p_lena climbs steadily over sixty nights from diverse, growing engagement: version 1 has nothing to hold."
        " By version 3 she climbs a step when a reader comes to be vouched for, and there is nothing to hold either.",
        ["p_lena"],
        [LENA],
        {
            "points_over_60_nights": [10, 15],
            "points_in_one_night_below": 2,
        },
    )
    return rows, note
