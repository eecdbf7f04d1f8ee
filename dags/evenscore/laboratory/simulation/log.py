"""What is remembered of events beyond their evidence: the last weeks in full, and who was first and last seen when."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.events import Events
from evenscore.laboratory.simulation.world import NETWORKS, Ints, Size

KEPT_NIGHTS = 60
NEVER = np.iinfo(np.int16).min


class Log:
    """The events of the last weeks, and the first and last night of every account."""

    def __init__(self, size: Size) -> None:
        self._nights: deque[tuple[int, Events]] = deque(maxlen=KEPT_NIGHTS)
        self.first_received = np.full(size.accounts, NEVER, np.int16)
        self.last_received = np.full((size.accounts, len(NETWORKS)), NEVER, np.int16)
        self.first_acted = np.full(size.accounts, NEVER, np.int16)

    def add(self, events: Events, night: int) -> None:
        """Remember one night's events."""
        self._nights.append((night, events))
        fresh = events.target[self.first_received[events.target] == NEVER]
        self.first_received[fresh] = night
        self.last_received[events.target, events.network] = night
        members = events.engager[events.engager < len(self.first_acted)]
        self.first_acted[members[self.first_acted[members] == NEVER]] = night

    def of(self, accounts: NDArray[np.int64]) -> tuple[Events, Ints]:
        """The remembered events aimed at some accounts, and the night of each."""
        is_asked = np.zeros(len(self.first_received), bool)
        is_asked[accounts] = True
        found = [(night, events.where(is_asked[events.target])) for night, events in self._nights]
        nights = np.concatenate([np.full(len(events.target), night, np.int32) for night, events in found])
        return Events.together([events for _, events in found]), nights
