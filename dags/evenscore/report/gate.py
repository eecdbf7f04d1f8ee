"""What the gate did on a night, as plain values: scores held, and why; incidents; how often it was right."""

from dataclasses import dataclass
from datetime import date

from evenscore.report.review_commands import Sent, parts_of

NAMED_JUMPS = 50
"""How many held scores the page shows one by one, those of rings left out; score_jumps has them all."""

DRAWN_CARDS = 5
"""How many of these have their evidence and plot in sight; the others are folded."""

LISTED_MEMBERS = 15
"""How many members of a ring are in sight; the others are folded."""

RECORD_NIGHTS = 28
"""How many nights the false-alarm record looks at, tonight included."""

PLOTTED_NIGHTS = 60

FEWEST_ACCOUNT_NIGHTS = 10_000
"""A rate per 10,000 of fewer says more than is known."""

RULES = ("large_move", "slow_climb", "first_score", "ring", "trusted_dislike", "inconsistent_evidence", "incident")
"""In the order of the page; the last one freezes a cohort and asks nobody."""


@dataclass(frozen=True)
class ScoredNight:
    """One night of one person's look-back window."""

    as_of_date: date
    candidate: float
    accepted: float
    low: float
    high: float


@dataclass(frozen=True)
class Part:
    """Points by which one network's feature moved a candidate away from the last good score."""

    network: str
    feature: str
    points: float


@dataclass(frozen=True)
class Post:
    """One of the objects behind a jump."""

    shown_post: str
    engager_count: int
    share: float


@dataclass(frozen=True)
class Engager:
    """One of the engagers behind a jump, without a name."""

    action_count: int
    share: float
    is_new: bool


@dataclass(frozen=True)
class Jump:
    """A held score, with the evidence that a reviewer asks for."""

    person_id: str
    persona: str
    rule: str
    cause: str
    candidate: float
    last_good: float | None
    move: float
    reached: float
    """People who engage with the person: as last published, or behind this jump, whichever is more."""
    episode_date: date
    """The first night of this hold."""
    without_top_post: float | None = None
    """The candidate without the engagement of the top post, in points."""
    top_post_share: float | None = None
    top_engager_share: float | None = None
    new_engager_share: float | None = None
    disliker_count: int | None = None
    """Trusted members who dislike the person or rate them badly, where those are enough to hold a score."""
    p_value: float | None = None
    """How rare so far a move is among people of a like score and evidence; None where it is not rare."""
    decision: str = "pending"
    """pending or rejected."""
    decided_by: str = ""
    why: str = ""
    rejected_score: float | None = None
    """The candidate that was rejected before this one had gone far from it; None where none was."""
    has_twin: bool = False
    """Another persona of the same person is held as well, so a command has to name this one."""
    ring: int | None = None
    """The number of the circle that rose together with the person, below 0 where that was seen on an earlier night and
    not tonight; None outside of one."""
    inside_share: float | None = None
    """How much of what that circle got from consenting people came from within it; None unless it is seen tonight."""
    asides: tuple[Sent, ...] = ()
    """The parts of the engagement behind this hold that reviewers set aside, and that tonight did not count."""
    places: tuple[float | None, float | None] = (None, None)
    """Share of tonight's published scores below the one that stands, and below the candidate, 0 to 100."""
    nights: tuple[ScoredNight, ...] = ()
    parts: tuple[Part, ...] = ()
    posts: tuple[Post, ...] = ()
    engagers: tuple[Engager, ...] = ()

    @property
    def sent(self) -> tuple[Sent, ...]:
        """What may be set aside of the engagement behind it."""
        move = None if self.last_good is None else self.move
        return parts_of(move, self.top_post_share, self.new_engager_share, self.top_engager_share)

    @property
    def impact(self) -> float:
        """Points moved times people reached, both as they are shown: how far a wrong score goes, and to how many."""
        return round(abs(self.move), 1) * round(self.reached)


@dataclass(frozen=True)
class Ring:
    """Held scores of one circle that rose together: one question, and one decision."""

    members: tuple[Jump, ...]

    @property
    def impact(self) -> float:
        """Of all of them."""
        return sum(jump.impact for jump in self.members)

    @property
    def inside_share(self) -> float | None:
        """The same for every member."""
        return self.members[0].inside_share

    @property
    def waiting(self) -> tuple[Jump, ...]:
        """Those about whom nobody has decided."""
        return tuple(jump for jump in self.members if jump.decision == "pending")


@dataclass(frozen=True)
class Ended:
    """A hold that ended tonight: released by somebody, or cleared by itself."""

    person_id: str
    persona: str
    decision: str
    decided_by: str = ""
    why: str = ""


@dataclass(frozen=True)
class Incident:
    """A fault that moved many at once."""

    opened_date: date
    kind: str
    scope: str
    affected_count: int
    expected: str
    observed: str
    action: str
    is_closed: bool = False
    """Over tonight."""
    incident_id: str = ""


@dataclass(frozen=True)
class AlarmRecord:
    """What became of the holds that began in the last RECORD_NIGHTS nights; an episode counts once."""

    released: int = 0
    rejected: int = 0
    cleared: int = 0
    pending: int = 0
    account_nights: int = 0
    """Scores that readers saw in these nights."""

    @property
    def says_rates(self) -> bool:
        """Whether so many scores were read that a rate of them says something."""
        return self.account_nights >= FEWEST_ACCOUNT_NIGHTS

    @property
    def held(self) -> int:
        """All episodes."""
        return self.released + self.rejected + self.cleared + self.pending

    def per_ten_thousand(self, count: int) -> float | None:
        """A count for each 10,000 scored account-nights; None where nothing was scored."""
        return 10_000 * count / self.account_nights if self.account_nights else None


@dataclass(frozen=True)
class Gate:
    """All of it; jumps by impact, the greatest first."""

    jumps: tuple[Jump, ...] = ()
    jump_count: int = 0
    pending_count: int = 0
    """How many of all held scores wait for a decision; the others were rejected."""
    ended: tuple[Ended, ...] = ()
    incidents: tuple[Incident, ...] = ()
    """Those open tonight, and those closed tonight."""
    rule_counts: tuple[tuple[str, int], ...] = ()
    record: AlarmRecord = AlarmRecord()

    @property
    def cards(self) -> tuple[Jump | Ring, ...]:
        """What waits for a decision of its own and matters to somebody, the greatest impact first."""
        return tuple(sorted((*self.singles, *self.rings), key=lambda card: -card.impact))

    @property
    def rings(self) -> tuple[Ring, ...]:
        """Circles of which two or more are held, the greatest impact first."""
        numbers = {jump.ring for jump in self.jumps if jump.ring is not None}
        found = [Ring(tuple(jump for jump in self.jumps if jump.ring == number)) for number in sorted(numbers)]
        return tuple(sorted((ring for ring in found if len(ring.members) > 1), key=lambda ring: -ring.impact))

    @property
    def singles(self) -> tuple[Jump, ...]:
        """Everybody else who is held, and matters to somebody: their impact is above 0."""
        return tuple(jump for jump in self._alone if jump.impact)

    @property
    def idle(self) -> tuple[Jump, ...]:
        """Everybody else who is held with no impact: a wrong score would be as good as the right one."""
        return tuple(jump for jump in self._alone if not jump.impact)

    @property
    def _alone(self) -> tuple[Jump, ...]:
        together = {jump for ring in self.rings for jump in ring.members}
        return tuple(jump for jump in self.jumps if jump not in together)

    @property
    def holding_rules(self) -> tuple[tuple[str, int], ...]:
        """The rules that hold somebody tonight, with how many."""
        return tuple((rule, count) for rule, count in self.rule_counts if count)

    @property
    def idle_rules(self) -> tuple[str, ...]:
        """The rules that hold nobody tonight."""
        return tuple(rule for rule, count in self.rule_counts if not count)

    @property
    def open_incidents(self) -> int:
        """How many stand open."""
        return sum(not incident.is_closed for incident in self.incidents)
