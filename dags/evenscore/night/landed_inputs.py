"""What a night is told of its sources: the files that landed, proved to hold what landed, and what came of each."""

from collections import defaultdict
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from evenscore.base.canonical import DATASETS
from evenscore.base.databases import file_of
from evenscore.base.settings import Settings
from evenscore.connectors.compressed import UNCHECKED
from evenscore.intake.acceptances import Acceptance, is_quiet, said
from evenscore.intake.coverage import is_feed, partial_days
from evenscore.landing_zone import landing
from evenscore.landing_zone.deliveries import Delivery, read_deliveries
from evenscore.night.raw_tables import create
from evenscore.state.runs import Night

SOURCES = {
    **dict.fromkeys(("name", "kind", "network", "dataset"), "varchar"),
    **dict.fromkeys(("is_feed", "polices_votes"), "boolean"),
    "last_day": "date",
}
DELIVERIES = {
    "source": "varchar",
    "path": "varchar",
    "first_date": "date",
    "last_date": "date",
    "night_date": "date",
    **dict.fromkeys(("record_count", "landed_count", "duplicate_count", "rejected_count"), "bigint"),
    **dict.fromkeys(("ignored_count", "suppressed_count", "withdrawn_count", "withheld_count"), "bigint"),
    "rejected_share": "double",
    **dict.fromkeys(("is_accepted", "is_quiet", "is_quiet_in_truth", "is_unchecked"), "boolean"),
}
"""What a night is told of its sources and each input file."""

BEYOND = ("accounts", "aliases")
"""Datasets of which a night may look at what came after it; each model says how far."""


def verified_files(settings: Settings, night: Night) -> pa.Table:
    """Every landed file that the night may look at, proved to hold the bytes that were landed.

    Snapshots and aliases are looked at beyond the night: a backfill must know who has gone private since, and whom an
    erasure means. Of activity, what retention lets go after the night does not count on it either: the next night would
    move everybody.
    """
    first, last = settings.retention.first_raw_day(night.as_of_date), night.as_of_date
    kinds = {source.name: source.kind for source in settings.sources}
    rows = [
        {
            "path": str(landing.verify(settings.places, manifest)),
            "network": manifest.network,
            "dataset": manifest.dataset,
            "landed_date": manifest.day,
            "source": manifest.source,
            "source_kind": kinds[manifest.source],
            "row_count": manifest.row_count,
        }
        for manifest in landing.manifests(settings.places)
        if manifest.source in kinds
        and (manifest.dataset in BEYOND or first.isoformat() <= manifest.day <= last.isoformat())
    ]
    names = ("path", "network", "dataset", "landed_date", "source", "source_kind")
    return pa.Table.from_pylist(
        rows, schema=pa.schema([*((name, pa.string()) for name in names), ("row_count", pa.int64())])
    )


def write_sources(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> None:
    """Lay out each source as it is configured, and each file that it has delivered."""
    names = [source.name for source in settings.sources]
    delivered = {name: list(read_deliveries(settings.places, name).values()) for name in names}
    sources = [
        {name: getattr(source, name) for name in SOURCES if name != "is_feed"}
        | {"is_feed": source.is_pulled or is_feed(source.path, delivered[source.name], night.as_of_date)}
        for source in settings.sources
    ]
    create(con, "table raw.sources", SOURCES, sources)
    answers: dict[str, list[Acceptance]] = defaultdict(list)
    for answer in said(settings.places):
        answers[answer.sha256].append(answer)
    rows = [_told(name, one, answers.get(one.sha256, [])) for name, each in delivered.items() for one in each]
    create(con, "table raw.deliveries", DELIVERIES, rows)


def _told(source: str, delivery: Delivery, answers: list[Acceptance]) -> dict[str, object]:
    """What a night is told of a file; `answers` are those for its bytes.

    Files that hold nothing are all alike, so each needs a word of its own.
    """
    ours = {
        "source": source,
        "night_date": delivery.night,
        "is_accepted": bool(answers),
        "is_quiet": is_quiet(delivery),
        "is_quiet_in_truth": is_quiet(delivery) and any(one.answers(delivery) for one in answers),
        "is_unchecked": UNCHECKED in delivery.notes,
    }
    return ours | {name: getattr(delivery, name) for name in DELIVERIES if name not in ours}


def partial_by_source(settings: Settings, night: Night) -> dict[str, set[date]]:
    """The days of each source of which a part is missing; what came from where it does not lie any more is no part."""
    found = {}
    for source in settings.sources:
        folder = settings.folder(source)
        known = read_deliveries(settings.places, source.name).values()
        found[source.name] = partial_days(
            [one for one in known if Path(one.path).is_relative_to(folder)], night.as_of_date
        )
    return found


def view_landed(con: duckdb.DuckDBPyConnection, dataset: str) -> None:
    """A view over exactly the verified files; a folder may hold others that were never landed."""
    paths = [
        path for (path,) in con.execute("select path from raw.landed_files where dataset = ?", [dataset]).fetchall()
    ]
    names = ", ".join(f"rows.{name}" for name in DATASETS[dataset].names)
    if paths:
        listed = ", ".join(map(file_of, paths))
        con.execute(
            f"create or replace view raw.{dataset} as select {names}, files.source, files.source_kind "
            f"from read_parquet([{listed}], filename = true) as rows "
            "inner join raw.landed_files as files on rows.filename = files.path"
        )
    else:
        con.register("nothing", DATASETS[dataset].empty_table())
        empty = f"{_empty_columns(con)}, '' as source, '' as source_kind"
        con.execute(f"create or replace view raw.{dataset} as select {empty} where false")


def _empty_columns(con: duckdb.DuckDBPyConnection) -> str:
    columns = con.execute("describe nothing").fetchall()
    return ", ".join(f"cast(null as {sql_type}) as {name}" for name, sql_type, *_ in columns)
