"""What an answer says of waiting: in status, headers or body; as epoch, ISO time, HTTP date, seconds, or not at all.

Whatever tells an instant is read against the server's own clock, for that of either may be wrong.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from evenscore.connectors.endpoints import as_instant
from evenscore.connectors.records import seek

RESETS = ("x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset", "x-ratelimit-reset-after")
REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining")
BODY_SECONDS = ("backoff", "retry-after", "retry_after", "extras.wait_seconds", "parameters.retry_after")
LIMITED = re.compile(
    r"rate.?limit|throttle|too many|abuse detection|quota ?exceeded|dailylimit|userratelimit|slow ?down", re.IGNORECASE
)
"""How a body says that a refusal is a limit."""
IN_WORDS = re.compile(r"(?:in|after) (\d+(?:\.\d+)?) ?(?:s\b|sec)", re.IGNORECASE)
DAILY = re.compile(r"quota ?exceeded|dailylimit", re.IGNORECASE)
PACIFIC = ZoneInfo("America/Los_Angeles")
"""Where the day ends by which YouTube counts."""
EPOCH = 1_000_000_000
"""A larger number counts from 1970, and one a thousand times as large does so in milliseconds."""
MAY_BE_LIMITS = (200, 400, 403)
"""Statuses that are a limit where the body or the headers say so, and something else where they do not."""


@dataclass(frozen=True)
class Wait:
    """How long not to ask, and why."""

    seconds: float | None
    """None where it is not said."""
    reason: str
    is_refusal: bool = True
    """Whether the answer itself was refused, and is to be asked for again."""


def read(status: int, headers: Mapping[str, str], body: Any, now: datetime) -> Wait | None:
    """The wait that an answer asks for; None where it asks for none. `body` is decoded JSON, or text."""
    there = server_time(headers, now)
    if status == 429 or (status in MAY_BE_LIMITS and _is_limit(status, headers, body)):
        return Wait(_seconds(headers, body, there), f"{status}: rate limit")
    if status >= 500 and (retry := headers.get("retry-after")):
        return Wait(_from(retry, there), f"{status}: retry-after")
    if status == 200:
        return _after_a_good_one(headers, body, there)
    return None


def server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """What the server's clock says; ours where it does not tell."""
    return _http_date(headers.get("date", "")) or now


def _is_limit(status: int, headers: Mapping[str, str], body: Any) -> bool:
    said = _words(status, body)
    spent = status != 200 and _remaining(headers) == 0
    return bool(LIMITED.search(said)) or spent or (status == 403 and "retry-after" in headers)


def _words(status: int, body: Any) -> str:
    """What a body says of an error; of a good answer only where it calls itself one."""
    if status == 200:
        errors = body.get("errors") if isinstance(body, dict) else None
        failed = isinstance(body, dict) and body.get("ok") is False
        return str(body.get("error")) if failed else str(errors) if isinstance(errors, list) else ""
    return str(body)[:2_000]


def _seconds(headers: Mapping[str, str], body: Any, there: datetime) -> float | None:
    """The longest of the waits that are named: every one of them holds."""
    named = [_from(headers.get("retry-after"), there)]
    named += [_from(seek(body, *key.split(".")), there) for key in BODY_SECONDS] if isinstance(body, dict) else []
    said = _words(400, body)
    if found := IN_WORDS.search(said):
        named.append(float(found[1]))
    if not any(named) and DAILY.search(said):
        named.append(_until_midnight(there))
    if _remaining(headers) in (None, 0) or not any(named):
        named += [_from(headers.get(name), there) for name in RESETS]
    return max((seconds for seconds in named if seconds is not None and seconds > 0), default=None)


def _after_a_good_one(headers: Mapping[str, str], body: Any, there: datetime) -> Wait | None:
    asked = _from(seek(body, "backoff"), there) if isinstance(body, dict) else None
    if asked:
        return Wait(asked, "the answer asks for a pause", is_refusal=False)
    if _remaining(headers) == 0:
        reset = [_from(headers.get(name), there) for name in RESETS]
        seconds = max((one for one in reset if one and one > 0), default=None)
        return Wait(seconds, "the limit is used up", is_refusal=False) if seconds else None
    return None


def _remaining(headers: Mapping[str, str]) -> float | None:
    for name in REMAINING:
        try:
            return int(float(headers[name]))
        except (KeyError, ValueError):
            continue
    return None


def _from(said: Any, there: datetime) -> float | None:
    """Seconds from now, out of a number, an epoch, an ISO time or an HTTP date."""
    if said is None or isinstance(said, bool):
        return None
    try:
        number = float(said)
    except (TypeError, ValueError):
        until = _http_date(str(said)) or (as_instant(said) if "T" in str(said) else None)
        return None if until is None else (until - there).total_seconds()
    if not number < EPOCH:
        return (number / 1000 if number > EPOCH * 1000 else number) - there.timestamp()
    return number


def _http_date(said: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(said)
    except (TypeError, ValueError, IndexError):
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def _until_midnight(there: datetime) -> float:
    local = there.astimezone(PACIFIC)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - local).total_seconds()
