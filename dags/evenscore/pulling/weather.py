"""What an answer says of waiting: in status, headers or body; as epoch, ISO time, HTTP date, seconds, or not at all.

Whatever tells an instant is read against the server's own clock, for that of either may be wrong.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from evenscore.connectors.instants import as_instant
from evenscore.connectors.records import seek

RESETS = ("x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset", "x-ratelimit-reset-after")
REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining")
BODY_SECONDS = ("backoff", "retry-after", "retry_after", "extras.wait_seconds", "parameters.retry_after")
LIMITED = re.compile(
    r"rate.?limit|throttle|too many|abuse detection|quota ?exceeded|dailylimit|userratelimit|slow ?down", re.IGNORECASE
)
"""How a body says that a refusal is a limit."""
IN_WORDS = re.compile(r"(?:in|after) (\d+(?:\.\d+)?) ?(?:s\b|sec)", re.IGNORECASE)
EPOCH = 1_000_000_000
"""A larger number counts from 1970, and one a thousand times as large does so in milliseconds."""
MAY_BE_LIMITS = (200, 400, 403)
"""Statuses that are a limit where the body or the headers say so, and something else where they do not."""
MOST_WORDS = 2_000
"""So many characters of a body are looked at for what they say."""
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
    there, retry = _server_time(headers, now), headers.get("retry-after")
    if status == 429 or (status in MAY_BE_LIMITS and _is_limit(status, headers, body, there)):
        return Weather(f"{status}: rate limit", _seconds(headers, body, there, own), is_limit=True)
    if status == 408 or status >= 500:
        reason = f"{status}: retry-after" if retry else str(status)
        return Weather(reason, _longest([retry], there), is_limit=bool(retry))
    return None


def pause(headers: Mapping[str, str], body: Any, now: datetime) -> tuple[float, str] | None:
    """How many seconds a good answer wants nothing to be asked, and why; None where it does not."""
    there = _server_time(headers, now)
    if asked := _longest([seek(body, "backoff")], there):
        return asked, "the answer asks for a pause"
    left = _longest(map(headers.get, RESETS), there) if _is_spent(headers, there) else None
    return (left, "the limit is used up") if left else None


def _server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """What the server's clock says; ours where it does not tell."""
    return _instant(headers.get("date", "")) or now


def _is_limit(status: int, headers: Mapping[str, str], body: Any, there: datetime) -> bool:
    if status == 200:  # it is one only where it calls itself an error
        said = seek(body, "error" if seek(body, "ok") is False else "errors")
        return bool(LIMITED.search(str(said)))
    is_said = LIMITED.search(str(body)[:MOST_WORDS]) or (status == 403 and "retry-after" in headers)
    return bool(is_said or _is_spent(headers, there))


def _seconds(headers: Mapping[str, str], body: Any, there: datetime, own: Own) -> float | None:
    words = str(body)[:MOST_WORDS]
    in_body = [seek(body, *key.split(".")) for key in BODY_SECONDS] + IN_WORDS.findall(words)[:1]
    named = _longest([headers.get("retry-after"), *in_body], there) or _longest([own(words, there)], there)
    is_reset = not named or _is_spent(headers, there) is not False
    return _longest([named, *(map(headers.get, RESETS) if is_reset else ())], there)


def _is_spent(headers: Mapping[str, str], there: datetime) -> bool | None:
    """Whether nothing remains of a limit; None where that is not said."""
    remaining = [_from(headers.get(name), there) for name in REMAINING]
    return next((one < 1 for one in remaining if one is not None), None)


def _longest(said: Iterable[Any], there: datetime) -> float | None:
    """The longest of the waits that are named, in seconds: every one of them holds. None where none is."""
    named = [_from(one, there) for one in said]
    return max((min(one, MOST_SECONDS) for one in named if one and one > 0), default=None)


def _from(said: Any, there: datetime) -> float | None:
    """Seconds from now, out of a number, an epoch, an ISO time or an HTTP date."""
    try:
        number = float(said)
    except (TypeError, ValueError, OverflowError):
        until = _instant(str(said))
        return (until - there).total_seconds() if until else None
    if number < EPOCH:
        return number
    return (number / 1000 if number > EPOCH * 1000 else number) - there.timestamp()


def _instant(said: str) -> datetime | None:
    """An HTTP date or an ISO time."""
    try:
        found = parsedate_to_datetime(said)
    except (TypeError, ValueError, IndexError):
        return as_instant(said)
    return found.replace(tzinfo=found.tzinfo or UTC)
