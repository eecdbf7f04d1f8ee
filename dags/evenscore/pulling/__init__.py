"""Pulling: reads the networks' APIs page by page, for people with a standing grant alone, and keeps what they said."""

from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlsplit

from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.base.sources import Source
from evenscore.pulling.asking import Asker
from evenscore.pulling.clock import Clock
from evenscore.pulling.outcome import Pulled
from evenscore.pulling.people import People
from evenscore.pulling.planning import Plan, plan
from evenscore.pulling.pulls import carry_out
from evenscore.pulling.secrecy import secret_of
from evenscore.state import runs

NOTHING = "no source is pulled; one that names no path is (docs/networks.md)"


def pulled_sources(settings: Settings, names: Iterable[str] = ()) -> list[Source]:
    """The sources that are pulled and have not ended, or those of them that are named.

    Raises UsageError for a name that none has.
    """
    wanted = [settings.source(name) for name in names] or list(settings.sources)
    return [source for source in wanted if source.is_asked(datetime.now(UTC).date())]


def pull(
    settings: Settings, name: str, secret: str | None = None, budget: int | None = None, clock: Clock | None = None
) -> Pulled:
    """Pull one source. The home folder is held for it. Raises UsageError for a source that is not pulled."""
    with runs.only_one(settings.places):
        source = settings.source(name)
        if not source.is_pulled:
            raise UsageError(f"{settings.config}: sources.{name} is read from {source.path}, not pulled")
        return carry_out(People(settings, source), Asker(source, secret, budget, clock or Clock()))


def pull_all(settings: Settings, names: Iterable[str] = (), budget: int | None = None) -> list[Pulled]:
    """Pull sources side by side, those of one host one after another. The home folder is held for it."""
    with runs.only_one(settings.places):
        sources = pulled_sources(settings, names)
        people = {source.name: People(settings, source) for source in sources}
        hosts: dict[str, list[Asker]] = defaultdict(list)
        for source in sources:  # every worker before the first request: a secret may be refused
            hosts[urlsplit(str(source.url)).netloc].append(Asker(source, secret_of(source.name), budget, Clock()))

        def work(of_host: list[Asker]) -> list[Pulled]:
            return [carry_out(people[asker.source.name], asker) for asker in of_host]

        with ThreadPoolExecutor(max_workers=max(1, len(hosts))) as workers:
            return [done for of_host in workers.map(work, hosts.values()) for done in of_host]


__all__ = ["NOTHING", "Plan", "Pulled", "plan", "pull", "pull_all", "pulled_sources", "secret_of"]
