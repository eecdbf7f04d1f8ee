"""What a night starts from, laid out in the schema `raw`: settings, landed files, ledger, what was published.

The warehouse begins as a new file, because an old one keeps the bytes of what was deleted. What names people who may
not be scored tonight stays outside it, as Parquet that views point to.
"""

import shutil
from datetime import date

import duckdb

from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.base.warehouse import connect
from evenscore.consent.ledger import open_ledger, read_suppressed
from evenscore.intake.coverage import write_source_days
from evenscore.intake.topic_list import read_topics
from evenscore.names import look_alikes
from evenscore.night import spark
from evenscore.night.landed_inputs import partial_by_source, verified_files, view_landed, write_sources
from evenscore.night.published_inputs import copy_published
from evenscore.night.raw_tables import create, keep_beside
from evenscore.night.reviewed_inputs import write_decisions
from evenscore.publication.nameless import lay_functions
from evenscore.state import reconstructed
from evenscore.state.runs import Night

SEEDS = {"network": "varchar", "account_id": "varchar"}


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
        write_sources(con, settings, night)
        _write_seeds(con, settings)
        con.register("entries", ledger.table)
        keep_beside(con, settings.places, "consent", "from entries")
        heard = [len(ledger.heard.more), len(ledger.heard.unheard)]
        con.execute("create or replace table raw.ledger_words (heard_count bigint, unheard_count bigint)")
        con.execute("insert into raw.ledger_words values (?, ?)", heard)
        con.register("topic_terms", topics)
        con.execute("create or replace table raw.topics as select * from topic_terms")
        con.register("files", files)
        con.execute("create or replace table raw.landed_files as select * from files order by path")
        for dataset in ("activity", "accounts", "aliases"):
            view_landed(con, dataset)
        write_decisions(con, settings, night)
        latest = copy_published(con, settings, night)
        _write_look_back(con, settings, night)
        _write_reconstructed(con, settings)
        write_source_days(con, partial_by_source(settings, night))
        _write_first_kept_night(con, settings, latest)
        keep_beside(con, settings.places, "recent_names", look_alikes.RECENT_NAMES, night=night.as_of_date)
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
    keep_beside(con, places, "grounds_key", "select $secret as secret, $method as method", **known)


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
    create(con, "temp table seeds", SEEDS, rows)
    keep_beside(con, settings.places, "trust_seeds", "from seeds")
