"""What a night starts from, laid out in the schema `raw`: settings, landed files, ledger, what was published.

The warehouse begins as a new file, because an old one keeps the bytes of what was deleted. What names people who may
not be scored tonight stays outside it, as Parquet that views point to.
"""

import shutil
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from evenscore import landing
from evenscore.canonical import DATASETS
from evenscore.extraction import deliveries
from evenscore.ledger import read_ledger
from evenscore.places import Places
from evenscore.runs import Night
from evenscore.settings import Settings
from evenscore.topic_list import read_topics
from evenscore.warehouse import attach_published, connect, quoted

_ROW = {"person_id": "varchar", "persona": "varchar", "as_of_date": "date"}
PUBLISHED = {
    "person_scores": _ROW
    | {"status": "varchar", "reason": "varchar", "scoring_version": "integer"}
    | dict.fromkeys(("score", "score_low", "score_high", "reach", "amplification", "network_quality"), "double"),
    "score_contributions": _ROW
    | {"network": "varchar", "feature": "varchar", "points": "double", "raw_value": "double"},
}
"""What a night needs to know of the nights that were published before it."""

EARLIER = {
    "published_scores": f"""
        select {", ".join(PUBLISHED["person_scores"])}
        from published.person_scores
        where as_of_date >= $tonight - $nights and as_of_date < $tonight
        order by all
    """,
    "published_nights": "select distinct as_of_date, scoring_version from published.person_scores order by all",
    "published_networks": """
        select person_id, persona, as_of_date, list(distinct network order by network) as networks
        from published.score_contributions
        where network <> 'all'
        group by all
        order by all
    """,
    # A held score keeps the parts it was last published with, so each person's latest night is all that is needed.
    "published_contributions": f"""
        select {", ".join(PUBLISHED["score_contributions"])}
        from published.score_contributions
        semi join (
            select person_id, persona, max(as_of_date) as as_of_date
            from raw.published_networks
            where as_of_date >= $tonight - $nights and as_of_date < $tonight
            group by person_id, persona, networks
        ) using (person_id, persona, as_of_date)
        order by all
    """,
}
"""What readers saw on earlier nights: the gate measures against that, never against raw scores."""

BEYOND = ("accounts", "aliases")
"""Datasets of which a night may look at what came after it; each model says how far."""


def lay_out(settings: Settings, night: Night) -> None:
    """Lay out what this night starts from: settings, verified landing files, ledger, what was published before."""
    entries = read_ledger(settings)
    topics = read_topics(settings)
    files = verified_files(settings, night)
    _begin_anew(settings.places)
    with connect(settings.places) as con:
        con.execute("create schema raw")
        _write_sources(con, settings)
        _keep_beside(con, settings.places, "trust_seeds", _seeds(settings))
        _keep_beside(con, settings.places, "consent", entries)
        con.register("topic_terms", topics)
        con.execute("create or replace table raw.topics as select * from topic_terms")
        con.register("files", files)
        con.execute("create or replace table raw.landed_files as select * from files order by path")
        for dataset in ("activity", "accounts", "aliases"):
            _view_landed(con, dataset)
        shown_date = _copy_published(con, settings, night)
        _write_look_back(con, settings, night)
        _write_night(con, settings, night, shown_date)  # the last, because it says that the others are there


def _begin_anew(places: Places) -> None:
    """Remove the warehouse of the night before, unless another process has it."""
    places.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with connect(places):
        pass
    for path in (places.warehouse, places.warehouse.with_name(f"{places.warehouse.name}.wal")):
        path.unlink(missing_ok=True)
    for folder in (places.spilled, places.inputs):
        shutil.rmtree(folder, ignore_errors=True)
    places.inputs.mkdir()


def _keep_beside(con: duckdb.DuckDBPyConnection, places: Places, name: str, rows: pa.Table) -> None:
    """Write rows beside the warehouse, and let `raw.<name>` show them: deleted rows stay in a database's file."""
    path = places.inputs / f"{name}.parquet"
    pq.write_table(rows, path, compression="zstd")
    con.execute(f"create view raw.{name} as from read_parquet({quoted(path)})")


def verified_files(settings: Settings, night: Night) -> pa.Table:
    """Every landed file that the night may look at, proved to hold the bytes that were landed.

    Snapshots and aliases are looked at beyond the night: a backfill must know who has gone private since, and whom an
    erasure means.
    """
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
        if manifest.source in kinds and (manifest.dataset in BEYOND or manifest.day <= night.as_of_date.isoformat())
    ]
    names = ("path", "network", "dataset", "landed_date", "source", "source_kind")
    return pa.Table.from_pylist(
        rows, schema=pa.schema([*((name, pa.string()) for name in names), ("row_count", pa.int64())])
    )


def _write_night(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night, shown_date: date) -> None:
    con.execute(
        """
        create or replace table raw.night as select
            $run_id as run_id,
            $as_of_date::date as as_of_date,
            $shown_date::date as shown_date,
            $hold_move_points::double as hold_move_points,
            $hold_window_nights::integer as hold_window_nights,
            $scoring_version::integer as scoring_version,
            $candidate_version::integer as candidate_version,
            (select max(scoring_version) from raw.published_scores
             where score is not null and as_of_date = (select max(as_of_date) from raw.published_scores))
                as previous_version
        """,
        {
            "run_id": night.run_id,
            "as_of_date": night.as_of_date,
            "shown_date": shown_date,
            "hold_move_points": settings.checks.hold_move_points,
            "hold_window_nights": settings.checks.hold_window_nights,
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
    """The nights that are looked at: tonight and the `history_nights` before it."""
    con.execute(
        "create or replace table raw.look_back as select unnest(range($tonight - $nights::integer, $tonight + 1, "
        "interval 1 day))::date as as_of_date",
        {"tonight": night.as_of_date, "nights": settings.scoring.history_nights},
    )


def _seeds(settings: Settings) -> pa.Table:
    named = [seed.partition(":") for seed in settings.scoring.seeds]
    columns = {"network": [network for network, _, _ in named], "account_id": [account for _, _, account in named]}
    return pa.table(columns, schema=pa.schema([(name, pa.string()) for name in columns]))


def _write_sources(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    con.execute("create or replace table raw.sources (name varchar, kind varchar, network varchar, dataset varchar)")
    con.execute(
        "create or replace table raw.deliveries (source varchar, path varchar, first_date date, last_date date, "
        "night_date date, record_count bigint, landed_count bigint, duplicate_count bigint, rejected_count bigint)"
    )
    for source in settings.sources:
        con.execute(
            "insert into raw.sources values (?, ?, ?, ?)", [source.name, source.kind, source.network, source.dataset]
        )
        for delivery in deliveries(settings, source.name).values():
            con.execute(
                "insert into raw.deliveries values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    source.name,
                    delivery.path,
                    delivery.first_date,
                    delivery.last_date,
                    delivery.night,
                    delivery.record_count,
                    delivery.landed_count,
                    delivery.duplicate_count,
                    sum(delivery.rejected.values()),
                ],
            )


def _view_landed(con: duckdb.DuckDBPyConnection, dataset: str) -> None:
    """A view over exactly the verified files; a folder may hold others that were never landed."""
    paths = [
        path for (path,) in con.execute("select path from raw.landed_files where dataset = ?", [dataset]).fetchall()
    ]
    names = ", ".join(f"rows.{name}" for name in DATASETS[dataset].names)
    if paths:
        listed = ", ".join(quoted(path) for path in paths)
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
        for table, columns in PUBLISHED.items():
            con.execute(
                f"create table published.{table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
            )
    window = {"tonight": night.as_of_date, "nights": settings.scoring.history_nights}
    for name, query in EARLIER.items():
        given = {key: value for key, value in window.items() if f"${key}" in query}
        _keep_beside(con, settings.places, name, con.sql(query, params=given).to_arrow_table())
    ((latest,),) = con.execute("select max(as_of_date) from published.person_scores").fetchall()
    con.execute("detach published")
    return max(night.as_of_date, latest or night.as_of_date)
