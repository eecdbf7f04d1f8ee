"""What was injected: which accounts, when, and what a reviewer ought to be told."""

from dataclasses import dataclass, field
from typing import Literal

Crowd = Literal["members", "outsiders", "one", "each other", "meeting", "community", "none"]
"""Who engages: members of the community, accounts nobody has seen, one engager, the group again and again, the group on
a day of meetings, group and members, nobody."""


@dataclass(frozen=True)
class Kind:
    """One kind of injected case."""

    name: str
    causes: tuple[str, ...]
    """The causes that are right; none where any is, but `ring`."""
    nights: tuple[int, int]
    """How many nights it takes, from and to."""
    shares: tuple[float, float]
    """How far it lifts a score, from and to, in shares of the community's spread."""
    crowd: Crowd
    posts: Literal["one", "mostly one", "nightly", "many"] = "many"
    is_honest: bool = True
    """What the simulated reviewers ought to say: that it is to be released."""
    members: tuple[int, int] = (1, 1)
    """How many accounts it happens to together, from and to."""
    whom: Literal["quietest", "quiet", "young", "silent", "high", "known", "much engaged"] = "quiet"
    accounts_per_case: int = 2500
    """How many accounts of the community there are for each such case."""
    alternates: bool = False
    """Whether it comes on another network each night."""


JUMP = (0.52, 0.75)
KINDS = (
    Kind("one_post", ("viral_post",), (1, 3), JUMP, "members", "one"),
    Kind("viral_post", ("viral_post",), (1, 3), JUMP, "members", "mostly one"),
    Kind("viral_nights", ("viral_post", "organic"), (3, 3), JUMP, "members", "nightly"),
    Kind("bought_burst", ("bought_burst",), (1, 3), JUMP, "outsiders", is_honest=False, whom="known"),
    Kind("single_engager", ("single_engager",), (1, 1), JUMP, "one", is_honest=False, whom="quietest"),
    Kind(
        "ring",
        ("ring",),
        (1, 3),
        (0.52, 0.65),
        "each other",
        is_honest=False,
        members=(8, 40),
        accounts_per_case=10_000,
    ),
    Kind("slow_ramp", ("slow_ramp",), (15, 25), (1, 1), "outsiders", is_honest=False),
    Kind("alternating", ("slow_ramp",), (8, 12), (1, 1), "outsiders", is_honest=False, alternates=True),
    Kind("cold_start", ("cold_start",), (1, 3), JUMP, "members", whom="young"),
    Kind("return", ("cold_start", "organic"), (1, 3), JUMP, "members", whom="silent"),
    Kind("feed_up", ("source_fault",), (1, 1), JUMP, "none", is_honest=False, whom="much engaged"),
    Kind("feed_down", ("source_fault",), (1, 1), (-9, -9), "none", is_honest=False, whom="high"),
    Kind(
        "lost_evidence", ("source_fault",), (1, 1), (-0.7, -0.35), "none", is_honest=False, members=(1, 5), whom="known"
    ),
    Kind("celebrity", (), (5, 8), (0.9, 1.2), "members"),
    Kind("community", (), (2, 2), (0.35, 0.6), "community", members=(3, 200), accounts_per_case=20_000),
    Kind("conference", (), (1, 2), (0.35, 0.6), "meeting", members=(8, 60), accounts_per_case=10_000),
)
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True)
class Case:
    """One injected case."""

    case_id: int
    kind: Kind
    accounts: tuple[int, ...]
    begins: int
    nights: int
    points: float
    spread: float
    """The community's spread on its eve, in points."""

    @property
    def ends(self) -> int:
        """The last night that brings something of it; a fault has recovered the night after."""
        return self.begins + self.nights - 1


@dataclass(frozen=True)
class Fault:
    """One mass fault: one night, recovered the night after."""

    name: str
    night: int
    scopes: tuple[str, ...]
    """The cohorts that are right."""


@dataclass
class Truth:
    """Everything that was injected."""

    cases: list[Case] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def is_honest(self, account: int, night: int) -> bool:
        """Whether what has moved an account up to a night, if anything has, is to be released."""
        own = (case for case in self.cases if account in case.accounts and case.begins <= night)
        return all(case.kind.is_honest for case in own)

    @property
    def used(self) -> set[int]:
        """Accounts that something has happened to: nothing happens to anybody twice."""
        return {account for case in self.cases for account in case.accounts}
