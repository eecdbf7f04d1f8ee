"""What a detector said, night by night: the one shape in which the gate and its rivals are compared."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Held:
    """One held candidate."""

    account: int
    rule: str
    cause: str
    episode: int
    """The night on which this hold began."""
    decision: str
    candidate_score: float

    @property
    def person_id(self) -> str:
        """The account as the tables name it."""
        return f"p{self.account:07d}"


@dataclass(frozen=True)
class Incident:
    """One incident that is open on a night; the same `name` on several nights is one incident."""

    name: str
    kind: str
    scope: str


@dataclass(frozen=True)
class Verdict:
    """What was said on one night."""

    night: int
    alarms: NDArray[np.int64]
    """Accounts that are named tonight, one by one."""
    kept_back: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Accounts that an incident keeps at their last accepted score."""
    held: tuple[Held, ...] = ()
    incidents: tuple[Incident, ...] = ()
    seconds: float = 0.0
