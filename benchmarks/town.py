"""A town of any size to measure with: one network, accounts of very different fame, a tenth of whom asked for a score.

Fame and eagerness are Pareto distributed; half of what anybody does is for one of thirty accounts of their own.
The same numbers come from the same seed. Each day is one Parquet file, so that a night reads what that night brought.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

LAST = date(2026, 3, 10)
"""The day of the first night."""
VERBS = np.array(["like", "reply", "repost", "mention"])
CIRCLE = 30
"""So many accounts each one acts for again and again."""

CONFIG = """\
[[sources]]
name = "town"
kind = "files"
path = "activity/{date}.parquet"
network = "town"

[consent]
ledger = "consent.csv"
"""

MACHINE = """
[machine]
memory_limit = "{}"
"""


@dataclass(frozen=True)
class Town:
    """How large, how long, and how many of the accounts asked for a score."""

    folder: Path
    events_per_day: int
    accounts: int
    days: int
    consenting_share: float = 0.1
    seed: int = 7
    memory_limit: str | None = None
    """What its configuration gives the process of a night; None for the product's default."""

    @property
    def config(self) -> Path:
        """Where its configuration is."""
        return self.folder / "evenscore.toml"

    @property
    def event_count(self) -> int:
        """The events up to the first night."""
        return self.days * self.events_per_day

    def write(self) -> "Town":
        """Ledger, configuration, and the days up to the first night."""
        (self.folder / "activity").mkdir(parents=True, exist_ok=True)
        self.config.write_text(CONFIG + (MACHINE.format(self.memory_limit) if self.memory_limit else ""))
        (self.folder / "consent.csv").write_text("".join(self._ledger()))
        for day in range(self.days):
            self.write_day(LAST - timedelta(days=self.days - 1 - day))
        return self

    def write_day(self, day: date) -> None:
        """The file of one day."""
        # Each day has its own numbers, so a town of 90 days ends with the days of one of 30.
        random = np.random.default_rng([self.seed, day.toordinal()])
        count = self.events_per_day
        actor, target = self._pairs(random)
        second = np.sort(random.integers(0, 86_400, count))
        at = np.datetime64(day, "us") + second.astype("timedelta64[s]")
        posts = random.geometric(0.4, count)
        rows = {
            "event_id": [f"{day:%y%m%d}-{number}" for number in range(count)],
            "network": pa.array(["town"] * count),
            "verb": VERBS[random.choice(4, count, p=[0.6, 0.2, 0.1, 0.1])],
            "actor_id": _names(actor),
            "object_id": [f"o{who}-{day.toordinal() - post + 1}" for who, post in zip(target, posts, strict=True)],
            "target_id": _names(target),
            "occurred_at": pa.array(at),
        }
        pq.write_table(pa.table(rows), self.folder / "activity" / f"{day}.parquet", compression="zstd")

    def _pairs(self, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        lasting = np.random.default_rng(self.seed)
        eager, famous = (np.cumsum(lasting.pareto(2, self.accounts) + 0.2) for _ in range(2))
        actor = np.searchsorted(eager, random.random(self.events_per_day) * eager[-1])
        anybody = np.searchsorted(famous, random.random(self.events_per_day) * famous[-1])
        # A circle is every tenth account from one's own on: of those who asked for a score it is one of their kind.
        friend = (actor + 10 * random.integers(1, CIRCLE + 1, self.events_per_day)) % self.accounts
        return actor, np.where(random.random(self.events_per_day) < 1 / 2, friend, anybody)

    def _ledger(self) -> Iterator[str]:
        yield "person_id,network,account_id,persona,action,purpose,is_adult,recorded_at\n"
        every = round(1 / self.consenting_share)
        for number in range(0, self.accounts, every):
            yield f"p{number},town,a{number},work,grant,public_score,true,2025-01-01T00:00:00Z\n"


def _names(numbers: np.ndarray) -> list[str]:
    return [f"a{number}" for number in numbers]
