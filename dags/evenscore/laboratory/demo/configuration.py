"""The demo's `evenscore.toml`: the configuration that a user would copy for a community of their own."""

from evenscore.laboratory.demo.networks import NETWORKS, Network
from evenscore.laboratory.demo.nights import LAST_NIGHT

HEADER = f"""\
# evenscore configuration, written for the demo community. Copy it and make it your own.
# Paths are relative to this file. Everything below [[sources]] and [consent] shows the default and may be left out.

# The last day of which anything will ever come: the schedule skips later ones. A community that lives has no such line.
last_night = {LAST_NIGHT}

# Where activity comes from. `kind` is one of files (canonical Parquet, CSV or NDJSON, plain, .gz or .zst), gharchive,
# github, discourse. `{{date}}` stands for a UTC day: such a file covers exactly that day.
"""

FOOTER = """\
# Who asked for a score: append-only, one row a decision. No row, no score.
[consent]
ledger = "consent.csv"

# Topics that people may be scored on. Leave this out, and there are no topic scores.
[topics]
list = "topics.csv"

[checks]
max_rejected_share = 0.05   # a run that refuses a larger share of one source's records stops
hold_move_points = 20       # a score that moved this far within hold_window_nights waits for a reviewer
hold_window_nights = 3

[scoring]
version = 3                 # what is published; promoting another is changing this line
seeds = []                  # where trust starts, "network:account" of members; none: the best-established ones
lookback_nights = 60         # how many earlier nights are looked at

[publish]
kept_runs = 30              # published runs to keep; rolling back is pointing at one of them
"""


def configuration() -> str:
    """The text of the demo's configuration."""
    return "\n".join([HEADER, *(_sources(network) for network in NETWORKS), FOOTER])


def activity_path(network: Network, date: str, mark: str = "") -> str:
    """One night's activity file, relative to the configuration."""
    return f"{network.name}/activity/{date}{mark}{network.suffix}"


def accounts_path(network: Network, date: str) -> str:
    """One night's account snapshot, relative to the configuration."""
    return f"{network.name}/accounts/{date}.parquet"


def _sources(network: Network) -> str:
    # The asterisk takes in a second delivery of the same day, such as 2026-03-03-redelivered.ndjson.gz.
    activity = _source(network, "activity", activity_path(network, "{date}", "*"))
    return f"{activity}\n{_source(network, 'accounts', accounts_path(network, '{date}'))}"


def _source(network: Network, dataset: str, path: str) -> str:
    settings = {"name": f"{network.name}_{dataset}", "kind": "files", "network": network.name, "dataset": dataset}
    return "[[sources]]\n" + "".join(f'{name} = "{value}"\n' for name, value in (settings | {"path": path}).items())
