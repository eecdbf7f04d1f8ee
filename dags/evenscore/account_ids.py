"""The one normal form of an account id: what a platform itself takes for the same account is written the same way.

Ledger, landing zone, suppression list, mentions and eraser all compare accounts by it. What only looks alike
(`skeleton`) is reported, and protects, but is never taken for the same account.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

CASE_COUNTS = frozenset({"hackernews", "youtube"})
"""Networks on which `Bob` and `bob` are two accounts; on others (GitHub, forums, Mastodon) they are one."""

INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Unicode categories that nobody sees: controls, joiners, direction marks, variation of lines."""
VARIATION_SELECTORS = range(0xFE00, 0xFE10)


@dataclass(frozen=True)
class AccountIds:
    """The normal form of account ids on the networks of one configuration."""

    case_counts: frozenset[str] = CASE_COUNTS

    def normal(self, network: str, account_id: str) -> str:
        """An account id without what is no part of it: space around it, invisible characters, width, and case where
        the network knows none."""
        plain = _plain(account_id)
        return plain if network in self.case_counts else _folded(plain)


def skeleton(name: str) -> str:
    """What a name looks like to somebody who reads quickly, on any network: no case, no accents, no space at all.

    Two names with one skeleton need not be one account; a word that protects somebody is heard for both.
    """
    bare = unicodedata.normalize("NFKD", _folded(_plain(name)))
    return "".join(character for character in bare if not unicodedata.combining(character) and not character.isspace())


def _folded(plain: str) -> str:
    return plain if plain.isascii() and plain.islower() else unicodedata.normalize("NFKC", plain.casefold())


@lru_cache(maxsize=1 << 16)
def _plain(name: str) -> str:
    if name.isascii() and name.isprintable():
        return name.strip()
    visible = (character for character in name if not _is_invisible(character))
    return unicodedata.normalize("NFKC", "".join(visible)).strip()


def _is_invisible(character: str) -> bool:
    # White space among the controls (a tab, a line end) is trimmed at the ends, and stays between words.
    return ord(character) in VARIATION_SELECTORS or (
        unicodedata.category(character) in INVISIBLE and not character.isspace()
    )
