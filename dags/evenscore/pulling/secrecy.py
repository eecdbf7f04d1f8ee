"""A source's secret: where it stands, and that nothing which is kept repeats it."""

import os
import re

TOKEN = "EVENSCORE_TOKEN_"
"""What the variable that holds a source's secret begins with; its name in capitals follows."""
REPEATED, LEAST_SECRET = "(secret)", 8
"""What stands where an answer repeated the secret; a shorter secret than so many characters stands in every text."""


def secret_of(source: str) -> str | None:
    """A source's secret, from the environment alone."""
    return os.environ.get(f"{TOKEN}{source.upper()}") or None


def without(secret: str | None, said: bytes) -> bytes:
    """What was said, without the secret where it repeats it, whichever of its letters are escaped."""
    if len(secret or "") < LEAST_SECRET:
        return said
    letters = (rf"(?:\\?{re.escape(one)}|%{ord(one):02X})" for one in str(secret))
    return re.sub("".join(letters).encode(), REPEATED.encode(), said, flags=re.IGNORECASE)
