"""Who was erased: known by keyed hashes alone, so that a file that still names them brings nothing back."""

import hmac
import os
import secrets
from dataclasses import dataclass

from evenscore import durable
from evenscore.consent.chain import ERASURE, Row, canonical
from evenscore.errors import BrokenChain
from evenscore.places import Places

KEY_BYTES = 32


@dataclass(frozen=True)
class Forgotten:
    """The suppression rows of a ledger; each says until when (ISO 8601, UTC) nothing of a person is taken in."""

    key: bytes
    until: dict[str, str]
    """By keyed hash of a person, or of an account."""

    def of_person(self, person_id: str) -> str | None:
        """When this person was erased last; None for anybody else."""
        return self.until.get(hashed(self.key, "person", person_id)) if self.until else None

    def of_account(self, network: str, account_id: str) -> str | None:
        """When the person whose account this was was erased last; None for any other account."""
        return self.until.get(hashed(self.key, "account", network, account_id)) if self.until else None


def forgotten(places: Places, rows: list[Row]) -> Forgotten:
    """The suppressions in a chain. Raises BrokenChain where the key that they were hashed with is not there."""
    until: dict[str, str] = {}
    erasures = [row for row in rows if row["kind"] == ERASURE]
    key = read_key(places) if erasures else b""
    for row in erasures:
        if row["key_check"] != key_check(key):
            raise BrokenChain(f"{places.consent_key}: not the key of the erasure at sequence {row['sequence']}")
        for name in (row["person"], *row["accounts"]):
            until[name] = max(row["erased_at"], until.get(name, ""))
    return Forgotten(key, until)


def hashed(key: bytes, *words: str) -> str:
    """The keyed hash of some words (HMAC-SHA-256, hex)."""
    return hmac.digest(key, canonical(words), "sha256").hex()


def key_check(key: bytes) -> str:
    """What tells a key from another without telling the key."""
    return hashed(key, "check")


def read_key(places: Places) -> bytes:
    """The key of the keyed hashes. Raises BrokenChain where it is gone: nobody erased could be recognised."""
    try:
        return places.consent_key.read_bytes()
    except FileNotFoundError as error:
        raise BrokenChain(
            f"{places.consent_key}: is gone, and without it nobody who was erased is recognised; restore it"
        ) from error


def make_key(places: Places) -> bytes:
    """The key of this home, made on first use and readable by its owner alone."""
    path = places.consent_key
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.draft")
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(secrets.token_bytes(KEY_BYTES))
            os.fsync(handle.fileno())
        os.replace(draft, path)
        durable.sync(path.parent)
    return read_key(places)
