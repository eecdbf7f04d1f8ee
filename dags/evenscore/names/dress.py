"""An account's name in another dress: as it is typed, linked or addressed.

No network knows an account whose name begins with `@`, ends in `/` or is percent-encoded: that is the bare one, written
otherwise. A link, a host or a network's name before or behind it may lead to somebody else of that name.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from evenscore.names.account_ids import visible

PLACES = re.compile(r"^/?(?:u|user|users|profile|profiles|people|member|members)/", re.IGNORECASE)
"""What stands before a name in the address of a profile."""
LINK = re.compile(r"^(?:https?:)?//[^/]+/+", re.IGNORECASE)
DRESSED = re.compile(r"[@/%:\uff20\uff0f\uff05\uff1a]")
"""Without one of these (or its wide form) a name is bare."""


def bare(name: str) -> str:
    """The same account's name without `@` before it, `/` behind it, percent signs and `u/`; else itself."""
    if not DRESSED.search(name):
        return name
    plain = visible(unquote(name)).strip().rstrip("/")
    return PLACES.sub("", plain).lstrip("@/").strip()


def others(network: str, name: str) -> Iterator[str]:
    """The names that somebody may mean who writes this one: of a link, behind a network, before a host."""
    if not DRESSED.search(name):
        return
    plain = bare(re.split(r"[?#]", LINK.sub("", visible(unquote(name)).strip()))[0])
    yield plain
    if plain.lower().startswith(f"{network}:".lower()):
        plain = bare(plain[len(network) + 1 :])
        yield plain
    if "@" in plain:
        yield plain.split("@")[0]
