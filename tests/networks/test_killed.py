"""A pull that is killed at any moment goes on where it was: the same rows, and only the page in flight comes again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from invented import every
from loopback import Asked, Reply, Server, StillClock
from pulled_home import PulledHome
from test_weather import rows_of, run

from evenscore.pulling import pulls

NETWORKS = every()
MOMENTS = 20
PULL = "import sys; from evenscore.cli import main; main()"


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(NETWORKS))
def test_a_pull_that_is_killed_twenty_times_asks_one_page_again_each_time(kind: str, tmp_path: Path) -> None:
    network = NETWORKS[kind](1) if kind != "discourse" else NETWORKS[kind](10)
    quiet, rows, undisturbed = run(tmp_path / "quiet", network)
    assert quiet.state == pulls.WHOLE
    count = len(undisturbed.log)
    moments = sorted({1 + number * (count - 1) // MOMENTS for number in range(MOMENTS)})
    victim: list[subprocess.Popen[bytes]] = []

    def killing(asked: Asked, reply: Reply, number: int) -> Reply:
        """Kill the client while it waits for this page."""
        if moments and number - killed[0] >= moments[0]:
            moments.pop(0)
            killed[0] += 1
            os.kill(victim[-1].pid, signal.SIGKILL)
        return reply

    killed = [0]
    clock = StillClock()
    with Server(network.answer, clock, killing).running() as server:
        home = PulledHome(tmp_path / "killed", network, server, clock)
        command = [sys.executable, "-c", PULL, "--home", str(home.places.home), "--config", str(home.config), "pull"]
        for _ in range(MOMENTS + 1):
            victim.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
            _, said = victim[-1].communicate(timeout=120)
            if victim[-1].returncode == 0:
                break
            assert victim[-1].returncode == -signal.SIGKILL, said.decode()
        assert victim[-1].returncode == 0
        again = len(server.log) - count
    assert killed[0] >= min(MOMENTS, count - 1)
    assert without_instants(rows_of(home)) == without_instants(rows)
    assert again <= killed[0], f"{again} further requests after {killed[0]} kills"


def without_instants(rows: list[str]) -> list[str]:
    """Rows without what says when the pull began: the clock of a process of its own is the machine's."""
    return sorted(row for row in rows if not row.startswith("accounts"))
