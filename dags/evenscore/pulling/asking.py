"""One worker of one host: asks one request after another, waits where it is told to, and tries again after bad weather.

What it raises, logs and keeps never holds a secret, nor anything else of an address but the endpoint's name.
"""

import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import tenacity

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
LONGEST_BACKOFF = 60.0
MOST_HOPS = 3
ANSWER_SECONDS, CONNECT_SECONDS = 30, 10


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
    """A good answer; `body` is None where nothing has changed since the last one."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass
class Host:
    """The connection to one host."""

    url: str
    clock: Clock
    account: Account
    headers: Mapping[str, str]
    params: Mapping[str, str]
    """Those of every request that hold the secret; no other module sees them."""
    budget: int | None = None
    least_wait: float = 2.0
    told: Callable[[str], None] = lambda line: None
    """Where the reason of each wait is shown."""
    not_before: datetime | None = None

    def __post_init__(self) -> None:
        import httpx  # a sixth of a second that every other verb would pay, too

        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        self._http = httpx.Client(timeout=timeout, headers=dict(self.headers), follow_redirects=False)

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def get(
        self, path: str, params: Mapping[str, Any], headers: Mapping[str, str], check: Callable[[Any], None]
    ) -> Answer:
        """Ask until a sound answer has come; `check` raises Weather for a body that is none.

        Raises Refused, Enough, or Weather where it stayed bad.
        """
        trying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Weather),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=self._pause,
            sleep=lambda seconds: None,  # the pause itself is taken before the next request, whoever asks for it
            reraise=True,
        )
        return trying(self._once, path, params, headers, check)

    def _pause(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        assert isinstance(error, Weather)
        growing = min(
            LONGEST_BACKOFF if not error.is_limit else 3600.0, self.least_wait * 2 ** (state.attempt_number - 1)
        )
        least = growing if error.is_limit else growing / 4
        seconds = error.seconds if error.seconds is not None else least
        self.account.retried[error.reason] += 1
        self._wait(seconds + random.uniform(0, growing / 4), error.reason)
        return 0

    def _wait(self, seconds: float, reason: str) -> None:
        until = self.clock.now() + timedelta(seconds=seconds)
        if self.not_before is None or until > self.not_before:
            self.not_before, self._reason = until, reason

    def _take_turn(self) -> None:
        """Let every wait end before the next request."""
        left = ((self.not_before - self.clock.now()).total_seconds()) if self.not_before else 0
        if left > LONGEST_WAIT.total_seconds():
            raise Enough(f"{self._reason}: until {self.not_before:%Y-%m-%d %H:%M} UTC")
        if left > 0:
            self.told(f"waiting {left:.0f} s ({self._reason})")
            self.account.waited[self._reason] += round(left)
            self.clock.sleep(left)
        if self.budget is not None and self.account.requests >= self.budget:
            raise Enough(f"the budget of {self.budget} requests is spent")

    _reason: str = "as told before"

    def _once(
        self, path: str, params: Mapping[str, Any], headers: Mapping[str, str], check: Callable[[Any], None]
    ) -> Answer:
        url = urljoin(self.url + "/", path.lstrip("/")) if "://" not in path else path
        for _ in range(MOST_HOPS):
            self._require_own(url)
            self._take_turn()
            status, found, content = self._ask(url, params, headers)
            if status not in (301, 302, 307, 308):
                return self._judged(url, status, found, content, check)
            url, params = urljoin(url, found.get("location", "")), {}
        raise Refused(status, "redirected in a circle")

    def _require_own(self, url: str) -> None:
        """A secret goes to its own host alone, whatever an answer says."""
        if urlsplit(url)[:2] != urlsplit(self.url)[:2]:
            raise Refused(400, "leads to another host")

    def _ask(
        self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request, and its whole body: half a page is bad weather, too."""
        import httpx

        self.account.requests += 1
        try:
            with self._http.stream(
                "GET", url, params={**params, **self.params} or None, headers=dict(headers)
            ) as answer:
                content = bytearray()
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > MOST_BYTES:
                        raise Refused(answer.status_code, f"answers with more than {MOST_BYTES >> 20} MiB")
                return answer.status_code, {key.lower(): value for key, value in answer.headers.items()}, bytes(content)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            # Its message may hold the address, and that the secret.
            raise Weather(type(error).__name__) from None

    def _judged(
        self, url: str, status: int, headers: Mapping[str, str], content: bytes, check: Callable[[Any], None]
    ) -> Answer:
        body, is_json = _decoded(content)
        if bad := weather.refusal(status, headers, body, self.clock.now()):
            raise bad
        if status in (200, 304) and (asked := weather.pause(headers, body, self.clock.now())):
            self._wait(*asked)
        if status == 304:
            return Answer(url, status, headers, None)
        if status != 200:
            raise Refused(status, str(status), str(body)[:2_000])
        if not is_json:
            raise Weather("not valid JSON")
        check(body)
        return Answer(url, status, headers, body)


def _decoded(content: bytes) -> tuple[Any, bool]:
    try:
        return json.loads(content), True
    except (ValueError, RecursionError):
        return content[:2_000].decode("utf-8", errors="replace"), False
