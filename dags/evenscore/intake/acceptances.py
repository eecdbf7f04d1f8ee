"""Deliveries that somebody has accepted by name though they stop the night: who, when, why, and which bytes."""

from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from evenscore.base import atomic_io
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.base.terminal import command
from evenscore.landing_zone.deliveries import Delivery, read_deliveries
from evenscore.state import journal, runs

GONE_REMEDY = "its file is gone: put it back mended, or, if another file brings what it should have held, say so:"
REMEDY = "deliver it anew, or say that it is right:"


class Acceptance(BaseModel):
    """What one person said of one delivery. Other bytes under the same name need another word."""

    model_config = ConfigDict(frozen=True)

    source: str
    path: str
    sha256: str
    accepted_at: AwareDatetime
    accepted_by: str
    why: str
    rejected_count: int
    record_count: int
    withheld_count: int
    read_at: str | None = None
    """Which reading was looked at."""

    def answers(self, delivery: Delivery) -> bool:
        """Whether it was said of this very reading: the same bytes may come back later and mean something else."""
        is_this = self.read_at is None or self.read_at == delivery.read_at
        return is_this and (self.path, self.sha256) == (delivery.path, delivery.sha256)


def said(places: HomePaths) -> list[Acceptance]:
    """Everything that was accepted. Raises InputError naming file and line of a damaged entry."""
    return journal.read(places.acceptances, Acceptance)


def accepted(places: HomePaths) -> frozenset[str]:
    """The digests of all input files that were accepted. Raises InputError naming file and line of a damaged entry."""
    return frozenset(one.sha256 for one in said(places))


def delivered(settings: Settings, file: Path) -> tuple[str, Delivery]:
    """The source and the delivery of a file, as typed or as its source names it.

    Raises UsageError where no source has delivered it.
    """
    wanted = {file.absolute(), file.resolve(), settings.resolve(str(file))}
    for source in settings.sources:
        for delivery in read_deliveries(settings.places, source.name).values():
            if Path(delivery.path).absolute() in wanted:
                return source.name, delivery
    raise UsageError(f"{file}: no source has delivered it; `evenscore doctor` names the files that stop the night")


def accept(settings: Settings, source: str, delivery: Delivery, by: str, why: str) -> Acceptance:
    """Record that a delivery counts as it is, or that nothing more is to be waited for where its file is gone.

    Raises UsageError where it stops nothing, where the file has changed since it was read, and for an empty name.
    """
    _require_stopping(delivery, settings.checks.max_rejected_share)
    by, why = journal.signature(by, why)
    acceptance = Acceptance(
        source=source,
        path=delivery.path,
        sha256=delivery.sha256,
        accepted_at=datetime.fromisoformat(runs.now()),
        accepted_by=by,
        why=why,
        rejected_count=delivery.rejected_count,
        record_count=delivery.record_count,
        withheld_count=delivery.withheld_count,
        read_at=delivery.read_at,
    )
    with journal.alone(settings.places.acceptances):
        journal.append(settings.places, settings.places.acceptances, acceptance)
    return acceptance


def stopping(settings: Settings, source: str) -> list[Delivery]:
    """The deliveries of a source that stop every night until they are delivered anew or accepted."""
    known, limit = accepted(settings.places), settings.checks.max_rejected_share
    found = [one for one in read_deliveries(settings.places, source).values() if not one.is_replaced]
    return [one for one in found if one.withheld_count or (one.rejected_share > limit and one.sha256 not in known)]


def is_quiet(delivery: Delivery) -> bool:
    """Whether a file covers a day and says nothing about influence: the network was quiet, or its export broke."""
    return delivery.record_count == delivery.ignored_count and delivery.last_date is not None


def how_to_go_on(delivery: Delivery) -> str:
    """One line that names a file that stops the night, and says why and what to do."""
    why = (
        f"delivered anew, it takes back {delivery.withheld_count:,} rows of what it had"
        if delivery.withheld_count
        else f"{delivery.rejected_count:,} of its {delivery.record_count:,} records were refused"
    )
    remedy = REMEDY if Path(delivery.path).exists() else GONE_REMEDY
    return f"{delivery.path}: stops the night: {why}; {remedy} {accepting(delivery.path)}"


def accepting(path: str) -> str:
    """The command line that accepts a file, to be completed with a name and a reason."""
    return command("accept", path, options="--by NAME --why TEXT")


def _require_stopping(delivery: Delivery, limit: float) -> None:
    stops = delivery.rejected_share > limit or delivery.withheld_count > 0 or is_quiet(delivery)
    if delivery.is_replaced or not (stops or delivery.beyond_count):
        raise UsageError(f"{delivery.path}: stops no night; there is nothing to accept")
    try:
        digest = atomic_io.sha256(Path(delivery.path))
    except (FileNotFoundError, NotADirectoryError):
        return  # what it was is known, and nobody can mend it under this name any more
    except OSError as error:
        raise UsageError(f"{delivery.path}: cannot be read ({error.strerror})") from error
    if digest != delivery.sha256:
        raise UsageError(
            f"{delivery.path}: has changed since it was read; extract first, then accept what is there now"
        )
