"""Which days each source covers of each network, which it owes, and which it does not owe any more.

A file that has ended is history, not an outage. A feed is what names days in its path, or has delivered days near the
night on two nights or more; it owes every day from its first on. Anything else owes nothing, whatever it covers.
"""

from collections.abc import Iterable
from datetime import date

import duckdb

from evenscore.deliveries import Delivery

OUTAGE_DAYS = 56
"""A feed that has delivered nothing for so many days has been switched off, if another one of its network goes on."""
LOOKED_BACK_DAYS = 366
"""How long before the look-back an outage may have begun."""

STATES = {
    "covered": "a file covers the day",
    "missing": "a feed owes the day, or no source of the network covers it",
    "ended": "nothing is owed, and another source covers it: the source is history, or was switched off",
    "not begun": "the source began later, and another covers the day",
}
"""What a source may have done for a day of a network."""

SOURCE_DAYS = f"""
    create or replace table raw.source_days as
    with networks as (
        select name as source, network from raw.sources where dataset = 'activity' and network is not null
        union
        select files.source, files.network
        from raw.landed_files as files inner join raw.sources as sources on files.source = sources.name
        where files.dataset = 'activity' and sources.dataset = 'activity'
    ),
    days as (
        select
            unnest(range(min(as_of_date) - {LOOKED_BACK_DAYS}, max(as_of_date) + 1, interval 1 day))::date as day_date
        from raw.look_back
    ),
    begun as (
        select source, min(first_date) as first_date from raw.deliveries where first_date is not null group by source
    ),
    covered as (
        select distinct deliveries.source, days.day_date, true as is_covered
        from raw.deliveries as deliveries
        inner join days on days.day_date between deliveries.first_date and deliveries.last_date
    ),
    known as (
        select
            networks.network,
            networks.source,
            days.day_date,
            coalesce(is_covered, false) as is_covered,
            days.day_date >= begun.first_date as has_begun,
            sources.is_feed
            and count(is_covered) over (
                partition by networks.network, networks.source
                order by days.day_date rows between {OUTAGE_DAYS} preceding and current row
            ) > 0 as is_awaited,
            bool_or(coalesce(is_covered, false)) over (partition by networks.network, days.day_date) as goes_on
        from networks
        inner join raw.sources as sources on networks.source = sources.name
        inner join begun using (source)
        cross join days
        left join covered using (source, day_date)
    )
    select
        network,
        source,
        day_date,
        case
            when is_covered then 'covered'
            when not goes_on or (has_begun and is_awaited) then 'missing'
            when has_begun then 'ended'
            else 'not begun'
        end as state
    from known
"""
"""One row a (network, source, day) of the year before the look-back and of the look-back itself, of every activity
source that has delivered anything."""


def write_source_days(con: duckdb.DuckDBPyConnection) -> None:
    """Write `raw.source_days` from the sources, deliveries, landed files and look-back that are laid out already."""
    con.execute(SOURCE_DAYS)


def is_feed(path: str, delivered: Iterable[Delivery], night: date) -> bool:
    """Whether a source is about the present, as far as was known on a night: see the top of this file."""
    if "{date}" in path:
        return True
    nights = {near for delivery in delivered for near in delivery.nights_near() if near <= night.isoformat()}
    return len(nights) > 1
