"""A community small enough to read: ten people, thirty days, a few hundred events, and whatever a test adds."""

import csv
import hashlib
import json
import random
import shutil
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Self

import duckdb
import pytest

from evenscore.base import warehouse
from evenscore.base.config_file import load_settings
from evenscore.base.settings import Settings
from evenscore.night import dbt_build, steps
from evenscore.night.inputs import prepare_inputs
from evenscore.state.runs import Night

LAST = date(2026, 3, 10)
FIRST = LAST - timedelta(days=29)
DAYS = [FIRST + timedelta(days=number) for number in range(30)]
PEOPLE = [f"p{number}" for number in range(10)]

ACTIVITY = ("event_id", "network", "verb", "actor_id", "object_id", "target_id", "occurred_at", "value", "text")
ACCOUNTS = ("network", "account_id", "captured_at", "is_private", "is_bot", "is_discoverable")
ALIASES = ("network", "kind", "alias_id", "stable_id", "seen_at")
CONSENT = ("person_id", "network", "account_id", "persona", "action", "purpose", "is_adult", "recorded_at")

CONFIG = """\
[[sources]]
name = "{network}_activity"
kind = "files"
path = "{network}/activity/{{date}}.csv"
network = "{network}"
{ended}
[[sources]]
name = "{network}_accounts"
kind = "files"
path = "{network}/accounts/{{date}}.csv"
network = "{network}"
dataset = "accounts"
"""

NAMED = """
[[sources]]
name = "{network}_aliases"
kind = "files"
path = "{network}/aliases/{{date}}.csv"
network = "{network}"
dataset = "aliases"
"""

Row = dict[str, Any]

BEFORE_SCORES = ("staging", "conformed", "features")
FROM_SCORES = ("scores", "gate", "marts")


@dataclass
class Village:
    """Rows that a test may read and change, and the folder of source files and ledger that they become."""

    folder: Path
    networks: tuple[str, ...] = ("forum",)
    events: list[Row] = field(default_factory=list)
    accounts: list[Row] = field(default_factory=list)
    aliases: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)
    days: list[date] = field(default_factory=lambda: DAYS)
    """The days that the networks deliver, be it nothing."""
    first_file: date = date.min
    """The day whose file holds what is older, too: to land a file takes longer than to land its rows."""
    last_days: dict[str, date] = field(default_factory=dict)
    """Of networks that have ended."""
    scoring: str = "version = 1\nlookback_nights = 28"  # where a crowd of strangers counts, and jumps come easily

    def grant(self, person: str, account: str | None = None, **entry: Any) -> Self:
        """Let a person be scored on an account of the same name, unless told otherwise."""
        row = {"person_id": person, "network": "forum", "account_id": account or person, "persona": "work"}
        row |= {"action": "grant", "purpose": "public_score", "is_adult": "true", "recorded_at": "2026-01-01T00:00:00Z"}
        self.ledger.append(row | entry)
        return self

    def like(self, target: str, actors: Iterable[str | None], day: date, **event: Any) -> Self:
        """One event a named actor; an object of the day unless told otherwise."""
        for actor in actors:
            number = len(self.events)
            row = {"event_id": f"e{number}", "network": "forum", "verb": "like", "actor_id": actor, "value": None}
            row |= {"object_id": f"{target}-{day}", "target_id": target, "occurred_at": f"{day}T12:00:00Z"}
            self.events.append(row | event)
        return self

    def named(self, stable_id: str, *names: str, day: date = FIRST, kind: str = "account") -> Self:
        """The names of one account or object, each seen once; the second a day after the first, and so on."""
        for number, name in enumerate(names):
            row = {"network": "forum", "kind": kind, "alias_id": name, "stable_id": stable_id}
            self.aliases.append(row | {"seen_at": f"{day + timedelta(days=number)}T12:00:00Z"})
        return self

    def habits(self, people: Iterable[str] = PEOPLE, days: Iterable[date] = DAYS) -> Self:
        """Everybody has five to fourteen fans of their own, a third of whom like something on a given day."""
        everyday = list(days)
        for rank, person in enumerate(people):
            self.grant(person)
            fans = fans_of(person, 5 + rank % 10)
            for day in everyday:
                self.like(person, fans[day.toordinal() % 3 :: 3], day)
        return self

    def write(self, shuffle_seed: int | None = None) -> Self:
        """Write the source files, the ledger and the configuration; with a seed, each file's rows in another order."""
        for network in self.networks:
            self._by_day(network, "activity", ACTIVITY, self.events, "occurred_at", shuffle_seed)
            self._by_day(network, "accounts", ACCOUNTS, self.accounts, "captured_at", shuffle_seed)
            if self.aliases:
                self._by_day(network, "aliases", ALIASES, self.aliases, "seen_at", shuffle_seed)
        _write(self.folder / "consent.csv", CONSENT, _shuffled(self.ledger, shuffle_seed))
        template = CONFIG + NAMED if self.aliases else CONFIG
        ended = {network: f"last_day = {day}\n" for network, day in self.last_days.items()}
        sources = "\n".join(template.format(network=name, ended=ended.get(name, "")) for name in self.networks)
        (self.folder / "evenscore.toml").write_text(
            f'{sources}\n[consent]\nledger = "consent.csv"\n\n[scoring]\n{self.scoring}\n'
        )
        return self

    def _by_day(
        self, network: str, dataset: str, columns: tuple[str, ...], rows: list[Row], at: str, seed: int | None
    ) -> None:
        """One file a day, also for days that have lost all their rows: those were quiet, not missing."""
        folder = self.folder / network / dataset
        mine = [row for row in rows if row["network"] == network]
        written = {path.stem for path in folder.glob("*.csv")}
        by_day: dict[str, list[Row]] = {day: [] for day in sorted(written | {str(day) for day in self.days})}
        for row in mine:
            by_day.setdefault(max(str(row[at])[:10], str(self.first_file)), []).append(row)
        for day, found in by_day.items():
            _write(folder / f"{day}.csv", columns, _shuffled(found, seed))

    def settings(self, home: Path) -> Settings:
        """The settings of a home folder that reads this village."""
        return load_settings(home, self.folder / "evenscore.toml")


def fans_of(person: str, count: int) -> list[str]:
    return [f"fan{number}_of_{person}" for number in range(count)]


def _shuffled(rows: list[Row], seed: int | None) -> list[Row]:
    return rows if seed is None else random.Random(seed).sample(rows, len(rows))


def _write(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, columns)
        writer.writeheader()
        writer.writerows(rows)


def run_spoilt(settings: Settings, day: date, fault: str) -> Night:
    """A whole night with a fault between its features and its scores, as SQL on the warehouse."""
    night = Night.of(day, "spoilt")
    for source in settings.sources:
        steps.extract(settings, night, source.name)
    steps.check_landing(settings, night)
    dbt_build.build(settings, "the features", ["--select", "resource_type:seed", *BEFORE_SCORES])
    with warehouse.connect(settings.places) as con:
        con.execute(fault)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt_build, "build_night", _build_scores)
        steps.build(settings, night)
    steps.check(settings, night)
    steps.publish(settings, night)
    return night


def _build_scores(settings: Settings) -> dict[str, Any]:
    return dbt_build.build(settings, "the scores", ["--select", *dbt_build.PROMISED_TESTS, *FROM_SCORES])


def run_to_check(settings: Settings, day: date, label: str | None = None) -> Night:
    """A night up to its check, ready to be published; `label` names the run, which otherwise tells the time."""
    night = Night.of(day, label)
    for source in settings.sources:
        steps.extract(settings, night, source.name)
    steps.build_all(settings, night)
    steps.check(settings, night)
    return night


def run_unread(settings: Settings, day: date, label: str | None = None) -> Night:
    """A whole night but for its page, which takes a tenth of it, and which few tests look at."""
    night = run_to_check(settings, day, label)
    steps.publish(settings, night)
    return night


def score(settings: Settings, day: date, *only: str) -> None:
    """Build everything up to the marts, or `only` what dbt selects by these names; nothing is checked or published."""
    night = Night.of(day, "scored")
    for source in settings.sources:
        steps.extract(settings, night, source.name)
    prepare_inputs(settings, night)
    if only:
        dbt_build.build(settings, "a part of the night", ["--select", *only])
    else:
        dbt_build.build_night(settings)


def copied(settings: Settings, home: Path) -> Settings:
    """The same village with a copy of the home folder, to be spoilt."""
    shutil.copytree(settings.home, home, symlinks=True)
    return load_settings(home, settings.config)


def outcome(settings: Settings, night: Night) -> str:
    """What publishing a run said: published or unchanged."""
    return str(json.loads((settings.places.run(night.run_id) / "stages" / "publish.json").read_text())["published"])


def rows(path: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a reader of a database file is told."""
    with closing(duckdb.connect(str(path.resolve()), read_only=True)) as con:
        return con.execute(sql, values).fetchall()


def published(settings: Settings, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a reader of the published database is told."""
    return rows(settings.places.database, sql, *values)


def built(settings: Settings, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the warehouse holds."""
    return rows(settings.places.warehouse, sql, *values)


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
