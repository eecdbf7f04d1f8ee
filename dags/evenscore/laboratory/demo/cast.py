"""The cast: planted people and accounts, all on pixels, with ids that a reader recognises."""

from evenscore.laboratory.demo.accounts import Newcomer
from evenscore.laboratory.demo.people import Account, Person
from evenscore.laboratory.demo.topics import TOPIC_NAMES

MAYA, OTTO, BRUNO, BEEP, LENA = "px_maya", "px_otto", "px_bruno", "px_beep", "px_lena"
RING = tuple(f"px_ring_{number:02d}" for number in range(1, 41))
RING_MEMBERS = 14
"""So many of the ring's accounts belong to people who consented."""
BOUGHT = tuple(f"px_new_{number:04d}" for number in range(1, 1_001))

BURST_OFFSET = 4
BOT_START_OFFSET = 52
BOT_FLAG_OFFSET = 49


def _topics(one: str, other: str) -> tuple[int, int]:
    return TOPIC_NAMES.index(one), TOPIC_NAMES.index(other)


def newcomers() -> list[Newcomer]:
    """The planted accounts."""
    return [
        Newcomer(MAYA, joined=420, topics=_topics("street photography", "knitting"), followers=74),
        Newcomer(OTTO, joined=610, topics=_topics("bread baking", "gardening"), followers=91),
        Newcomer(BRUNO, joined=330, topics=_topics("cycling", "hiking"), followers=112),
        Newcomer(BEEP, joined=200, topics=_topics("databases", "astronomy"), followers=9, bot_from=BOT_FLAG_OFFSET),
        Newcomer(LENA, joined=500, topics=_topics("birdwatching", "hiking"), followers=66),
        *(Newcomer(name, joined=180 + 3 * i, topics=(i % 12, (i + 5) % 12)) for i, name in enumerate(RING)),
        *(
            Newcomer(name, joined=BURST_OFFSET, topics=(i % 12, i % 12), followers=i % 3)
            for i, name in enumerate(BOUGHT)
        ),
    ]


def persons() -> list[Person]:
    """The planted people, all of whom consented as adults long before the first night."""
    leads = {"p_maya": MAYA, "p_otto": OTTO, "p_bruno": BRUNO, "p_beep": BEEP, "p_lena": LENA}
    ring = {f"p_ring_{number:02d}": RING[number - 1] for number in range(1, RING_MEMBERS + 1)}
    cast = leads | ring
    return [Person(person_id, (Account("pixels", account_id),), "planted") for person_id, account_id in cast.items()]
