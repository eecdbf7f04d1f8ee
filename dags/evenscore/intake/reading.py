"""How the files of one source are read on one night: what is new is refused, kept out or landed, a day at a time."""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from evenscore.base import atomic_io
from evenscore.base.canonical import DATASETS, INSTANT_COLUMN
from evenscore.base.errors import InputError
from evenscore.base.settings import Settings
from evenscore.base.sources import Source
from evenscore.connectors import CONNECTORS
from evenscore.connectors.base import MAX_REASON_CHARACTERS, Parsed, Reject
from evenscore.connectors.vanished import vanished
from evenscore.consent.ledger import read_suppressed
from evenscore.consent.suppression import Suppressed, suppress
from evenscore.intake import successions, suppression_filter, takedowns
from evenscore.intake.acceptances import Acceptance, accepting
from evenscore.intake.input_files import InputFile
from evenscore.intake.tally import Tally
from evenscore.intake.withdrawals import DATASET, Anew
from evenscore.landing_zone import landing
from evenscore.landing_zone.deliveries import Delivery
from evenscore.landing_zone.protection import require_told
from evenscore.landing_zone.validation import accepted_rows, first_of_future, refused

FAR = datetime.max.replace(tzinfo=UTC)
FUTURE = re.compile(r"^\w+ is in the future")
"""A reason that says nothing of a torn line, and that the clock overtakes."""


def _stamps(path: Path) -> tuple[int, int, int]:
    """What tells that a file may have changed: its size, and when it and its status did, in nanoseconds."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


@dataclass
class Reading:
    """What reading the files of one source on one night goes by."""

    con: duckdb.DuckDBPyConnection
    settings: Settings
    source: Source
    night: date
    said: list[Acceptance]
    """What somebody has accepted by name."""
    suppressed: Suppressed | None
    gone: list[Delivery] = field(default_factory=list)
    """What was delivered by files that the source has no more."""

    def read(self, file: InputFile, known: Delivery | None) -> Delivery:
        """What came of a file: what is known already, where there is nothing new to it."""
        size, modified_ns, changed_ns = stamps = _stamps(file.path)
        is_same = known is not None and (known.size, known.modified_ns, known.changed_ns) == stamps
        if known and known.read_as is None:
            known.read_as = self.source.read_as
        is_due = known is not None and self._is_to_be_read_again(known, file.day)
        if known and is_same and not is_due:
            return known
        digest = atomic_io.sha256(file.path)
        if known and known.sha256 == digest and not is_due:
            known.modified_ns, known.changed_ns = modified_ns, changed_ns
            return known
        delivery = Delivery(
            str(file.path),
            size,
            modified_ns,
            digest,
            self.night.isoformat(),
            changed_ns=changed_ns,
            read_as=self.source.read_as,
        )
        reading = FileReading(self, file, delivery, known)
        reading.run()
        if before := reading.before:  # the same days once more are a correction, not news
            brings_news = (delivery.last_date or "") > (before.last_date or "")
            delivery.earlier_nights = before.nights_near() if brings_news else before.earlier_nights
        return delivery

    def _is_to_be_read_again(self, known: Delivery, day: date | None) -> bool:
        takes_over = not known.withheld_count and self.replaced_by(known, day)
        is_misread = known.read_as != self.source.read_as
        return is_misread or known.is_due() or self.is_answered(known) or bool(takes_over)

    def is_answered(self, known: Delivery) -> bool:
        """Whether somebody has said of a file that what it takes back, or no longer has, is gone rightly."""
        return (known.withheld_count or known.beyond_count) > 0 and any(one.answers(known) for one in self.said)

    def replaced_by(self, delivery: Delivery, day: date | None, rows: pa.Table | None = None) -> list[Delivery]:
        """The files whose place one takes, by its name or, of one day, by its activity (None: what landed of it)."""
        left = [one for one in self.gone if not one.is_replaced]
        olds = successions.replaced_by(delivery.path, delivery.sha256, left)
        if not day:
            return olds
        others = [one for one in left if one not in olds]
        return olds + successions.told_again(self.settings.places, self.source.name, day, delivery, rows, others)

    def settle_gone(self) -> None:
        """Wait no more for files that are gone where somebody has said so."""
        for one in self.gone:
            if self.is_answered(one):
                one.withheld_count = one.beyond_count = 0


class FileReading:
    """One file on its way into the landing zone."""

    def __init__(self, of: Reading, file: InputFile, delivery: Delivery, before: Delivery | None) -> None:
        self.of, self.file, self.delivery, self.before = of, file, delivery, before
        self.now = datetime.now(UTC)
        self.parsed = Parsed()
        self.tally = Tally()
        self.covered_days = {file.day} if file.day else set[date]()
        self.anew = Anew(of.settings.places, of.source.name, delivery.file_id)
        self.is_answered = before is not None and self.is_same and of.is_answered(before)
        self.asks_first = False
        """Whether so much of what it had told is taken down by its records that somebody is asked about it first."""

    @property
    def is_same(self) -> bool:
        """Whether the same was read before: what landed of it then may have been overtaken since."""
        now = self.delivery
        return self.before is not None and self.before.is_reading_of(now.sha256, now.read_as)

    def run(self) -> None:
        """Parse, judge, land, withdraw, and count."""
        connector = CONNECTORS[self.of.source.kind]
        self.parsed = connector.parse(self.file.path, self.of.source)
        self.parsed.taken_down |= vanished(connector, self.file.path, self.of.source, self.before is not None)
        self._require_unchanged()
        if self.parsed.covered:
            first, last = self.parsed.covered
            self.covered_days |= {first + timedelta(number) for number in range((last - first).days + 1)}
        self._learn()
        accepted = list(self._accepted())
        self._require_not_torn()
        self._take_over(dict(accepted).get(DATASET))
        self.delivery.landed = {name: list(days) for name, days in self.before.landed.items()} if self.before else {}
        parts = [part for dataset, rows in accepted for part in self._parts(dataset, rows)]
        self._ask_first(parts)
        for dataset, network, day, part in parts:
            self._land(dataset, network, day, part)
        if not self.asks_first and (self.is_answered or not self.is_same):
            self._take_down()
        self._withdraw()
        self._count()

    def _require_unchanged(self) -> None:
        """Raise InputError where these are not the bytes that were hashed: those would never be read any more."""
        hashed = self.delivery
        if _stamps(self.file.path) != (hashed.size, hashed.modified_ns, hashed.changed_ns):
            raise InputError(f"{self.file.path}: changed while it was read; run again when it has been written whole")

    def _take_over(self, rows: pa.Table | None) -> None:
        """Answer for the files whose place this one takes, and say where that cannot be told."""
        of, places = self.of, self.of.settings.places
        olds = of.replaced_by(self.delivery, self.file.day, None if self.before else rows)
        self.parsed.notes |= successions.told(self.delivery.path, olds)
        if not self.before:
            left = [one for one in of.gone if one not in olds and not one.is_replaced]
            self.parsed.notes |= successions.in_doubt(self.file.day, self.delivery.path, left)
        for old in olds:
            self._keep_rejects(old.night, Path(old.path), [])
        self.before = successions.take_over(places, of.source.name, self.delivery, self.before, olds)
        self.anew = Anew.of(places, of.source.name, self.delivery.file_id, self.before)

    def _parts(self, dataset: str, rows: pa.Table) -> Iterator[takedowns.Part]:
        """What may be kept of a dataset, by network and day."""
        kept = suppression_filter.keep(self.of.suppressed, dataset, rows)
        self.tally.kept(rows, kept)
        for network, day, part in landing.days(dataset, INSTANT_COLUMN[dataset], kept):
            yield dataset, network, day, part

    def _ask_first(self, parts: list[takedowns.Part]) -> None:
        if self.is_answered or self.is_same:
            return
        places, source = self.of.settings.places, self.of.source.name
        self.delivery.withheld_count = takedowns.too_many(places, source, self.parsed, parts)
        self.asks_first = self.delivery.withheld_count > 0

    def _learn(self) -> None:
        learned = suppression_filter.learned(self.of.suppressed, self.parsed.tables)
        if learned:
            suppress(self.of.settings.places, learned)
            self.of.suppressed = read_suppressed(self.of.settings)

    def _accepted(self) -> Iterator[tuple[str, pa.Table]]:
        """The typed rows of each dataset behind their row numbers; what is refused is added to `parsed`."""
        end = datetime.combine(self.file.day + timedelta(days=1), time(), UTC) if self.file.day else FAR
        for dataset, raw in sorted(self.parsed.tables.items()):
            self.tally.saw(raw)
            if not raw.num_rows:  # a quiet day: planning alone takes a tenth of a second
                yield dataset, pa.schema([("row", pa.int64()), *DATASETS[dataset]]).empty_table()
                continue
            latest = min(self.now, end)  # a file of one day can't know of the next
            ids = self.of.settings.account_ids
            rejects = refused(self.of.con, dataset, raw, self.of.source.network, latest, ids)
            require_told(self.file.path, rejects)
            self.parsed.rejects.extend(rejects)
            self._wait_for(first_of_future(self.of.con, dataset, end) if rejects else None)
            rows = accepted_rows(self.of.con, dataset)
            yield dataset, rows.cast(pa.schema([("row", pa.int64()), *DATASETS[dataset]]))

    def _wait_for(self, instant: datetime | None) -> None:
        """Note from when on the file is to be read again."""
        if instant:
            known = self.delivery.waits_until
            self.delivery.waits_until = min(instant.isoformat(), known) if known else instant.isoformat()

    def _require_not_torn(self) -> None:
        """Raise InputError when the last record was refused and no line end closes it: the rest of the file is lost."""
        for reject in self.parsed.rejects:
            if reject.row == self.parsed.unended_row and not FUTURE.search(reject.reason):
                raise InputError(
                    f"{self.file.path}: row {reject.row}: torn: the last line has no line end and was refused "
                    f"({reject.reason[:MAX_REASON_CHARACTERS]}); the rest of the file was lost: deliver it again"
                )

    def _land(self, dataset: str, network: str, day: date, part: pa.Table) -> None:
        if dataset == DATASET:
            self.anew.note(network, day, part)
        if not self.file.day and self.parsed.covered is None:
            self.covered_days.add(day)
        days = self.delivery.landed.setdefault(f"{network}/{dataset}", [])
        if day.isoformat() not in days:
            bisect.insort(days, day.isoformat())
        told = part
        if self.is_same and self.before and self.before.read_at:
            since = datetime.fromisoformat(self.before.read_at).replace(tzinfo=None)
            part = part.filter(pc.greater_equal(part[INSTANT_COLUMN[dataset]], pa.scalar(since, pa.timestamp("us"))))
        whole = (
            set[str]() if self.asks_first else takedowns.whole(self.parsed, dataset, told if self.is_answered else part)
        )
        ids = told["event_id"].combine_chunks() if whole else None
        landed = self._into(dataset, network, day, part.drop_columns(["row"]), whole, ids)
        self.delivery.row_count += landed.fresh_count
        self.tally.said(part, landed.fresh)
        self.tally.landed.update(self.parsed.events[event] for event in landed.withdrawn)

    def _into(
        self, dataset: str, network: str, day: date, rows: pa.Table, whole: set[str], said: pa.Array | None = None
    ) -> landing.Landed:
        places, source, file = self.of.settings.places, self.of.source.name, self.delivery.file_id
        landed = landing.land(places, source, dataset, network, day, rows, file=file, whole=whole, said=said)
        self.delivery.withdrawn_count += len(landed.withdrawn)
        return landed

    def _take_down(self) -> None:
        """Withdraw what records say is not there any more, where it had landed."""
        nothing, source = DATASETS[DATASET].empty_table(), self.of.source.name
        for manifest, events in takedowns.taken_down(self.of.settings.places, source, self.parsed):
            self._into(DATASET, manifest.network, date.fromisoformat(manifest.day), nothing, events)

    def _withdraw(self) -> None:
        takes_all = self.is_answered and self.before is not None and not self.before.withheld_count
        is_whole = self.file.day or takes_all or not self.covered_days
        first = None if is_whole else min(self.covered_days)
        self.anew.note_records(self.parsed.tables.get(DATASET))
        self.anew.carry_out(self.anew.gone(first), self.delivery, self.is_answered)
        if first and self.before and self.before.first_date:
            self.delivery.beyond_count = self.anew.beyond_count(date.fromisoformat(self.before.first_date), first)
        if self.delivery.beyond_count:
            self.parsed.notes.add(
                f"{self.delivery.beyond_count:,} rows of days before its first ({first}) are no longer in it and stay, "
                "as of an export that slides; if they were taken back: " + accepting(self.delivery.path)
            )

    def _count(self) -> None:
        delivery, parsed, source = self.delivery, self.parsed, self.of.source
        delivery.record_count, delivery.ignored = parsed.record_count, dict(sorted(parsed.ignored.items()))
        if self.before and self.before.night == delivery.night and self.before.landed_count:
            told = f"{self.before.landed_count:,} records of it landed when it was first read, on this night too"
            parsed.notes.add(f"{told}: they count as duplicates now")
        unread = {f"columns that nobody reads: {', '.join(sorted(parsed.unread))[:MAX_REASON_CHARACTERS]}"}
        delivery.read_at, delivery.notes = (
            self.now.isoformat(),
            sorted(parsed.notes | (unread if parsed.unread else set())),
        )
        if self.covered_days:
            delivery.first_date = min(self.covered_days).isoformat()
            delivery.last_date = max(self.covered_days).isoformat()
        self.tally.close(delivery, parsed.rejects)
        for night in {self.before.night, delivery.night} if self.before else {delivery.night}:
            is_now = night == delivery.night
            rejects = suppression_filter.quiet(self.of.suppressed, source.network, parsed) if is_now else []
            self._keep_rejects(night, self.file.path, rejects)

    def _keep_rejects(self, night: str, path: Path, rejects: list[Reject]) -> None:
        """Let these be what was refused of a file on a night."""
        source = self.of.source
        folder = self.of.settings.places.rejected(
            source.network or source.name, source.dataset, date.fromisoformat(night)
        )
        landing.write_rejects(folder, source.name, path, rejects)
