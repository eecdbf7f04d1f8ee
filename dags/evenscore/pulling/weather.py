"""What an answer says of waiting: in status, headers or body; as epoch, ISO time, HTTP date, seconds, or not at all.

Whatever tells an instant is read against the server's own clock, for that of either may be wrong.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from evenscore.connectors.endpoints import is_error
from evenscore.connectors.instants import as_instant
from evenscore.connectors.records import seek

RETRY = re.compile("retry-after|^(?:x-)?back-?off$")
RESET = re.compile("rate-?limit.*reset")
REMAINING = re.compile("rate-?limit.*remaining")
"""Headers, in small letters, that name a wait; that say when a limit ends; and how much is left of it."""
COMBINED = re.compile(r'\b(?:r|remaining)=(\d+)(?:[^"]*?\b(?:t|reset)=(\d+))?')
BOTH = ("ratelimit-remaining", "ratelimit-reset")
"""What one header, `RateLimit`, says of each of several limits, and the two that say the same of one."""
WAITS = re.compile(r"(?i)'([^']*(?:(?:retry|again).?(?:after|delay|in)|wait|back.?off|reset)[^']*)': '?([^',}]+)")
"""Keys of a body, at whatever depth, under which a refusal names a wait, and what they hold."""
LIMITED = re.compile(r"(?i)rate.?limit|throttl|too many|abuse detect|(quota|limit).?exc|slow.?down|retry.?aft|: 429\b")
"""How a body says that a refusal is a limit."""
IN_WORDS = re.compile(r"(?i)(?:in|after|wait) (\d[\d.]* ?(?:ms|s|m|h))")
DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(ms|s|m|h)")
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
THOUSANDTHS = re.compile("[_-]ms$|Ms$|[Mm]illi")
"""Names of what counts in milliseconds."""
EPOCH = 1_000_000_000
"""A larger number counts from 1970."""
GOOD, LIMITS, LATER = (200, 201, 203, 206), (420, 429), (202, 408, 425)
"""Statuses of an answer (some call whatever was posted `created`, and every page `partial`), such as are a limit, and
such as want to be asked again, like every one that names when."""
MAY_BE_LIMITS = (*GOOD, 400, 403)
"""Statuses that are a limit where the body or the headers say so, and something else where they do not."""
MOST_WORDS = 2_000
"""So many characters of a body, or of one header, are looked at for what they say."""
MOST_SECONDS = 366 * 86400.0
"""Whoever asks for a longer wait gets this one."""
Own = Callable[[str, datetime], datetime | None]
"""Of words and the server's time, until when a network is not to be asked that says so in words of its own."""


class Refused(Exception):
    """A definite no, where it is not Weather: trying again changes nothing."""

    def __init__(self, reason: str, status: int | None = None, said: str = "") -> None:
        super().__init__(reason)
        self.reason, self.status, self.said = reason, status, said


class Weather(Refused):
    """What may be better when it is tried again."""

    def __init__(self, reason: str, seconds: float | None = None, is_limit: bool = False) -> None:
        super().__init__(reason)
        self.seconds, self.is_limit = seconds, is_limit


def refusal(status: int, headers: Mapping[str, str], body: Any, now: datetime, own: Own) -> Weather | None:
    """Why the same is to be asked again, and after how many seconds, where that is said; None where it is not to be.

    `body` is decoded JSON, or text; `own` reads words that mean a wait to this network alone.
    """
    there, retry = as_instant(headers.get("date")) or now, _named(RETRY, headers)
    if status in LIMITS or (status in MAY_BE_LIMITS and _is_limit(status, headers, body, there)):
        return Weather(f"{status}: rate limit", _seconds(headers, body, there, own), is_limit=True)
    if status in LATER or status >= 500 or (status >= 400 and retry):
        reason = f"{status}: retry-after" if retry else str(status)
        return Weather(reason, _longest(retry, there), is_limit=bool(retry))
    return None


def pause(headers: Mapping[str, str], body: Any, now: datetime) -> tuple[float, str] | None:
    """How many seconds any answer wants nothing to be asked, and why; None where it does not."""
    there = as_instant(headers.get("date")) or now
    if asked := _longest([*_named(RETRY, headers), ("", seek(body, "backoff"))], there):
        return asked, "the answer asks for a pause"
    left = _longest(_named(RESET, headers), there) if _is_spent(headers, there) else None
    return (left, "the limit is used up") if left else None


def _is_limit(status: int, headers: Mapping[str, str], body: Any, there: datetime) -> bool:
    if status in GOOD:
        return is_error(body) and bool(LIMITED.search(str({**body, "data": None})[:MOST_WORDS]))
    is_spent = _is_spent(headers, there)
    is_over = bool(_named(RESET, headers)) if is_spent is None and status == 403 else is_spent
    return bool(LIMITED.search(str(body)[:MOST_WORDS]) or is_over)


def _seconds(headers: Mapping[str, str], body: Any, there: datetime, own: Own) -> float | None:
    words = str(body)[:MOST_WORDS]
    told = [*_named(RETRY, headers), *WAITS.findall(words), *(("", one) for one in IN_WORDS.findall(words)[:1])]
    named = _longest(told, there) or _longest([("", own(words, there))], there)
    is_reset = not named or _is_spent(headers, there) is not False
    return _longest([("", named), *(_named(RESET, headers) if is_reset else ())], there)


def _named(pattern: re.Pattern[str], headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers of such names, and what they say."""
    told = [*headers.items(), *_combined(headers.get("ratelimit", ""))]
    return [(name, said) for name, said in told if pattern.search(name.lower())]


def _combined(said: str) -> list[tuple[str, str]]:
    """What one header says of several limits, as two would: how much is left of the scarcest, and when it ends."""
    limits = [(int(left), -int(ends or 0)) for left, ends in COMBINED.findall(said[:MOST_WORDS])]
    return [(name, str(abs(number))) for name, number in zip(BOTH, min(limits, default=()), strict=False)]


def _is_spent(headers: Mapping[str, str], there: datetime) -> bool | None:
    """Whether nothing remains of a limit; None where that is not said."""
    remaining = [one for _, said in _named(REMAINING, headers) if (one := _from(said, there)) is not None]
    return min(remaining) < 1 if remaining else None


def _longest(said: Iterable[tuple[str, Any]], there: datetime) -> float | None:
    """The longest of the waits that are named, in seconds: every one of them holds. None where none is."""
    named = [_from(one, there, name) for name, one in said]
    return max((min(one, MOST_SECONDS) for one in named if one and one > 0), default=None)


def _from(said: Any, there: datetime, name: str = "") -> float | None:
    """Seconds from now, out of a number, an epoch, an ISO time, an HTTP date, or numbers with their units."""
    number: float | None
    try:
        number = float(str(said).rpartition(",")[2])  # the last, where a header is there several times
        until = as_instant(number) if number > EPOCH else None
    except ValueError:
        parts = DURATION.findall(str(said).lower())
        number, until = sum(float(one) * UNITS[of] for one, of in parts) or None, as_instant(said)
    return (until - there).total_seconds() if until else number and number / (1000 if THOUSANDTHS.search(name) else 1)
