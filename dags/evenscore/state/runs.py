"""A run's own record: which night, which stages ran, how long each took and what it counted."""

import contextlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from evenscore.base import atomic_io
from evenscore.base.errors import BusyError, StoppedByCheck, UsageError
from evenscore.base.paths import HomePaths
from evenscore.state import memory, turns


@dataclass(frozen=True)
class Night:
    """One run over one UTC day."""

    as_of_date: date
    run_id: str

    @classmethod
    def of(cls, as_of_date: date, label: str | None = None) -> "Night":
        """A run of `as_of_date`; `label` tells it from other runs of the same day (by default, the time it began)."""
        require_ended(as_of_date)
        label = label or datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return cls(as_of_date, f"{as_of_date}_{re.sub(r'[^0-9A-Za-z.-]+', '-', label)}")


def require_ended(day: date, option: str = "--date") -> None:
    """Raise UsageError for a day that is not over everywhere on its UTC calendar: half a day is no day.

    The clock decides, whatever SOURCE_DATE_EPOCH says of the instant that a record is to bear.
    """
    today = datetime.now(UTC).date()
    if day >= today:
        what = "lies in the future" if day > today else "is not over yet (UTC)"
        raise UsageError(f"{option} {day}: {what}; a night is scored when its day has ended")


def yesterday() -> date:
    """The newest day that has ended (UTC)."""
    return datetime.now(UTC).date() - timedelta(days=1)


def latest_run(places: HomePaths, as_of_date: date) -> Night:
    """The newest run of a day that has begun; a UsageError when there is none."""
    found = newest(places.runs.glob(f"{as_of_date}_*/"))
    if not found:
        raise UsageError(f"--date {as_of_date}: no run of that night has begun; start with `evenscore extract`")
    return Night(as_of_date, found.name)


def newest(folders: Iterable[Path]) -> Path | None:
    """Of some runs' folders that of the run which began last; None of none."""
    return max(folders, key=lambda folder: (folder.stat().st_mtime_ns, folder.name), default=None)


def latest_night(places: HomePaths) -> date:
    """The newest day of which a run has begun; a UsageError when there is none."""
    days = [folder.name[:10] for folder in places.runs.glob("????-??-??_*/")]
    if not days:
        raise UsageError(f"{places.home}: no night has run yet; start with `evenscore night`")
    return date.fromisoformat(max(days))


@contextlib.contextmanager
def stage(places: HomePaths, night: Night, name: str) -> Iterator[dict[str, Any]]:
    """Time one stage; what the caller puts into the yielded dict is kept in the run's folder with it."""
    record: dict[str, Any] = {"stage": name, "started_at": now(), "outcome": "failed"}
    started = time.monotonic()
    memory.forget_peak()
    try:
        yield record
        record["outcome"] = "done"
    except Exception as error:
        record["error"] = str(error)
        record["exit_code"] = getattr(error, "exit_code", 1)
        raise
    finally:
        record["seconds"] = round(time.monotonic() - started, 3)
        record["ended_at"] = now()
        record["peak_megabytes"] = memory.peak_megabytes()
        atomic_io.write_json(_stages(places, night) / f"{name}.json", record)


def stages(places: HomePaths, run_id: str) -> list[dict[str, Any]]:
    """What each stage of a run recorded, in the order in which they began."""
    found = (atomic_io.read_json(path) for path in (places.run(run_id) / "stages").glob("*.json"))
    return sorted(found, key=lambda record: (record["started_at"], record["stage"]))


def is_stopped(record: dict[str, Any]) -> bool:
    """Whether a stage, by its record, was stopped by a check and did not fail otherwise."""
    return bool(record.get("exit_code") == StoppedByCheck.exit_code)


def forget_stages(places: HomePaths, night: Night, names: tuple[str, ...]) -> None:
    """Drop what later stages recorded: an earlier one is being done again, so they must be too."""
    for name in names:
        (_stages(places, night) / f"{name}.json").unlink(missing_ok=True)


def _stages(places: HomePaths, night: Night) -> Path:
    return places.run(night.run_id) / "stages"


def now() -> str:
    """The present instant, ISO 8601 in UTC, to the microsecond.

    SOURCE_DATE_EPOCH (seconds), where set, is taken instead: two builds of the same night are then the same bytes.
    """
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    instant = datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


@contextlib.contextmanager
def only_one(places: HomePaths, between_steps: bool = False, patience: float = 0) -> Iterator[None]:
    """Hold the home folder for one run; raises BusyError when another run still has it after `patience` seconds.

    The kernel frees the lock when its process dies, however it dies. Within a process it may be taken again. Nobody
    gets between the steps of a scheduler's night but who says that this is meant.
    """
    places.home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(places.lock, is_singleton=True).acquire(timeout=patience):
            if not between_steps:
                turns.require(places)
            yield
    except Timeout as error:
        raise BusyError(
            f"{places.lock}: another run is working in this home folder; try again when it has ended"
        ) from error
