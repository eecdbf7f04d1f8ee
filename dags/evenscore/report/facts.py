"""What the page of a night says, as plain values: gathered once, then only worded and drawn."""

from dataclasses import dataclass, field
from datetime import date

from evenscore.checks.judge import Result
from evenscore.report.gate import Gate


@dataclass(frozen=True)
class Stage:
    """One stage of the run: `outcome` is done, stopped (by a check) or failed."""

    name: str
    outcome: str
    seconds: float
    error: str = ""
    megabytes: int | None = None
    """The most memory that its process held; None of a run of before that was noted."""


@dataclass(frozen=True)
class Source:
    """What one source brought on this night."""

    name: str
    counts: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    """Rejected records by reason."""
    rejected_folder: str = ""
    notes: tuple[str, ...] = ()
    """What an operator should know of its files."""


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

    @property
    def is_laid_out(self) -> bool:
        """Whether this run got as far as the warehouse."""
        return any(stage.name == "check_landing" and stage.outcome != "failed" for stage in self.stages)

    def is_done(self, stage: str) -> bool:
        """Whether this very run finished a stage: what another run built is not tonight's."""
        return any(found.name == stage and found.outcome == "done" for found in self.stages)


@dataclass(frozen=True)
class Moves:
    """How the people moved who had a score seven nights ago as well."""

    people_count: int
    risen_share: float
    """Up by MOVED_POINTS or more."""
    fallen_share: float
    median_points: float


@dataclass(frozen=True)
class Scored:
    """Who has a score tonight, as numbers, and how the scores lay a week before."""

    people: tuple[tuple[str, str, int], ...]
    """(status, reason, count)."""
    bins: tuple[int, ...]
    """Scores that readers see, by steps of BIN_POINTS, from 0 to 100."""
    bins_before: tuple[int, ...] | None = None
    """Those of the same people seven nights before; None where nobody had one."""
    levels: tuple[tuple[str, float, float | None], ...] = ()
    """(name, points tonight, points seven nights before) of the quantiles."""
    moves: Moves | None = None


MOVED_POINTS = 1.0
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
    night_before: date | None = None
    """The nearest earlier night that has a page."""
    night_after: date | None = None
    hold_points: float = 20.0
    hold_nights: int = 3
    gate: Gate | None = None
    scored: Scored | None = None
    consent: tuple[tuple[str | None, int], ...] | None = None
    """(why refused, accounts); None as the reason stands for the accounts that are granted."""
    networks: tuple[NetworkRows, ...] | None = None
    gaps: tuple[Gap, ...] | None = None
    set_aside: tuple[tuple[str, str, int], ...] | None = None
    """(network, because, events)."""
    programs: tuple[tuple[str, str, str, int], ...] = ()
    """(network, account, how it was recognised, events), the busiest first."""
    recycled: tuple[tuple[str, str, int], ...] = ()
    """(network, account or object, names): how many names more than one has had."""
