"""A pull that is killed at any moment goes on where it was: the same rows, and only the page in flight comes again."""

import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import pytest
from invented import every, mastodon
from loopback import Asked, Reply, Server, StillClock
from pulled_home import PulledHome, served
from test_weather import rows_of, run

from evenscore.pulling import outcome

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
    assert quiet.state == outcome.WHOLE
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


class Killed(BaseException):
    """As if the process had ended there."""


@pytest.mark.parametrize("is_too_early", [True, False])
def test_a_pull_that_is_killed_as_it_ends_keeps_what_it_brought(
    tmp_path: Path, is_too_early: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages are one raw file by then: what is left of them is neither taken for all, nor for the next pull's."""

    def kill(folder: Path, **_: bool) -> None:
        if folder.exists():
            if not is_too_early:
                removed(folder)
            raise Killed

    removed = shutil.rmtree
    with served(tmp_path, mastodon()) as home:
        monkeypatch.setattr(shutil, "rmtree", kill)
        with pytest.raises(Killed):
            home.pull()
        monkeypatch.undo()
        (first,) = home.places.raw_pages("net").iterdir()
        brought = first.read_bytes()
        home.clock.sleep(60)
        assert home.pull().state == outcome.WHOLE
        _, second = sorted(home.places.raw_pages("net").iterdir())
        assert first.read_bytes() == brought and b'"1003"' in brought and b'"1003"' not in second.read_bytes()
