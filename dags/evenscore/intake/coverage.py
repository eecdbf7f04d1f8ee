"""Which days each source covers of each network, which it owes, and which it does not owe any more.

A day of which a part is missing is not covered. A file that has ended is history, not an outage. A feed is what names
days in its path, or has delivered days near the night on two nights or more; it owes every day from its first on.
Anything else owes nothing, whatever it covers.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import chain

import duckdb

from evenscore.landing_zone.deliveries import Delivery

OUTAGE_DAYS = 56
"""A feed that has delivered nothing for so many days has been switched off, if another one of its network goes on."""
LOOKED_BACK_DAYS = 366
"""How long before the look-back an outage may have begun."""

USUAL_SHARE = 0.75
"""A part that so many of the days before had is owed by the next one."""
USUAL_DAYS = timedelta(28)
HOURS = range(24)
MANY_HOURS = 12
"""A day of so many parts that are numbered below 24 is a day of hours."""
DAY_FORMS = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y_%m_%d")
"""How days stand in the names of files and folders."""

STATES = {
    "covered": "a file covers the day",
    "closed": "the configuration says that the source had ended before the day",
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
        anti join partial_days
            on deliveries.source = partial_days.source and days.day_date = partial_days.day_date
    ),
    known as (
        select
            networks.network,
            networks.source,
            days.day_date,
            coalesce(is_covered, false) as is_covered,
            days.day_date >= begun.first_date as has_begun,
            coalesce(days.day_date > sources.last_day, false) as is_closed,
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
            when is_closed then 'closed'
            when not goes_on or (has_begun and is_awaited) then 'missing'
            when has_begun then 'ended'
            else 'not begun'
        end as state
    from known
"""
"""One row a (network, source, day) of the year before the look-back and of the look-back itself, of every activity
source that has delivered anything."""


def write_source_days(con: duckdb.DuckDBPyConnection, partial: Mapping[str, Iterable[date]] | None = None) -> None:
    """Write `raw.source_days` from the sources, deliveries, landed files and look-back that are laid out already.

    `partial` are the days of each source of which a part is missing.
    """
    con.execute("create or replace temp table partial_days (source varchar, day_date date)")
    for source, days in (partial or {}).items():
        con.executemany("insert into partial_days values (?, ?)", [[source, day] for day in days] or [[None, None]])
    con.execute(SOURCE_DAYS)


def partial_days(delivered: Iterable[Delivery], night: date) -> set[date]:
    """The days up to a night that came in several files, as their names tell, and of which one has not come.

    Owed is what nearly all of the days before had, every number between two that are there, and of hours all 24.
    """
    parts = _parts(delivered)
    first = night - timedelta(LOOKED_BACK_DAYS) - 2 * USUAL_DAYS
    parts = {day: found for day, found in parts.items() if first <= day <= night}
    return {day for day, found in parts.items() if _owed(parts, day) - found}


def _parts(delivered: Iterable[Delivery]) -> dict[date, set[str]]:
    """The files of each day by what their paths say beside the day."""
    parts: dict[date, set[str]] = defaultdict(set)
    for delivery in delivered:
        if delivery.first_date and delivery.first_date == delivery.last_date:
            day = date.fromisoformat(delivery.first_date)
            written = [form for form in map(day.strftime, DAY_FORMS) if form in delivery.path]
            if written:
                parts[day].add(delivery.path.replace(written[0], "{date}"))
    return parts


def _owed(parts: Mapping[date, set[str]], day: date) -> set[str]:
    before = [found for other, found in parts.items() if day - USUAL_DAYS <= other < day]
    usual = {
        name for name in set().union(*before) if sum(name in found for found in before) >= USUAL_SHARE * len(before)
    }
    return usual | _numbered(parts[day])


def _numbered(found: set[str]) -> set[str]:
    """The names that would stand between those of a day, where they differ by a number alone."""
    by_frame: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for name in found:
        for number in re.finditer(r"[0-9]+", name.partition("{date}")[2]):
            start = len(name.partition("{date}")[0]) + len("{date}") + number.start()
            frame = (name[:start], name[start + len(number[0]) :])
            by_frame[frame][int(number[0])] = number[0]
    return set(chain.from_iterable(_between(frame, numbers) for frame, numbers in by_frame.items()))


def _between(frame: tuple[str, str], numbers: dict[int, str]) -> Iterable[str]:
    is_hours = len(numbers) >= MANY_HOURS and set(numbers) <= set(HOURS)
    step = math.gcd(*(number - min(numbers) for number in numbers)) or 1
    owed = HOURS if is_hours else range(min(numbers), max(numbers) + 1, step)
    if len(owed) > 2 * len(numbers):  # no row of parts, but times or digests
        return
    is_padded = len({len(text) for text in numbers.values()}) == 1
    width = len(next(iter(numbers.values()))) if is_padded else 0
    yield from (f"{frame[0]}{number:0{width}}{frame[1]}" for number in owed)


def is_feed(path: str, delivered: Iterable[Delivery], night: date) -> bool:
    """Whether a source is about the present, as far as was known on a night: see the top of this file."""
    if "{date}" in path:
        return True
    nights = {near for delivery in delivered for near in delivery.nights_near() if near <= night.isoformat()}
    return len(nights) > 1
