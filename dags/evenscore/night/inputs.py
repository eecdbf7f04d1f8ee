"""What a night starts from, laid out in the schema `raw`: settings, landed files, ledger, what was published.

The warehouse begins as a new file, because an old one keeps the bytes of what was deleted. What names people who may
not be scored tonight stays outside it, as Parquet that views point to.
"""

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
from pydantic import BaseModel

from evenscore.base.canonical import DATASETS
from evenscore.base.databases import columns_of, file_of, quoted
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.base.warehouse import attach_published, connect
from evenscore.connectors.compressed import UNCHECKED
from evenscore.consent.ledger import open_ledger, read_suppressed
from evenscore.intake.acceptances import Acceptance, is_quiet, said
from evenscore.intake.coverage import is_feed, partial_days, write_source_days
from evenscore.intake.topic_list import read_topics
from evenscore.landing_zone import landing
from evenscore.landing_zone.deliveries import Delivery, read_deliveries
from evenscore.names import look_alikes
from evenscore.night import changed_settings, spark
from evenscore.publication.nameless import lay_functions
from evenscore.reviews.decisions import called_real, read_decisions, read_incident_releases, that_count
from evenscore.reviews.set_asides import read_set_asides, standing
from evenscore.state import reconstructed
from evenscore.state.runs import Night

_ROW = {"person_id": "varchar", "persona": "varchar", "as_of_date": "date"}
PUBLISHED = {
    "person_scores": _ROW
    | {"status": "varchar", "reason": "varchar", "scoring_version": "integer", "evidence_count": "bigint"}
    | dict.fromkeys(
        ("score", "score_low", "score_high", "reach", "amplification", "network_quality", "delta_1d"), "double"
    ),
    "score_contributions": _ROW
    | {"network": "varchar", "feature": "varchar", "points": "double", "raw_value": "double"},
    "score_jumps": _ROW
    | {"episode_date": "date", "base_date": "date", "rule": "varchar", "cause": "varchar", "decision": "varchar"}
    | dict.fromkeys(("candidate_score", "last_good_score", "base_score"), "double")
    | {"disliker_count": "bigint"},
    "incident_nights": {
        "incident_id": "varchar",
        "as_of_date": "date",
        "kind": "varchar",
        "scope": "varchar",
        "affected_count": "bigint",
        "expected": "varchar",
        "state": "varchar",
    },
    "cohort_moves": {
        "scope": "varchar",
        "as_of_date": "date",
        "median_move": "double",
        "moved_share": "double",
        "is_anomalous": "boolean",
    },
    "trust_seeds": {"person_id": "varchar", "as_of_date": "date", "seed_weight": "double", "why": "varchar"},
}
"""What a night needs to know of the nights that were published before it."""

SEEDS = {"network": "varchar", "account_id": "varchar"}
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
"""What a night is told of its seeds, its sources and each input file."""

LOOKED_BACK = {
    "person_scores": "published_scores",
    "score_jumps": "published_jumps",
    "cohort_moves": "published_cohorts",
    "trust_seeds": "published_seeds",
}
"""Published tables of which the nights of the look-back are laid out, and under what name."""

BEYOND = ("accounts", "aliases")
"""Datasets of which a night may look at what came after it; each model says how far."""


def prepare_inputs(settings: Settings, night: Night) -> None:
    """Lay out what this night starts from: settings, verified landing files, ledger, what was published before."""
    ledger = open_ledger(settings)
    suppressed = read_suppressed(settings, ledger.table)
    topics = read_topics(settings)
    files = verified_files(settings, night)
    _begin_anew(settings.places)
    with connect(settings.places) as con:
        con.execute("create schema raw")
        lay_functions(con, settings.account_ids)
        _write_sources(con, settings, night)
        _write_seeds(con, settings)
        con.register("entries", ledger.table)
        _keep_beside(con, settings.places, "consent", "from entries")
        heard = [len(ledger.heard.more), len(ledger.heard.unheard)]
        con.execute("create or replace table raw.ledger_words (heard_count bigint, unheard_count bigint)")
        con.execute("insert into raw.ledger_words values (?, ?)", heard)
        con.register("topic_terms", topics)
        con.execute("create or replace table raw.topics as select * from topic_terms")
        con.register("files", files)
        con.execute("create or replace table raw.landed_files as select * from files order by path")
        for dataset in ("activity", "accounts", "aliases"):
            _view_landed(con, dataset)
        _write_decisions(con, settings, night)
        latest = _copy_published(con, settings, night)
        _write_look_back(con, settings, night)
        _write_reconstructed(con, settings)
        write_source_days(con, _partial(settings, night))
        _write_first_kept_night(con, settings, latest)
        _keep_beside(con, settings.places, "recent_names", look_alikes.RECENT_NAMES, night=night.as_of_date)
        look_alikes.write(con, suppressed.looks_erased if suppressed else None)
        _write_night(con, settings, night)  # the last, because it says that the others are there


def _begin_anew(places: HomePaths) -> None:
    """Remove the warehouse of the night before, unless another process has it."""
    places.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with connect(places):
        pass
    for path in (places.warehouse, places.warehouse.with_name(f"{places.warehouse.name}.wal")):
        path.unlink(missing_ok=True)
    for folder in (*places.all_spilled, places.exchange, places.inputs):
        shutil.rmtree(folder, ignore_errors=True)
    places.inputs.mkdir()


def _keep_beside(con: duckdb.DuckDBPyConnection, places: HomePaths, name: str, query: str, **given: object) -> None:
    """Write rows beside the warehouse, and let `raw.<name>` show them: deleted rows stay in a database's file."""
    path = quoted(places.inputs / f"{name}.parquet")
    con.execute(f"create temp table kept as {query}", given or None)
    con.execute(f"copy kept to {path} (format parquet, compression zstd)")
    con.execute("drop table kept")
    con.execute(f"create view raw.{name} as from read_parquet({file_of(places.inputs / f'{name}.parquet')})")


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


def _write_night(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> None:
    con.execute(
        """
        create or replace table raw.run as select
            $run_id as run_id,
            $as_of_date::date as as_of_date,
            date 'infinity' as latest_published_date,
            $hold_move_points::double as hold_move_points,
            $hold_window_nights::integer as hold_window_nights,
            $provisional_nights::integer as provisional_nights,
            $scoring_version::integer as scoring_version,
            $candidate_version::integer as candidate_version,
            (select max(scoring_version) from raw.published_scores
             where score is not null and as_of_date = (select max(as_of_date) from raw.published_scores))
                as previous_version
        """,
        {
            "run_id": night.run_id,
            "as_of_date": night.as_of_date,
            "hold_move_points": settings.checks.hold_move_points,
            "hold_window_nights": settings.checks.hold_window_nights,
            "provisional_nights": settings.checks.provisional_nights,
            "scoring_version": _version_of(con, night) or settings.scoring.version,
            "candidate_version": settings.scoring.candidate,
        },
    )


def _version_of(con: duckdb.DuckDBPyConnection, night: Night) -> int | None:
    """The version that this night was published with, if it was: a new one never rewrites what people have seen."""
    query = "select max(scoring_version) from raw.published_nights where as_of_date = $1"
    version: int | None = con.execute(query, [night.as_of_date]).fetchall()[0][0]
    return version


def _write_look_back(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> None:
    """The nights that are looked at: tonight and the `lookback_nights` before it."""
    con.execute(
        "create or replace table raw.look_back as select unnest(range($tonight - $nights::integer, $tonight + 1, "
        "interval 1 day))::date as as_of_date",
        {"tonight": night.as_of_date, "nights": settings.scoring.lookback_nights},
    )


def _write_reconstructed(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """The scores that earlier nights have reconstructed for this one, and what tells whether they still hold."""
    places = settings.places
    reconstructed.lay_out(places, con)
    known = {"secret": reconstructed.grounds_key(places), "method": reconstructed.method(spark.engine(settings))}
    _keep_beside(con, places, "grounds_key", "select $secret as secret, $method as method", **known)


def _write_first_kept_night(con: duckdb.DuckDBPyConnection, settings: Settings, latest: date) -> None:
    """Tell publishing from which night on the history is kept, where `latest` is the last that readers will see."""
    first = settings.retention.first_night(latest)
    con.execute("create or replace table raw.first_kept_night as select $1::date as first_date", [first])


def _write_seeds(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    pairs = [seed.partition(":") for seed in settings.scoring.seeds]
    rows = [
        {"network": network, "account_id": settings.account_ids.normal(network, account)}
        for network, _, account in pairs
    ]
    _create(con, "temp table seeds", SEEDS, rows)
    _keep_beside(con, settings.places, "trust_seeds", "from seeds")


def _create(
    con: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: Sequence[Mapping[str, object]]
) -> None:
    """Create a table of these columns and fill it in one statement: a statement a row takes milliseconds each."""
    con.execute(f"create or replace {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    if rows:
        con.register("given", pa.table({name: [row[name] for row in rows] for name in columns}))
        con.execute(f"insert into {table.split()[-1]} from given")
        con.unregister("given")


def _write_sources(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> None:
    names = [source.name for source in settings.sources]
    delivered = {name: list(read_deliveries(settings.places, name).values()) for name in names}
    sources = [
        {name: getattr(source, name) for name in SOURCES if name != "is_feed"}
        | {"is_feed": source.is_pulled or is_feed(source.path, delivered[source.name], night.as_of_date)}
        for source in settings.sources
    ]
    _create(con, "table raw.sources", SOURCES, sources)
    answers: dict[str, list[Acceptance]] = defaultdict(list)
    for answer in said(settings.places):
        answers[answer.sha256].append(answer)
    rows = [_told(name, one, answers.get(one.sha256, [])) for name, each in delivered.items() for one in each]
    _create(con, "table raw.deliveries", DELIVERIES, rows)


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


def _partial(settings: Settings, night: Night) -> dict[str, set[date]]:
    """The days of each source of which a part is missing; what came from where it does not lie any more is no part."""
    found = {}
    for source in settings.sources:
        folder = settings.folder(source)
        known = read_deliveries(settings.places, source.name).values()
        found[source.name] = partial_days(
            [one for one in known if Path(one.path).is_relative_to(folder)], night.as_of_date
        )
    return found


def _view_landed(con: duckdb.DuckDBPyConnection, dataset: str) -> None:
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


def _copy_published(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> date:
    """Bring in what readers saw on earlier nights: the gate measures against that, never against raw scores.

    Returns the latest night that readers will see once this one is published.
    """
    if not attach_published(con, settings.places, "published"):
        con.execute("attach ':memory:' as published")
    keep, window = partial(_keep_beside, con, settings.places), {"tonight": night.as_of_date}
    looked_back = "as_of_date >= $tonight - $nights and as_of_date < $tonight"
    nights = window | {"nights": settings.scoring.lookback_nights}
    for table, name in LOOKED_BACK.items():
        keep(name, f"from ({_published(con, table)}) where {looked_back}", **nights)
    # An incident may have been open for longer than anybody looks back.
    keep("published_incidents", f"from ({_published(con, 'incident_nights')}) where as_of_date < $tonight", **window)
    keep("published_nights", f"select distinct as_of_date, scoring_version from ({_published(con, 'person_scores')})")
    _keep_parts(con, settings, night)
    ((latest,),) = con.execute(f"select max(as_of_date) from ({_published(con, 'person_scores')})").fetchall()
    changed_settings.write(con, settings, night)
    con.execute("detach published")
    return max(night.as_of_date, latest or night.as_of_date)


def _keep_parts(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> None:
    """What each person's score last consisted of, for a held score keeps that; and the networks that all of their
    scores rest on, for a withdrawal may make any of them lapse."""
    parts, tonight = _published(con, "score_contributions"), night.as_of_date
    ((first, last),) = con.execute(f"select min(as_of_date), max(as_of_date) from ({parts})").fetchall()
    networks = NETWORKS.format(parts=parts, first=first or tonight, last=last or tonight)
    _keep_beside(con, settings.places, "published_networks", networks)
    latest = LATEST.format(parts=parts, first=tonight - timedelta(settings.scoring.lookback_nights), tonight=tonight)
    query = f"from ({parts}) semi join ({latest}) using (person_id, persona, as_of_date)"
    _keep_beside(con, settings.places, "published_contributions", query)


NETWORKS = """
    select
        person_id,
        persona,
        network,
        date '{first}' as first_date,
        bitstring_agg((as_of_date - date '{first}')::integer, 0, (date '{last}' - date '{first}')::integer) as nights
    from ({parts})
    where network <> 'all'
    group by all
"""
"""On which nights each score rests on a network: a row a network and not one a night, for nights are many."""
LATEST = """
    select person_id, persona, max(as_of_date) as as_of_date
    from (
        select person_id, persona, as_of_date, sum(distinct hash(network)) as networks
        from ({parts})
        where as_of_date >= date '{first}' and as_of_date < date '{tonight}' and network <> 'all'
        group by all
    )
    group by person_id, persona, networks
"""
"""The latest night with each set of networks, which the sum of their hashes tells from others."""


def _published(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """SQL of what readers see of a table; nothing where it, or null where a column of it, was not yet known then."""
    seen = columns_of(con, f"published.{table}")
    wanted = ", ".join(
        name if name in seen else f"cast(null as {kind}) as {name}" for name, kind in PUBLISHED[table].items()
    )
    return f"select {wanted} from " + (f"published.{table}" if seen else "(select 1 where false)")


DECISIONS = {
    "decided_at": "timestamp",
    **dict.fromkeys(("decided_by", "why", "action", "person_id", "persona", "cause"), "varchar"),
    **dict.fromkeys(("as_of_date", "episode_date"), "date"),
    "candidate_score": "double",
    "disliker_count": "bigint",
}
INCIDENT_RELEASES = {"incident_id": "varchar", "as_of_date": "date"}
SET_ASIDES = {
    **dict.fromkeys(("person_id", "persona", "part", "post"), "varchar"),
    **dict.fromkeys(("since_date", "until_date", "episode_date", "as_of_date"), "date"),
}
"""What the build reads of what reviewers said."""


def _write_decisions(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> None:
    real = called_real(read_incident_releases(settings.places), night.as_of_date)
    said: tuple[tuple[str, dict[str, str], Sequence[BaseModel]], ...] = (
        ("decisions", DECISIONS, that_count(read_decisions(settings.places), night.as_of_date)),
        ("incident_releases", INCIDENT_RELEASES, real),
        ("set_asides", SET_ASIDES, standing(read_set_asides(settings.places), night.as_of_date)),
    )
    for table, columns, entries in said:
        rows = [{name: getattr(entry, name) for name in columns} for entry in entries]
        _create(con, f"temp table {table}", columns, rows)
        _keep_beside(con, settings.places, table, f"from {table}")
