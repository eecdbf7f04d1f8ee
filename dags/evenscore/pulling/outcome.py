"""What came of a source's pull, as values and in words: for its caller, the night's summary and `account.json`.

It names nobody.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WHOLE, INCOMPLETE, PAUSED, NOBODY = "whole", "incomplete", "paused", "nobody"
"""How a pull may end: all was read; less than there is; it goes on later; nobody stands, so nothing was asked."""


@dataclass
class Account:
    """What one source's pull has asked, waited for and got."""

    requests: int = 0
    pages: int = 0
    items: int = 0
    unchanged: int = 0
    waited: Counter[str] = field(default_factory=Counter)
    """Seconds, by reason."""
    retried: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    nothing: Counter[str] = field(default_factory=Counter)
    """Walks that found nothing there to read, by endpoint and status."""
    incomplete: Counter[str] = field(default_factory=Counter)
    """Walks that brought less than there is, by endpoint and reason."""


@dataclass
class Pulled:
    """What came of one source's pull."""

    source: str
    state: str
    reason: str = ""
    account: Account = field(default_factory=Account)

    is_budget: bool = False
    """Whether it paused because somebody had set it a budget."""

    @property
    def is_success(self) -> bool:
        """Whether it did what was asked: less than expected never is, a budget that is spent is."""
        return self.state in (WHOLE, NOBODY) or self.is_budget

    def as_plain(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**vars(self), "account": dict(vars(self.account))}

    def in_words(self) -> str:
        """One line for an operator."""
        told = self.account
        counts = f"{told.requests:,} requests, {told.items:,} items, {sum(told.waited.values())} s waited"
        parts = [f"{self.source}: {self.state}", self.reason, counts if told.requests else ""]
        for name in ("incomplete", "left_out", "nothing", "retried"):
            found: Mapping[str, int] = getattr(told, name)
            listed = ", ".join(f"{count:,} {what}" for what, count in sorted(found.items()))
            parts.append(f"{name.replace('_', ' ')}: {listed}" if listed else "")
        return "; ".join(filter(None, parts))
