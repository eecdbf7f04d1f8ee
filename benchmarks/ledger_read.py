"""What reading a long consent ledger costs: verified from its first row on, and from where the last night verified it.

Makes a ledger of so many grants in a folder of its own and prints CPU seconds: to read and verify the file, and all
that a process does that asks for the ledger first (read_ledger: verify it, compare the configured file, hear it).

Usage: python benchmarks/ledger_read.py [ROWS]     (by default 500,000)
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evenscore.base import atomic_io
from evenscore.base.canonical import CONSENT
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings, load_settings
from evenscore.consent import ledger
from evenscore.consent.chain import Row
from evenscore.consent.entries import table
from evenscore.consent.ledger_file import HEAD, LedgerFile, open_ledger_file

CONFIG = """\
[[sources]]
name = "forum"
kind = "files"
path = "*.toml"
network = "forum"

[consent]
ledger = "consent.parquet"
"""


NOTHING = dict.fromkeys(CONSENT.names)
SAID = {"network": "forum", "persona": "work", "action": "grant", "purpose": "public_score", "is_adult": True}


def grant(number: int) -> Row:
    """A decision as the ledger keeps it."""
    who = {"person_id": f"p{number}", "account_id": f"a{number}", "recorded_at": "2025-01-01T00:00:00.000000Z"}
    return NOTHING | SAID | who


def write_ledger(folder: Path, row_count: int) -> Settings:
    """A home whose ledger has taken in a file of so many grants."""
    (folder / "evenscore.toml").write_text(CONFIG)
    book = LedgerFile(HomePaths(folder / "home").consent_ledger, [])
    for number in range(row_count):
        book.enter(grant(number), {"file": "consent.parquet", "row": number + 1})
    pq.write_table(table([row["entry"]["fields"] for row in book.rows]), folder / "consent.parquet")
    book.save()
    return load_settings(folder / "home", folder / "evenscore.toml")


def note(settings: Settings) -> None:
    """What a night notes once it has verified the ledger."""
    ledger.read_ledger(settings)
    path = settings.places.run("2026-03-01_noted") / "stages" / "check_landing.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({HEAD: ledger.noted_head(settings)}))


def add_a_grant(settings: Settings) -> None:
    """One more row in the configured file."""
    rows = pq.read_table(settings.ledger)
    pq.write_table(pa.concat_tables([rows, table([grant(rows.num_rows)])]), settings.ledger)


def cost(work: Callable[[], object]) -> float:
    """CPU seconds."""
    before = time.process_time()
    work()
    return time.process_time() - before


def row(settings: Settings, state: str) -> str:
    """What is measured in a state of the ledger, as a row of the table."""
    ledger._read.clear()  # as in a process of its own
    atomic_io._settled.clear()
    costs = [cost(lambda: open_ledger_file(settings.places)), cost(lambda: ledger.read_ledger(settings))]
    return f"| {state} | {costs[0]:.1f} s | {costs[1]:.1f} s |"


def report(row_count: int) -> None:
    """The table, line by line."""
    with tempfile.TemporaryDirectory() as folder:
        settings = write_ledger(Path(folder), row_count)
        print(f"| {row_count:,} rows, {settings.places.consent_ledger.stat().st_size / 1e6:.0f} MB | file | all |")
        print("|---|---|---|")
        print(row(settings, "no night has noted it"), flush=True)
        note(settings)
        print(row(settings, "noted by the last night, nothing new since"), flush=True)
        add_a_grant(settings)
        print(row(settings, "noted by the last night, one grant more"), flush=True)


if __name__ == "__main__":
    report(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)
