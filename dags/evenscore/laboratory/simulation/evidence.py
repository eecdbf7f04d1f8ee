"""Evidence from events, as the scores take it: for each engager ln(1 + decayed actions), summed by account and network.

Pairs lie in flat arrays in the order of their keys. Actions are kept as of night 0 (forward decay: an action of night t
weighs 2^(t / half-life)), so that nothing has to be touched while it fades.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from evenscore.base.bundled import DBT_PROJECT
from evenscore.laboratory.simulation.events import Events
from evenscore.laboratory.simulation.world import NETWORKS, Floats, Ints

Number = TypeVar("Number", np.int32, np.float32)

SCALE = DBT_PROJECT / "seeds" / "scale_v1.csv"


def constants(path: Path = SCALE) -> dict[str, float]:
    """The constants of the scoring version that is simulated."""
    rows = (line.split(",", 2) for line in path.read_text(encoding="utf-8").splitlines()[1:])
    return {name: float(value) for name, value, _ in rows}


@dataclass(frozen=True)
class Evidence:
    """What accounts have, by network: arrays of accounts x networks."""

    short: Floats
    long: Floats
    engagers: Ints
    actions: Ints

    def times(self, factor: Floats) -> "Evidence":
        """What is left where a part of it is lost or counted again."""
        return Evidence(
            (self.short * factor).astype(np.float32),
            (self.long * factor).astype(np.float32),
            np.rint(self.engagers * factor).astype(np.int32),
            np.rint(self.actions * factor).astype(np.int32),
        )


class Pairs:
    """How much each engager has acted on each account, on each network."""

    def __init__(self, accounts: int) -> None:
        scale = constants()
        self._half_lives = (scale["short_half_life_days"], scale["long_half_life_days"])
        self._accounts = accounts
        self._keys = np.empty(0, np.int64)
        self._actions = [np.empty(0, np.float32), np.empty(0, np.float32)]
        self._counts = np.zeros(accounts * len(NETWORKS), np.int32)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, events: Events, night: int) -> None:
        """Take in one night's events."""
        rows = events.target.astype(np.int64) * len(NETWORKS) + events.network
        np.add.at(self._counts, rows, events.count)
        keys, place = np.unique((rows << 32) | events.engager, return_inverse=True)
        counts = np.bincount(place, events.count, len(keys))
        found = np.asarray(np.searchsorted(self._keys, keys))
        is_new = np.ones(len(keys), bool)
        inside = found < len(self._keys)
        is_new[inside] = self._keys[found[inside]] != keys[inside]
        for length, half_life in enumerate(self._half_lives):
            weights = (counts * 2.0 ** (night / half_life)).astype(np.float32)
            self._actions[length][found[~is_new]] += weights[~is_new]
            self._actions[length] = np.insert(self._actions[length], found[is_new], weights[is_new])
        self._keys = np.insert(self._keys, found[is_new], keys[is_new])

    def evidence(self, night: int) -> Evidence:
        """The evidence of all accounts as it stands on one night."""
        rows = (self._keys >> 32).astype(np.int32)
        starts = np.flatnonzero(np.diff(rows, prepend=np.int32(-1)))
        short, long = (self._sums(length, night, rows, starts) for length in (0, 1))
        engagers = np.zeros(self._accounts * len(NETWORKS), np.int32)
        engagers[rows[starts]] = np.diff(starts, append=len(rows))
        return Evidence(short, long, _by_network(engagers), _by_network(self._counts.copy()))

    def _sums(self, length: int, night: int, rows: Ints, starts: NDArray[np.int64]) -> Floats:
        logs = self._actions[length] * np.float32(2.0 ** (-night / self._half_lives[length]))
        np.log1p(logs, out=logs)
        flat = np.zeros(self._accounts * len(NETWORKS), np.float32)
        if len(starts):
            flat[rows[starts]] = np.add.reduceat(logs, starts)
        return _by_network(flat)


def _by_network(flat: NDArray[Number]) -> NDArray[Number]:
    return flat.reshape(-1, len(NETWORKS))
