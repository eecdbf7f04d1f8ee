"""What a pull costs: each network of `tests/networks` with about a thousand objects more, over HTTP on loopback.

Writes a table into docs/network_costs.md: requests, those of a second pull a day later, seconds, CPU seconds and
megabytes above start-up of the process that pulls, and CPU seconds to read what it brought. Each network is pulled by a
process of its own; its server is another one, so that its work is not counted. Nothing waits for a limit.

Usage: PYTHONPATH=dags:tests/networks:tests python benchmarks/network_costs.py [docs/network_costs.md]
"""

import multiprocessing
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invented import every
from loopback import Server, StillClock
from pulled_home import PulledHome

from evenscore.connectors import CONNECTORS, NETWORKS
from evenscore.pulling import planning
from evenscore.state.memory import peak_megabytes

OBJECTS = 1_000
DAY = 86_400
PAGES = {"activitystreams": 20, "mastodon": 40, "discourse": 50, "lemmy": 50, "youtube": 50, "zulip": 1_000,
         "hackernews": 1_000}  # fmt: skip
"""Objects a page, as the real networks have them; the others have 100."""
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"


@dataclass(frozen=True)
class Cost:
    """What one network's pull took."""

    kind: str
    requests: int
    again: int
    seconds: float
    cpu_seconds: float
    megabytes: float
    parse_seconds: float
    rows: int


def measured(kind: str) -> Cost:
    """Pull a network twice, a day apart; the second pull meets nothing new."""
    fork = multiprocessing.get_context("fork")
    address, found = fork.SimpleQueue(), fork.SimpleQueue()
    server = fork.Process(target=_serve, args=(kind, address), daemon=True)
    server.start()
    client = fork.Process(target=_pull, args=(kind, address.get(), found))
    client.start()
    cost: Cost = found.get()
    client.join()
    server.terminate()
    return cost


def _serve(kind: str, address: Any) -> None:
    with Server(every()[kind](PAGES.get(kind, 100), OBJECTS).answer, StillClock()).running() as server:
        address.put(server.url)
        time.sleep(600)


class Elsewhere:
    """A server that another process runs."""

    def __init__(self, url: str) -> None:
        self.url = url


def _pull(kind: str, url: str, found: Any) -> None:
    import httpx  # noqa: F401  # part of starting, not of a pull

    with tempfile.TemporaryDirectory() as folder:
        clock = StillClock()
        home = PulledHome(Path(folder), every()[kind](), Elsewhere(url), clock)
        planning.plan(home.settings, "net")  # reads ledger and configuration, with all that these import
        begun, cpu, memory = time.perf_counter(), time.process_time(), peak_megabytes()
        first = home.pull()
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu
        parse_seconds, rows = _timed(lambda: _rows(home))
        memory = peak_megabytes() - memory
        clock.sleep(DAY)
        again = home.pull()
        assert first.is_success and again.is_success, (first.in_words(), again.in_words())
        cost = Cost(
            kind, first.account.requests, again.account.requests, seconds, cpu_seconds, memory, parse_seconds, rows
        )
        found.put(cost)


def _rows(home: PulledHome) -> int:
    source = home.settings.source("net")
    files = sorted(home.places.raw_pages("net").glob("*.ndjson"))
    parsed = [CONNECTORS[source.kind].parse(path, source.model_copy(update={"path": str(path)})) for path in files]
    return sum(table.num_rows for one in parsed for table in one.tables.values())


def _timed(do: Callable[[], int]) -> tuple[float, int]:
    begun = time.process_time()
    value = do()
    return time.process_time() - begun, value


def table(costs: list[Cost]) -> str:
    """The figures as a table of the documentation."""
    heads = ("network", "endpoints", "verbs", "requests", "a day later", "s", "CPU s", "MB", "CPU s to read", "rows")
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for one in costs:
        network, share = NETWORKS[one.kind], f"{one.again / one.requests:.0%}"
        asked = (len(network.endpoints), len(network.verbs), f"{one.requests:,}", f"{one.again:,} ({share})")
        took = (f"{one.seconds:.1f}", f"{one.cpu_seconds:.2f}", f"{one.megabytes:.0f}", f"{one.parse_seconds:.2f}")
        lines.append(f"| {' | '.join(map(str, (one.kind, *asked, *took, f'{one.rows:,}')))} |")
    return "\n".join(lines)


def main() -> None:
    """Measure every network; print the table, or write it into a page."""
    costs = [measured(kind) for kind in sorted(every())]
    made = table(costs)
    print(made)
    if len(sys.argv) > 1:
        page = Path(sys.argv[1])
        text = re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n{made}\n{END}", page.read_text(), flags=re.DOTALL)
        page.write_text(text)


if __name__ == "__main__":
    main()
