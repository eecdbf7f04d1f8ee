"""The worker of one source: asks one request after another, waits where it is told to, and tries again in bad weather.

What it raises, logs and keeps never holds a secret, nor anything else of an address but the endpoint's name.
"""

import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import tenacity

from evenscore.base.settings import Source
from evenscore.base.terminal import say
from evenscore.connectors import NETWORKS
from evenscore.pulling import weather
from evenscore.pulling.clock import Clock
from evenscore.pulling.weather import Weather

for chatty in ("httpx", "httpcore"):  # they log whole addresses, with whatever secret stands in them
    logging.getLogger(chatty).setLevel(logging.WARNING)

ATTEMPTS = 8
MOST_BYTES = 32 << 20
"""No page of any network unpacks to more; one that does is taken for a bomb."""
LONGEST_WAIT = timedelta(minutes=70)
"""A longer one ends the pull for now: it goes on from where it was, when it is called again."""
LONGEST_BACKOFF, LONGEST_LIMIT = 60.0, 3600.0
"""Seconds: no wait that doubles grows further, after a fault or at a limit."""
MOST_HOPS = 3
ANSWER_SECONDS, CONNECT_SECONDS = 30, 10
LOOPBACK = ("127.0.0.1", "localhost", "::1")
Found = TypeVar("Found")
Values = Mapping[str, Any]


class Refused(Exception):
    """A definite no; trying again changes nothing."""

    def __init__(self, status: int, reason: str, said: str = "") -> None:
        super().__init__(reason)
        self.status, self.reason, self.said = status, reason, said


class Enough(Exception):
    """The pull ends here for now, and goes on from here: a budget is spent, or a wait is too long."""


@dataclass
class Account:
    """What one source's pull has asked, waited for and got; it names nobody."""

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


@dataclass(frozen=True)
class Answer:
    """What was answered; `body` is decoded JSON, or the beginning of a text that is none."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass
class Asker:
    """Asks the host of a source, and those that it leads to; the secret goes to the source's own alone."""

    source: Source
    secret: str | None = None
    budget: int | None = None
    clock: Clock = field(default_factory=Clock)
    account: Account = field(default_factory=Account)
    waits: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """By host, until when it is not asked, and why."""

    def __post_init__(self) -> None:
        import httpx  # a sixth of a second that every other verb would pay, too

        self.network = NETWORKS[self.source.kind]
        headers = {"User-Agent": f"evenscore ({self.source.contact or 'no contact given'})", **self.network.headers}
        self.http = httpx.Client(headers=headers, timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS))
        self.host = _host(str(self.source.url))
        self.own = self.network.authorise(self.secret) if self.secret else ({}, {})

    def get(self, path: str, params: Values, headers: Values, read: Callable[[Answer], Found]) -> Found:
        """What `read` makes of a good answer, which may be that nothing has changed; it raises Weather for a bad one.

        Raises Refused, Enough, or Weather where it stayed bad.
        """
        url = path if "://" in path else f"{str(self.source.url).rstrip('/')}/{path.lstrip('/')}"
        host = _host(url)
        if host != self.host and not host.startswith("https:") and urlsplit(self.host).hostname not in LOOPBACK:
            raise Refused(400, "leads to a host without encryption")
        trying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Weather),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=self._pause,
            sleep=lambda seconds: None,  # the pause itself is taken before the next request, whoever asks for it
            reraise=True,
        )
        found: Found = trying(self._once, url, params, headers, read)
        return found

    def not_before(self, host: str, until: datetime | None, reason: str) -> None:
        """Ask a host for nothing until an instant, or a later one that it has named before."""
        if until:
            self.waits[host] = max(self.waits.get(host, (until, reason)), (until, reason))

    def _pause(self, state: tenacity.RetryCallState) -> float:
        bad = state.outcome.exception() if state.outcome else None
        assert isinstance(bad, Weather)
        growing = self.network.least_wait * 2 ** (state.attempt_number - 1)
        growing = min(growing, LONGEST_LIMIT if bad.is_limit else LONGEST_BACKOFF)
        least = bad.seconds or (growing if bad.is_limit else growing / 4)
        self.account.retried[bad.reason] += 1
        seconds = least + random.uniform(0, growing / 4)
        self.not_before(_host(state.args[0]), self.clock.now() + timedelta(seconds=seconds), bad.reason)
        return 0

    def _take_turn(self, host: str) -> None:
        """Let a host's wait end before the next request."""
        until, reason = self.waits.get(host, (self.clock.now(), ""))
        left = until - self.clock.now()
        if left > LONGEST_WAIT:
            raise Enough(f"{reason}: until {until:%Y-%m-%d %H:%M} UTC")
        if left > timedelta(0):
            say(f"pull {self.source.name}: waiting {left.total_seconds():.0f} s ({reason})", is_error=True)
            self.account.waited[reason] += round(left.total_seconds())
            self.clock.sleep(left.total_seconds())
        if self.is_spent:
            raise Enough(f"the budget of {self.budget} requests is spent")

    @property
    def is_spent(self) -> bool:
        """Whether no request is left of the budget."""
        return self.budget is not None and self.account.requests >= self.budget

    def _once(self, url: str, params: Values, headers: Values, read: Callable[[Answer], Found]) -> Found:
        host = _host(url)
        for _ in range(MOST_HOPS):
            self._take_turn(host)
            answer, leads_to = self._ask(url, params, headers)
            if not leads_to:
                return read(self._judged(host, answer))
            if _host(leads_to) != host:
                raise Refused(400, "leads to another host")
            url, params = leads_to, {}
        raise Refused(answer.status, "redirected in a circle")

    def _ask(self, url: str, params: Values, headers: Values) -> tuple[Answer, str]:
        """The answer to one request, whole, for half a page is bad weather, too; and where it redirects to."""
        import httpx

        self.account.requests += 1
        own_headers, own_params = self.own if _host(url) == self.host else ({}, {})
        try:
            address = httpx.URL(url).copy_merge_params({**params, **own_params})
            with self.http.stream("GET", address, headers={**own_headers, **headers}) as answer:
                content = bytearray()
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > MOST_BYTES:
                        raise Refused(answer.status_code, f"answers with more than {MOST_BYTES >> 20} MiB")
                leads_to = str(answer.next_request.url) if answer.next_request else ""
                return Answer(url, answer.status_code, answer.headers, _decoded(bytes(content))), leads_to
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            # Its message may hold the address, and that the secret.
            raise Weather(type(error).__name__) from None

    def _judged(self, host: str, answer: Answer) -> Answer:
        now = self.clock.now()
        if bad := weather.refusal(answer.status, answer.headers, answer.body, now):
            raise bad
        if answer.status not in (200, 304):
            raise Refused(answer.status, str(answer.status), str(answer.body)[:2_000])
        if asked := weather.pause(answer.headers, answer.body, now):
            seconds, reason = asked
            self.not_before(host, now + timedelta(seconds=seconds), reason)
        if answer.status == 200 and not isinstance(answer.body, dict | list):
            raise Weather("neither a JSON object nor a list")
        return answer


def _host(url: str) -> str:
    return "://".join(urlsplit(url)[:2])


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content[:2_000].decode("utf-8", errors="replace")
