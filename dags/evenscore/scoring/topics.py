"""Which topics a text is on: the terms of a topic list that stand in it, and nothing where that is unsure.

A term that its list gives is found however it is written. A name that has to do as a term is taken more strictly: one
word counts only where it is written as a name (`in Python, it`), because `Target`, `Nice` and `Squash` are topics too.
What two topics claim is evidence of neither, and of two terms that overlap the longer one counts.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import ahocorasick

WORD = re.compile(r"[^\W_]+(?:[.&][^\W_]+)*[+#]*")
QUOTE = re.compile(r"\[quote\b[^\[\]]*\](?:(?!\[quote\b).)*?\[/quote\]", re.DOTALL | re.IGNORECASE)
MAX_NESTED_QUOTES = 8
NOT_OWN_WORDS = re.compile(
    r"\[quote\b(?s:.*)"  # a quote that the text's end cuts off
    r"|```(?s:.*?)(?:```|\Z)|`[^`\n]*`"  # code
    r"|^[ \t]*>.*$"  # quoted lines
    r"|\b[a-z]{1,10}://\S+|\[link\]|@[\w-]+",  # links and handles
    re.MULTILINE | re.IGNORECASE,
)
ARTICLES = ("the", "a", "an")
BEFORE_A_NAME = (" ", ", ")
"""Not a bracket: `the candidate set search (CSS)` gives a letter-word a meaning of its own."""
WITHIN_A_NAME = (" ", "-")
BETWEEN_WORDS = "  "
WORDS_AROUND = 3


class Term(NamedTuple):
    """A word or phrase that stands for a topic; `is_name` where it is only the topic's name."""

    topic_id: str
    text: str
    is_name: bool


class Found(NamedTuple):
    """A topic that one of the texts is on, the term that says so, and the words around it."""

    text_number: int
    topic_id: str
    term: str
    passage: str
    """Who pastes the same passage again says nothing new."""


def find_topics(texts: Sequence[str], terms: Iterable[Term]) -> Iterator[Found]:
    """The topics of each text, each with the first of its terms that stands there."""
    finder = _Finder(terms)
    for number, text in enumerate(texts):
        own = own_words(text)
        words = list(WORD.finditer(own))
        seen: set[str] = set()
        for first, last, term in sorted(finder.hits(own, words)):
            if term.topic_id not in seen:
                seen.add(term.topic_id)
                yield Found(number, term.topic_id, term.text, _passage(words, first, last))


def own_words(text: str) -> str:
    """A text without quotes, code, links and handles: those are not its author's own words."""
    for _ in range(MAX_NESTED_QUOTES):
        text, count = QUOTE.subn(" . ", text)
        if not count:
            break
    return NOT_OWN_WORDS.sub(" . ", text)


Hit = tuple[int, int, Term]


class _Finder:
    def __init__(self, terms: Iterable[Term]) -> None:
        self._names: dict[str, Term] = {}
        self._phrases = ahocorasick.Automaton()
        for term in _unmistakable(terms):
            if _is_proper(term):
                self._names[term.text.strip()] = term
            else:
                self._phrases.add_word(_spelled(WORD.findall(term.text)), term)
        self._phrases.make_automaton()

    def hits(self, text: str, words: list[re.Match[str]]) -> Iterator[Hit]:
        """The terms that stand in a text, of each topic at least the first, with its first and last word."""
        spelled = _spelled(word.group() for word in words)
        phrases: dict[str, tuple[int, Term]] = {}
        for end, term in self._phrases.iter_long(spelled) if self._phrases else ():
            phrases.setdefault(term.topic_id, (end, term))
        for end, term in phrases.values():
            last = spelled.count(BETWEEN_WORDS, 0, end)
            yield last - len(WORD.findall(term.text)) + 1, last, term
        for number in _lone_names(text, words):
            if (name := words[number].group()) in self._names:
                yield number, number, self._names[name]


def _unmistakable(terms: Iterable[Term]) -> Iterator[Term]:
    claims: dict[str, dict[str, Term]] = defaultdict(dict)
    for term in terms:
        claims[_spelled(WORD.findall(term.text))].setdefault(term.topic_id, term)
    for claimed in claims.values():
        (term, *others) = claimed.values()
        if not others and not _says_too_little(term):
            yield term


def _says_too_little(term: Term) -> bool:
    """A name that ordinary text is full of: a letter, a number, an article with one word."""
    words = WORD.findall(term.text)
    if not words or not term.is_name:
        return not words
    if len(words) == 1:
        return len(words[0]) == 1 or words[0][0].isdigit()
    return len(words) == 2 and words[0].lower() in ARTICLES


def _is_proper(term: Term) -> bool:
    return term.is_name and len(WORD.findall(term.text)) == 1 and term.text.strip()[0].isupper()


def _spelled(words: Iterable[str]) -> str:
    """Words in a form in which a whole phrase can be found, and only as whole words."""
    return "".join(f" {word.lower()} " for word in words)


def _passage(words: list[re.Match[str]], first: int, last: int) -> str:
    around = words[max(0, first - WORDS_AROUND) : last + 1 + WORDS_AROUND]
    return " ".join(word.group().lower() for word in around)


def _lone_names(text: str, words: list[re.Match[str]]) -> Iterator[int]:
    """Which words are capitalised though no sentence begins with them, and are no part of a longer name."""
    for number, (before, word) in enumerate(pairwise(words), start=1):
        if not word.group()[0].isupper() or not before.group().islower():
            continue
        following = words[number + 1 : number + 2]
        if text[before.end() : word.start()] in BEFORE_A_NAME and not _goes_on(text, word, following):
            yield number


def _goes_on(text: str, word: re.Match[str], following: list[re.Match[str]]) -> bool:
    return any(one.group()[0].isupper() and text[word.end() : one.start()] in WITHIN_A_NAME for one in following)
