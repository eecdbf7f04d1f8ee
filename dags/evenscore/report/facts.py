"""What the page of a night says, as plain values: gathered once, then only worded and drawn."""

from dataclasses import dataclass, field
from datetime import date

from evenscore.checks.judge import Result

NAMED_JUMPS = 50
"""How many held scores the page shows one by one; score_jumps has them all."""


@dataclass(frozen=True)
class Stage:
    """One stage of the run: `outcome` is done, stopped (by a check) or failed."""

    name: str
    outcome: str
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class Source:
    """What one source brought on this night."""

    name: str
    counts: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    """Rejected records by reason."""
    rejected_folder: str = ""


@dataclass(frozen=True)
class Run:
    """What the run recorded about itself."""

    run_id: str
    as_of_date: date
    outcome: str
    """published, unchanged, stopped, failed or unfinished."""
    stages: tuple[Stage, ...] = ()
    started_at: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    """read, rejected and landed of all sources; people, scored, held and published once scores were checked."""
    sources: tuple[Source, ...] = ()
    checks: tuple[Result, ...] = ()
    suites: dict[str, str] = field(default_factory=dict)
    """What each suite reads, as its file says."""
    versions: dict[str, str] = field(default_factory=dict)
    database: str = ""
    published_folder: str = ""

    def is_done(self, stage: str) -> bool:
        """Whether this very run finished a stage: what another run built is not tonight's."""
        return any(found.name == stage and found.outcome == "done" for found in self.stages)


@dataclass(frozen=True)
class ScoredNight:
    """One night of one person's look-back window."""

    as_of_date: date
    candidate: float
    accepted: float
    low: float
    high: float


@dataclass(frozen=True)
class Jump:
    """A held score, with the evidence that a reviewer asks for."""

    person_id: str
    persona: str
    candidate: float
    last_good: float | None
    move: float
    cause: str
    top_post_share: float | None = None
    top_engager_share: float | None = None
    new_engager_share: float | None = None
    decision: str = "pending"
    decided_by: str = ""
    why: str = ""
    nights: tuple[ScoredNight, ...] = ()


@dataclass(frozen=True)
class Scored:
    """Who has a score tonight, as numbers."""

    people: tuple[tuple[str, str, int], ...]
    """(status, reason, count)."""
    bins: tuple[int, ...]
    """Published scores by steps of BIN_POINTS, from 0 to 100."""
    quartiles: tuple[float, float, float] | None


BIN_POINTS = 5


@dataclass(frozen=True)
class NetworkRows:
    """The activity rows that one network landed, day by day; the last day is tonight."""

    network: str
    days: tuple[tuple[date, int], ...]

    @property
    def tonight(self) -> int:
        """Rows of tonight's day."""
        return self.days[-1][1]

    @property
    def usual(self) -> float:
        """Mean of the earlier days, counting those without a row."""
        earlier = [count for _, count in self.days[:-1]]
        return sum(earlier) / len(earlier) if earlier else 0.0


@dataclass(frozen=True)
class Gap:
    """A source none of whose files covers tonight; `last_date` is the newest day that one covers."""

    source: str
    last_date: date | None


@dataclass(frozen=True)
class Facts:
    """Everything on the page. A part that is None is not there; `missing` says why, in sentences."""

    run: Run
    missing: tuple[str, ...] = ()
    hold_points: float = 20.0
    hold_nights: int = 3
    jumps: tuple[Jump, ...] | None = None
    jump_count: int = 0
    scored: Scored | None = None
    consent: tuple[tuple[str | None, int], ...] | None = None
    """(why refused, accounts); None as the reason stands for the accounts that are granted."""
    networks: tuple[NetworkRows, ...] | None = None
    gaps: tuple[Gap, ...] | None = None
    set_aside: tuple[tuple[str, str, int], ...] | None = None
    """(network, because, events)."""
    programs: tuple[tuple[str, str, str, int], ...] = ()
    """(network, account, how it was recognised, events), the busiest first."""
