"""A source's secret: where it stands, and that nothing which is kept repeats it."""

import os
import re

from evenscore.base.errors import UsageError

TOKEN = "EVENSCORE_TOKEN_"
"""What the variable that holds a source's secret begins with; its name in capitals follows."""
REPEATED, LEAST_SECRET = "(secret)", 8
"""What stands where an answer repeated the secret; one of fewer characters could not be told from other text there."""


def secret_of(source: str) -> str | None:
    """A source's secret, from the environment alone."""
    return os.environ.get(f"{TOKEN}{source.upper()}") or None


def require_long(source: str, secret: str | None) -> None:
    """Raise UsageError, which names where it stands, for a secret that is too short to be kept out of what is kept."""
    if secret and len(secret) < LEAST_SECRET:
        raise UsageError(
            f"{TOKEN}{source.upper()} (or the password of Airflow's connection evenscore_{source}): a secret of fewer "
            f"than {LEAST_SECRET} characters is refused, for no answer that repeats it could be cleaned of it"
        )


def without(secret: str | None, said: bytes) -> bytes:
    """What was said, without the secret where it repeats it, whichever of its letters are escaped."""
    if not secret:
        return said
    letters = (rf"(?:\\?{re.escape(one)}|%{ord(one):02X})" for one in secret)
    return re.sub("".join(letters).encode(), REPEATED.encode(), said, flags=re.IGNORECASE)
