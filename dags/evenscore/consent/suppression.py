"""The one suppression list: whom never to take in again. It knows keyed hashes alone, so it cannot tell who they are.

A digest stands for the normal form of an account's name; older lists hold names as they were written, and keep working.
Everything an account was ever called hangs on one digest (`of`), so that a later grant lets all its names in again,
from that grant on.

The ledger asks this list too, and its chain bears witness to it: each erasure there names what must be on it. Homes of
before had another list in the chain, under a key of its own: `move_in` takes both over, once.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from evenscore.base.errors import InputError, LostTruth
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.consent.chain import ERASURE, Row
from evenscore.consent.entries import instant
from evenscore.consent.judging import claim_of
from evenscore.consent.keys import hashed, key_check, make_key, older_hash, read_keys
from evenscore.consent.ledger_file import open_ledger_file
from evenscore.names import dress
from evenscore.names.account_ids import AccountIds
from evenscore.names.look_alikes import looks
from evenscore.state import journal, truths

ACCOUNT, STABLE, CLAIM, PERSON, LOOKS = "account", "stable", "claim", "person", "looks"
"""What a digest stands for: a name on a network, a platform's own id, a person's entry in the ledger, a person, what a
name looks like. (Lists that were begun before looks were kept have none of who was erased by then: nobody can tell.)"""
CLAIMED = "claimed"
"""And an account on which a claim was erased: it may be somebody else's too, and stay."""
OLDER = {CLAIM: "claim", CLAIMED: "account"}
"""What the chain's own list called them."""
LISTED, HASHES = "listed", "hashes"
"""Where an erasure of the chain names what is on the list: by its digests, or, an older one, by hashes of its own."""


@dataclass(frozen=True)
class Entry:
    """One suppressed name."""

    digest: str
    of: str
    erased_at: str

    @property
    def instant(self) -> str:
        """When it was erased, as the ledger writes instants."""
        return instant(datetime.fromisoformat(self.erased_at))


@dataclass
class Suppressed:
    """The list as it stands tonight, with the grants that came after an erasure."""

    key: bytes
    ids: AccountIds
    entries: dict[str, Entry] = field(default_factory=dict)
    granted_at: dict[str, datetime] = field(default_factory=dict)
    """For each `of`, the first grant after its erasure."""
    older_keys: tuple[bytes, ...] = ()

    def digest(self, kind: str, *name: str) -> str:
        """The keyed hash that stands for a name, in normal form where it is an account's."""
        if kind in (ACCOUNT, CLAIM, CLAIMED):
            *whose, network, account = name
            name = (*whose, network, self.ids.normal(network, account))
        return hashed(self.key, kind, *name)

    def entry(self, kind: str, *name: str) -> Entry | None:
        """What the list says of a name; None where it is not on it."""
        found = self.entries.get(self.digest(kind, *name)) or self.entries.get(hashed(self.key, kind, *name))
        if found or kind != ACCOUNT:
            return found
        network, account = name
        bare = dress.bare(account)
        return self.entries.get(self.digest(ACCOUNT, network, bare)) if bare != account else None

    def looks_erased(self, network: str, account: str) -> bool:
        """Whether an account, which is not on the list, looks like one that is, by a glance or by its address."""
        names = {account, *dress.others(network, account)}
        found = [self.entry(ACCOUNT, network, name) for name in names if name != account]
        found += [self.entries.get(self.digest(LOOKS, network, looks(name))) for name in names]
        is_listed = self.entry(ACCOUNT, network, account) is not None
        return not is_listed and any(one and one.of not in self.granted_at for one in found)

    def refused_before(self, kind: str, *name: str) -> datetime | None:
        """Up to when rows of a name are kept out; None where it is not on the list."""
        entry = self.entry(kind, *name)
        return self.granted_at.get(entry.of, datetime.max) if entry else None

    def forgotten_until(self, kind: str, *name: str) -> str:
        """Up to when a CLAIM, or all that was CLAIMED of an account, is forgotten, as the ledger writes instants; empty
        where it is not."""
        if not self.entries:
            return ""
        *whose, network, account = name
        names = [(*whose, network, one) for one in {account, self.ids.normal(network, account)}]
        digests = [hashed(self.key, kind, *one) for one in names]
        for key in self.older_keys:
            digests += [older_hash(key, OLDER[kind], *one) for one in names]
            digests += [older_hash(key, PERSON, *whose)] if whose else []
        return max((self.entries[one].instant for one in digests if one in self.entries), default="")

    def forgets(self, fields: Row) -> bool:
        """Whether a decision was said before its claim was erased: it is as if it had never been said."""
        return bool(fields["recorded_at"] <= self.forgotten_until(CLAIM, *claim_of(fields)))

    def lacking(self, erasure: Row) -> list[Entry]:
        """What an erasure of the chain names, and the list does not have, or has of an earlier erasure alone."""
        at = erasure["erased_at"]
        names = erasure[LISTED] if LISTED in erasure else erasure[HASHES]
        entries = [Entry(name, name, at.removesuffix("Z").removesuffix(".000000")) for name in names]
        return [one for one in entries if one.digest not in self.entries or self.entries[one.digest].instant < at]


def read_list(settings: Settings, chained: Iterable[Row] = (), may_lack: bool = False) -> Suppressed:
    """The list, empty while nobody was ever erased; the rows that are `chained` bear witness to it.

    Raises LostTruth where it lacks what an erasure put on it, unless it `may_lack` that and takes it from the chain, or
    the key is not that of an erasure, InputError where list or key cannot be read.
    """
    places = settings.places
    is_moved = not places.consent_key.exists()  # asked before anything is read that may be moving
    own, *older = read_keys(places)
    found = Suppressed(own, settings.account_ids, _entries(places), older_keys=tuple(older))
    for row in chained:
        if row["kind"] == ERASURE:
            _require_key(places, found, row)
            lacking = found.lacking(row)
            if lacking and (is_moved or LISTED in row) and not may_lack:
                raise LostTruth(
                    f"{places.suppressed}: lacks who was erased at sequence {row['sequence']} of "
                    f"{places.consent_ledger}: gone, or an older copy; {truths.remedy(places, places.suppressed)}"
                )
            found.entries |= {one.digest: one for one in lacking}
    return found


def _entries(places: HomePaths) -> dict[str, Entry]:
    known: dict[str, Entry] = {}
    content = places.suppressed.read_text() if places.suppressed.exists() else ""
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise InputError(f"{places.suppressed}: line {number}: damaged; restore the file") from error
        known[entry.digest] = max(entry, known.get(entry.digest, entry), key=lambda found: found.erased_at)
    return known


def _require_key(places: HomePaths, found: Suppressed, erasure: Row) -> None:
    if erasure["key_check"] not in {key_check(found.key), *(older_hash(key, "check") for key in found.older_keys)}:
        before = "" if LISTED in erasure else f", which {places.consent_key} was before it moved there"
        raise LostTruth(
            f"{places.suppression_key}: has not the key of the erasure at sequence {erasure['sequence']}{before}: "
            "nobody erased with it is recognised; restore it"
        )


def suppress(places: HomePaths, new: Iterable[Entry]) -> None:
    """Add to the list, whole or not at all; what it says already is not said twice.

    Raises BusyError when another process does not let go of it: sources that are extracted side by side learn names.
    """
    with journal.alone(places.suppressed):
        old = places.suppressed.read_text() if places.suppressed.exists() else ""
        lines = dict.fromkeys([*old.splitlines(), *(json.dumps(asdict(entry), sort_keys=True) for entry in new)])
        truths.write(places, places.suppressed, "".join(f"{line}\n" for line in lines).encode())


def move_in(settings: Settings) -> None:
    """Take the list that an older home has in its chain into the one list, and its key into the one file.

    Killed at any point, it goes on: nothing is taken away before it is there. The caller holds the home folder.
    """
    places = settings.places
    if not places.consent_key.exists():
        return
    found = read_list(settings, open_ledger_file(places).rows)
    make_key(places)
    truths.write(places, places.suppression_key, b"".join(read_keys(places)))
    places.suppression_key.chmod(0o600)
    _add(places, found)
    truths.remove(places, places.consent_key)


def take_from_chain(settings: Settings) -> None:
    """Put whom the chain's erasures name on a list that was lost, of which nobody has a copy: their claims at least."""
    _add(settings.places, read_list(settings, open_ledger_file(settings.places).rows, may_lack=True))


def _add(places: HomePaths, found: Suppressed) -> None:
    known = _entries(places)
    if new := [entry for digest, entry in found.entries.items() if known.get(digest) != entry]:
        suppress(places, new)
