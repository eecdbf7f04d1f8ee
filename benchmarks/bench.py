"""What a night costs: three nights in a row of a town with a million events, and how that grows with its history.

Makes the town (town.py), runs each night in a process of its own (night_costs.py), and the same evidence by other means
(peers.py), whose numbers must be evenscore's. Writes the tables into benchmarks/README.md. Some minutes; a gigabyte of
disk, gone at the end.

Usage: PYTHONPATH=dags python benchmarks/bench.py [EVENTS-A-DAY ACCOUNTS]    (default 11,112 and 100,000)
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
from peers import HALF_LIVES, PEERS
from town import LAST, Town

HERE = Path(__file__).parent
README = HERE / "README.md"
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"
LONG, SHORT = 90, 30
"""Days of history."""
NIGHTS = [LAST + timedelta(days=number) for number in range(3)]
EVIDENCE = (
    *("told_events", "service_accounts", "received_by_name", "engager_names", "received", "pairs", "objects"),
    *("feat_pair__objects", "feat_pair__actions", "feat_person__engagers"),
)
"""The models between what landed and the numbers that the peers compute."""
TOLERANCE = 1e-5
"""Two logarithms may round to other millionths in their last digit, and a sum of a few hundred of them by as many."""

Cost = dict[str, Any]


@dataclass(frozen=True)
class Stepped:
    """A town, and what its nights cost, the first first."""

    town: Town
    home: Path
    nights: list[Cost]

    def cpu(self, night: int, stage: str = "night") -> float:
        """CPU seconds of a stage of a night."""
        return float(self.nights[night]["costs"][stage]["cpu"])


def stepped(folder: Path, days: int, nights: int, events_per_day: int, accounts: int) -> Stepped:
    """The first nights of a town with so many days of history; each later night's day arrives before it."""
    town, home = Town(folder / "town", events_per_day, accounts, days).write(), folder / "home"
    costs = []
    for night in NIGHTS[:nights]:
        town.write_day(night)
        print(f"{days} days of history, night {night}", file=sys.stderr, flush=True)
        costs.append(_json_of("night_costs.py", home, town.folder / "evenscore.toml", night))
    return Stepped(town, home, costs)


def _json_of(program: str, *arguments: object) -> Cost:
    command = [sys.executable, str(HERE / program), *map(str, arguments)]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    found: Cost = json.loads(said.stdout.splitlines()[-1])
    return found


def peers(found: Stepped) -> Iterator[tuple[str, Cost]]:
    """What each peer that is installed takes for the last night's evidence. Raises where its numbers are others."""
    night = NIGHTS[len(found.nights) - 1]
    for name in [one for one in PEERS if find_spec(one)]:
        out = found.home / f"{name}.parquet"
        yield name, _json_of("peers.py", name, found.town.folder, night, out)
        _require_equal(found.home / "warehouse.duckdb", out, name)


def _require_equal(warehouse: Path, out: Path, name: str) -> None:
    off = " or ".join(f"abs(ours.crowd_{span} - theirs.crowd_{span}) > {TOLERANCE}" for span in HALF_LIVES)
    query = f"""
        select count(*), count(*) filter (ours.person_id is null or theirs.person_id is null or {off})
        from (
            from features.feat_person__engagers semi join raw.run using (as_of_date, scoring_version)
            where evidence_through_date = as_of_date
        ) as ours
        full join '{out}' as theirs using (person_id)
    """
    with duckdb.connect(str(warehouse), read_only=True) as con:
        ((people, others),) = con.execute(query).fetchall()
    if others or not people:
        raise SystemExit(f"{name}: other numbers than evenscore's for {others} of {people} people")


def stage_table(found: Stepped) -> Iterator[str]:
    """CPU seconds and peak memory by stage and night."""
    head = [f"night {number + 1}" for number in range(len(found.nights))]
    yield "| CPU seconds | " + " | ".join(head) + " |"
    yield "|---|" + "---|" * len(head)
    for stage in found.nights[0]["costs"]:
        yield f"| {stage} | " + " | ".join(f"{found.cpu(night, stage):.1f}" for night in range(len(head))) + " |"
    peaks = [f"{one['costs']['night']['peak_mb']:,.0f}" for one in found.nights]
    yield "| peak MB | " + " | ".join(peaks) + " |"


def figure_table(long: Stepped, short: Stepped, others: list[tuple[str, Cost]]) -> Iterator[str]:
    """The ratios of one run, and the peers."""
    more = (LONG - SHORT) * long.town.events_per_day / 1e6
    ours = sum(long.nights[-1]["models"][name] for name in EVIDENCE)
    yield "| figure | |"
    yield "|---|---|"
    yield f"| second night against the first | {long.cpu(1) / long.cpu(0):.2f} |"
    yield f"| {LONG} days of history against {SHORT}, second night | {long.cpu(1) / short.cpu(1):.2f} |"
    yield f"| second night, CPU s for each million events of history more | {(long.cpu(1) - short.cpu(1)) / more:.1f} |"
    yield f"| evidence of the last night, evenscore | {ours:.1f} s |"
    for name, cost in others:
        took = f"{cost['seconds']:.1f} s, {cost['cpu']:.1f} CPU s, {cost['peak_mb']:,.0f} MB"
        yield f"| the same by {name} {version(name)} | {took} |"


def main() -> None:
    """Run everything and write the tables."""
    events_per_day, accounts = map(int, sys.argv[1:] or ("11112", "100000"))
    with tempfile.TemporaryDirectory() as folder:
        long = stepped(Path(folder) / "long", LONG, 3, events_per_day, accounts)
        others = list(peers(long))
        short = stepped(Path(folder) / "short", SHORT, 2, events_per_day, accounts)
    size = f"{LONG * events_per_day:,} events of {LONG} days, {accounts:,} accounts, a tenth of them consenting"
    machine = (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, DuckDB {version('duckdb')}"
    )
    lines = [f"{size}; {machine}.", "", *stage_table(long), "", *figure_table(long, short, others)]
    before, _, rest = README.read_text().partition(BEGIN)
    README.write_text(before + "\n".join([BEGIN, "", *lines, "", END]) + rest.partition(END)[2])
    print("\n".join(lines))


if __name__ == "__main__":
    main()
