"""Proves, from the ledger's own rows and nothing that was built from them, that a candidate shows only who asked.

It is a road of its own: plain SQL over what was said. It knows less than the first gate (no renames, no look-alikes)
and shares nothing with it, so that a fault of one is caught by the other.
"""

import duckdb
import pyarrow as pa

from evenscore.base.databases import columns_of

ASKED = """
    create or replace temp table asked as
    with of_accounts as (from said where not starts_with(purpose, 'topic:')),
    -- The last word on each purpose of each account; an erasure ends them all.
    words as (
        select person_id, network, account_id, purpose, action, is_adult, persona, recorded_at,
            max(recorded_at) filter (action = 'erase') over (partition by person_id, network, account_id) as erased_at
        from of_accounts
        qualify row_number() over (
            partition by person_id, network, account_id, purpose
            order by recorded_at desc, action = 'grant', is_adult is true, persona
        ) = 1
    ),
    standing as (from words where action = 'grant' and coalesce(recorded_at > erased_at, true)),
    minors as (
        select young.person_id, young.network, young.account_id
        from said as young
        where young.is_adult = false and not exists (
            from said as grown
            where grown.person_id = young.person_id and grown.network = young.network
                and grown.account_id = young.account_id and grown.purpose = young.purpose
                and grown.action = 'grant' and grown.is_adult and grown.recorded_at > young.recorded_at
        )
    )
    select person_id, persona, network
    from standing
    where
        purpose = 'public_score' and is_adult
        and person_id not in (select person_id from minors)
        and (network, account_id) not in (select (network, account_id) from minors)
        and (network, account_id) not in (
            select (network, account_id) from standing group by network, account_id having count(distinct person_id) > 1
        )
"""
VETOED = """
    create or replace temp table vetoed as
    select person_id, persona, lower(substr(purpose, 7)) as topic
    from said
    where starts_with(purpose, 'topic:')
    qualify
        row_number() over (partition by person_id, persona, topic order by recorded_at desc, action = 'grant') = 1
        and action = 'withdraw'
"""
ON_A_NETWORK = {"score_contributions": "network <> 'all'", "network_coverage": "is_counted", "topic_evidence": "true"}
"""Which rows of a table say something about an account of the row's network."""


def note_who_asked(con: duckdb.DuckDBPyConnection, said: pa.Table) -> None:
    """Lay out who asked to be shown (temp tables `asked` and `vetoed`), by the rows of the ledger as they were said."""
    con.register("said", said)
    con.execute(ASKED)
    con.execute(VETOED)
    con.unregister("said")


def unasked_count(con: duckdb.DuckDBPyConnection, database: str, table: str) -> str:
    """SQL that counts a published table's rows about people, personas, networks or topics that nobody asked to show."""
    columns = columns_of(con, f"{database}.{table}")
    rules = []
    if "person_id" in columns:
        who = "(person_id, persona)" if "persona" in columns else "(person_id)"
        rules.append(f"{who} not in (select {who} from asked)")
    if "other_person_id" in columns:
        rules.append("other_person_id not in (select person_id from asked)")
    if "topic" in columns:
        rules.append("(person_id, persona, lower(topic)) in (select (person_id, persona, topic) from vetoed)")
    if table in ON_A_NETWORK:
        asked = "select (person_id, persona, network) from asked"
        rules.append(f"{ON_A_NETWORK[table]} and (person_id, persona, network) not in ({asked})")
    return (
        f"(select count(*) from {database}.{table} where {' or '.join(f'({one})' for one in rules)})" if rules else "0"
    )
