"""What each source has delivered: one entry an input file, as it was when it was read, and what came of it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from evenscore.base import atomic_io
from evenscore.base.paths import HomePaths
from evenscore.landing_zone import origins
from evenscore.state import truths

LEAST_RECORDS = 20
"""A file with fewer records says too little to be judged alone."""
LEAST_WITHDRAWN = 20
MOST_WITHDRAWN_SHARE = 0.5
"""A file delivered anew that takes back more of what it had, at least LEAST_WITHDRAWN rows, is asked about first."""
NEAR_DAYS = 7
"""A file that reaches to within so many days of the night it is read on is about the present."""
NAMELESS = "(removed)"
"""How the path of a file begins whose name has been forgotten with the person whom it named."""


@dataclass
class Delivery:
    """One input file as it was when it was read, and what came of it.

    Every record is counted once: record_count = landed_count + rejected + duplicate_count + ignored + suppressed_count.
    """

    path: str
    size: int
    modified_ns: int
    sha256: str
    night: str
    record_count: int = 0
    landed_count: int = 0
    """Records that said something new."""
    duplicate_count: int = 0
    """Sound records that said nothing new: within the file, or because it had landed before."""
    rejected: dict[str, int] = field(default_factory=dict)
    """Records with anything that was refused, by the first reason."""
    ignored: dict[str, int] = field(default_factory=dict)
    """Sound records that say nothing about influence, by their kind."""
    suppressed_count: int = 0
    """Sound records of people who were erased: not taken in again."""
    row_count: int = 0
    """Rows that the landed records made: activity, accounts and aliases."""
    withdrawn_count: int = 0
    """Rows that had landed and were taken back, by a later version of their record or of this file."""
    first_date: str | None = None
    last_date: str | None = None
    """The UTC days that this file covers: a day in between without a row was quiet, not missing."""
    earlier_nights: list[str] = field(default_factory=list)
    """The nights before this one on which the file was read, reached to the present, and went on later."""
    landed: dict[str, list[str]] = field(default_factory=dict)
    """The days of which this file holds rows, by network/dataset: each must have a manifest."""
    read_at: str | None = None
    """When it was read, UTC."""
    waits_until: str | None = None
    """The first instant in it that lay in the future when it was read: then it is read again."""
    rejected_share: float = 0.0
    """What the night is judged by: the share of this file, or that of all files of its night if this one exceeds it."""
    withheld_count: int = 0
    """Rows that it would take back, were it accepted by name; until then the night stops."""
    beyond_count: int = 0
    """Rows of days before its first that its last version had: they stay, unless it is accepted by name."""
    changed_ns: int = 0
    """When the file system last saw the file change: no copying tool sets that back."""
    read_as: str | None = None
    """What its source took it for (Source.read_as); None of what an earlier release read."""
    is_replaced: bool = False
    """Whether another file has taken its place, and answers for what it had brought."""
    notes: list[str] = field(default_factory=list)
    """What an operator should know of the file."""

    @property
    def file_id(self) -> int:
        """The number that stands for the file in the origins of landed rows."""
        if self.path.startswith(NAMELESS):
            return int(self.path.removeprefix(NAMELESS))
        return origins.file_id(self.path)

    @property
    def rejected_count(self) -> int:
        """Records of which anything was refused."""
        return sum(self.rejected.values())

    @property
    def ignored_count(self) -> int:
        """Records that say nothing about influence."""
        return sum(self.ignored.values())

    def nights_near(self) -> list[str]:
        """The nights on which the file was read, in whatever form, with days of the week before the night."""
        near = date.fromisoformat(self.night) - timedelta(days=NEAR_DAYS)
        is_near = self.last_date is not None and self.last_date >= near.isoformat()
        return sorted({*self.earlier_nights, *([self.night] if is_near else [])})

    def is_reading_of(self, sha256: str, read_as: str | None) -> bool:
        """Whether it is these bytes that were read, and for the same thing."""
        return self.sha256 == sha256 and self.read_as in (None, read_as)

    def is_due(self) -> bool:
        """Whether what lay in the future when the file was read has come to pass."""
        return self.waits_until is not None and datetime.now(UTC) > datetime.fromisoformat(self.waits_until)

    def days(self, dataset: str) -> list[tuple[str, date]]:
        """The (network, day) pairs of which this file holds rows of a dataset."""
        found = [(name.split("/"), days) for name, days in self.landed.items()]
        return [(network, date.fromisoformat(day)) for (network, of), days in found if of == dataset for day in days]


def read_deliveries(places: HomePaths, source: str) -> dict[str, Delivery]:
    """What a source has delivered so far, by input file."""
    path = places.deliveries(source)
    if not path.exists():
        return {}
    return {name: Delivery(**entry) for name, entry in atomic_io.read_json(path).items()}


def rejected_by_reason(places: HomePaths, source: str, night: date) -> dict[str, int]:
    """The records of one source that were first read on a night and refused, by reason, the most frequent first."""
    found: Counter[str] = Counter()
    for delivery in read_deliveries(places, source).values():
        if delivery.night == night.isoformat():
            found.update(delivery.rejected)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def write_deliveries(places: HomePaths, source: str, known: dict[str, Delivery]) -> None:
    """Keep what a source has delivered, atomically."""
    truths.write_json(places, places.deliveries(source), {name: asdict(known[name]) for name in sorted(known)})


def judge(read: Iterable[Delivery]) -> None:
    """Note of each file of one night the share of refused records that it answers for.

    A few bad records in a small file are judged with all the others of the night, and it answers for those where it is
    worse than they are: the verdict stands with the file until it is delivered anew.
    """
    found = [delivery for delivery in read if delivery.record_count]
    of_night = sum(one.rejected_count for one in found) / max(1, sum(one.record_count for one in found))
    for one in found:
        own = one.rejected_count / one.record_count
        alone = own if one.record_count >= LEAST_RECORDS else 0.0
        one.rejected_share = round(max(alone, of_night if own >= of_night else 0.0), 6)


def forget_names(places: HomePaths, names_one: Callable[[str], bool]) -> None:
    """Take out of every list of deliveries what names somebody; what the files brought stays accounted for."""
    for path in places.all_deliveries:
        before = read_deliveries(places, path.stem)
        known = [_without_names(delivery, names_one) for delivery in before.values()]
        if known != list(before.values()):
            write_deliveries(places, path.stem, {delivery.path: delivery for delivery in known})


def _without_names(delivery: Delivery, names_one: Callable[[str], bool]) -> Delivery:
    path = f"{NAMELESS}{delivery.file_id}" if names_one(delivery.path) else delivery.path
    kinds = [_kinds(found, names_one) for found in (delivery.rejected, delivery.ignored)]
    notes = [note for note in delivery.notes if not names_one(note)]  # they name other files
    return replace(delivery, path=path, rejected=kinds[0], ignored=kinds[1], notes=notes)


def _kinds(found: dict[str, int], names_one: Callable[[str], bool]) -> dict[str, int]:
    kept = Counter[str]()
    for kind, count in found.items():
        kept[NAMELESS if names_one(kind) else kind] += count
    return dict(kept)
