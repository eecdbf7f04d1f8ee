"""What the warehouse holds of a night. A part that this run did not build is left out, and said to be missing."""

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb

from evenscore.base.errors import EvenscoreError
from evenscore.base.settings import Settings
from evenscore.base.warehouse import connect
from evenscore.report.facts import Facts, Gap, NetworkRows, Run
from evenscore.report.gate_facts import read_gate
from evenscore.report.score_facts import read_scored
from evenscore.state.laid_out_run import run_in

CONSENT = """
    select refused_because, account_count
    from conformed.consent_counts
    order by refused_because nulls first
"""
SET_ASIDE = """
    select network, set_aside_because, event_count
    from conformed.activity_set_aside
    order by event_count desc, network, set_aside_because
"""
PROGRAMS = """
    select network, coalesce(account_id, 'not named'), why, event_count
    from conformed.programs
    order by event_count desc, network, account_id
    limit 20
"""
RECYCLED = "select network, kind, name_count from conformed.recycled_names order by all"
ROWS = """
    with days as (
        select cast(unnest(range(as_of_date - 28, as_of_date + 1, interval 1 day)) as date) as landed_date
        from raw.run
    ),
    files as (from raw.landed_files where dataset = 'activity'),
    networks as (select distinct network from files)
    select networks.network, days.landed_date, cast(coalesce(sum(row_count), 0) as bigint)
    from networks
    cross join days
    left join files on files.network = networks.network and files.landed_date::date = days.landed_date
    group by all
    order by all
"""
GAPS = """
    select sources.name, max(last_date)
    from raw.sources
    cross join raw.run
    left join raw.deliveries on sources.name = deliveries.source and first_date <= as_of_date
    where sources.dataset = 'activity'
    group by all
    having not coalesce(bool_or(as_of_date <= last_date), false)
    order by all
"""

NOT_BUILT = "Tonight's scores were not built: who is scored, held or set aside is missing from this page."


def read_warehouse(settings: Settings, run: Run) -> Facts:
    """All that the warehouse holds of this run. Never raises for what is not there or cannot be opened."""
    facts = Facts(run, hold_points=settings.checks.hold_move_points, hold_nights=settings.checks.hold_window_nights)
    if not settings.places.warehouse.exists():  # connecting would make an empty one
        return replace(facts, missing=("There is no warehouse yet: nothing but the run's own record is shown.",))
    try:
        with connect(settings.places) as con:
            return _read(con, facts)
    except (EvenscoreError, duckdb.Error) as error:
        return replace(facts, missing=(f"The warehouse could not be read: {error}",))


def _read(con: duckdb.DuckDBPyConnection, facts: Facts) -> Facts:
    run = facts.run
    found = run_in(con)
    if not run.is_laid_out or found != run.run_id:
        return replace(facts, missing=(_not_this_run(run, found),))
    facts = replace(facts, networks=_networks(con), gaps=tuple(Gap(*row) for row in con.execute(GAPS).fetchall()))
    if not run.is_done("build"):
        return replace(facts, missing=(NOT_BUILT,))
    facts = replace(facts, consent=_rows(con, CONSENT), set_aside=_rows(con, SET_ASIDE), programs=_rows(con, PROGRAMS))
    return replace(facts, recycled=_rows(con, RECYCLED), gate=read_gate(con), scored=read_scored(con))


def _not_this_run(run: Run, found: str | None) -> str:
    got = "The warehouse does not hold this run any more" if run.is_laid_out else "This run got to no warehouse"
    left = f"; it holds {found}" if run.is_laid_out and found else ""
    return f"{got}{left}. Rows of earlier days, scores and holds are not shown."


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    return tuple(con.execute(query).fetchall())


def _networks(con: duckdb.DuckDBPyConnection) -> tuple[NetworkRows, ...]:
    days: dict[str, list[tuple[date, int]]] = {}
    for network, day, count in con.execute(ROWS).fetchall():
        days.setdefault(network, []).append((day, count))
    return tuple(NetworkRows(network, tuple(found)) for network, found in days.items())
