"""What reaches a terminal: text that cannot steer it or hide in it, and commands that mean what they name."""

import shlex
import unicodedata

import click

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's kinds of characters that steer, reorder or hide; those that are not assigned yet among them."""
LAYOUT = "\n\t"
YOUR_NAME, YOUR_REASON = "YOUR_NAME", "YOUR REASON"
"""What stands in a command for what whoever pastes it has to say."""


def say(text: str, *, is_error: bool = False) -> None:
    """Print a text. The one way to a terminal: whatever came from a file or a name is harmless here."""
    click.echo(harmless(text), err=is_error)


def harmless(text: str) -> str:
    """A text whose lines and tabs are its own layout, and every other character that nobody sees written out."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(character if _is_seen(character) else _written_out(character) for character in text)


def command(verb: str, *names: str, options: str = "") -> str:
    """A command line about something, safe to paste whatever it is called; what may look like an option comes last."""
    said, words = [options] if options else [], [shell_word(name) for name in names]
    is_last = len(names) > 1 or any(name.startswith("-") for name in names)
    return " ".join(["evenscore", verb, *([*said, "--", *words] if is_last else [*words, *said])])


def shell_word(text: str) -> str:
    """The text as one word of bash or zsh. What could pass for another letter, or for none, is written out."""
    if all(map(_is_plain, text)):
        return shlex.quote(text)
    return "$'" + "".join(map(_escaped, text)) + "'"


def _is_plain(character: str) -> bool:
    """Whether a character looks like no other: those of ASCII, and the letters with accents that Latin-1 has."""
    return character.isprintable() and (character.isascii() or (character <= "\xff" and character.isalpha()))


def _is_seen(character: str) -> bool:
    return character in LAYOUT or unicodedata.category(character) not in UNSEEN


def _written_out(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x80 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _escaped(character: str) -> str:
    if character in "\\'":
        return "\\" + character
    return character if _is_plain(character) else f"\\U{ord(character):08x}"
