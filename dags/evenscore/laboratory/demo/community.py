"""Make the demo community: its sources, ledger, configuration and ground truth, whole or not at all."""

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from evenscore.base import atomic_io
from evenscore.base.errors import UsageError
from evenscore.laboratory.demo import cast, fame, gaming
from evenscore.laboratory.demo.accounts import Accounts, make_accounts
from evenscore.laboratory.demo.configuration import configuration
from evenscore.laboratory.demo.delivery import Deliveries, deliver
from evenscore.laboratory.demo.events import Events, together
from evenscore.laboratory.demo.habits import everyday, make_life
from evenscore.laboratory.demo.ledger import ledger_text, make_ledger
from evenscore.laboratory.demo.networks import NETWORKS, PIXELS
from evenscore.laboratory.demo.nights import Nights
from evenscore.laboratory.demo.people import make_people
from evenscore.laboratory.demo.quiet import quiet_life
from evenscore.laboratory.demo.snapshots import private_dates, with_private
from evenscore.laboratory.demo.stage import Note, Stage
from evenscore.laboratory.demo.topics import topic_list
from evenscore.laboratory.demo.truth import delivery_notes, identity, never_consented, people_truth

TRUTH = "truth.json"
PLANTED = (
    fame.viral_nights,
    fame.single_viral_post,
    gaming.ring,
    gaming.bought_burst,
    gaming.answer_bot,
    fame.slow_honest_rise,
)


@dataclass(frozen=True)
class Community:
    """Where a demo community is, and how big."""

    folder: Path
    first_date: date
    last_date: date
    nights: int
    seed: int
    people: int
    activity_rows: int
    account_rows: int

    @property
    def config(self) -> Path:
        """Its configuration."""
        return self.folder / "evenscore.toml"

    @property
    def ledger(self) -> Path:
        """Its consent ledger."""
        return self.folder / "consent.csv"

    @property
    def truth(self) -> dict[str, Any]:
        """Everything that was planted."""
        return dict(atomic_io.read_json(self.folder / TRUTH))


def make_community(folder: Path, nights: int = 75, seed: int = 2011) -> Community:
    """Write the demo community into `folder`, unless it is there already.

    Raises ValueError for too few nights, and UsageError for a folder that holds something else.
    """
    calendar = Nights(nights)
    truth_path = folder / TRUTH
    if truth_path.exists():
        truth = atomic_io.read_json(truth_path)
        if {name: truth.get(name) for name in identity(calendar, seed)} == identity(calendar, seed):
            return _summary(folder, truth)
    elif folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder}: holds something that is not a demo community; name an empty folder")
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.draft")
    try:
        with atomic_io.disk_errors(folder):
            truth = _write(draft, calendar, seed)
            _swap(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return _summary(folder, truth)


def _swap(draft: Path, folder: Path) -> None:
    """Put the finished draft in the folder's place."""
    former = draft.with_suffix(".former")
    if folder.exists():
        folder.replace(former)
    draft.replace(folder)
    shutil.rmtree(former, ignore_errors=True)


def _summary(folder: Path, truth: dict[str, Any]) -> Community:
    return Community(
        folder=folder,
        first_date=date.fromisoformat(truth["first_date"]),
        last_date=date.fromisoformat(truth["last_date"]),
        nights=truth["nights"],
        seed=truth["seed"],
        people=truth["people"]["people"],
        activity_rows=sum(truth["rows"]["activity"].values()),
        account_rows=sum(truth["rows"]["accounts"].values()),
    )


def _write(folder: Path, nights: Nights, seed: int) -> dict[str, Any]:
    accounts = {one.name: make_accounts(one, seed, cast.newcomers() if one is PIXELS else []) for one in NETWORKS}
    people = sorted([*make_people(accounts, seed), *cast.persons()], key=lambda person: person.person_id)
    ledger = make_ledger(people, seed)
    private = private_dates(people, seed)
    accounts = {name: with_private(one, private) for name, one in accounts.items()}
    members = {one.account_id for person in people for one in person.accounts}
    deliveries, notes, strangers = Deliveries(), list[Note](), dict[str, Any]()
    for network in NETWORKS:
        rows, planted = _happenings(accounts[network.name], members, nights, seed)
        notes += planted
        strangers[network.name] = never_consented(accounts[network.name], rows, members)
        deliver(folder, accounts[network.name], rows, nights, seed, deliveries)
    (folder / "evenscore.toml").write_text(configuration())
    (folder / "topics.csv").write_text(topic_list())
    (folder / "consent.csv").write_text(ledger_text(ledger))
    truth = identity(nights, seed) | {
        "first_date": nights.first_date.isoformat(),
        "last_date": nights.last_date.isoformat(),
        "rows": {dataset: _rows(deliveries, dataset) for dataset in ("activity", "accounts")},
        "rows_by_file": deliveries.rows,
        "ledger_rows": len(ledger),
        "people": people_truth(people, ledger, private),
        "never_consented": strangers,
        "events": [note.as_dict() for note in [*notes, *delivery_notes(deliveries)]],
    }
    atomic_io.write_json(folder / TRUTH, truth)
    return truth


def _rows(deliveries: Deliveries, dataset: str) -> dict[str, int]:
    """Rows of each network, as they stand in its files (so with repeats and malformed ones)."""
    wanted = {one.name: f"{one.name}/{dataset}/" for one in NETWORKS}
    return {
        name: sum(n for path, n in deliveries.rows.items() if path.startswith(start)) for name, start in wanted.items()
    }


def _happenings(accounts: Accounts, members: set[str], nights: Nights, seed: int) -> tuple[Events, list[Note]]:
    """Everything that happens on one network, and what was planted in it."""
    life = make_life(accounts, nights, seed)
    chunks, notes = [everyday(life, nights)], []
    if accounts.network is PIXELS:
        owned = np.isin(accounts.ids[: accounts.ordinary_count], np.array(sorted(members), dtype=object))
        stage = Stage(life, nights, seed, np.flatnonzero(owned))
        chunks.append(quiet_life(stage))
        for plant in PLANTED:
            rows, note = plant(stage)
            chunks.append(rows)
            notes.append(note)
    rows = together(chunks)
    return rows.take(rows.offset < nights.count), notes
