"""One source's pull, from the ledger to its raw file: whom to ask about, endpoint by endpoint, and what came of it.

Who has no standing grant is asked about by no request. Who hides is asked about no further than their profile.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from evenscore.base import atomic_io
from evenscore.base.settings import Settings, Source
from evenscore.connectors.endpoints import ACCOUNT, PLACE, SITE, Endpoint, Subject
from evenscore.connectors.instants import as_instant
from evenscore.connectors.pulled import ASKED, GONE, KNOWN, UNREADABLE
from evenscore.connectors.records import Row, seek
from evenscore.publication.shown import shown_by_ledger
from evenscore.pulling.asking import Asker, Enough
from evenscore.pulling.outcome import INCOMPLETE, NOBODY, PAUSED, WHOLE, Pulled
from evenscore.pulling.store import Store
from evenscore.pulling.walk import Walk

NOBODY_STANDS = "nobody has a standing grant on this network"
TAKEN = "the handle is somebody else's now"
"""Whoever answers under it is not who is in the ledger, and is asked about no further."""


def carry_out(settings: Settings, people: list[str], asker: Asker) -> Pulled:
    """Pull what one source's network says of those who stand; the caller holds the home folder for it.

    A pull that was killed or has paused goes on where it was. Several sources' may run at once.
    """
    with closing(asker.http):
        done = Pulling(settings, people, asker).run() if people else Pulled(asker.source.name, NOBODY, NOBODY_STANDS)
    atomic_io.write_json(settings.places.pulled(done.source) / "account.json", done.as_plain())
    return done


def standing(settings: Settings, source: Source) -> list[str]:
    """The accounts of a source's network with a standing grant, by the one rule of who may be shown."""
    network = source.network or source.kind
    return sorted({account for _, _, of, account in shown_by_ledger(settings).stands if of == network})


class Pulling:
    """One pull on its way."""

    def __init__(self, settings: Settings, people: list[str], asker: Asker) -> None:
        self.settings, self.asker, self.account = settings, asker, asker.account
        self.source, self.network = asker.source, asker.network
        self.store, self.given = Store(settings.places, self.source.name), self.network.given(self.source)
        known = self.store.people()
        self.people = {one: known.get(one, {"values": {"account": one, "actor": one}, "hides": {}}) for one in people}
        self.pull = self.store.begin(asker.clock.now())
        self.silent = defaultdict[str | None, bool](lambda: True)
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
            walk = Walk(self.asker, self.store, endpoint, subject, self.pull)
            if walk.is_due():
                walk.run()
            elif not walk.cursor.is_whole:
                self.account.incomplete[f"{endpoint.name}: given up before this pull went on"] += 1
            if endpoint.per in (ACCOUNT, PLACE, SITE):
                self.silent[subject.values.get("place")] &= walk.is_silent
        if endpoint.shows_profile:
            self._learn(endpoint)

    def _require_answers(self) -> None:
        """What the configuration names and no endpoint has ever found is misspelt, and no empty listing."""
        for place, is_silent in self.silent.items():
            what = f"place {self.source.places.index(place) + 1}" if place else "url"
            self.account.incomplete.update([f"{what}: nothing was ever found there"] if is_silent else [])

    def _subjects(self, endpoint: Endpoint) -> Iterator[Subject]:
        if endpoint.per == ACCOUNT:
            # A profile is asked for even of those who hide: to learn that they do not any more.
            for one in (self.people if endpoint.shows_profile else self._shown()).values():
                values = one["values"]
                if endpoint.can_be_asked({**self.given, **values}):
                    yield Subject(values, values.get(endpoint.counted), values["account"])
        elif endpoint.per == PLACE:
            if not self.source.places:
                self.account.incomplete[f"{endpoint.name}: the source names no places"] += 1
            yield from (Subject({"place": place}) for place in self.source.places)
        elif endpoint.per == SITE:
            yield Subject()
        else:
            yield from self._of_items(endpoint)

    def _of_items(self, endpoint: Endpoint) -> Iterator[Subject]:
        """What to ask about the items of another endpoint, each once, and what was left unfinished."""
        seen, names = set[str](), self._names()
        for item in self.store.records(endpoint.per):
            is_asked = self._is_asked_for(endpoint, item, names)
            subject = endpoint.asked_about(item, self.account.left_out) if is_asked else None
            is_known = subject and subject.count is None and item[ASKED].get(KNOWN)
            if subject and not is_known and str(subject.values) not in seen:
                seen.add(str(subject.values))
                yield subject
        for one in self.store.unfinished(endpoint.name, self.pull):
            # What does not say whose it is, is left to the next re-check: its owner may have withdrawn since.
            if str(one.values) not in seen and names & set(map(self._normal, one.values.values())):
                yield one

    def _is_asked_for(self, endpoint: Endpoint, item: Row, names: set[str]) -> bool:
        """Whether an item is there, and of somebody who stands now: the pull may have begun days ago."""
        account = item[ASKED]["about"].get("account")
        owners = [self._normal(seek(item, *path.split("."))) for path in endpoint.owner.split("|") if path]
        is_own = not owners or not names.isdisjoint(owners)
        return is_own and (account is None or self._normal(account) in names) and GONE not in item[ASKED]

    def _shown(self) -> dict[str, dict[str, Any]]:
        """Who stands and does not hide."""
        return {name: one for name, one in self.people.items() if not any(one["hides"].values())}

    def _names(self) -> set[str]:
        """Every name by which the network may call those who are shown."""
        return {self._normal(value) for name, one in self._shown().items() for value in (name, *one["values"].values())}

    def _normal(self, name: Any) -> str:
        return self.settings.account_ids.normal(self.source.network or self.source.kind, str(name))

    def _learn(self, endpoint: Endpoint) -> None:
        """Keep each account's stable id; a handle under which another id answers is somebody else's."""
        seen = set[str]()
        for item in self.store.records(endpoint.name):
            told, hides = self.network.told_of(item)
            self.account.incomplete.update([f"{endpoint.name}: {hides}"] if hides == UNREADABLE else [])
            for name in self._meant(item, told):
                one = self.people[name]
                is_other = bool(told) and one["values"].get("id", told["id"]) != told["id"]
                before = one["hides"].get(endpoint.name) if name in seen else None  # they hide who do so once
                reason = before or (TAKEN if is_other else hides)
                seen.add(name)
                self.account.left_out.update([f"{endpoint.name}: {reason}"] if reason else [])
                values = {**one["values"], **told, "actor": told["id"]} if told and not is_other else one["values"]
                self.people[name] = {"values": values, "hides": {**one["hides"], endpoint.name: reason}}
        self.store.write("people", self.people)

    def _meant(self, item: Row, told: Mapping[str, str]) -> list[str]:
        """The accounts of the ledger that an item is about: those it was asked about, or of a batch those it names."""
        asked = item[ASKED]["about"].get("account")
        if asked in self.people:
            return [str(asked)]
        called = {self._normal(value) for value in told.values()}
        return [name for name, one in self.people.items() if {self._normal(name), one["values"].get("id")} & called]
