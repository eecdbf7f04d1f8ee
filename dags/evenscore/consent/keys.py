"""The home's one key, and the keyed hashes that stand for whoever must not be named.

A home of before had a second key beside its ledger, and hashes of another form under it: such an older key moves behind
the home's own into the one file, and is tried for as long as anything was hashed with it.
"""

import hmac
import os
import secrets
from pathlib import Path

from evenscore.base import atomic_io
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths

KEY_BYTES = 32
NONE = b""
"""The key of a home in which nobody has needed one yet."""


def hashed(key: bytes, *words: str) -> str:
    """The keyed hash of some words (HMAC-SHA-256, hex)."""
    return hmac.digest(key, "\x1f".join(words).encode("utf-8", "replace"), "sha256").hex()


def older_hash(key: bytes, *words: str) -> str:
    """The same in the form that the chain's own list and the record of hand-outs had."""
    return hmac.digest(key, "".join(f"{len(word)}:{word}" for word in words).encode(), "sha256").hex()


def key_check(key: bytes) -> str:
    """What tells the home's key from another without telling the key."""
    return hashed(key, "check")


def make_key(places: HomePaths) -> bytes:
    """The key of this home, made on first use. Raises InputError as `read_keys` does."""
    own = read_keys(places)[0]
    if own == NONE:
        path, own = places.suppression_key, secrets.token_bytes(KEY_BYTES)
        with atomic_io.disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(opened, "wb") as handle:
                    handle.write(own)
                    handle.flush()
                    os.fsync(handle.fileno())
            except OSError:  # a full disk: half a key would be taken for one that was damaged
                path.unlink()
                raise
        atomic_io.sync(path.parent)
    return own


def read_keys(places: HomePaths) -> tuple[bytes, ...]:
    """The home's own key, NONE where it has none yet, and then any older ones, be they moved or not.

    Raises InputError where a file holds no keys, or the list of who was erased is there and its key is not.
    """
    older = _in_file(places.consent_key)  # first: from here a key moves to the other file
    own = _in_file(places.suppression_key)
    if places.suppressed.exists() and not own:
        raise InputError(
            f"{places.suppression_key}: the key of {places.suppressed} is gone: nobody on it can be told; restore it"
        )
    return tuple(dict.fromkeys([*(own or [NONE]), *older]))


def _in_file(path: Path) -> list[bytes]:
    content = path.read_bytes() if path.exists() else None
    if content is not None and (not content or len(content) % KEY_BYTES):
        raise InputError(
            f"{path}: damaged: {len(content)} bytes, and a key has {KEY_BYTES}; restore the file, or remove it where "
            "nothing was ever hashed with it"
        )
    return [content[at : at + KEY_BYTES] for at in range(0, len(content), KEY_BYTES)] if content else []
