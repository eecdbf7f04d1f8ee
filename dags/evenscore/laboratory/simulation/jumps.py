"""What truly happened to each account: injected cases as their scores show them, and natural jumps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.simulate import Outcome
from evenscore.laboratory.simulation.truth import Case
from evenscore.laboratory.simulation.world import HISTORY_NIGHTS

WINDOW_NIGHTS = 3
JUMP_SHARE = 0.5
"""A jump is a move of so much of the community's spread within the window."""
AFTERMATH_NIGHTS = 28
"""What is said of an account for so long after a case is about that case: windows of four weeks still hold it."""


@dataclass(frozen=True)
class Happened:
    """One case as one account's scores show it."""

    case: Case
    account: int
    onset: int | None
    """The first night on which a score had moved by half of the spread within three that readers saw; else None."""
    size: float
    """The farthest that it moved off its score of the eve, in points, while the case lasted."""

    @property
    def share(self) -> float:
        """The same in shares of the community's spread."""
        return self.size / self.case.spread

    @property
    def is_jump(self) -> bool:
        """Whether it is one of the jumps that must never be published unreviewed."""
        return self.onset is not None


def happened(outcome: Outcome) -> list[Happened]:
    """Every injected case, one row an account."""
    return [_seen(outcome, case, account) for case in outcome.truth.cases for account in case.accounts]


def _seen(outcome: Outcome, case: Case, account: int) -> Happened:
    series = outcome.scores[:, account]
    nights = range(case.begins, min(case.ends + 1, outcome.size.nights - 1) + 1)
    # What readers could have seen: a first score is no jump, nor is a mass fault's recovery.
    is_seen = outcome.is_eligible[:, account].copy()
    is_seen[[fault.night + HISTORY_NIGHTS for fault in outcome.truth.faults]] = False
    moved = [_move(series, is_seen, night + HISTORY_NIGHTS) for night in nights]
    onsets = [night for night, move in zip(nights, moved, strict=True) if move >= JUMP_SHARE * case.spread]
    eve = series[case.begins - 1 + HISTORY_NIGHTS]
    path = series[case.begins + HISTORY_NIGHTS : nights[-1] + 1 + HISTORY_NIGHTS] - eve
    return Happened(case, account, onsets[0] if onsets else None, float(path[np.abs(path).argmax()]))


def _move(series: NDArray[np.float32], is_seen: NDArray[np.bool_], row: int) -> float:
    before = series[row - WINDOW_NIGHTS : row][is_seen[row - WINDOW_NIGHTS : row]]
    return float(np.abs(series[row] - before).max(initial=0))


def explained(outcome: Outcome) -> NDArray[np.bool_]:
    """Nights on which an alarm about an account is about an injected case: nights x accounts."""
    found = np.zeros((outcome.size.nights, outcome.size.accounts), bool)
    for case in outcome.truth.cases:
        found[case.begins : case.ends + 1 + AFTERMATH_NIGHTS, list(case.accounts)] = True
    return found
