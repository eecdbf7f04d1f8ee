"""A gate that says nothing: the community is stepped through its nights without a warehouse."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evenscore.base.settings import Settings
from evenscore.laboratory.simulation.night import Night
from evenscore.laboratory.simulation.verdicts import Verdict
from evenscore.reviews.decisions import Decision


class SilentGate:
    def __init__(self, settings: Settings | None, accounts: int) -> None:
        self.accounts = accounts

    def shards(self, count: int) -> NDArray[np.int64]:
        return np.arange(self.accounts) % count

    def remember(self, night: Night) -> None:
        pass

    def judge(self, night: Night) -> Verdict:
        return Verdict(night.night, np.empty(0, np.int64))

    def decide(self, decisions: Sequence[Decision]) -> None:
        assert not decisions

    def call_real(self, incidents: Sequence[str], night: int) -> None:
        assert not incidents
