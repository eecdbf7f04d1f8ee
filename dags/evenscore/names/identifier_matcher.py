"""Finds the names of those who leave in any text or bytes, all of them in one pass."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import ahocorasick

from evenscore.names.account_ids import EVERYWHERE, AccountIds, folded, unescaped, visible

Account = tuple[str, str]
"""(network, account_id)."""


@dataclass(frozen=True)
class ErasureSubject:
    """One account that is to be forgotten, and the person whose it is; a person may leave with several."""

    network: str
    account_id: str
    erased_at: str
    person_id: str | None = None
    names: tuple[str, ...] = ()
    """What else the account was called."""
    stable_ids: tuple[str, ...] = ()
    """The platform's own ids of it."""


REMOVED = "(removed: somebody has left)"
TELLING = re.compile(r"[^\W\d]|\d{6}")
"""An id without a letter and with few digits tells nobody by itself: `12` is in every text."""
WORD = re.compile(r"[\w-]")


Automaton = Any
"""Of pyahocorasick, which has no types."""


class IdentifierMatcher:
    """Every id of the subjects, as it may stand in plain text, JSON and HTML; whole words only: bob is not in bobby.

    An account is found in every spelling that is the same account: other case, width, and what nobody sees.
    """

    def __init__(
        self,
        subjects: Iterable[ErasureSubject],
        people: Iterable[str] = (),
        shared: Iterable[ErasureSubject] = (),
        ids: AccountIds = EVERYWHERE,
    ) -> None:
        self.claims = (*subjects, *shared)
        self.people = {*people, *(one.person_id for one in [*subjects, *shared] if one.person_id)}
        exact, self.accounts = set[str](), set[str]()
        for person in self.people:
            exact |= {f"{person}/{persona}" for persona in ("work", "personal")}
            exact |= {person} if TELLING.search(person) else set()
        caseless = set[str]()
        for subject in subjects:
            names = {subject.account_id, *subject.names}
            names |= {ids.normal(subject.network, name) for name in names}
            self.accounts |= names | set(subject.stable_ids)
            own = exact if subject.network in ids.case_counts else caseless
            own |= {f"{subject.network}:{name}" for name in names} | {name for name in names if TELLING.search(name)}
            exact |= {f"{subject.network}:{one}" for one in subject.stable_ids}
            exact |= {one for one in subject.stable_ids if TELLING.search(one)}
        self._readers = [
            (reading, words)
            for reading, names in ((visible, exact), (folded, caseless))
            if (words := _words(reading, names))
        ]

    def __bool__(self) -> bool:
        return bool(self._readers)

    def within(self, text: str) -> bool:
        """Whether a name stands in a text."""
        return any(_is_in(words, read) for read, words in self._read(text))

    def anywhere(self, content: bytes) -> bool:
        """Whether a name stands in bytes, be it glued to other words: a database writes its values side by side."""
        text = content.decode("utf-8", errors="replace")
        return any(next(words.iter(read), None) is not None for read, words in self._read(text))

    def within_bytes(self, content: bytes) -> bool:
        """Whether a name stands in bytes that are text, be it partly."""
        return self.within(content.decode("utf-8", errors="replace"))

    def _read(self, text: str) -> Iterator[tuple[str, Automaton]]:
        """A text as it stands and as it is meant, each in the way in which its automaton reads."""
        for written in dict.fromkeys((text, unescaped(text))):
            for reading, words in self._readers:
                yield reading(written), words


def _words(reading: Callable[[str], str], names: Iterable[str]) -> Automaton | None:
    """What finds names in a text that was read in the same way; None where there are none."""
    words = ahocorasick.Automaton()
    for name in filter(None, map(reading, names)):
        for written in {name, json.dumps(name)[1:-1]}:
            words.add_word(written, len(written))
    if not len(words):
        return None
    words.make_automaton()
    return words


def _is_in(words: Automaton, text: str) -> bool:
    for last, length in words.iter(text):
        start, end = last - length + 1, last + 1
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (WORD.match(before) and WORD.match(text[start])) and not (
            WORD.match(after) and WORD.match(text[end - 1])
        ):
            return True
    return False
