"""What the ledger says of people: as rows of one person, and as counts of all, those that the gate refused included."""

from typing import Any

from evenscore.base import databases, warehouse
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.consent.chain import Row
from evenscore.consent.judging import last

STANDING = """
    select
        (select count(distinct person_id) from ledger) as people_in_the_ledger,
        (select count(distinct person_id) from conformed.consent) as people_with_a_standing_grant,
        cast(sum(account_count) as bigint) as accounts,
        cast(coalesce(sum(account_count) filter (refused_because is null), 0) as bigint) as standing_accounts
    from conformed.consent_counts
"""
REFUSED = """
    select refused_because, account_count
    from conformed.consent_counts
    where refused_because is not null
    order by account_count desc, refused_because
"""
LEDGER = """
    create or replace temp view ledger as
    select person_id, network, account_id
    from raw.consent
    inner join raw.run on recorded_at < as_of_date + interval 1 day
    where purpose = 'public_score' or action = 'erase'
"""
UNKNOWN = """
    with aliases as (select network, alias_id, stable_id from raw.aliases where kind = 'account'),
    names as (
        select network, account_id, account_id as name from ledger
        union
        select network, account_id, others.alias_id
        from ledger
        inner join aliases using (network)
        inner join aliases as others using (network, stable_id)
        where aliases.alias_id = account_id
    ),
    named as (select network, actor_id as name from raw.activity union select network, target_id from raw.activity)
    select count(*) from (select distinct network, account_id from ledger)
    anti join (select network, account_id from names semi join named using (network, name)) using (network, account_id)
"""
"""Accounts of the ledger that nothing landed has ever named, by any of their names: they are kept, and wait."""


def standing(places: HomePaths) -> dict[str, Any]:
    """Counts as of the night in the warehouse: people, standing grants, accounts refused by reason or unknown."""
    if not places.warehouse.exists():
        raise UsageError(f"{places.warehouse}: no night has been built yet; name a person, or run a night first")
    with warehouse.connect(places, read_only=True) as con:
        (night,) = con.execute("select as_of_date from raw.run").fetchall()[0]
        con.execute(LEDGER)
        (counts,) = databases.records(con, STANDING)
        refused = dict(con.execute(REFUSED).fetchall())
        unknown = con.execute(UNKNOWN).fetchall()[0][0]
    return {"as_of_date": night, **counts, "refused": refused, "accounts_that_no_event_names": unknown}


def last_words(rows: list[Row]) -> list[Row]:
    """The decision that stands for each account and purpose of one person's rows, the stricter of one instant."""
    said = [row["entry"]["fields"] for row in rows]
    return list(last(said, lambda row: (row["network"], row["account_id"], row["purpose"])).values())
