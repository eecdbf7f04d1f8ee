"""Looks over a home folder before a night does: what is wrong, where, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from evenscore.base import atomic_io, warehouse
from evenscore.base.atomic_io import OTHERS, open_to_others
from evenscore.base.bundled import DBT_PROJECT, EXPECTATIONS
from evenscore.base.errors import EvenscoreError
from evenscore.base.settings import Settings
from evenscore.base.sources import Source
from evenscore.checks.suites import require_suites
from evenscore.connectors import CONNECTORS
from evenscore.consent import hearing
from evenscore.consent.ledger import examine_ledger
from evenscore.consent.suppression import read_list
from evenscore.erasure.elsewhere import HOW
from evenscore.erasure.hide import shown_too_many
from evenscore.intake.acceptances import how_to_go_on, stopping
from evenscore.intake.input_files import InputFile, input_files
from evenscore.intake.reconciliation import in_words, losses
from evenscore.intake.topic_list import read_topics
from evenscore.landing_zone import landing
from evenscore.landing_zone.protection import require_told
from evenscore.landing_zone.validation import refused, validator
from evenscore.night import dbt_build
from evenscore.publication import run_folders, run_tables
from evenscore.report.words import plural
from evenscore.state import runs, truths

LEAST_FREE_BYTES = 1 << 30
NAMED_DAYS = 5
MOST_BYTES = 20_000_000
"""A file larger than this is not read on trial: to look takes seconds, not minutes."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    is_well: bool
    says: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a problem found is a finding, never an exception."""
    return [finding for look in LOOKS for finding in _safely(look, settings)]


def _safely(look: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    try:
        yield from look(settings)
    except (EvenscoreError, OSError) as error:
        yield Finding(look.__name__.removeprefix("_look_at_"), False, str(error))


def _look_at_configuration(settings: Settings) -> Iterator[Finding]:
    yield Finding(
        "configuration", True, f"{settings.config}: {plural(len(settings.sources), 'source')}, home {settings.home}"
    )


def _look_at_sources(settings: Settings) -> Iterator[Finding]:
    for source in settings.sources:
        found = input_files(settings, source, date.max)
        where = settings.resolve(source.path)
        days = {file.day for file in found if file.day}
        until = f", the newest of {max(days)}" if days else ""
        # Snapshots of accounts come when they come; what people did is owed for every day.
        until += _in_between(days) if source.dataset == "activity" else ""
        nothing = f"no file matches {where}; deliver one, or correct sources.{source.name}.path"
        says = f"{plural(len(found), 'file')} at {where}{until}" if found else nothing
        yield Finding(f"source {source.name}", bool(found), says)
        yield from _try_newest(settings, found, source)


def _try_newest(settings: Settings, found: list[InputFile], source: Source) -> Iterator[Finding]:
    """Whether the newest file of a source reads, and may land: many files may be no use at all."""
    small = [file for file in found if file.path.stat().st_size <= MOST_BYTES]
    if not small:
        return
    newest = max(small, key=lambda file: (file.day or date.min, file.path.stat().st_mtime_ns))
    try:
        parsed = CONNECTORS[source.kind].parse(newest.path, source)
        rejects = parsed.rejects
        with validator() as con:
            for dataset, raw in parsed.tables.items():
                rejects += refused(con, dataset, raw, source.network, datetime.now(UTC), settings.account_ids)
        require_told(newest.path, rejects)
    except EvenscoreError as error:
        yield Finding(f"newest file of {source.name}", False, str(error))
        return
    count = len({reject.row for reject in rejects})
    says = f"{newest.path}: {plural(parsed.record_count, 'record')}, {count} of them malformed"
    yield Finding(f"newest file of {source.name}", count * 2 <= parsed.record_count, says)


def _in_between(days: set[date]) -> str:
    """Which days have no file though earlier and later ones have."""
    span = (max(days) - min(days)).days if days else 0
    without = sorted({min(days) + timedelta(n) for n in range(1, span)} - days)
    named = ", ".join(map(str, without[-NAMED_DAYS:]))
    more = f" and {len(without) - NAMED_DAYS} before" if len(without) > NAMED_DAYS else ""
    return f"; no file for {named}{more}, though for days around: nights rest on what came" if without else ""


def _look_at_ledger(settings: Settings) -> Iterator[Finding]:
    found = examine_ledger(settings)
    yield Finding("ledger", True, f"{settings.ledger}: {found.table.num_rows} sound entries")
    if found.heard.unheard:
        yield Finding("ledger", False, f"{settings.ledger}: {hearing.in_words(found.heard)}")
    recorded, now = found.said["recorded_at"].to_pylist(), datetime.now(UTC).replace(tzinfo=None)
    if ahead := [instant for instant in recorded if instant > now]:
        says = f"{plural(len(ahead), 'entry lies', 'entries lie')} in the future, up to {max(ahead)}"
        says += ": set this machine's clock; a grant among them does not count until then"
        yield Finding("ledger", False, f"{settings.ledger}: {says}")


def _look_at_truths(settings: Settings) -> Iterator[Finding]:
    lost = truths.complaints(settings.places)
    yield from (Finding("truths", False, complaint) for complaint in lost)
    suppressed = read_list(settings)
    if not lost:
        says = f"{len(settings.places.truths)} files that are only ever added to, with all that was added"
        yield Finding("truths", True, f"{says}; {len(suppressed.entries)} suppressed names")


def _look_at_checks(settings: Settings) -> Iterator[Finding]:
    yield Finding("checks", True, f"{EXPECTATIONS}: {require_suites(settings.checks)} suites")
    dbt_build.require_project()
    yield Finding("dbt project", True, f"{DBT_PROJECT}: every layer has its models")


def _look_at_topics(settings: Settings) -> Iterator[Finding]:
    if settings.topic_list:
        count = len(set(read_topics(settings).column("topic_id").to_pylist()))
        yield Finding("topics", True, f"{settings.topic_list}: {count} topics")


def _look_at_landing(settings: Settings) -> Iterator[Finding]:
    manifests = landing.manifests(settings.places)
    for manifest in manifests:
        landing.verify(settings.places, manifest)
    yield Finding("landing", True, f"{len(manifests)} landed files, each with the bytes that were landed")
    lost = losses(settings)
    yield Finding("deliveries", not lost, in_words(lost) if lost else "everything that was delivered has landed")
    yield from _stopping(settings)
    strange = sorted({manifest.source for manifest in manifests} - {source.name for source in settings.sources})
    if strange:
        yield Finding(
            "landing", False, f"landed by sources that are not configured, and not counted: {', '.join(strange)}"
        )


def _stopping(settings: Settings) -> Iterator[Finding]:
    """Deliveries that stop every night until they are delivered anew or accepted."""
    for source in settings.sources:
        for delivery in stopping(settings, source.name):
            yield Finding("delivery", False, how_to_go_on(delivery))


def _look_at_disk(settings: Settings) -> Iterator[Finding]:
    free = atomic_io.free_bytes(settings.home)
    enough = free >= LEAST_FREE_BYTES
    yield Finding("disk", enough, f"{free / 1e9:.1f} GB free" + ("" if enough else "; a night needs at least 1 GB"))


def _look_at_privacy(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    # Whoever lets a group pass through the home folder, and no more, has let it read what is published.
    group = home.exists() and home.stat().st_mode & OTHERS == 0o010
    shown = settings.places.published if group else None
    found = [path for path in open_to_others(home) if not (shown and _is_shown(path, home, shown))]
    if found:
        says = f"{found[0]}: open to others than its owner, and {len(found) - 1} more below it"
        yield Finding("privacy", False, f"{says}; chmod -R go-rwx {home} (whom to let in: docs/operations.md)")
    else:
        yield Finding("privacy", True, f"{home}: its owner's alone" + (", but for what is published" if shown else ""))


def _is_shown(path: Path, home: Path, shown: Path) -> bool:
    """Whether a group was let in here on purpose, and nobody else: the way to what is published, and that."""
    is_way = path in (home, shown) or path.is_relative_to(shown)
    return is_way and not path.stat().st_mode & 0o027


def _look_at_lock(settings: Settings) -> Iterator[Finding]:
    with runs.only_one(settings.places):
        yield Finding("lock", True, "no other run is working in this home folder")


def _look_at_erasures(settings: Settings) -> Iterator[Finding]:
    if settings.places.erasure_intent.exists():
        says = "an erasure has begun and is not finished: `evenscore forget --due --by NAME` goes on, or the next night"
        yield Finding("erasures", False, f"{settings.places.erasure_intent}: {says}")
    if settings.places.erasure_elsewhere.exists():
        says = f"{settings.places.erasure_elsewhere}: Airflow's database and logs may name who was forgotten: run {HOW}"
        yield Finding("erasures", False, says)


def _look_at_warehouse(settings: Settings) -> Iterator[Finding]:
    if not settings.places.warehouse.exists():
        yield Finding("warehouse", True, "none yet; the first night makes it")
        return
    with warehouse.connect(settings.places) as con:
        size = con.execute("select database_size from pragma_database_size()").fetchall()[0][0]
    yield Finding("warehouse", True, f"{settings.places.warehouse}: opens, {size}")


def _look_at_published(settings: Settings) -> Iterator[Finding]:
    current = settings.places.current
    if not current.exists():
        yield Finding("published", True, "nothing yet")
        return
    night, files = run_folders.read_manifest(current)["as_of_date"], run_folders.proven(current)
    damaged = list(run_folders.damaged(current))
    says = f"night {night}, {len(files)} files as their manifest says"
    if damaged:
        says = f"{current / damaged[0]}: not the bytes that were published; publish again or point to an earlier run"
    yield Finding("published", not damaged, says)


def _look_at_shown(settings: Settings) -> Iterator[Finding]:
    if settings.places.current.exists() and (too_many := shown_too_many(settings)):
        runs_named = ", ".join(sorted(too_many))
        says = f"{runs_named}: show somebody whom the ledger does not let show now; the next night hides them"
        yield Finding("shown", False, f"{says}, and `evenscore consent withdraw` does at once")


def _look_at_versions(_settings: Settings) -> Iterator[Finding]:
    packages = ("apache-airflow", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations")
    yield Finding("versions", True, ", ".join(f"{package} {version(package)}" for package in packages))


def _look_at_latest_run(settings: Settings) -> Iterator[Finding]:
    latest = runs.newest(settings.places.runs.glob("*/"))
    stages = runs.stages(settings.places, latest.name) if latest else []
    errors = [stage["error"] for stage in stages if "error" in stage]
    if latest and stages:
        says = errors[0] if errors else run_tables.outcome(stages)
        yield Finding("latest run", not errors, f"{latest.name}: {says}")


LOOKS = (
    _look_at_configuration,
    _look_at_sources,
    _look_at_ledger,
    _look_at_truths,
    _look_at_checks,
    _look_at_topics,
    _look_at_landing,
    _look_at_disk,
    _look_at_privacy,
    _look_at_lock,
    _look_at_erasures,
    _look_at_warehouse,
    _look_at_published,
    _look_at_shown,
    _look_at_versions,
    _look_at_latest_run,
)
