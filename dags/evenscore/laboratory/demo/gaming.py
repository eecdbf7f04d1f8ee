"""Planted gaming, one event a function: its rows, and the note that says what to expect."""

import numpy as np

from evenscore.laboratory.demo.cast import (
    BEEP,
    BOT_FLAG_OFFSET,
    BOT_START_OFFSET,
    BOUGHT,
    BRUNO,
    BURST_OFFSET,
    RING,
    RING_MEMBERS,
)
from evenscore.laboratory.demo.draws import Part, after, moments
from evenscore.laboratory.demo.events import Events, events, together
from evenscore.laboratory.demo.nights import day
from evenscore.laboratory.demo.stage import Note, Planted, Stage, praise, write_posts
from evenscore.laboratory.demo.topics import reply_texts

RING_OFFSET = 20
RING_VISITS_A_NIGHT = 7
BURST_ENGAGERS = 800
BOT_REPLIES_A_NIGHT = 290
BOT_FRIENDS = 12


def ring(stage: Stage) -> Planted:
    """Forty accounts engage heavily, and only with each other."""
    rng, members = stage.rng(Part.RING), np.array([stage.accounts.index(name) for name in RING])
    nights = np.arange(RING_OFFSET + 1)
    posts = write_posts(rng, stage, Part.RING, np.tile(members, len(nights)), np.repeat(nights, len(members)))
    visits = RING_VISITS_A_NIGHT * len(posts)
    visitor = np.arange(visits) % len(members)
    host = (visitor + rng.integers(1, len(members), visits)) % len(members)
    night = np.arange(visits) // (RING_VISITS_A_NIGHT * len(members))
    rows = together([posts, praise(rng, stage, members[visitor], night, posts.take(night * len(members) + host))])
    note = Note(
        "ring",
        "pixels",
        RING_OFFSET,
        0,
        "Forty accounts engage heavily and only with each other; fourteen belong to people who consented."
        " Nobody else vouches for them, so scoring version 3 finds too little evidence for a score. Version 1 takes"
        " them to 30, and must name them a ring.",
        [f"p_ring_{number:02d}" for number in range(1, RING_MEMBERS + 1)],
        list(RING),
        {
            "accounts": len(RING),
            "consenting": RING_MEMBERS,
            "engagements": visits,
            "candidate_after_v1": [26, 34],
        },
    )
    return rows, note


def bought_burst(stage: Stage) -> Planted:
    """Eight hundred engagements and a thousand follows from accounts that did not exist the day before."""
    rng, bruno = stage.rng(Part.BOUGHT_BURST), stage.accounts.index(BRUNO)
    bought = np.array([stage.accounts.index(BOUGHT[0]) + number for number in range(len(BOUGHT))])
    posts = write_posts(rng, stage, Part.BOUGHT_BURST, np.full(5, bruno), np.full(5, BURST_OFFSET))
    engagers = rng.permutation(bought)[:BURST_ENGAGERS]
    night = np.full(len(engagers), BURST_OFFSET)
    likes = praise(rng, stage, engagers, night, posts.take(rng.integers(0, len(posts), len(engagers))))
    second = moments(rng, len(bought))
    follows = events(Part.BOUGHT_BURST, second, offset=BURST_OFFSET, verb="follow", actor=bought, target=bruno)
    note = Note(
        "bought_burst",
        "pixels",
        BURST_OFFSET,
        BURST_OFFSET,
        "p_bruno gets 800 engagements and 1,000 follows in one night from accounts without any other history: a bought"
        " burst. No trust reaches them and follows gain nothing: he stays at about 12, and there is nothing to hold."
        " Scoring version 1 takes him to 46 and must hold him.",
        ["p_bruno"],
        [BRUNO],
        {
            "engagements": len(likes),
            "follows": len(follows),
            "candidate_after_v1": [43, 50],
            "score_before_v3": [10, 15],
            "candidate_after_v3": [10, 15],
            "bought_account_ids": list(BOUGHT),
        },
    )
    return together([posts, likes, follows]), note


def answer_bot(stage: Stage) -> Planted:
    """A bot replies to everybody, thousands of times a week; now and then somebody answers."""
    rng, beep = stage.rng(Part.ANSWER_BOT), stage.accounts.index(BEEP)
    chunks = [_bot_night(stage, offset, beep) for offset in range(BOT_START_OFFSET + 1)]
    offset = np.arange(BOT_START_OFFSET + 1)
    back = events(
        Part.ANSWER_BOT,
        moments(rng, len(offset)),
        offset=offset,
        verb="reply",
        actor=stage.pick(rng, BOT_FRIENDS)[rng.integers(0, BOT_FRIENDS, len(offset))],
        target=beep,
        object=stage.accounts.evergreen(np.full(len(offset), beep)),
        text=reply_texts(rng, np.zeros(len(offset), dtype=np.int64)),
    )
    note = Note(
        "answer_bot",
        "pixels",
        BOT_START_OFFSET,
        0,
        "px_beep replies to everybody, thousands of times a week, and snapshots call it a bot from flagged_date on."
        " It consented (p_beep); its replies must raise nobody once it is flagged.",
        ["p_beep"],
        [BEEP],
        {
            "flagged_date": day(BOT_FLAG_OFFSET).isoformat(),
            "replies": sum(map(len, chunks)),
            "replies_a_week": 7 * BOT_REPLIES_A_NIGHT,
            "answers_back": len(back),
        },
    )
    return together([*chunks, back]), note


def _bot_night(stage: Stage, offset: int, beep: int) -> Events:
    rng = stage.rng(Part.ANSWER_BOT, offset)
    target = rng.permutation(stage.accounts.established)[:BOT_REPLIES_A_NIGHT]
    objects, since = stage.life.fresh(rng, offset, target)
    second = np.where(since >= 0, after(rng, np.maximum(since, 0)), moments(rng, len(target)))
    texts = reply_texts(rng, stage.accounts.topics[target, 0])
    return events(
        Part.ANSWER_BOT, second, offset=offset, verb="reply", actor=beep, target=target, object=objects, text=texts
    )
