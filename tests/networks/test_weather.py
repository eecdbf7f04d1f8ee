"""Every network in every weather, over HTTP on loopback: the same rows as on a quiet day, no request too early."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from invented import Invented, every
from loopback import Reply, Server, StillClock
from pulled_home import PulledHome
from spoiled import FAULTS, Fault, Weather, epoch, limit

from evenscore.base import atomic_io
from evenscore.connectors import CONNECTORS
from evenscore.pulling import asking, outcome

NETWORKS = every()
STRIKES = (2, 4)
"""The requests whose answers are spoiled: an early one, and one within a walk."""


CURSORS = frozenset(
    {
        "200, an error beside empty lists",
        "a key that stands twice",
        "a repeated page",
        "an expired cursor",
        "a next that leads back",
        "another type",
        "a missing key",
    }
)
"""Faults that need a page of a certain kind, which may not come."""


@pytest.fixture(autouse=True, scope="module")
def without_a_disk() -> Iterator[None]:
    """Weather is no power cut: nothing is forced to the disk, or most of the time would go there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(atomic_io, "sync", lambda path: None)
        yield


def rows_of(home: PulledHome) -> list[str]:
    """The canonical rows that the raw files hold, each once."""
    source = home.settings.source("net")
    found = set[str]()
    for path in home.places.raw_pages("net").glob("*.ndjson"):
        parsed = CONNECTORS[source.kind].parse(path, source)
        assert not parsed.rejects, parsed.rejects
        for dataset, table in parsed.tables.items():
            found |= {f"{dataset} {sorted(row.items())}" for row in table.drop_columns(["row"]).to_pylist()}
    return sorted(found)


def run(
    folder: Path, network: Invented, weather: Weather | None = None, skew: timedelta = timedelta(0)
) -> tuple[outcome.Pulled, list[str], Server]:
    clock = StillClock()
    with Server(network.answer, clock, weather).running() as server:
        server.skew = skew
        if weather:
            weather.server = server
        home = PulledHome(folder, network, server, clock)
        return home.pull(), rows_of(home), server


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """What a network's raw file holds after a day of good weather."""

    @cache
    def rows(kind: str) -> list[str]:
        done, found, server = run(tmp_path_factory.mktemp("quiet"), NETWORKS[kind]())
        assert done.state == outcome.WHOLE, done.in_words()
        return [row.replace(server.url, "") for row in found]

    return rows


def cases() -> Iterator[Any]:
    """Every network in every weather at two requests; what is not slow has each network and each weather in it."""
    for place, kind in enumerate(sorted(NETWORKS)):
        for number, fault in enumerate(FAULTS):
            for strike in STRIKES:
                is_fast = strike == STRIKES[0] and (place + number) % 6 == 0
                marks = () if is_fast else pytest.mark.slow
                name = f"{kind}-{fault.name.replace(' ', '_').replace(',', '')}-{strike}"
                yield pytest.param(kind, fault, strike, marks=marks, id=name)


@pytest.mark.parametrize(("kind", "fault", "strike"), list(cases()))
def test_bad_weather_changes_no_row(
    kind: str, fault: Fault, strike: int, quiet: Callable[[str], list[str]], tmp_path: Path
) -> None:
    network = NETWORKS[kind]()
    weather = Weather(fault.fault, strike, network.cursor, fault.is_always)
    done, rows, server = run(tmp_path, network, weather)
    assert done.state == outcome.WHOLE, done.in_words()
    assert sorted(row.replace(server.url, "") for row in rows) == sorted(quiet(kind))
    assert weather.has_struck or fault.name in CURSORS or len(server.log) < strike


KINDS = pytest.mark.parametrize("kind", [
    pytest.param(kind, marks=() if kind in ("bluesky", "github") else pytest.mark.slow)
    for kind in sorted(NETWORKS)
])  # fmt: skip


@KINDS
@pytest.mark.parametrize("days", [-1, 1])
def test_a_servers_clock_may_be_off_by_a_day(
    kind: str, quiet: Callable[[str], list[str]], days: int, tmp_path: Path
) -> None:
    network = NETWORKS[kind]()
    weather = Weather(limit(429, x_ratelimit_reset=epoch), 3, network.cursor)
    done, rows, server = run(tmp_path, network, weather, timedelta(days=days))
    assert done.state == outcome.WHOLE, done.in_words()
    assert sorted(row.replace(server.url, "") for row in rows) == sorted(quiet(kind))
    assert server.clock.now() - StillClock().now() < timedelta(minutes=1)


@KINDS
def test_a_network_that_is_down_for_good_is_incomplete_and_says_why(kind: str, tmp_path: Path) -> None:
    network = NETWORKS[kind]()
    done, rows, server = run(tmp_path, network, Weather(lambda *_: Reply(status=502), 1, "", is_always=True))
    assert done.state == outcome.INCOMPLETE and not done.is_success
    assert set(done.account.incomplete) and all(reason.endswith(": 502") for reason in done.account.incomplete)
    assert rows == []
    assert len(server.log) % asking.ATTEMPTS == 0


@pytest.mark.parametrize("kind", sorted(NETWORKS))
def test_nothing_is_asked_about_anybody_who_does_not_stand(kind: str, tmp_path: Path) -> None:
    network = NETWORKS[kind]()
    _, _, server = run(tmp_path, network)
    asked = [one.line for one in server.log]
    assert len(asked) > 1
    assert not [line for line in asked for name in network.strangers if f"'{name}'" in line or f"/{name}" in line]
