"""A simulation: step a community night by night, let the gate and its plain rivals judge, and keep what each said."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evenscore.base.bundled import thresholds
from evenscore.base.progress import track
from evenscore.base.settings import Settings
from evenscore.laboratory.simulation import baselines
from evenscore.laboratory.simulation.cases import PROVISIONAL_NIGHTS, Cases, Eve
from evenscore.laboratory.simulation.events import Events, ordinary
from evenscore.laboratory.simulation.evidence import Evidence, Pairs
from evenscore.laboratory.simulation.faults import MassFaults
from evenscore.laboratory.simulation.gate import Gate
from evenscore.laboratory.simulation.log import NEVER, Log
from evenscore.laboratory.simulation.night import Night
from evenscore.laboratory.simulation.reviewers import Reviewers
from evenscore.laboratory.simulation.standing import Standing, spread_of
from evenscore.laboratory.simulation.truth import Truth
from evenscore.laboratory.simulation.verdicts import Verdict
from evenscore.laboratory.simulation.world import HISTORY_NIGHTS, SHARDS, Floats, Size, World
from evenscore.reviews.decisions import Decision
from evenscore.state import memory

CLIMB_NIGHTS = 21
GATE = "gate"


@dataclass
class Outcome:
    """What happened in one simulation, and what each detector said of it."""

    size: Size
    truth: Truth
    scores: NDArray[np.float32]
    """Candidates as the feeds delivered them: nights x accounts, HISTORY_NIGHTS of them before night 0."""
    is_eligible: NDArray[np.bool_]
    """Alike: whether a score could be published."""
    verdicts: dict[str, list[Verdict]] = field(default_factory=dict)
    """By detector, one a night."""
    decisions: list[Decision] = field(default_factory=list)
    """Everything that reviewers said, oldest first."""
    event_count: int = 0
    peak_gigabytes: float = 0.0
    """The most memory that the gate's check of one night took, above what the simulation itself holds."""


def simulate(settings: Settings, size: Size, gate_of: type[Gate] = Gate) -> Outcome:
    """Step one community through all its nights. `settings.home` is a scratch home of the gate's own."""
    return _Simulation(settings, size, gate_of).run()


class _Simulation:
    def __init__(self, settings: Settings, size: Size, gate_of: type[Gate]) -> None:
        rows = HISTORY_NIGHTS + size.nights
        shape = (rows, size.accounts)
        self._outcome = Outcome(size, Truth(), np.zeros(shape, np.float32), np.zeros(shape, bool))
        self._world = World(size)
        self._pairs, self._log = Pairs.none(self._world), Log(size)
        self._cases = Cases(self._world, self._outcome.truth)
        self._faults = MassFaults(size)
        self._outcome.truth.faults += self._faults.all
        self._reviewers = Reviewers(self._outcome.truth, size.draws(40))
        self._gate = gate_of(settings, size.accounts)
        self._shards = self._gate.shards(SHARDS)

    def run(self) -> Outcome:
        size = self._outcome.size
        for night in range(-size.age, -HISTORY_NIGHTS):
            self._take_in(ordinary(self._world, night), night)
        for night in range(-HISTORY_NIGHTS, 0):
            self._gate.remember(self._step(night))
        for night in track(range(size.nights), f"simulate seed {size.seed}"):
            tonight = self._step(night)
            self._judge(tonight)
        return self._outcome

    def _take_in(self, events: Events, night: int) -> None:
        self._pairs = self._pairs.plus(events, night)
        self._log.add(events, night)
        self._outcome.event_count += int(events.count.sum())

    def _step(self, night: int) -> Night:
        before = self._pairs
        eve = Eve(night, before, before.evidence(night), self._spread(night))
        self._cases.begin(eve, self._log)
        factor = self._cases.factor(eve)
        events = Events.together([ordinary(self._world, night), *self._cases.events(eve)])
        self._take_in(events, night)
        tonight = self._faults.doubled(night, self._pairs, events)
        spoilt, old = (self._spoil(night, pairs, factor) for pairs in (tonight, before))
        evidence = spoilt.evidence(night)
        old_evidence = eve.evidence if old is before else old.evidence(night)
        is_eligible, climbed = self._record(night, evidence)
        version = self._faults.version(night)
        return Night(night, evidence, old_evidence, eve.evidence, version, is_eligible, climbed, self._log)

    def _spread(self, night: int) -> float:
        """The community's spread on a night's eve, by the nights before it."""
        last = night + HISTORY_NIGHTS
        rows = slice(max(last - int(thresholds()["spread_nights"]), 0), last)
        return spread_of(self._outcome.scores[rows][self._outcome.is_eligible[rows]])

    def _spoil(self, night: int, pairs: Pairs, factor: Floats | None) -> Pairs:
        return self._faults.spoil(night, pairs if factor is None else pairs.times(factor), self._shards)

    def _record(self, night: int, evidence: Evidence) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        row = night + HISTORY_NIGHTS
        standing = Standing.of(evidence, self._faults.version(night))
        scores, first = self._outcome.scores, self._log.first_received
        scores[row] = standing.score
        is_old = (first != NEVER) & (night - first >= PROVISIONAL_NIGHTS)
        self._outcome.is_eligible[row] = standing.is_sufficient & is_old
        if not row:
            return self._outcome.is_eligible[row], np.zeros_like(scores[row])
        lowest = scores[max(row - CLIMB_NIGHTS, 0) : row].min(axis=0)
        climbed = np.maximum(scores[row] - lowest, np.abs(scores[row] - scores[row - 1]))
        return self._outcome.is_eligible[row], climbed

    def _judge(self, tonight: Night) -> None:
        memory.forget_peak()
        before = memory.peak_gigabytes()
        verdict = self._gate.judge(tonight)
        self._outcome.peak_gigabytes = max(self._outcome.peak_gigabytes, memory.peak_gigabytes() - before)
        self._outcome.verdicts.setdefault(GATE, []).append(verdict)
        made = self._reviewers.look(verdict)
        self._outcome.decisions += made
        self._gate.decide(made)
        self._gate.call_real(self._reviewers.call_real(verdict), tonight.night)
        row = tonight.night + HISTORY_NIGHTS
        rows = slice(max(row - baselines.ROBUST_NIGHTS, 0), row + 1)
        recent, is_shown = self._outcome.scores[rows], self._outcome.is_eligible[rows]
        for name, detector in baselines.RIVALS.items():
            named = np.flatnonzero(detector(recent, is_shown) & is_shown[-1])
            self._outcome.verdicts.setdefault(name, []).append(Verdict(tonight.night, named))
