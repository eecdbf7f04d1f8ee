"""The suppression list: whom never to take in again. It knows keyed hashes alone, so it cannot tell who they are.

A digest is HMAC-SHA256 under a key that lies beside the list, readable by its owner only, over the normal form of an
account's name; older lists hold names as they were written, and keep working. Everything an account was
ever called hangs on one digest (`of`), so that a later grant lets all its names in again, from that grant on.
"""

import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from evenscore.base import atomic_io
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.consent.ledger import read_ledger
from evenscore.names import dress
from evenscore.names.account_ids import AccountIds
from evenscore.names.look_alikes import looks
from evenscore.state import truths

ACCOUNT, STABLE, CLAIM, PERSON, LOOKS = "account", "stable", "claim", "person", "looks"
"""What a digest stands for: a name on a network, a platform's own id, a person's entry in the ledger, a person, what a
name looks like. (Lists that were begun before looks were kept have none of who was erased by then: nobody can tell.)"""


@dataclass(frozen=True)
class Entry:
    """One suppressed name."""

    digest: str
    of: str
    erased_at: str


@dataclass
class Suppressed:
    """The list as it stands tonight, with the grants that came after an erasure."""

    key: bytes
    ids: AccountIds
    entries: dict[str, Entry] = field(default_factory=dict)
    granted_at: dict[str, datetime] = field(default_factory=dict)
    """For each `of`, the first grant after its erasure."""

    def digest(self, kind: str, *name: str) -> str:
        """The keyed hash that stands for a name, in normal form where it is an account's."""
        if kind in (ACCOUNT, CLAIM):
            *whose, network, account = name
            name = (*whose, network, self.ids.normal(network, account))
        return self._hashed(kind, *name)

    def entry(self, kind: str, *name: str) -> Entry | None:
        """What the list says of a name; None where it is not on it."""
        found = self.entries.get(self.digest(kind, *name)) or self.entries.get(self._hashed(kind, *name))
        if found or kind != ACCOUNT:
            return found
        network, account = name
        bare = dress.bare(account)
        return self.entries.get(self.digest(ACCOUNT, network, bare)) if bare != account else None

    def looks_erased(self, network: str, account: str) -> bool:
        """Whether an account, which is not on the list, looks like one that is, by a glance or by its address."""
        names = {account, *dress.others(network, account)}
        found = [self.entry(ACCOUNT, network, name) for name in names if name != account]
        found += [self.entries.get(self._hashed(LOOKS, network, looks(name))) for name in names]
        is_listed = self.entry(ACCOUNT, network, account) is not None
        return not is_listed and any(one and one.of not in self.granted_at for one in found)

    def _hashed(self, kind: str, *name: str) -> str:
        return hmac.digest(self.key, "\x1f".join((kind, *name)).encode("utf-8", "replace"), "sha256").hex()

    def refused_before(self, kind: str, *name: str) -> datetime | None:
        """Up to when rows of a name are kept out; None where it is not on the list."""
        entry = self.entry(kind, *name)
        return self.granted_at.get(entry.of, datetime.max) if entry else None


def new_key(places: HomePaths) -> bytes:
    """The key of this home, made at the first erasure. Raises InputError when the list is there and its key is not."""
    path = places.suppression_key
    if not path.exists():
        if places.suppressed.exists():
            raise InputError(f"{path}: the key of {places.suppressed} is gone: nobody on it can be told; restore it")
        with atomic_io.disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
                handle.write(secrets.token_bytes(32))
                handle.flush()
                os.fsync(handle.fileno())
        atomic_io.sync(path.parent)
    return path.read_bytes()


def read_suppressed(settings: Settings, entries: pa.Table | None = None) -> Suppressed | None:
    """The list; None while nobody was ever erased. `entries` is the ledger, where the caller has read it already."""
    places = settings.places
    if not places.suppressed.exists():
        return None
    known: dict[str, Entry] = {}
    for number, line in enumerate(places.suppressed.read_text().splitlines(), start=1):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise InputError(f"{places.suppressed}: line {number}: damaged; restore the file") from error
        known[entry.digest] = max(entry, known.get(entry.digest, entry), key=lambda found: found.erased_at)
    found = Suppressed(new_key(places), settings.account_ids, known)
    _note_grants(found, read_ledger(settings) if entries is None else entries)
    return found


def _note_grants(found: Suppressed, ledger: pa.Table) -> None:
    for row in ledger.filter(pc.equal(ledger["action"], "grant")).to_pylist():  # in the order of recording
        entry = found.entry(ACCOUNT, row["network"], row["account_id"])
        if entry and row["recorded_at"] > datetime.fromisoformat(entry.erased_at):
            found.granted_at.setdefault(entry.of, row["recorded_at"])


def suppress(places: HomePaths, new: Iterable[Entry]) -> None:
    """Add to the list, whole or not at all; what it says already is not said twice."""
    old = places.suppressed.read_text() if places.suppressed.exists() else ""
    lines = dict.fromkeys([*old.splitlines(), *(json.dumps(asdict(entry), sort_keys=True) for entry in new)])
    truths.write(places, places.suppressed, "".join(f"{line}\n" for line in lines).encode())


def without_forgotten(suppressed: Suppressed | None, ledger: pa.Table) -> pa.Table:
    """The ledger without what erased people had entered by the time they were erased: the warehouse never sees it."""
    if suppressed is None:
        return ledger
    # Of somebody who has come back the ledger still says since when: what lies before stays gone.
    kept = [row["action"] == "erase" or not _is_forgotten(suppressed, row) for row in ledger.to_pylist()]
    return ledger.filter(pa.array(kept, pa.bool_()))


def _is_forgotten(suppressed: Suppressed, row: dict[str, object]) -> bool:
    person, network, account = (str(row[name]) for name in ("person_id", "network", "account_id"))
    entry = suppressed.entry(CLAIM, person, network, account)
    return entry is not None and row["recorded_at"] <= datetime.fromisoformat(entry.erased_at)  # type: ignore[operator]  # an instant
