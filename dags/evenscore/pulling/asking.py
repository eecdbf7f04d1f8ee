"""The worker of one source: asks one request after another, waits where it is told to, and tries again in bad weather.

What it raises, logs and keeps never holds a secret, nor anything else of an address but the endpoint's name.
"""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import tenacity

from evenscore.base.sources import Source
from evenscore.base.terminal import say
from evenscore.connectors import NETWORKS
from evenscore.connectors.paging import host_of
from evenscore.connectors.records import answered
from evenscore.pulling import weather
from evenscore.pulling.clock import Clock
from evenscore.pulling.outcome import Account
from evenscore.pulling.secrecy import REPEATED, forms, require_long, without
from evenscore.pulling.weather import Refused, Weather

for chatty in ("httpx", "httpcore"):  # they log whole addresses, with whatever secret stands in them
    logging.getLogger(chatty).setLevel(logging.WARNING)

ATTEMPTS, IF_BAD = 8, tenacity.retry_if_exception_type(Weather)
UNCHANGED, NO_CONTENT = 304, 204
"""Refuses to say again what was said to be known; says that nothing is there, and of a further page that none is."""
MOST_BYTES = 32 << 20
"""No page of any network unpacks to more; one that does is taken for a bomb."""
LONGEST_WAIT = 70 * 60
"""Seconds. A longer one ends the pull for now: it goes on from where it was, when it is called again."""
LONGEST_BACKOFF, LONGEST_LIMIT = 60.0, 3600.0
"""Seconds: no wait that doubles grows further, after a fault or at a limit."""
MOST_HOPS, ELSEWHERE = 3, "leads to another host"
ANSWER_SECONDS, CONNECT_SECONDS = 30, 10
LOOPBACK = ("127.0.0.1", "localhost", "::1")
Values = Mapping[str, Any]


class Enough(Exception):
    """The pull ends here for now, and goes on from here: a budget is spent, or a wait is too long."""


@dataclass(frozen=True)
class Answer:
    """What was answered; `body` is decoded JSON, or the beginning of a text that is none."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: Any
    leads_to: str = ""
    """Where it redirects to."""


Reading = Callable[[Answer], Any]


def _grown(state: tenacity.RetryCallState) -> float:
    """Let the host that is asked wait, the longer the more often it was asked in vain; nothing else has to wait."""
    # The arguments are those of `get`.
    asker, path, bad = state.args[0], state.args[1], state.outcome.exception() if state.outcome else None
    assert isinstance(bad, Weather)
    longest = LONGEST_LIMIT if bad.is_limit else LONGEST_BACKOFF
    growing = tenacity.wait_exponential(asker.network.least_wait, longest)(state)
    least = bad.seconds or (growing if bad.is_limit else growing / 4)
    asker.account.retried[bad.reason] += 1
    asker.wait(host_of(asker.address(path)), least + random.uniform(0, growing / 4), bad.reason)
    return 0


@dataclass
class Asker:
    """Asks the host of a source, and those that it leads to; the secret goes to the source's own alone."""

    source: Source
    secret: str | None = field(default=None, repr=False)
    budget: int | None = None
    clock: Clock = field(default_factory=Clock)
    account: Account = field(default_factory=Account)
    waits: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """By host, until when it is not asked, and why."""

    def __post_init__(self) -> None:
        import httpx  # a sixth of a second that every other verb would pay, too

        require_long(self.source.name, self.secret)
        self.network, self.host = NETWORKS[self.source.kind], host_of(self.address(""))
        self.own = self.network.authorise(self.secret) if self.secret else ({}, {})
        self.given_away = forms(self.secret, (value for part in self.own for value in part.values()))
        headers = {"User-Agent": f"evenscore ({self.source.contact or 'no contact given'})", **self.network.headers}
        self.http = httpx.Client(headers=headers, timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS))

    def address(self, path: str) -> str:
        """A whole address, of what may be a path on the source's own host."""
        return path if "://" in path else f"{str(self.source.url).rstrip('/')}/{path.lstrip('/')}"

    def wait(self, host: str, seconds: float, reason: str) -> None:
        """Ask a host for nothing for so long, or longer where it has said so before."""
        wait = (self.clock.now() + timedelta(seconds=seconds), reason)
        self.waits[host] = max(wait, self.waits.get(host, wait))

    @tenacity.retry(retry=IF_BAD, stop=tenacity.stop_after_attempt(ATTEMPTS), wait=_grown, reraise=True)
    def get(self, path: str, params: Values, headers: Values, read: Reading, method: str = "GET") -> Any:
        """What `read` makes of a good answer, which may be that nothing has changed; it raises Weather for a bad one.

        Raises Refused, Enough, or Weather where it stayed bad.
        """
        host = host_of(url := self.address(path))
        if host != self.host and not host.startswith("https:") and urlsplit(self.host).hostname not in LOOPBACK:
            raise Refused("leads to a host without encryption")
        for _ in range(MOST_HOPS):
            self._take_turn(host)
            answer = self._ask(method, url, params, headers)
            if asked := weather.pause(answer.headers, answer.body, self.clock.now()):
                self.wait(host, *asked)
            if not answer.leads_to:
                return read(self._judged(answer, headers))
            url, params = answer.leads_to, params if method == "POST" else {}
            if host_of(url) != host:
                raise Refused(ELSEWHERE)
        raise Refused("redirected in a circle", answer.status)

    @property
    def is_spent(self) -> bool:
        """Whether no request is left of the budget."""
        return self.budget is not None and self.account.requests >= self.budget

    def _take_turn(self, host: str) -> None:
        """Let a host's wait end before the next request."""
        until, reason = self.waits.get(host, (self.clock.now(), ""))
        left = (until - self.clock.now()).total_seconds()
        if left > LONGEST_WAIT:
            raise Enough(f"{reason}: until {until:%Y-%m-%d %H:%M} UTC")
        if left > 0:
            say(f"pull {self.source.name}: waiting {left:.0f} s ({reason})", is_error=True)
            self.account.waited[reason] += round(left)
            self.clock.sleep(left)
        if self.is_spent:
            raise Enough(f"the budget of {self.budget} requests is spent")

    def _ask(self, method: str, url: str, params: Values, headers: Values) -> Answer:
        """One request, and its whole body: half a page is bad weather, too."""
        import httpx

        self.account.requests += 1
        own_headers, own_params = self.own if host_of(url) == self.host else ({}, {})
        try:
            asked = {name: value for name, value in params.items() if REPEATED not in str(value)} | own_params
            address = httpx.URL(url).copy_merge_params(asked if method == "GET" else {})
            sent = asked if method == "POST" else None
            with self.http.stream(method, address, headers={**own_headers, **headers}, json=sent) as answer:
                content = bytearray()
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > MOST_BYTES:
                        raise Refused(f"answers with more than {MOST_BYTES >> 20} MiB")
                leads_to = str(answer.next_request.url) if answer.next_request else ""
                told = {name: without(self.given_away, said.encode()).decode() for name, said in answer.headers.items()}
                body = answered(without(self.given_away, bytes(content)))
                return Answer(url, answer.status_code, httpx.Headers(told), body, leads_to)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            # Its message may hold the address, and that the secret.
            raise Weather(type(error).__name__) from None

    def _judged(self, answer: Answer, headers: Values) -> Answer:
        if answer.status == UNCHANGED and "If-None-Match" not in headers:
            raise Weather("304, though nothing was said to be known")
        if bad := weather.refusal(answer.status, answer.headers, answer.body, self.clock.now(), self.network.waits):
            raise bad
        if answer.status not in weather.GOOD:
            raise Refused(str(answer.status), answer.status, str(answer.body)[:2_000])
        if not isinstance(answer.body, dict | list):
            raise Weather("neither a JSON object nor a list")
        return answer
