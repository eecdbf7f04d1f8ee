"""Account snapshots: every Sunday, what each network says about its accounts."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from evenscore.base.canonical import ACCOUNTS
from evenscore.laboratory.demo.accounts import Accounts
from evenscore.laboratory.demo.draws import Ints, Part, stream
from evenscore.laboratory.demo.events import Events
from evenscore.laboratory.demo.nights import FEWEST_NIGHTS, instant
from evenscore.laboratory.demo.people import Person

CAPTURED_AT_SECOND = 75_600
"""21:00 UTC."""
PRIVATE_WEEKS = 8
"""Members who turn private do so within so many weeks before the last night."""


def private_dates(people: list[Person], seed: int) -> dict[str, int]:
    """For each account of a person who turns private, the offset of the first snapshot that says so."""
    turning = [one.account_id for person in people if person.circumstance == "private" for one in person.accounts]
    weeks = stream(seed, Part.PEOPLE, 1 << 20).integers(0, PRIVATE_WEEKS, len(turning))
    return dict(zip(turning, (7 * weeks).tolist(), strict=True))


def with_private(accounts: Accounts, dates: dict[str, int]) -> Accounts:
    """The accounts, some of them private from a date on."""
    private_from = accounts.private_from.copy()
    for position in np.flatnonzero(np.isin(accounts.ids, np.array(list(dates), dtype=object))).tolist():
        private_from[position] = dates[accounts.ids[position]]
    return replace(accounts, private_from=private_from)


def snapshot(accounts: Accounts, rows: Events, offset: int) -> pa.Table:
    """One network's accounts as they are on one night."""
    here = np.flatnonzero(accounts.joined >= offset)
    followers = accounts.followers + _follows(accounts, rows, rows.target, offset)
    following = accounts.followers // 3 + 12 + _follows(accounts, rows, rows.actor, offset)
    columns = {
        "network": np.full(len(here), accounts.network.name, dtype=object),
        "account_id": accounts.ids[here],
        "captured_at": np.full(len(here), instant(offset, CAPTURED_AT_SECOND).replace(tzinfo=None), "datetime64[us]"),
        "followers": followers[here],
        "following": following[here],
        "listed": followers[here] // 50,
        "is_private": accounts.private_from[here] >= offset,
        "is_bot": accounts.bot_from[here] >= offset,
    }
    return pa.table({field.name: pa.array(columns[field.name], field.type) for field in ACCOUNTS}, schema=ACCOUNTS)


def _follows(accounts: Accounts, rows: Events, side: Ints, offset: int) -> Ints:
    """Follows so far on one side; those before the shortest demo are in the base, so that every demo agrees."""
    counted = (rows.verb == "follow") & (rows.offset >= offset) & (rows.offset < FEWEST_NIGHTS)
    return np.bincount(side[counted], minlength=len(accounts.ids)).astype(np.int64)
