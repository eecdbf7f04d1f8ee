"""Whom a pull may ask about: who of the ledger stands, what the network calls them, and who of them hides.

Who has no standing grant is asked about by no request. Who hides is asked about no further than their profile.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from evenscore.base.settings import Settings
from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS
from evenscore.connectors.endpoints import Endpoint
from evenscore.connectors.pulled import ASKED, GONE, UNREADABLE
from evenscore.connectors.records import Row, seek
from evenscore.consent.ledger import read_suppressed
from evenscore.consent.shown import shown_by_ledger
from evenscore.intake.suppression_filter import refuses
from evenscore.pulling.outcome import Account
from evenscore.pulling.store import Store

TAKEN = "the handle is somebody else's now"
"""Whoever answers under it is not who is in the ledger, and is asked about no further."""
Person = dict[str, dict[str, Any]]
"""Of an account its `values`, which addresses name, and by endpoint why it `hides`."""


def standing(settings: Settings, source: Source) -> list[str]:
    """The accounts of a source's network with a standing grant, by the one rule of who may be shown."""
    return sorted({account for _, _, of, account in shown_by_ledger(settings).stands if of == source.called})


class People:
    """The accounts of one source that stand, by the names of the ledger, and who has left.

    Whoever holds the home folder makes it: no worker may read the ledger.
    """

    def __init__(self, settings: Settings, source: Source) -> None:
        self.settings, self.source, self.network = settings, source, NETWORKS[source.kind]
        self.store, self.left = Store(settings.places, source.name), read_suppressed(settings)
        told, accounts = self.store.people(), standing(settings, source)
        self.every = {one: told.get(one) or {"values": {"account": one, "actor": one}, "hides": {}} for one in accounts}

    def shown(self) -> dict[str, Person]:
        """Who stands and does not hide."""
        return {name: one for name, one in self.every.items() if not any(one["hides"].values())}

    def names(self) -> set[str]:
        """Every name by which the network may call those who are shown."""
        return {self.normal(value) for name, one in self.shown().items() for value in (name, *one["values"].values())}

    def normal(self, name: Any) -> str:
        """A name as the ledger compares it."""
        return self.settings.account_ids.normal(self.source.called, str(name))

    def owns(self, endpoint: Endpoint, item: Row, names: set[str]) -> bool:
        """Whether an item is there, and of somebody who stands now: the pull may have begun days ago."""
        account = item[ASKED]["about"].get("account")
        owners = [self.normal(seek(item, *path.split("."))) for path in endpoint.owner.split("|") if path]
        is_own = not owners or not names.isdisjoint(owners)
        return is_own and (account is None or self.normal(account) in names) and GONE not in item[ASKED]

    def has_left(self, rows: Iterable[tuple[str, Row]]) -> bool:
        """Whether an item is of somebody who was erased: it would not land, and is not kept as it came either."""
        return refuses(self.left, rows)

    def learn(self, endpoint: Endpoint, account: Account) -> None:
        """Keep each account's stable id; a handle under which another id answers is somebody else's."""
        seen = set[str]()
        for item in (one for one in self.store.records(endpoint.name) if GONE not in one[ASKED]):
            told, hides = self.network.told_of(item)
            account.incomplete.update([f"{endpoint.name}: {hides}"] if hides == UNREADABLE else [])
            for name in self._meant(item, told):
                one = self.every[name]
                is_other = bool(told) and one["values"].get("id", told["id"]) != told["id"]
                before = one["hides"].get(endpoint.name) if name in seen else None  # they hide who do so once
                reason = before or (TAKEN if is_other else hides)
                seen.add(name)
                account.left_out.update([f"{endpoint.name}: {reason}"] if reason else [])
                values = {**one["values"], **told, "actor": told["id"]} if told and not is_other else one["values"]
                self.every[name] = {"values": values, "hides": {**one["hides"], endpoint.name: reason}}
        self.store.write("people", self.every)

    def _meant(self, item: Row, told: Mapping[str, str]) -> list[str]:
        """The accounts of the ledger that an item is about: those it was asked about, or of a batch those it names."""
        asked = item[ASKED]["about"].get("account")
        if asked in self.every:
            return [str(asked)]
        called = {self.normal(value) for value in told.values()}
        return [name for name, one in self.every.items() if {self.normal(name), one["values"].get("id")} & called]
