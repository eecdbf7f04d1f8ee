"""A pull that is killed at any moment goes on where it was: the same rows, and only the page in flight comes again."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from invented import every
from loopback import Asked, Reply, Server, StillClock
from pulled_home import PulledHome
from test_weather import rows_of, run

from evenscore.pulling import pulls

NETWORKS = every()
MOMENTS = 20
QUICK = ("bluesky", "github")
"""The networks of the two ways to page; make networks kills the others, too."""
KINDS = [pytest.param(kind, marks=() if kind in QUICK else pytest.mark.slow) for kind in sorted(NETWORKS)]


class Killer:
    """Kills the client that waits for an answer, at some of the requests."""

    def __init__(self, moments: list[int]) -> None:
        self.moments, self.victim, self.count = moments, 0, 0

    def __call__(self, _asked: Asked, reply: Reply, number: int) -> Reply:
        if self.moments and number - self.count >= self.moments[0]:
            self.moments.pop(0)
            self.count += 1
            os.kill(self.victim, signal.SIGKILL)
        return reply


@pytest.mark.parametrize("kind", KINDS)
def test_a_pull_that_is_killed_twenty_times_asks_one_page_again_each_time(kind: str, tmp_path: Path) -> None:
    network = NETWORKS[kind]()
    quiet, rows, undisturbed = run(tmp_path / "quiet", network)
    assert quiet.state == pulls.WHOLE
    count = len(undisturbed.log)
    killer = Killer(sorted({1 + number * (count - 1) // MOMENTS for number in range(MOMENTS)}))
    clock = StillClock()
    with Server(network.answer, clock, killer).running() as server:
        home = PulledHome(tmp_path / "killed", network, server, clock)
        for _ in range(MOMENTS + 1):
            # Forked, for starting anew takes seconds, and twenty times that is a minute.
            process = multiprocessing.get_context("fork").Process(target=home.pull)
            process.start()
            killer.victim = process.pid or 0
            process.join(60)
            if process.exitcode == 0:
                break
            assert process.exitcode == -signal.SIGKILL
        assert process.exitcode == 0
    assert killer.count >= min(MOMENTS, count // 2)
    assert plain(rows_of(home), server) == plain(rows, undisturbed)
    assert len(server.log) - count <= killer.count


def plain(rows: list[str], server: Server) -> list[str]:
    """Rows without the address of the server, which is another one each time."""
    return sorted(row.replace(server.url, "") for row in rows)
