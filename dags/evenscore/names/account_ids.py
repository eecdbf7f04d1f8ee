"""The one normal form of an account id: what a platform itself takes for the same account is written the same way.

Ledger, landing zone, suppression list, mentions and eraser all compare accounts by it. What only looks alike
(`skeleton`) is reported, and protects, but is never taken for the same account.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

CASE_COUNTS = frozenset({"hackernews", "youtube"})
"""Networks on which `Bob` and `bob` are two accounts; on others (GitHub, forums, Mastodon) they are one."""

UNSEEN = (
    "\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\xad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2"
    "\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f"
    "\\ufeff\\uffa0\\ufff0-\\ufffb\\U000110bd\\U000110cd\\U00013430-\\U00013455"
    "\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff"
)
"""What nobody sees, as the inside of a regular expression's class: controls that are no white space, joiners, marks of
direction, selectors of variants, fillers (Unicode's Cc, Cf and Default_Ignorable_Code_Point)."""
INVISIBLE = re.compile(f"[{UNSEEN}]+")
PLAIN = "^[!-~]([ -~]*[!-~])?$"
"""An id that is in normal form but for its case: what is not among these is read letter by letter."""
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
"""A character as JSON may write it."""
BREAK = re.compile(r"\\[nrtbf]")
"""The end of a line, or another break, as it does: its letter belongs to no name."""
MOST_FOLDS = 3
"""Folding of case and of width touch each other; after so many rounds nothing changes any more."""


@dataclass(frozen=True)
class AccountIds:
    """The normal form of account ids on the networks of one configuration."""

    case_counts: frozenset[str] = CASE_COUNTS

    def normal(self, network: str, account_id: str) -> str:
        """An account id without what is no part of it: space around it, invisible characters, width, and case where
        the network knows none."""
        plain = _plain(account_id)
        return plain if network in self.case_counts else _folded(plain)


EVERYWHERE = AccountIds()
"""The normal form where no configuration says more of its networks."""


def skeleton(name: str) -> str:
    """What a name looks like to somebody who reads quickly, on any network: no case, no accents, no space at all.

    Two names with one skeleton need not be one account; a word that protects somebody is heard for both.
    """
    bare = unicodedata.normalize("NFKD", _folded(_plain(name)))
    return "".join(character for character in bare if not unicodedata.combining(character) and not character.isspace())


def visible(text: str) -> str:
    """A text of any length as it is read: without invisible characters, all letters of one width."""
    return text if text.isascii() and text.isprintable() else unicodedata.normalize("NFKC", INVISIBLE.sub("", text))


def folded(text: str) -> str:
    """A text of any length as it is read where case says nothing."""
    return _folded(visible(text))


def unescaped(text: str) -> str:
    """A text that is JSON or HTML, or holds some, with its escaped characters written out."""
    if "\\u" in text:
        text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = BREAK.sub(" ", text) if "\\" in text else text
    return html.unescape(text) if "&" in text else text


def _folded(plain: str) -> str:
    if plain.isascii():
        return plain.lower()
    for _ in range(MOST_FOLDS):
        before, plain = plain, unicodedata.normalize("NFKC", plain.casefold())
        if plain == before:
            break
    return plain


@lru_cache(maxsize=1 << 16)
def _plain(name: str) -> str:
    return visible(name).strip()
