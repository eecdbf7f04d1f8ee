"""Accounts that look like one whose owner asked for a score, or has left, and are another: counted, and never merged.

Most are what they seem, two people; some are one person whose id a source writes otherwise, and some pretend.
"""

from collections import Counter
from collections.abc import Callable

import duckdb
import pyarrow as pa

from evenscore.names.account_ids import skeleton

ALIKE = str.maketrans(
    "\u0430\u0432\u0435\u04bb\u043d\u0456\u0458\u043a\u043c\u043e\u04cf\u0440\u0441\u051b\u0455\u0442\u0443\u051d\u0445"
    "\u0501\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u01311i|0",
    "abehhljkmolpcqstywxdabelkvoptuxllllo",
)
"""Cyrillic, Greek and Turkish letters and digits that pass for another letter at a glance."""
PAIRS = (("rn", "m"), ("vv", "w"))

LOOKS_OF_ASCII = r"""
    replace(replace(translate(lower(regexp_replace(account_id, '\s', '', 'g')), '1i|0', 'lllo'), 'rn', 'm'), 'vv', 'w')
"""
"""`looks` of a name without foreign letters, as SQL: there may be millions."""

RECENT_DAYS = 56
"""So many days before the night it is looked at whom they name: whether ledger and sources write people alike, and who
looks like another."""
RECENT_NAMES = f"""
    with recent as (
        select network, actor_id, target_id
        from raw.activity
        where occurred_at >= $night::date - {RECENT_DAYS} and occurred_at < $night::date + 1
    )
    select network, account_id, bool_or(acts) as acts, bool_or(is_acted_on) as is_acted_on
    from (
        select network, actor_id as account_id, true as acts, false as is_acted_on from recent
        union all
        select network, target_id, false, true from recent
    )
    where account_id is not null
    group by all
"""
"""Each account that the activity of those days names. There may be millions: it is asked for once."""

WRITE = f"""
    create or replace table raw.look_alikes as
    with granted as (
        select distinct network, account_id from raw.consent where action = 'grant'
    ),
    looked as (
        select network, account_id, coalesce(foreign_looks.looks, {LOOKS_OF_ASCII}) as looks
        from (select network, account_id from raw.recent_names union from granted)
        left join foreign_looks using (account_id)
    )
    select network, count(distinct granted.account_id) as look_alike_count
    from granted
    inner join looked as own using (network, account_id)
    inner join looked as other using (network, looks)
    where own.account_id <> other.account_id
    group by network
"""


def looks(name: str) -> str:
    """What a name passes for at a glance; two names that look the same need not be one account."""
    plain = skeleton(name).translate(ALIKE)
    for written, read in PAIRS:
        plain = plain.replace(written, read)
    return plain


def write(con: duckdb.DuckDBPyConnection, looks_erased: Callable[[str, str], bool] | None = None) -> None:
    """Count the accounts with a grant that another account of the last weeks (`raw.recent_names`) looks like, and the
    accounts that look like one that was erased: `raw.look_alikes`, a row a network."""
    foreign = con.execute(
        "select distinct account_id "
        "from (select account_id from raw.recent_names union select account_id from raw.consent) "
        "where account_id is not null and strlen(account_id) > length(account_id)"
    ).fetchall()
    names = [name for (name,) in foreign]
    con.register("foreign_looks", pa.table({"account_id": names, "looks": list(map(looks, names))}, FOREIGN))
    con.execute(WRITE)
    con.unregister("foreign_looks")
    if looks_erased:
        _add_erased(con, looks_erased)


def _add_erased(con: duckdb.DuckDBPyConnection, looks_erased: Callable[[str, str], bool]) -> None:
    names = con.execute("select network, account_id from raw.recent_names").fetchall()
    found = Counter(network for network, name in names if looks_erased(network, name))
    con.executemany("insert into raw.look_alikes values (?, ?)", [list(item) for item in found.items()] or [[None, 0]])
    con.execute(
        "create or replace table raw.look_alikes as select network, sum(look_alike_count)::bigint as look_alike_count "
        "from raw.look_alikes where network is not null group by network"
    )


FOREIGN = pa.schema([("account_id", pa.string()), ("looks", pa.string())])
