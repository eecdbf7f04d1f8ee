"""The calendar: nights are counted backwards from the last, so that a shorter demo is the end of a longer one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LAST_NIGHT = date(2026, 3, 15)
FEWEST_NIGHTS = 61
"""The longest planted event, the slow honest rise, needs sixty nights and the one before them."""


@dataclass(frozen=True)
class Nights:
    """The nights of the demo. An *offset* is a number of nights before the last one."""

    count: int

    def __post_init__(self) -> None:
        if self.count < FEWEST_NIGHTS:
            raise ValueError(f"nights = {self.count}: the demo community needs at least {FEWEST_NIGHTS} nights")

    @property
    def first_date(self) -> date:
        """The first night."""
        return day(self.count - 1)

    @property
    def last_date(self) -> date:
        """The last night."""
        return LAST_NIGHT

    @property
    def offsets(self) -> range:
        """Every night's offset, the first night first."""
        return range(self.count - 1, -1, -1)

    @property
    def snapshots(self) -> list[int]:
        """The offsets of the nights (Sundays) whose accounts are captured, the first one first."""
        return [offset for offset in self.offsets if offset % 7 == 0]


def day(offset: int) -> date:
    """The date of the night that lies `offset` nights before the last."""
    return LAST_NIGHT - timedelta(days=int(offset))


def instant(offset: int, second: int) -> datetime:
    """A UTC instant by its night and its second of the day."""
    midnight = datetime(LAST_NIGHT.year, LAST_NIGHT.month, LAST_NIGHT.day, tzinfo=UTC)
    return midnight + timedelta(days=-int(offset), seconds=int(second))


def iso(moment: datetime) -> str:
    """An instant as the source files spell it: 2026-03-15T08:30:00Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
