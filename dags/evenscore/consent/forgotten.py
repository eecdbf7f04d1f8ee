"""Who was erased: known by keyed hashes alone, so that a file that still names them brings nothing back."""

import hmac
import os
import secrets
from dataclasses import dataclass

from evenscore.base import atomic_io
from evenscore.base.errors import BrokenChain
from evenscore.base.paths import HomePaths
from evenscore.consent.chain import ERASURE, Row
from evenscore.names.account_ids import AccountIds

KEY_BYTES = 32


@dataclass(frozen=True)
class Forgotten:
    """The suppression rows of a ledger; each says until when (ISO 8601, UTC) nothing of a person is taken in."""

    key: bytes
    until: dict[str, str]
    """By keyed hash of a person, of a claim (a person's word on one account), or of an account, in its normal form."""
    ids: AccountIds

    def of_person(self, person_id: str) -> str | None:
        """When this person was erased last, as a whole; None for anybody else."""
        return self._of("person", person_id)

    def of_claim(self, person_id: str, network: str, account_id: str) -> str | None:
        """When what a person said of an account was erased last, be it with all of theirs; None where it never was."""
        of_claim = self._of_id("claim", person_id, network, account_id)
        return max(self.of_person(person_id) or "", of_claim or "") or None

    def of_account(self, network: str, account_id: str) -> str | None:
        """When an account was erased last, whoever's it was; None for any other account."""
        return self._of_id("account", network, account_id)

    def _of_id(self, *words: str) -> str | None:
        """By the account's normal form, and as it is written: an older erasure knew no other."""
        *before, network, account_id = words
        normal = self._of(*before, network, self.ids.normal(network, account_id))
        return max(normal or "", self._of(*words) or "") or None

    def _of(self, *words: str) -> str | None:
        return self.until.get(hashed(self.key, *words)) if self.until else None


def forgotten(places: HomePaths, rows: list[Row], ids: AccountIds) -> Forgotten:
    """The suppressions in a chain. Raises BrokenChain where the key that they were hashed with is not there."""
    until: dict[str, str] = {}
    erasures = [row for row in rows if row["kind"] == ERASURE]
    key = read_key(places) if erasures else b""
    for row in erasures:
        if row["key_check"] != key_check(key):
            raise BrokenChain(f"{places.consent_key}: not the key of the erasure at sequence {row['sequence']}")
        for name in row["hashes"]:
            until[name] = max(row["erased_at"], until.get(name, ""))
    return Forgotten(key, until, ids)


def hashed(key: bytes, *words: str) -> str:
    """The keyed hash of some words (HMAC-SHA-256, hex)."""
    text = "".join(f"{len(word)}:{word}" for word in words)  # the lengths keep ("a", "bc") apart from ("ab", "c")
    return hmac.digest(key, text.encode(), "sha256").hex()


def hashes_of(key: bytes, person_id: str, accounts: set[tuple[str, str]], is_whole: bool) -> list[str]:
    """The keyed hashes that an erasure leaves: of the accounts, of the claims on them, and of the whole person."""
    found = {hashed(key, "account", *account) for account in accounts}
    found |= {hashed(key, "claim", person_id, *account) for account in accounts}
    return sorted(found | ({hashed(key, "person", person_id)} if is_whole else set()))


def key_check(key: bytes) -> str:
    """What tells a key from another without telling the key."""
    return hashed(key, "check")


def read_key(places: HomePaths) -> bytes:
    """The key of the keyed hashes. Raises BrokenChain where it is gone: nobody erased could be recognised."""
    try:
        return places.consent_key.read_bytes()
    except FileNotFoundError as error:
        raise BrokenChain(
            f"{places.consent_key}: is gone, and without it nobody who was erased is recognised; restore it"
        ) from error


def make_key(places: HomePaths) -> bytes:
    """The key of this home, made on first use and readable by its owner alone."""
    path = places.consent_key
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(secrets.token_bytes(KEY_BYTES))
            os.fsync(handle.fileno())
        draft.replace(path)
        atomic_io.sync(path.parent)
    return read_key(places)
