"""What somebody starts from: a commented configuration, an empty consent ledger, and a folder for the first files."""

from dataclasses import dataclass
from pathlib import Path

from evenscore.base import atomic_io
from evenscore.base.canonical import LAID_OUT_CONSENT
from evenscore.base.errors import UsageError

CONFIGURATION = """\
# evenscore configuration. Paths are relative to this file. What has a # before it shows the default, or an example.
# Everything that can be set: docs/configuration.md.

# Where activity comes from, one [[sources]] a stream. `kind` is files (CSV, NDJSON or Parquet of evenscore's own shape;
# .gz or .zst too), gharchive, github or discourse. `{date}` stands for a UTC day such as 2026-03-15: such a file covers
# exactly that day, and a day without a file is reported as missing. An asterisk takes in later parts of the same day.
[[sources]]
name = "community_activity"
kind = "files"
network = "community"
path = "incoming/activity/{date}*.csv"

# Who is private, a bot, or has how many followers; delivered as often as you like.
# [[sources]]
# name = "community_accounts"
# kind = "files"
# network = "community"
# dataset = "accounts"
# path = "incoming/accounts/{date}*.csv"

# Who asked for a score: append-only, one row a decision. No row, no score.
[consent]
ledger = "consent.csv"

# Topics that people may be scored on; without a list there are no topic scores.
# [topics]
# list = "topics.csv"

[checks]
# max_rejected_share = 0.05   # a source that sends more malformed records than this stops the run
# hold_move_points = 20       # a score that moved this far within hold_window_nights waits for a reviewer
# hold_window_nights = 3
# provisional_nights = 21     # nothing is published of somebody first engaged with less than so many nights ago

[scoring]
# seeds = []                  # where trust starts, "network:account" of members; none: the best-established ones
# lookback_nights = 60         # how many earlier nights are looked at

[publish]
# kept_runs = 30              # published runs to keep; rolling back is pointing at one of them

[retention]
# raw_days = 730              # landed activity and rejected records
# published_nights = 400        # published nights, pages, logs

[machine]
# memory_limit = "4GB"        # of a night's process, 2GB or more; left out: four fifths of the machine's
"""

INCOMING = Path("incoming/activity")


@dataclass(frozen=True)
class Start:
    """What was written."""

    config: Path
    ledger: Path
    incoming: Path


def start(folder: Path) -> Start:
    """Write a configuration, a ledger with its header alone, and the folder that the configuration reads.

    Raises UsageError, and writes nothing, where a configuration or a ledger is there already.
    """
    made = Start(folder / "evenscore.toml", folder / "consent.csv", folder / INCOMING)
    for path in (made.config, made.ledger):
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path}: is there already, and stays as it is; nothing was written")
    made.incoming.mkdir(parents=True, exist_ok=True)
    atomic_io.write_bytes(made.ledger, f"{','.join(LAID_OUT_CONSENT)}\n".encode())
    atomic_io.write_bytes(made.config, CONFIGURATION.encode())
    return made
