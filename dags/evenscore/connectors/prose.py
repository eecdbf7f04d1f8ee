"""Whom a text names, as the platforms themselves decide it: in prose, and never in code, links, quotes or comments.

GitHub and Discourse make HTML of what people write and look for an @ in the text that is left outside some elements.
So do we: Markdown is rendered, and of the HTML, a platform's own or ours, only the prose is read.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST = 1 << 16
"""No platform takes much longer texts, and whoever writes one names nobody behind this many characters."""
LONGEST_HTML = 8 * LONGEST
MOST_BRACKETS = 1_000
"""More of them make no links: they are work for the parser alone."""
CODE = frozenset({"code", "pre", "samp", "script", "style", "tt"})
FOREIGN = frozenset({"quote", "onebox", "elided"})
"""Classes of what Discourse shows of others: what they said counts where they said it."""
NAMING = frozenset({"a", "span"})
MENTIONS = frozenset({"mention", "mention-group", "mention-here", "mention-all"})
"""Classes by which Discourse marks what is written with an @: a link to a member, to a group, or what it knows not."""
TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
"""Written so that no text costs more than its length: the standard library's parser can be kept busy for minutes."""
CLASS = re.compile(r"""(?<![\w-])class\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
URL = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}://|\bwww\.)\S+", re.IGNORECASE)
BBCODE = re.compile(r"\[(/?)(quote|code)\b[^\]\n]*\]", re.IGNORECASE)

GITHUB_NAME = re.compile(r"(?<!\w)@((?>\w(?:[\w-]*\w)?))(?!/)(?=\.+(?:\W|\Z)|[^\w.]|\Z)", re.ASCII)
"""No team (@org/team) and no scope of npm (@types/node), no host (@home.example): what follows decides."""
DISCOURSE_NAME = re.compile(r"(?<!\w)@((?>\w(?:[\w.-]*\w)?))(?!/\w)")
AUTOMATIC_GROUPS = frozenset(
    {"everyone", "admins", "moderators", "staff", *(f"trust_level_{level}" for level in range(5))}
)
"""Names that every forum has for groups of members, and that nobody can have."""
MAX_NAME_CHARACTERS = 64


@dataclass
class Prose:
    """The prose of some HTML."""

    said: list[str] = field(default_factory=list)
    """Every text outside code and quotes."""
    free: list[str] = field(default_factory=list)
    """Those outside links, too: where an @ may name somebody."""
    mentioned: list[str] = field(default_factory=list)
    """What stands in links that a platform made of a mention."""
    refused: list[str] = field(default_factory=list)
    """What it found written like one, and took for a group or for nobody."""
    _hidden: str = ""
    """The element in which nothing is seen, and below how many of its like we are."""
    _depth: int = 0
    _link: frozenset[str] | None = None

    def tag(self, is_end: bool, tag: str, attributes: str) -> None:
        """Enter or leave an element; within a hidden one only its like is of interest."""
        if self._hidden:
            self._depth += 0 if tag != self._hidden else -1 if is_end else 1
            self._hidden = self._hidden if self._depth else ""
        elif is_end:
            self._link = None if tag in NAMING else self._link
        elif tag in CODE or (classes := _classes(attributes)) & FOREIGN:
            self._hidden, self._depth = tag, 1
        elif tag == "a" or (tag in NAMING and classes & MENTIONS):
            self._link = classes | {tag}

    def text(self, written: str) -> None:
        """Take a text, where it is seen."""
        if self._hidden or not written:
            return
        text = html.unescape(written)
        self.said.append(text)
        if self._link is None:
            self.free.append(text)
        elif self._link & MENTIONS:
            found = self.mentioned if {"a", "mention"} <= self._link else self.refused
            found.append(text.strip().removeprefix("@"))


def _classes(attributes: str) -> frozenset[str]:
    found = CLASS.search(attributes)
    return frozenset("".join(filter(None, found.groups())).split()) if found else frozenset()


def read_html(written: str) -> Prose:
    """The prose of some HTML; a comment that is never closed hides all that follows."""
    prose, end = Prose(), 0
    seen = COMMENT.sub("", written[:LONGEST_HTML])
    for tag in TAG.finditer(seen):
        prose.text(seen[end : tag.start()])
        prose.tag(bool(tag[1]), tag[2].lower(), tag[3])
        end = tag.end()
    prose.text(seen[end:])
    return prose


def github_names(markdown: str | None) -> list[str]:
    """The accounts that a text on GitHub mentions, in order, each once."""
    return _names(GITHUB_NAME, _free_text(markdown))


def discourse_names(markdown: str | None) -> list[str]:
    """The accounts that a post as it was written (`raw`) mentions; which of them exist, the forum knows alone."""
    found = _names(DISCOURSE_NAME, _without_blocks(_free_text(markdown)))
    return [name for name in found if name.casefold() not in AUTOMATIC_GROUPS]


def cooked_names(cooked: str) -> list[str]:
    """The accounts that a post as the forum shows it (`cooked`) mentions: the forum has decided already."""
    return list(dict.fromkeys(name for name in read_html(cooked).mentioned if name))


def refused_names(cooked: str) -> set[str]:
    """What a post as the forum shows it marks as no member: a group, or nobody of that name, in lower case."""
    prose = read_html(cooked)
    return {name.casefold() for name in prose.refused} - {name.casefold() for name in prose.mentioned}


def cooked_text(cooked: str) -> str | None:
    """What a post as the forum shows it says, without marks."""
    return " ".join("".join(read_html(cooked).said).split()) or None


def _names(pattern: re.Pattern[str], text: str) -> list[str]:
    return [name for name in dict.fromkeys(pattern.findall(text)) if len(name) <= MAX_NAME_CHARACTERS]


def _free_text(markdown: str | None) -> str:
    if not markdown or not ("@" in markdown or "&" in markdown):
        return ""
    written = markdown[:LONGEST]
    if written.count("[") > MOST_BRACKETS:
        written = written.replace("[", " ")
    return URL.sub(" ", "\n".join(read_html(_renderer().render(written)).free))


@lru_cache(maxsize=1)
def _renderer() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # not before there is a text to read: whoever parses DAGs reads none

    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _without_blocks(text: str) -> str:
    """A text without what stands between BBCode's [quote] and [/quote], or [code] and [/code]."""
    kept, end = [], 0
    for start, stop in _blocks(text):
        kept.append(text[end:start])
        end = stop
    return " ".join([*kept, text[end:]])


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Where the outermost closed blocks stand; one that is never closed is none."""
    opened: dict[str, list[int]] = {"quote": [], "code": []}
    closed: list[tuple[int, int]] = []
    for tag in BBCODE.finditer(text):
        of_kind = opened[tag[2].lower()]
        if not tag[1]:
            of_kind.append(tag.start())
        elif of_kind:
            start = of_kind.pop()
            while closed and closed[-1][0] > start:
                closed.pop()
            closed.append((start, tag.end()))
    end = 0
    for start, stop in sorted(closed):
        if start >= end:
            yield start, stop
            end = stop
