"""The key to the hashes by which engagers who did not ask for a score are told apart."""

import secrets

KEY_BYTES = 32


def draw_key() -> str:
    """A new key from the operating system's randomness, as hex digits. It must never be written anywhere."""
    return secrets.token_hex(KEY_BYTES)
