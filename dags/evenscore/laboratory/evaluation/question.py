"""What an evaluation is asked; quick to import, for the command line's help."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evenscore.base.settings import ScoringVersion

GROUPS = ("quality", "moves", "lag", "fakes", "viral", "loss", "outage", "bands", "pairs", "labels")
"""Every group of measures."""


@dataclass(frozen=True)
class Question:
    """What an evaluation is asked."""

    version: ScoringVersion
    first: date | None = None
    last: date | None = None
    cut_off_count: int = 12
    is_everybody_granted: bool = False
    pairs: Path | None = None
    labels: Path | None = None
    only: tuple[str, ...] = ()
    """Groups of measures; none means all."""
    seed: int = 1
    beside: tuple[ScoringVersion, ...] = ()
    """Other scoring versions, measured in the same run on the same events."""
