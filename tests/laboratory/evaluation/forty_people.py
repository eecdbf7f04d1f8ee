"""A community small enough to evaluate in a test: forty people on two networks, half a year, everybody a habit."""

import csv
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from evenscore.base.settings import Settings
from evenscore.laboratory.evaluation.evaluate import Evaluation
from evenscore.state.evaluations import Measure

FIRST, DAYS = date(2026, 1, 1), 130
LAST = FIRST + timedelta(days=DAYS - 1)
PEOPLE = [f"member{number:02}" for number in range(40)]
NETWORKS = ("forum", "chat")
CONFIG = """\
[[sources]]
name = "{network}_activity"
kind = "files"
path = "{network}.csv"
network = "{network}"
"""


def write_community(folder: Path) -> Path:
    """The source files, the ledger and the configuration. The higher a person's number, the more they draw."""
    draw = random.Random(7)
    folder.mkdir(parents=True)
    for network in NETWORKS:
        write(folder / f"{network}.csv", [event for day in range(DAYS) for event in _events(draw, network, day)])
    granted = {"persona": "work", "action": "grant", "purpose": "public_score", "is_adult": "true"}
    entries = [
        {"person_id": person, "network": network, "account_id": person, "recorded_at": "2025-12-01T00:00:00Z"} | granted
        for person in PEOPLE
        for network in NETWORKS
    ]
    write(folder / "consent.csv", entries)
    config = folder / "evenscore.toml"
    sources = "\n".join(CONFIG.format(network=network) for network in NETWORKS)
    config.write_text(f'{sources}\n[consent]\nledger = "consent.csv"\n\n[scoring]\nlookback_nights = 28\n')
    return config


def _events(draw: random.Random, network: str, day: int) -> list[dict[str, str]]:
    """Each person draws some of their fans, who are people of the community as often as not."""
    events = []
    for rank, person in enumerate(PEOPLE):
        for _ in range(draw.choice((0, 1, 1, 2)) if draw.random() < 0.2 + rank / 50 else 0):
            fan = draw.randrange(4 + 2 * rank)
            actor = PEOPLE[(rank * 7 + fan) % 40] if fan % 2 else f"fan{fan}_of_{person}"
            events.append(
                {
                    "event_id": f"{network}-{day}-{len(events)}",
                    "verb": "reply",
                    "actor_id": actor,
                    "object_id": f"{person}-{day // 3}",
                    "target_id": person,
                    "occurred_at": f"{FIRST + timedelta(days=day)}T12:00:00Z",
                }
            )
    return events


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@dataclass(frozen=True)
class Evaluated:
    """A home of which nothing is published yet, and an evaluation of it."""

    settings: Settings
    found: Evaluation

    def measure(self, name: str) -> Measure:
        """The one figure of that name that sums up."""
        (measure,) = (measure for measure in self.found.summary if measure.measure == name)
        return measure
