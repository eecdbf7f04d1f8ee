"""The consent ledger: what each person decided, and when; append-only and in order of time."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from evenscore.laboratory.demo.draws import DAY_SECONDS, Part, percent, stream
from evenscore.laboratory.demo.nights import instant, iso
from evenscore.laboratory.demo.people import Person

PUBLIC, RESEARCH = "public_score", "research"
IS_ADULT = {"minor": "false", "undeclared_age": ""}
"""Everybody else declared to be of age."""
LATE_GRANT_SHARE = 15
"""Of the plain grants, this share is given while the demo runs."""
RECONSIDERED_NIGHTS = 6


@dataclass(frozen=True, order=True)
class Decision:
    """One row of the ledger."""

    recorded_at: datetime
    person_id: str
    network: str
    account_id: str
    persona: str
    action: str
    purpose: str
    is_adult: str


COLUMNS = ("person_id", "network", "account_id", "persona", "action", "purpose", "is_adult", "recorded_at")


def make_ledger(people: list[Person], seed: int) -> list[Decision]:
    """Every decision of every person, in order of time."""
    own = [(stream(seed, Part.PEOPLE, number), person) for number, person in enumerate(people)]
    return sorted((row for rng, person in own for row in _decisions(rng, person)))


def _decisions(rng: np.random.Generator, person: Person) -> list[Decision]:
    kind = person.circumstance
    late = kind == "plain" and bool(percent(rng, LATE_GRANT_SHARE, 1)[0])
    granted = int(rng.integers(3, 60)) if late else int(rng.integers(76, 400))
    purposes = [RESEARCH] if kind == "research_only" else [PUBLIC, RESEARCH][: 1 + int(rng.integers(0, 2))]
    rows = _rows(rng, person, granted, "grant", purposes)
    if kind.startswith("withdrawn"):
        withdrawn = int(rng.integers(RECONSIDERED_NIGHTS + 1, 56))
        rows += _rows(rng, person, withdrawn, "withdraw", purposes)
        if kind == "withdrawn_and_granted_again":
            rows += _rows(rng, person, withdrawn - RECONSIDERED_NIGHTS, "grant", purposes)
    if kind == "erased":
        rows += _rows(rng, person, int(rng.integers(1, 41)), "erase", purposes)
    return rows


def _rows(rng: np.random.Generator, person: Person, offset: int, action: str, purposes: list[str]) -> list[Decision]:
    """The same decision on every account of a person and for every purpose."""
    moment = instant(offset, int(rng.integers(0, DAY_SECONDS)))
    is_adult = IS_ADULT.get(person.circumstance, "true")
    return [
        Decision(moment, person.person_id, one.network, one.account_id, one.persona, action, purpose, is_adult)
        for one in person.accounts
        for purpose in purposes
    ]


def decided_on(ledger: list[Decision], action: str) -> dict[str, str]:
    """For each person who took an action, the day of the last time."""
    return {row.person_id: row.recorded_at.date().isoformat() for row in ledger if row.action == action}


def ledger_text(ledger: list[Decision]) -> str:
    """The ledger as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in ledger:
        values = vars(row) | {"recorded_at": iso(row.recorded_at)}
        writer.writerow([values[name] for name in COLUMNS])
    return text.getvalue()
