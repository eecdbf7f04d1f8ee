"""What the ledger says of people: as rows of one person, and as counts of all, those that the gate refused included."""

from typing import Any

from evenscore import warehouse
from evenscore.consent.chain import Row
from evenscore.errors import UsageError
from evenscore.places import Places

STANDING = """
    select
        count(distinct person_id) as people_in_the_ledger,
        count(distinct person_id) filter (refused_because is null) as people_with_a_standing_grant,
        count(*) as accounts,
        count(*) filter (refused_because is null) as standing_accounts
    from conformed.consent_decisions
    inner join raw.night on judged_date = as_of_date
"""
REFUSED = """
    select refused_because, count(*) as accounts
    from conformed.consent_decisions
    inner join raw.night on judged_date = as_of_date
    where refused_because is not null
    group by all
    order by accounts desc, refused_because
"""
UNKNOWN = """
    select count(*) from (select distinct network, account_id from conformed.consent_decisions)
    anti join (
        select network, actor_id as account_id from raw.activity union select network, target_id from raw.activity
    ) using (network, account_id)
"""
"""Accounts of the ledger that nothing landed has ever named: they are kept, and wait."""


def standing(places: Places) -> dict[str, Any]:
    """Counts as of the night in the warehouse: people, standing grants, accounts refused by reason or unknown."""
    if not places.warehouse.exists():
        raise UsageError(f"{places.warehouse}: no night has been built yet; name a person, or run a night first")
    with warehouse.connect(places, read_only=True) as con:
        (night,) = con.execute("select as_of_date from raw.night").fetchall()[0]
        found = con.execute(STANDING)
        names = [column[0] for column in found.description or []]
        counts = dict(zip(names, found.fetchall()[0], strict=True))
        refused = dict(con.execute(REFUSED).fetchall())
        unknown = con.execute(UNKNOWN).fetchall()[0][0]
    return {"as_of_date": night, **counts, "refused": refused, "accounts_that_no_event_names": unknown}


def last_words(rows: list[Row]) -> list[Row]:
    """The decision that stands for each account and purpose of one person's rows, the stricter of one instant."""
    latest: dict[tuple[str, ...], Row] = {}
    for row in rows:
        fields = row["entry"]["fields"]
        key = (fields["network"], fields["account_id"], fields["purpose"])
        if key not in latest or _rank(fields) > _rank(latest[key]):
            latest[key] = fields
    return list(latest.values())


def _rank(fields: Row) -> tuple[str, bool]:
    return fields["recorded_at"], fields["action"] != "grant"
