"""One source's pull, from those who stand to its raw file: what is asked, endpoint by endpoint, and what came of it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from evenscore.connectors.endpoints import ACCOUNT, PLACE, SITE, Endpoint, Subject
from evenscore.connectors.instants import as_instant
from evenscore.connectors.pulled import ASKED, KNOWN
from evenscore.pulling.asking import Asker, Enough
from evenscore.pulling.outcome import INCOMPLETE, NOBODY, PAUSED, WHOLE, Pulled
from evenscore.pulling.people import People
from evenscore.pulling.walk import Walk

NOBODY_STANDS = "nobody has a standing grant on this network"


def carry_out(people: People, asker: Asker) -> Pulled:
    """Pull what one source's network says of those who stand; the caller holds the home folder for it.

    A pull that was killed or has paused goes on where it was. Several sources' may run at once.
    """
    with closing(asker.http):
        done = Pulling(people, asker).run() if people.every else Pulled(asker.source.name, NOBODY, NOBODY_STANDS)
    people.store.write("account", done.as_plain())
    return done


class Pulling:
    """One pull on its way."""

    def __init__(self, people: People, asker: Asker) -> None:
        self.people, self.asker, self.account = people, asker, asker.account
        self.source, self.network = asker.source, asker.network
        self.store, self.given = people.store, self.network.given(self.source)
        self.pull = self.store.begin(asker.clock.now())
        self.silent = dict[str | None, bool]()
        """By place, and by none for all else that the configuration names: whether nothing was ever found there."""

    def run(self) -> Pulled:
        """Every endpoint in its order; pages become a raw file whether or not the end was reached."""
        if until := as_instant(self.pull.get("not_before")):
            self.asker.waits[self.asker.host] = until, "as told before"
        try:
            for endpoint in self.network.endpoints:
                self._ask_all(endpoint)
            self._require_answers()
            state, reason = INCOMPLETE if self.account.incomplete else WHOLE, ""
        except Enough as enough:
            state, reason = PAUSED, str(enough)
            self.pull["not_before"] = max((str(until) for until, _ in self.asker.waits.values()), default=None)
        self.store.close(self.pull, is_whole=state == WHOLE, is_over=state != PAUSED)
        return Pulled(self.source.name, state, reason, self.account, state == PAUSED and self.asker.is_spent)

    def _ask_all(self, endpoint: Endpoint) -> None:
        subjects = self._subjects(endpoint)
        for found in endpoint.batches(subjects) if endpoint.batch else subjects:
            subject = replace(found, values={**self.given, **found.values})
            walk = Walk(self.asker, self.store, endpoint, subject, self.pull, self.people.has_left)
            if walk.is_due():
                walk.run()
            if endpoint.is_first:
                place, is_silent = subject.values.get("place"), walk.cursor.is_whole and not walk.cursor.is_there
                self.silent[place] = self.silent.get(place, True) and is_silent
        if endpoint.shows_profile:
            self.people.learn(endpoint, self.account)

    def _require_answers(self) -> None:
        """What the configuration names and no endpoint has ever found is misspelt, and no empty listing."""
        for place, is_silent in self.silent.items():
            what = f"place {self.source.asked_places.index(place) + 1}" if place else "url"
            self.account.incomplete.update([f"{what}: nothing was ever found there"] if is_silent else [])

    def _subjects(self, endpoint: Endpoint) -> Iterator[Subject]:
        if endpoint.per == ACCOUNT:
            # A profile is asked for even of those who hide: to learn that they do not any more.
            for one in (self.people.every if endpoint.shows_profile else self.people.shown()).values():
                values = one["values"]
                if endpoint.can_be_asked({**self.given, **values}):
                    yield Subject(values, values.get(endpoint.counted), values["account"])
        elif endpoint.per == PLACE:
            if not self.source.places:
                self.account.incomplete[f"{endpoint.name}: the source names no places"] += 1
            yield from (Subject({"place": place}) for place in self.source.asked_places)
        elif endpoint.per == SITE:
            yield Subject()
        else:
            yield from self._of_items(endpoint)

    def _of_items(self, endpoint: Endpoint) -> Iterator[Subject]:
        """What to ask about the items of another endpoint, each once, and what was left unfinished."""
        seen, names = set[str](), self.people.names()
        for item in self.store.records(endpoint.per):
            is_asked = self.people.owns(endpoint, item, names)
            subject = endpoint.asked_about(item, self.account.left_out) if is_asked else None
            is_known = subject and subject.count is None and item[ASKED].get(KNOWN)
            if subject and not is_known and str(subject.values) not in seen:
                seen.add(str(subject.values))
                yield subject
        for one in self.store.unfinished(endpoint.name, self.pull):
            # What does not say whose it is, is left to the next re-check: its owner may have withdrawn since.
            if str(one.values) not in seen and names & set(map(self.people.normal, one.values.values())):
                yield one
