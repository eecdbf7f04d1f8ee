"""Bad weather: each fault spoils one answer, or all of them, as real networks have done."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from loopback import Asked, Reply, Server

Once = Callable[["Weather", Asked, Reply], Reply]


class Weather:
    """Spoils the answer to the request of a number, once, and remembers what must hold from then on."""

    def __init__(self, fault: Once, at: int, cursor: str, is_always: bool = False) -> None:
        self.fault, self.at, self.cursor, self.is_always = fault, at, cursor, is_always
        self.server: Server | None = None
        self.not_before: datetime | None = None
        self.before: dict[str, Reply] = {}
        self.has_struck = False

    def __call__(self, asked: Asked, reply: Reply, number: int) -> Reply:
        assert self.not_before is None or asked.at >= self.not_before, "a request before the wait had ended"
        spoiled = reply
        if self.is_always or (number >= self.at and not self.has_struck):
            spoiled = self.fault(self, asked, copy.deepcopy(reply))
            self.has_struck = self.has_struck or (spoiled is not reply and spoiled != reply)
        self.before[asked.path] = reply
        return spoiled

    def wait(self, asked: Asked, seconds: float) -> datetime:
        self.not_before = asked.at + timedelta(seconds=seconds)
        return self.not_before

    @property
    def skew(self) -> timedelta:
        return self.server.skew if self.server else timedelta(0)


def limit(status: int, body: Any = None, **headers: Callable[[datetime], str]) -> Once:
    """A refusal that says when to come again: each header is made of that instant."""

    def fault(weather: Weather, asked: Asked, _reply: Reply) -> Reply:
        until = weather.wait(asked, 7) + weather.skew
        made = {name.replace("_", "-"): make(until) for name, make in headers.items()}
        return Reply(body or {"message": "too many requests"}, status, made)

    return fault


def epoch(until: datetime) -> str:
    return str(int(until.timestamp()))


def iso(until: datetime) -> str:
    return until.isoformat().replace("+00:00", "Z")


def http_date(until: datetime) -> str:
    return format_datetime(until, usegmt=True)


def seconds(_until: datetime) -> str:
    return "7"


def several(_until: datetime) -> str:
    """Two limits in one header, of which one is used up."""
    return '"burst";r=0;t=7, "daily";r=100;t=80000'


def with_an_error(_weather: Weather, _asked: Asked, reply: Reply) -> Reply:
    """A page of which every list is empty, for something went wrong."""
    return Reply({**emptied(reply.body), "errors": [{"message": "no"}]}) if isinstance(reply.body, dict) else reply


def emptied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: emptied(one) for name, one in value.items()}
    return [] if isinstance(value, list) else value


def twice(_weather: Weather, _asked: Asked, reply: Reply) -> Reply:
    """Every list twice, as it is and then empty."""
    parts = reply.body.items() if isinstance(reply.body, dict) else ()
    lists = {name: [] for name, one in parts if one and isinstance(one, list)}
    content = f"{json.dumps(reply.body)[:-1]}, {json.dumps(lists)[1:]}".encode()
    return Reply(content=content, headers=reply.headers) if lists else reply


def nothing_left(_until: datetime) -> str:
    return "0"


def said(status: int, body: Any, wait: float) -> Once:
    def fault(weather: Weather, asked: Asked, _reply: Reply) -> Reply:
        weather.wait(asked, wait)
        return Reply(body, status)

    return fault


def good(weather: Weather, asked: Asked, reply: Reply) -> Reply:
    """What was asked for, and that nothing is to be asked for a while."""
    weather.wait(asked, 7)
    return Reply(reply.body, reply.status, {**reply.headers, "Retry-After": "7"}, reply.content)


def plain(**changes: Any) -> Once:
    return lambda weather, asked, reply: Reply(**{"body": reply.body, **changes})


def items_of(body: Any) -> list[Any] | None:
    """The first list in a body, at whatever depth."""
    if isinstance(body, list):
        return body
    parts = body.values() if isinstance(body, dict) else ()
    return next((found for found in map(items_of, parts) if found is not None), None)


def new_key(_weather: Weather, _asked: Asked, reply: Reply) -> Reply:
    for item in items_of(reply.body) or []:
        item["a_key_of_tomorrow"] = {"with": ["whatever"]}
    return reply


def missing_key(_weather: Weather, _asked: Asked, reply: Reply) -> Reply:
    for item in (items_of(reply.body) or [])[:1]:
        item.pop("id", item.pop("uri", item.pop("actor", item.pop("content", None))))
    return reply


def another_type(_weather: Weather, _asked: Asked, reply: Reply) -> Reply:
    if isinstance(reply.body, dict) and (found := items_of(reply.body)) is not None:
        return Reply({name: "none" if value is found else value for name, value in reply.body.items()})
    return Reply("none", headers=reply.headers)


def repeated(weather: Weather, asked: Asked, reply: Reply) -> Reply:
    """The page before once more, where there was one of this walk."""
    is_further = weather.cursor in asked.params and asked.path in weather.before
    return weather.before[asked.path] if is_further and items_of(reply.body) else reply


def expired(weather: Weather, asked: Asked, reply: Reply) -> Reply:
    is_first = asked.one(weather.cursor, "newest") in ("newest", "0")
    return reply if is_first else Reply({"error": "ExpiredCursor"}, 400)


def going_back(weather: Weather, asked: Asked, reply: Reply) -> Reply:
    """A second page that names itself as the next one."""
    if weather.cursor not in asked.params or not items_of(reply.body):
        return reply
    if isinstance(reply.body, dict) and "cursor" in reply.body:
        return Reply({**reply.body, "cursor": asked.one("cursor")})
    if "Link" in reply.headers:
        query = "&".join(f"{name}={value[0]}" for name, value in asked.params.items())
        return Reply(reply.body, headers={"Link": f'<http://{asked.headers["host"]}{asked.path}?{query}>; rel="next"'})
    return reply


@dataclass(frozen=True)
class Fault:
    """One kind of bad weather."""

    name: str
    fault: Once
    is_always: bool = False


THROTTLED = {
    "error_id": 502,
    "error_name": "throttle_violation",
    "error_message": "more requests available in 7 seconds",
}
FAULTS = (
    Fault("429, Retry-After in seconds", limit(429, retry_after=seconds)),
    Fault("429, Retry-After as a date", limit(429, retry_after=http_date)),
    Fault("429, reset as an epoch", limit(429, x_ratelimit_remaining=nothing_left, x_ratelimit_reset=epoch)),
    Fault("429, ratelimit-reset as an epoch", limit(429, ratelimit_remaining=nothing_left, ratelimit_reset=epoch)),
    Fault("429, reset as an ISO date", limit(429, x_ratelimit_reset=iso)),
    Fault("429, reset in seconds", limit(429, x_ratelimit_reset=seconds)),
    Fault("429, a fraction in the body", said(429, {"result": "error", "retry-after": 6.86}, 6.86)),
    Fault("429, seconds deep in the body", said(429, {"errors": ["slow"], "extras": {"wait_seconds": 7}}, 7)),
    Fault("429, milliseconds in the body", said(429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 7000}, 7)),
    Fault("429, a unit deep in the body", said(429, {"error": {"details": [{"retryDelay": "7s"}]}}, 7)),
    Fault("429, two limits in one header", limit(429, RateLimit=several)),
    Fault("429, nothing said", said(429, {"error": "too many"}, 0.5)),
    Fault("403, nothing remains", limit(403, x_ratelimit_remaining=nothing_left, x_ratelimit_reset=epoch)),
    Fault("403, a reset alone", limit(403, x_ratelimit_reset=epoch)),
    Fault("403, Retry-After", limit(403, retry_after=seconds)),
    Fault("400, rate_limit_error", said(400, {"error": "rate_limit_error"}, 0.5)),
    Fault("400, throttle in words", said(400, THROTTLED, 7)),
    Fault("200, RATE_LIMITED", said(200, {"errors": [{"type": "RATE_LIMITED"}]}, 0.5)),
    Fault("200, ok is false", said(200, {"ok": False, "error": "ratelimited"}, 0.5)),
    Fault("200, an error, Retry-After", limit(200, {"error": {"code": "maxlag", "lag": 6}}, retry_after=seconds)),
    Fault("200, an error beside empty lists", with_an_error),
    Fault("200, Retry-After", good),
    Fault("202, Retry-After", limit(202, retry_after=seconds)),
    Fault("409, Retry-After", limit(409, retry_after=http_date)),
    Fault("502", plain(status=502)),
    Fault("503 with an HTTP date", limit(503, retry_after=http_date)),
    Fault("a reset connection", plain(reset=True)),
    Fault("half a page", plain(cut=True)),
    Fault("invalid JSON", plain(content=b'[{"id": 1')),
    Fault("a key that stands twice", twice),
    Fault("an empty body", plain(content=b"")),
    Fault("gzip that cannot be unpacked", plain(content=b"[]", headers={"Content-Encoding": "gzip"})),
    Fault("a page of HTML", plain(content=b"<html>We are down for maintenance</html>")),
    Fault("a new key", new_key, is_always=True),
    Fault("a missing key", missing_key),
    Fault("another type", another_type),
    Fault("a repeated page", repeated),
    Fault("an expired cursor", expired),
    Fault("a next that leads back", going_back),
)
