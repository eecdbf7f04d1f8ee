"""Hides at once what readers see of people who have just left: no night is needed for it, only the ledger."""

from pathlib import Path

import duckdb
import pyarrow as pa

from evenscore import publishing, runs
from evenscore.ledger import read_ledger
from evenscore.settings import Settings
from evenscore.warehouse import attach_published

# The first gate knows more (private and renamed accounts, claims of two people); whom the ledger alone refuses, it
# refuses too. The names are those of the tables that publishing asks.
WHO_IS_SHOWN = """
    create schema conformed;
    create schema raw;

    create table raw.first_kept_night as select date '-infinity' as first_date;

    create table latest as
    select ledger.*
    from ledger
    where purpose = 'public_score' or action = 'erase'
    qualify row_number() over (
        partition by person_id, network, account_id order by recorded_at desc, action = 'grant', action, persona
    ) = 1;

    create table conformed.consent_shown as
    select person_id, persona, network, account_id
    from latest
    where
        action = 'grant' and is_adult
        and person_id not in (select person_id from latest where action = 'grant' and not is_adult);

    create table conformed.lapsed_nights as
    select distinct rested.person_id, rested.persona, rested.as_of_date
    from (select distinct person_id, persona, as_of_date, network from previous.score_contributions) as rested
    left join (
        select distinct person_id, persona, network, true as is_standing from conformed.consent_shown
    ) using (person_id, persona, network)
    left join (
        select person_id, persona, network, max(recorded_at) as left_at
        from latest
        where action <> 'grant'
        group by all
    ) using (person_id, persona, network)
    where network <> 'all' and (is_standing is null or left_at >= as_of_date + interval 1 day);

    create table conformed.topic_vetoes as
    select person_id, persona, substr(purpose, 7) as topic_id, true as is_shown
    from ledger
    where starts_with(purpose, 'topic:')
    qualify
        row_number() over (partition by person_id, persona, topic_id order by recorded_at desc, action = 'grant') = 1
        and action = 'withdraw';
"""


def hide(settings: Settings) -> Path | None:
    """Show readers nothing more of whoever the ledger lets go: people, personas, networks, topics, and the nights that
    rested on them.

    Returns the folder that readers see from now on; None where there was nothing to hide. Raises BusyError while
    another run works in the home: what is to be hidden then goes with its publish, or with the next call.
    """
    places = settings.places
    with runs.only_one(places):
        if not places.current.exists():
            return None
        ledger = read_ledger(settings)
        with duckdb.connect() as con:
            attach_published(con, places, "previous")
            prepare(con, ledger)
            kept = {table: f"select * from previous.{table} where {rule}" for table, rule in _shown(con).items()}
        if not kept:
            return None
        return publishing.rewrite(places, places.current.resolve(), kept, lambda con: prepare(con, ledger))


def prepare(con: duckdb.DuckDBPyConnection, ledger: pa.Table) -> None:
    """Make the tables that publishing's rules ask, as the ledger has it now; `previous` is what readers see."""
    con.register("ledger", ledger)
    con.execute(WHO_IS_SHOWN)


def _shown(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The rule of each published table that shows more than it may."""
    seen = con.execute("select table_name from duckdb_tables() where database_name = 'previous'").fetchall()
    rules = {table: publishing.STANDING[table] for (table,) in sorted(seen) if table in publishing.STANDING}
    return {
        table: rule
        for table, rule in rules.items()
        if con.execute(f"select count(*) from previous.{table} where not ({rule})").fetchall() != [(0,)]
    }
