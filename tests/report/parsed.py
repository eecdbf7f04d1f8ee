"""A page as a test reads it."""

import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self, content: bytes):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(content.decode())
        self.words = re.sub(r"\s+", " ", self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data + " "

    def all(self, name: str) -> list[str]:
        return [value for found, value in self.attributes if found == name]
