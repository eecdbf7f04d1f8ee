"""Finds the names of those who leave in any text or bytes, all of them in one pass."""

import html
import json
import re
from collections.abc import Iterable, Iterator

import ahocorasick
from markupsafe import escape

from evenscore.forgetting.whom import Leaver

REMOVED = "(removed: somebody has left)"
TELLING = re.compile(r"[^\W\d]|\d{6}")
"""An id without a letter and with few digits tells nobody by itself: `12` is in every text."""
WORD = re.compile(r"[\w-]")


class Needles:
    """Every id of the leavers, as it may stand in plain text, JSON and HTML; whole words only: bob is not in bobby."""

    def __init__(self, leavers: Iterable[Leaver], people: Iterable[str] = (), shared: Iterable[Leaver] = ()) -> None:
        self.claims = (*leavers, *shared)
        self.people = {*people, *(one.person_id for one in [*leavers, *shared] if one.person_id)}
        plain, self.accounts = set[str](), set[str]()
        for person in self.people:
            plain |= {f"{person}/{persona}" for persona in ("work", "personal")}
            plain |= {person} if TELLING.search(person) else set()
        for leaver in leavers:
            for name in (leaver.account_id, *leaver.names, *leaver.stable_ids):
                self.accounts.add(name)
                plain.add(f"{leaver.network}:{name}")
                if TELLING.search(name):
                    plain.add(name)
        self.plain = frozenset(name for name in plain if name)
        self._found = ahocorasick.Automaton()
        for name in self.plain:
            for written in {name, json.dumps(name)[1:-1], str(escape(name)), html.escape(name)}:
                self._found.add_word(written, len(written))
        if self.plain:
            self._found.make_automaton()

    def __bool__(self) -> bool:
        return bool(self.plain)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where names stand in a text."""
        if not self.plain:
            return
        for last, length in self._found.iter(text):
            start, end = last - length + 1, last + 1
            before, after = text[start - 1 : start], text[end : end + 1]
            if not (WORD.match(before) and WORD.match(text[start])) and not (
                WORD.match(after) and WORD.match(text[end - 1])
            ):
                yield start, end

    def within(self, text: str) -> bool:
        """Whether a name stands in a text."""
        return next(self.spans(text), None) is not None

    def anywhere(self, content: bytes) -> bool:
        """Whether a name stands in bytes, be it glued to other words: a database writes its values side by side."""
        return bool(self.plain) and next(self._found.iter(content.decode("latin-1")), None) is not None

    def within_bytes(self, content: bytes) -> bool:
        """Whether a name stands in bytes that are text, be it partly."""
        return self.within(content.decode("utf-8", errors="replace"))
