"""The three networks of the demo: how big they are, what people do there, and which days are busy."""

from dataclasses import dataclass

GROWTH_PER_THOUSAND_A_NIGHT = 3


@dataclass(frozen=True)
class Network:
    """One network's size and habits. Shares are whole percents, busy days whole percents of an average day."""

    name: str
    prefix: str
    digits: int
    suffix: str
    """The form of its activity files."""
    account_count: int
    posts_a_night: int
    engagements_a_night: int
    busy: tuple[int, int, int, int, int, int, int]
    """Monday to Sunday."""
    verbs: tuple[tuple[str, int], ...]
    """The verbs of engagement and their shares."""
    evergreen: str
    """What an account has that can be engaged with when it has not posted for days."""
    anonymous_like_share: int = 0

    def account_id(self, number: int) -> str:
        """The id of an ordinary account."""
        return f"{self.prefix}_{number:0{self.digits}d}"

    def level(self, offset: int) -> int:
        """How busy a night is, in units of 1 / 100,000: the weekday's share and slow growth."""
        weekday = (6 - offset) % 7  # the last night is a Sunday
        return self.busy[weekday] * (1_000 - GROWTH_PER_THOUSAND_A_NIGHT * offset)


PIXELS = Network(
    name="pixels",
    prefix="px",
    digits=5,
    suffix=".ndjson.gz",
    account_count=6_000,
    posts_a_night=300,
    engagements_a_night=1_600,
    busy=(92, 92, 94, 96, 102, 114, 116),
    verbs=(("like", 53), ("reply", 19), ("repost", 12), ("mention", 8), ("follow", 8)),
    evergreen="album",
)
FORUM = Network(
    name="forum",
    prefix="fo",
    digits=4,
    suffix=".csv",
    account_count=1_500,
    posts_a_night=70,
    engagements_a_night=340,
    busy=(108, 110, 110, 108, 102, 80, 82),
    verbs=(("reply", 41), ("like", 41), ("mention", 9), ("accept", 5), ("dislike", 4)),
    evergreen="thread",
    anonymous_like_share=35,
)
FORGE = Network(
    name="forge",
    prefix="fg",
    digits=4,
    suffix=".parquet",
    account_count=1_200,
    posts_a_night=50,
    engagements_a_night=260,
    busy=(115, 118, 118, 115, 104, 64, 66),
    verbs=(("reply", 38), ("review", 28), ("merge", 14), ("star", 14), ("fork", 6)),
    evergreen="repo",
)
NETWORKS = (PIXELS, FORUM, FORGE)
