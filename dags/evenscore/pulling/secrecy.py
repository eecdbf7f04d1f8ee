"""A source's secret: where it stands, and that nothing which is kept repeats it."""

import os
import re
from collections.abc import Iterable

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


def forms(secret: str | None, carried: Iterable[str]) -> list[str]:
    """What gives a secret away, longest first: it, the key that ends it (`name:key`), and what carries it in a header
    or a parameter, which may be coded."""
    known = {secret or "", (secret or "").rpartition(":")[2], *(value.rpartition(" ")[2] for value in carried)}
    return sorted((one for one in known if len(one) >= LEAST_SECRET), key=len, reverse=True)


def without(forms_of_secret: list[str], said: bytes) -> bytes:
    """What was said, without the secret where it repeats it in one of its forms, whichever letters are escaped."""
    for form in forms_of_secret:
        letters = (rf"(?:\\?{re.escape(one)}|%{ord(one):02X})" for one in form)
        said = re.sub("".join(letters).encode(), REPEATED.encode(), said, flags=re.IGNORECASE)
    return said
