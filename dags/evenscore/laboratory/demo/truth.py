"""The ground truth beside the demo: what was planted, who must not be scored, and what the files hold."""

from collections import Counter
from typing import Any

import numpy as np

from evenscore.laboratory.demo.accounts import Accounts
from evenscore.laboratory.demo.delivery import Deliveries
from evenscore.laboratory.demo.events import NOBODY, Events
from evenscore.laboratory.demo.faults import DOWN_OFFSET, LATE_OFFSET, REDELIVERED_OFFSET
from evenscore.laboratory.demo.ledger import Decision, decided_on
from evenscore.laboratory.demo.nights import Nights, day
from evenscore.laboratory.demo.people import Person
from evenscore.laboratory.demo.stage import Note

GENERATOR_VERSION = 4
NOT_COUNTED = ("post", "dislike", "follow")
MOST_WANTED = 15


def identity(nights: Nights, seed: int) -> dict[str, Any]:
    """What makes one demo community the same as another."""
    return {"generator_version": GENERATOR_VERSION, "nights": nights.count, "seed": seed}


def people_truth(people: list[Person], ledger: list[Decision], private: dict[str, int]) -> dict[str, Any]:
    """Who is in the ledger, and what is special about them."""

    def who(kind: str) -> list[str]:
        return [person.person_id for person in people if person.circumstance == kind]

    withdrawn, erased = decided_on(ledger, "withdraw"), decided_on(ledger, "erase")
    granted = decided_on(ledger, "grant")
    owner = {one.account_id: person.person_id for person in people for one in person.accounts}
    return {
        "people": len(people),
        "withdrawn": {person: withdrawn[person] for person in who("withdrawn")},
        "withdrawn_and_granted_again": {
            person: {"withdrawn": withdrawn[person], "granted_again": granted[person]}
            for person in who("withdrawn_and_granted_again")
        },
        "erased": {person: erased[person] for person in who("erased")},
        "research_only": who("research_only"),
        "minors": who("minor"),
        "undeclared_age": who("undeclared_age"),
        "no_activity": who("no_activity"),
        "private": {
            account: {"person_id": owner[account], "private_from": day(offset).isoformat()}
            for account, offset in sorted(private.items())
        },
        "personas": [person.person_id for person in people if len({one.persona for one in person.accounts}) > 1],
        "two_networks": [
            person.person_id
            for person in people
            if len({one.network for one in person.accounts}) > 1 and len({one.persona for one in person.accounts}) == 1
        ],
    }


def never_consented(accounts: Accounts, rows: Events, members: set[str]) -> dict[str, int]:
    """The accounts without a row in the ledger that get most attention, with the count of it."""
    counted = ~np.isin(rows.verb, NOT_COUNTED) & (rows.actor != rows.target) & (rows.target != NOBODY)
    attention = np.bincount(rows.target[counted], minlength=len(accounts.ids))
    strangers = [i for i in np.argsort(-attention, kind="stable").tolist() if accounts.ids[i] not in members]
    return {str(accounts.ids[i]): int(attention[i]) for i in strangers[:MOST_WANTED]}


def delivery_notes(deliveries: Deliveries) -> list[Note]:
    """The faults of delivery, in the words of the planted events."""
    malformed: Counter[str] = Counter()
    for kinds in deliveries.malformed.values():
        malformed.update(kinds)
    return [
        Note("source_down", "forum", DOWN_OFFSET, DOWN_OFFSET, _DOWN, numbers={"files": deliveries.missing}),
        Note(
            "duplicate_load",
            "pixels",
            REDELIVERED_OFFSET,
            REDELIVERED_OFFSET,
            _DUPLICATE,
            numbers={"files": deliveries.redelivered},
        ),
        Note(
            "malformed",
            "all",
            58,
            0,
            _MALFORMED,
            numbers={"by_kind": dict(malformed), "by_file": deliveries.malformed},
        ),
        Note(
            "late_events",
            "pixels",
            LATE_OFFSET,
            LATE_OFFSET,
            _LATE,
            numbers={"event_ids": deliveries.late_event_ids},
        ),
    ]


_DOWN = "The forum's file of this night never comes: forum parts are frozen, nobody falls because of it."
_DUPLICATE = "The same file comes twice under two names: every event counts once, no score moves."
_MALFORMED = "Records nobody can understand: refused with a reason and counted, far below the share that stops a run."
_LATE = "Some events of this night come with the next night's file: they land under the day on which they happened."
