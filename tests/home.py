"""A small home to extract into: one source, one ledger, and whatever files a test delivers."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from evenscore.base.config_file import load_settings
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.intake import extraction, landed_names
from evenscore.landing_zone import landing
from evenscore.landing_zone.deliveries import Delivery

Record = dict[str, Any]

LEDGER = """\
person_id,network,account_id,persona,action,purpose,is_adult,recorded_at
p_ann,forum,ann,work,grant,public_score,true,2026-01-01T00:00:00Z
"""


def event(event_id: str = "e1", **changes: Any) -> Record:
    """A sound activity: on 1 March, bob liked something of ann's."""
    known = {"event_id": event_id, "network": "forum", "verb": "like", "actor_id": "bob", "target_id": "ann"}
    return {**known, "occurred_at": "2026-03-01T10:00:00Z", **changes}


def ndjson(records: Iterable[Record]) -> bytes:
    """Records as JSON lines."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()


class Home:
    """A configuration with one source called forum, reading `data/`, and a home folder beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.config = folder / "evenscore.toml"
        self.places = HomePaths(folder / "home")
        self.data.mkdir(parents=True)
        (folder / "ledger.csv").write_text(LEDGER)
        self.configure()

    def configure(self, path: str = "data/*", more: str = 'network = "forum"') -> None:
        """Write the configuration; `more` stands in the source's own table."""
        source = f'[[sources]]\nname = "forum"\nkind = "files"\npath = "{path}"\n{more}\n'
        self.config.write_text(f'[consent]\nledger = "ledger.csv"\n\n{source}')

    @property
    def settings(self) -> Settings:
        """The settings as they stand in the file now."""
        return load_settings(self.places.home, self.config)

    def deliver(self, name: str, *records: Record, content: bytes | None = None) -> Path:
        """Put a file into the source's folder: records as JSON lines, or `content` as it is."""
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(ndjson(records) if content is None else content)
        return path

    def extract(self, night: str = "2026-03-05") -> list[Delivery]:
        """Extract the source on a night, as a night does: what landed before is brought into form first."""
        landed_names.settle(self.settings)
        return extraction.extract(self.settings, "forum", date.fromisoformat(night))

    def landed(self) -> list[Record]:
        """Every landed row, in the order of the folders."""
        files = [landing.verify(self.places, manifest) for manifest in landing.manifests(self.places)]
        return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]

    def landed_ids(self) -> list[str]:
        """The ids of the landed events."""
        return [row["event_id"] for row in self.landed()]

    def files(self) -> dict[str, bytes]:
        """The landed Parquet files and manifests by their path, with their bytes."""
        found = [*self.places.landing.glob("*/*/????-??-??/*"), *self.places.landing.glob("*/*/????-??-??/.*")]
        return {str(path.relative_to(self.places.landing)): path.read_bytes() for path in sorted(found)}

    def rejected(self) -> list[tuple[int, str]]:
        """Row and reason of everything refused."""
        files = sorted(self.places.landing.glob("rejected/*/*/*/*.parquet"))
        rows = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
        return sorted((row["row"], row["reason"]) for row in rows)
