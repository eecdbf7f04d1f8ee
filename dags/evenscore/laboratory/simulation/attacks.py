"""Attacks by those who know every threshold: paths of scores, stepped through the real gate with nobody deciding.

A calm community of any size stands beside them. What counts is the most that readers ever see above the honest path.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from evenscore.base.bundled import thresholds
from evenscore.base.settings import Settings
from evenscore.laboratory.simulation.events import Events
from evenscore.laboratory.simulation.evidence import SPANS, VERSION, Evidence
from evenscore.laboratory.simulation.gate import Gate
from evenscore.laboratory.simulation.log import Log
from evenscore.laboratory.simulation.night import Night
from evenscore.laboratory.simulation.standing import Standing, spread_of
from evenscore.laboratory.simulation.verdicts import Verdict
from evenscore.laboratory.simulation.world import NETWORKS, Floats, Size

CALM_NIGHTS = 30
"""Nights before an attack begins."""
JUDGED_NIGHTS = 8
"""The last of them are judged, so that cohorts have a history; the others stand as published."""
BAND_POINTS = 3.0
START = 0.35
"""Attackers begin at this quantile of the community: there is room above them."""

WINDOWS = {"near_share": 3, "climb_share": 28}
"""The shares of the spread that a score may climb unasked, and within how many nights."""
MARGIN = 0.05
"""Of the spread: as far as those who know the limits stay below them, because their scores move by themselves."""
MASS_NIGHT, MASS_PART = 2, 3
"""The night of a mass move, and one of how many moves."""

GONE = float("nan")
Path = Callable[[int, float], float]
"""Points above the honest path, by nights since the attack began (0 is its first night) and the community's spread;
GONE on a night with too little evidence for a score."""

ATTACKS: dict[str, Path] = {
    "one_night": lambda n, s: 18.3,
    "just_under_the_promise": lambda n, s: 19.9,
    "every_other_night": lambda n, s: 9.6 * (n // 2 + 1) if n < 40 else 192.0,
    "every_third_night": lambda n, s: 9.6 * (n // 3 + 1),
    "stairs": lambda n, s: min(27.0, 9.0 * (n // 5 + 1)),
    "weekly_stairs": lambda n, s: 7.0 * (n // 7 + 1),
    "zigzag": lambda n, s: min(27.0, 4.5 * (n // 2 + 1)) - 3.0 * (n % 2),
    "saw": lambda n, s: min(30.0, 2.5 * (n + 1)) - 6.0 * (n % 3 == 2),
    "two_quiet_nights_in_ten": lambda n, s: 2.2 * (n + 1 - 2 * (n // 10) - max(n % 10 - 7, 0)),
    "ramp": lambda n, s: 1.5 * (n + 1),
    "slow_ramp": lambda n, s: 0.75 * (n + 1),
    "ramp_that_rests_when_held": lambda n, s: min(23.5, 2.0 * (n + 1)) - 0.2 * (n > 12),
    "there_and_back": lambda n, s: 18.0 if n % 6 < 3 else 0.0,
    "under_every_window": lambda n, s: 0.45 * (n + 1),
}
"""What attackers try, in points, most of it from the issue that asked for it, and relatives of each."""


def under_every_limit(sunk: float = 0.0, nights: int = 60) -> Path:
    """Climb as far as each window allows, and rest until one forgets; first sink for ten nights, or not."""

    @cache
    def shares() -> list[float]:
        path = [-sunk * night / 9 for night in range(10)] if sunk else []
        while len(path) < nights:
            limits = [min([0.0, *path][-length:]) + thresholds()[name] for name, length in WINDOWS.items()]
            path.append(min(limits) - MARGIN)
        return path

    return lambda n, s: s * shares()[n]


def in_turns(first: bool) -> Path:
    """One of two who take turns: three nights up, three nights down."""
    return lambda n, s: (0.5 - MARGIN) * s * ((n % 6 < 3) == first)


KNOWING: dict[str, Path] = {
    "just_under_half": lambda n, s: (0.5 - MARGIN) * s,
    "under_every_limit": under_every_limit(),
    "from_a_low_of_its_own": under_every_limit(sunk=0.45),
    "one_of_two_in_turns": in_turns(True),
    "the_other_of_two": in_turns(False),
    "half_in_four_weeks": lambda n, s: 0.5 * s * (n + 1) / 28,
    "back_after_a_night": lambda n, s: GONE if n == 2 else 0.6 * s * (n > 2),
    "back_after_ten_nights": lambda n, s: GONE if 2 <= n < 12 else 0.6 * s * (n >= 12),
    "gone_before_each_step": lambda n, s: GONE if n in (2, 6) else (0.5 - MARGIN) * s * ((n > 2) + (n > 6)),
}
"""What attackers try who read the thresholds, in shares of the spread."""
MANY: dict[str, Path] = {f"one_of_many_{number}": KNOWING["just_under_half"] for number in range(59)}
"""Many accounts in one night, each below the limit: a tenth of 600 people is just not reached."""
RIDERS: dict[str, Path] = {
    "rides_a_mass_move": lambda n, s: (0.3 + 0.22) * s if n >= MASS_NIGHT else 0.0,
    "rides_and_climbs_on": lambda n, s: (0.52 + 0.2 * (n >= MASS_NIGHT + 5)) * s if n >= MASS_NIGHT else 0.0,
    "hides_in_a_mass_move": lambda n, s: 0.9 * s if n >= MASS_NIGHT else 0.0,
}
"""What attackers try while a third of the community rises by .3 of the spread, for good."""


@dataclass(frozen=True)
class Fared:
    """How all attacks fared, and what they did to the others."""

    attacks: tuple["Attacked", ...]
    honest_held: int
    """Honest people who were ever held."""
    honest_frozen: int
    """Honest people whom an incident ever kept back although they did not move."""


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


@dataclass(frozen=True)
class _GivenNight(Night):
    """A night whose scores are given, and not made from evidence."""

    given: Floats
    given_before: Floats

    def standing(self, version: int) -> Standing:
        return _given(self.given, self.is_eligible)

    def old_standing(self, version: int) -> Standing:
        return _given(self.given_before, self.is_eligible)


def _given(scores: Floats, is_sufficient: NDArray[np.bool_]) -> Standing:
    counts = np.full(len(scores), 40, np.int32)
    return Standing(scores, np.full(len(scores), BAND_POINTS, np.float32), is_sufficient, counts, counts)


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
    settings: Settings,
    accounts: int,
    nights: int,
    attacks: dict[str, Path] = ATTACKS,
    seed: int = 1,
    mass_share: float = 0.0,
) -> Fared:
    """Step each attack, by an account of its own. `settings.home` is a scratch home of the gate's own.

    With `mass_share` a third of the others rise by so much of the spread in one night, each by a little less or more,
    and a reviewer calls that real; nothing else is decided.
    """
    honest = community(accounts, nights, seed)
    spread = spread_of(honest[CALM_NIGHTS - int(thresholds()["spread_nights"]) : CALM_NIGHTS].ravel())
    middle = np.argsort(np.abs(honest[0] - np.quantile(honest[0], START)))
    chosen = middle[: len(attacks)]
    movers = middle[len(attacks) :: MASS_PART] if mass_share else middle[:0]
    each = Size(accounts, nights, seed).draws(71).uniform(0.8, 1.2, len(movers))
    honest[CALM_NIGHTS + MASS_NIGHT :, movers] += (mass_share * spread * each).astype(np.float32)
    scores = honest.copy()
    for account, path in zip(chosen, attacks.values(), strict=True):
        scores[CALM_NIGHTS:, account] += [path(night, spread) for night in range(nights)]
    is_there = ~np.isnan(scores)
    scores = np.clip(np.where(is_there, scores, honest), 1, 100).astype(np.float32)
    gate, log = Gate(settings, accounts), _log(accounts)
    for night in range(-CALM_NIGHTS, -JUDGED_NIGHTS):
        gate.remember(_night(scores, is_there, night, log))
    verdicts = []
    for night in range(-JUDGED_NIGHTS, nights):
        verdicts.append(gate.judge(_night(scores, is_there, night, log)))
        gate.call_real([incident.name for incident in verdicts[-1].incidents if mass_share], night)
    above = np.nan_to_num((gate.shown(nights) - honest[CALM_NIGHTS:]) / spread)
    moved = {*chosen.tolist(), *movers.tolist()}
    verdicts = verdicts[JUDGED_NIGHTS:]
    return Fared(
        tuple(
            _fared(name, account, above[:, account], verdicts) for account, name in zip(chosen, attacks, strict=True)
        ),
        len({held.account for verdict in verdicts for held in verdict.held} - {*chosen.tolist()}),
        len({account for verdict in verdicts for account in verdict.kept_back.tolist()} - moved),
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


def _night(scores: Floats, is_there: NDArray[np.bool_], night: int, log: Log) -> _GivenNight:
    row, accounts = night + CALM_NIGHTS, scores.shape[1]
    shape = (accounts, len(NETWORKS))
    parts, ones = np.zeros((2, len(SPANS), *shape), np.float32), np.ones(shape, np.float32)
    nothing = Evidence(parts, parts, parts, ones, ones, *(ones.astype(np.int32),) * 2)
    before = scores[max(row - 1, 0)]
    climbed = np.maximum(scores[row] - scores[max(row - 21, 0) : row + 1].min(axis=0), np.abs(scores[row] - before))
    return _GivenNight(night, nothing, nothing, nothing, VERSION, is_there[row], climbed, log, scores[row], before)
