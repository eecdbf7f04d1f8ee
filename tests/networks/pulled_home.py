"""A home whose one source is pulled from an invented network, and what has landed in it."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from invented import Invented
from loopback import Server, StillClock

from evenscore.base.config_file import load_settings
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.intake import extraction
from evenscore.landing_zone import landing
from evenscore.landing_zone.deliveries import Delivery
from evenscore.pulling import Pulled, pull

HEADER = "person_id,network,account_id,persona,action,purpose,is_adult,recorded_at\n"


class PulledHome:
    """One source called `net`, and a ledger in which the invented network's people stand."""

    def __init__(self, folder: Path, invented: Invented, server: Server, clock: StillClock, more: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.invented, self.server, self.clock = invented, server, clock
        self.places, self.config = HomePaths(folder / "home"), folder / "evenscore.toml"
        self.ledger = folder / "ledger.csv"
        self.people = tuple(name.format(url=server.url) for name in invented.people)
        self.stand(*self.people)
        source = (
            f'[[sources]]\nname = "net"\nkind = "{invented.kind}"\nurl = "{server.url}"\n{invented.settings}\n{more}\n'
        )
        self.config.write_text(f'[consent]\nledger = "ledger.csv"\n\n{source}')

    def stand(self, *people: str) -> None:
        """Write a ledger of those who stand."""
        rows = [f"p_{number},{self.invented.kind},{name},work,grant,public_score,true,2026-01-01T00:00:00Z\n"
                for number, name in enumerate(people)]  # fmt: skip
        self.ledger.write_text(HEADER + "".join(rows))

    def say(self, person: int, name: str, action: str) -> None:
        """Add a word to the ledger."""
        with self.ledger.open("a") as file:
            file.write(f"p_{person},{self.invented.kind},{name},work,{action},public_score,true,2026-02-01T00:00:00Z\n")

    @property
    def settings(self) -> Settings:
        return load_settings(self.places.home, self.config)

    def pull(self, **options: Any) -> Pulled:
        return pull(self.settings, "net", clock=self.clock, **options)

    def extract(self, night: str = "2026-03-15") -> list[Delivery]:
        return extraction.extract(self.settings, "net", date.fromisoformat(night))

    def landed(self, dataset: str = "activity") -> list[dict[str, Any]]:
        """Every landed row of a dataset, in the order of its key."""
        files = [landing.verify(self.places, one) for one in landing.manifests(self.places) if one.dataset == dataset]
        rows = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
        return sorted(rows, key=lambda row: str(sorted(row.items(), key=lambda item: item[0])))


@contextmanager
def served(folder: Path, network: Invented) -> Iterator[PulledHome]:
    clock = StillClock()
    with Server(network.answer, clock).running() as server:
        yield PulledHome(folder, network, server, clock)


def altered(network: Invented, change: Any) -> Invented:
    """The network with every answer changed."""
    before = network.answer
    return Invented(
        network.kind, network.people, lambda asked: change(asked, copy.deepcopy(before(asked))), network.settings
    )
