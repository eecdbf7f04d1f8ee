"""What a file that is delivered anew takes back: rows that it had and has no more, and that no other file holds.

The new version is the whole truth about the days that it covers, and about what came after them. What comes before its
first day stays: an export may slide. That is counted and said, for it may have been taken back as well.
Snapshots and aliases stay: that an account was private, or what it was called, is not unsaid by silence.
"""

from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from evenscore.base.paths import HomePaths
from evenscore.landing_zone import landing, origins
from evenscore.landing_zone.deliveries import LEAST_WITHDRAWN, MOST_WITHDRAWN_SHARE, Delivery

DATASET = "activity"
Day = tuple[str, date]
"""(network, UTC day)."""


@dataclass
class Anew:
    """One file as it was, and as it is now."""

    places: HomePaths
    source: str
    file: int
    had: dict[Day, pa.Array] = field(default_factory=dict)
    """The keys that it held before it was read again."""
    has: dict[Day, pa.Array] = field(default_factory=dict)
    """The keys that may land, by day."""
    named: pa.Array | None = None
    """The keys of all its records, also of those that were refused."""

    @classmethod
    def of(cls, places: HomePaths, source: str, file: int, before: Delivery | None) -> "Anew":
        """The file as it was by its last delivery."""
        anew = cls(places, source, file)
        for network, day in before.days(DATASET) if before else ():
            anew.had[network, day] = anew._held(network, day)
        return anew

    def _held(self, network: str, day: date) -> pa.Array:
        found = origins.read(self.places, self.source, network, DATASET, day)
        return origins.of_file(found, self.file) if found else pa.array([], pa.uint64())

    def note(self, network: str, day: date, rows: pa.Table) -> None:
        """Rows of the new version."""
        if self.had:
            self.has[network, day] = origins.keys(DATASET, rows)

    def note_records(self, raw: pa.Table | None) -> None:
        """Every record of the new version, sound or not: one that was refused has not vanished."""
        if self.had and raw is not None:
            self.named = origins.keys(DATASET, raw.filter(pc.is_valid(raw["event_id"])))

    def gone(self, first: date | None) -> dict[Day, pa.Array]:
        """The keys that it has no more, of the days from `first` on (None: of all days)."""
        everywhere = pa.concat_arrays([pa.array([], pa.uint64()), *self.has.values()])
        found = {}
        for (network, day), keys in self.had.items():
            if first and day < first:
                continue
            here = self.has.get((network, day), pa.array([], pa.uint64()))
            absent = keys.filter(pc.invert(pc.is_in(keys, value_set=here)))
            if self.named is not None:
                refused = pc.and_not(pc.is_in(absent, value_set=self.named), pc.is_in(absent, value_set=everywhere))
                absent = absent.filter(pc.invert(refused))
            if len(absent):
                found[network, day] = absent
        return found

    def beyond_count(self, since: date, first: date) -> int:
        """How many rows of the days from `since` to before `first` stay though it has them no more."""
        return sum(self._leaving_count(of, keys) for of, keys in self.had.items() if since <= of[1] < first)

    def carry_out(self, gone: dict[Day, pa.Array], delivery: Delivery, is_accepted: bool) -> None:
        """Withdraw these keys, or withhold that where it may be an accident and nobody has accepted it."""
        leaving = {of: self._leaving_count(of, keys) for of, keys in gone.items()}
        if self._may_be_cut_off(leaving) and not is_accepted:
            delivery.withheld_count += sum(leaving.values())
            return
        for (network, day), keys in gone.items():
            manifest = landing.manifest_of(self.places, self.source, network, DATASET, day)
            if manifest:
                delivery.withdrawn_count += landing.withdraw(self.places, manifest, self.file, keys)

    def _may_be_cut_off(self, leaving: dict[Day, int]) -> bool:
        """Whether most of it is gone, or all, or more of its end than somebody takes back."""
        count = sum(leaving.values())
        last = max((day for (_, day), keys in self.has.items() if len(keys)), default=None)
        if last is None:
            return count > 0
        ends = {day: rows for (_, day), rows in leaving.items() if day > last and rows}
        is_most = count >= LEAST_WITHDRAWN and count > MOST_WITHDRAWN_SHARE * sum(map(len, self.had.values()))
        return is_most or len(ends) > 1 or sum(ends.values()) >= LEAST_WITHDRAWN

    def _leaving_count(self, day: Day, keys: pa.Array) -> int:
        found = origins.read(self.places, self.source, day[0], DATASET, day[1])
        if found is None:
            return 0
        left = keys.filter(pc.is_in(keys, value_set=origins.of_file(found, self.file)))
        return len(left) - len(origins.held_by_others(found, left, self.file))
