"""Attacks by those who know every threshold: paths of scores, stepped through the real gate with nobody deciding.

A calm community of any size stands beside them. What counts is the most that readers ever see above the honest path.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenscore.base.settings import Settings
from evenscore.laboratory.simulation.events import Events
from evenscore.laboratory.simulation.evidence import Evidence
from evenscore.laboratory.simulation.gate import Gate
from evenscore.laboratory.simulation.log import Log
from evenscore.laboratory.simulation.night import Night
from evenscore.laboratory.simulation.standing import Standing
from evenscore.laboratory.simulation.verdicts import Verdict
from evenscore.laboratory.simulation.world import NETWORKS, Floats, Size

CALM_NIGHTS = 30
"""Nights before an attack begins."""
JUDGED_NIGHTS = 8
"""The last of them are judged, so that cohorts have a history; the others stand as published."""
BAND_POINTS = 3.0
START = 0.35
"""Attackers begin at this quantile of the community: there is room above them."""

Path = Callable[[int], float]
"""Points above the honest path, by nights since the attack began (0 is its first night)."""

ATTACKS: dict[str, Path] = {
    "one_night": lambda n: 18.3,
    "just_under_the_promise": lambda n: 19.9,
    "every_other_night": lambda n: 9.6 * (n // 2 + 1) if n < 40 else 192.0,
    "every_third_night": lambda n: 9.6 * (n // 3 + 1),
    "stairs": lambda n: min(27.0, 9.0 * (n // 5 + 1)),
    "weekly_stairs": lambda n: 7.0 * (n // 7 + 1),
    "zigzag": lambda n: min(27.0, 4.5 * (n // 2 + 1)) - 3.0 * (n % 2),
    "saw": lambda n: min(30.0, 2.5 * (n + 1)) - 6.0 * (n % 3 == 2),
    "two_quiet_nights_in_ten": lambda n: 2.2 * (n + 1 - 2 * (n // 10) - max(n % 10 - 7, 0)),
    "ramp": lambda n: 1.5 * (n + 1),
    "slow_ramp": lambda n: 0.75 * (n + 1),
    "ramp_that_rests_when_held": lambda n: min(23.5, 2.0 * (n + 1)) - 0.2 * (n > 12),
    "there_and_back": lambda n: 18.0 if n % 6 < 3 else 0.0,
    "under_every_window": lambda n: 0.45 * (n + 1),
}
"""What attackers try, most of it from the issue that asked for it, and relatives of each."""


@dataclass(frozen=True)
class Fared:
    """How all attacks fared, and what they did to the others."""

    attacks: tuple["Attacked", ...]
    honest_held: int
    """Honest people who were ever held; none of them moved."""
    honest_frozen: int
    """Honest people whom an incident ever kept back."""


@dataclass(frozen=True)
class Attacked:
    """How one attack fared."""

    name: str
    most_seen_share: float
    """The most that readers saw above the honest path before any hold, in shares of the community's spread."""
    most_seen_later_share: float
    """And ever, with nobody deciding."""
    held_after: int | None
    """Nights from the first of the attack to the first hold."""
    rule: str
    first_cause: str
    last_cause: str


class _Scores:
    """One night's scores, given and not made from evidence."""

    def __init__(self, values: Floats) -> None:
        self._values = values
        ones = np.ones(len(values), np.float32)
        self.short, self.long = 20 * ones, 20 * ones
        self.engagers = self.actions = np.full(len(values), 40, np.int32)
        self.is_sufficient = np.ones(len(values), bool)

    def score(self, version: int = 1) -> Floats:
        return self._values

    def half_band(self) -> Floats:
        return np.full(len(self._values), BAND_POINTS, np.float32)


@dataclass(frozen=True)
class _GivenNight(Night):
    """A night whose scores are given."""

    given: Floats
    given_before: Floats

    @property
    def standing(self) -> Standing:
        return _Scores(self.given)  # type: ignore[return-value]  # all that the gate asks of it

    @property
    def old_standing(self) -> Standing:
        return _Scores(self.given_before)  # type: ignore[return-value]  # alike


def community(accounts: int, nights: int, seed: int) -> NDArray[np.float32]:
    """Candidates of a calm community, nights x accounts: a spread of some 27 points, and small nights."""
    draws = Size(accounts, nights, seed).draws(70)
    level = np.clip(20 + 10.5 * draws.standard_normal(accounts), 2, 90)
    steps = 0.25 * draws.standard_normal((CALM_NIGHTS + nights, accounts))
    wander = np.zeros_like(steps)
    for night in range(1, len(steps)):
        wander[night] = 0.9 * wander[night - 1] + steps[night]
    return np.clip(level + wander, 1, 100).astype(np.float32)


def attacked(
    settings: Settings, accounts: int, nights: int, attacks: dict[str, Path] = ATTACKS, seed: int = 1
) -> Fared:
    """Step each attack, by an account of its own. `settings.home` is a scratch home of the gate's own."""
    honest = community(accounts, nights, seed)
    middle = np.abs(honest[0] - np.quantile(honest[0], START))
    chosen = np.argsort(middle)[: len(attacks)]
    scores = honest.copy()
    for account, path in zip(chosen, attacks.values(), strict=True):
        scores[CALM_NIGHTS:, account] += [path(night) for night in range(nights)]
    scores = np.clip(scores, 1, 100).astype(np.float32)
    gate, log = Gate(settings, accounts), _log(accounts)
    for night in range(-CALM_NIGHTS, -JUDGED_NIGHTS):
        gate.remember(_night(scores, night, log))
    for night in range(-JUDGED_NIGHTS, 0):
        gate.judge(_night(scores, night, log))
    verdicts = [gate.judge(_night(scores, night, log)) for night in range(nights)]
    shown = gate.shown(nights)
    spread = float(np.subtract(*np.quantile(honest[CALM_NIGHTS - 1], (0.9, 0.1))))
    above = (shown - honest[CALM_NIGHTS:]) / spread
    attackers = set(chosen.tolist())
    return Fared(
        tuple(
            _fared(name, account, above[:, account], verdicts) for account, name in zip(chosen, attacks, strict=True)
        ),
        len({held.account for verdict in verdicts for held in verdict.held} - attackers),
        len({account for verdict in verdicts for account in verdict.kept_back.tolist()} - attackers),
    )


def _fared(name: str, account: int, above: Floats, verdicts: list[Verdict]) -> Attacked:
    holds = [
        (night, held) for night, verdict in enumerate(verdicts) for held in verdict.held if held.account == account
    ]
    first = holds[0][0] if holds else None
    before = float(above[:first].max(initial=0))
    rule, causes = holds[0][1].rule if holds else "", [held.cause for _, held in holds] or [""]
    return Attacked(name, before, float(above.max()), first, rule, causes[0], causes[-1])


def _log(accounts: int) -> Log:
    log = Log(Size(accounts, 1, 1))
    log.add(Events.of(0, np.array([1], np.int32), np.array([0]), 0), -CALM_NIGHTS)
    log.first_received[:] = -200
    log.last_received[:, 0] = 0
    return log


def _night(scores: Floats, night: int, log: Log) -> _GivenNight:
    row, accounts = night + CALM_NIGHTS, scores.shape[1]
    shape = (accounts, len(NETWORKS))
    nothing = Evidence(np.zeros(shape, np.float32), np.zeros(shape, np.float32), *(np.ones(shape, np.int32),) * 2)
    before = scores[max(row - 1, 0)]
    climbed = np.maximum(scores[row] - scores[max(row - 21, 0) : row + 1].min(axis=0), np.abs(scores[row] - before))
    everybody = np.ones(accounts, bool)
    return _GivenNight(night, nothing, nothing, nothing, 1, everybody, climbed, log, scores[row], before)
