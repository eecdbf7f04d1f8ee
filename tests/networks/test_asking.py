"""The worker that asks: where a redirect may lead, what a secret goes to, and waits that no calendar holds."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from loopback import Asked, Reply, Server, StillClock

import evenscore.pulling.asking
from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS
from evenscore.pulling.asking import LONGEST_WAIT, Answer, Asker, Enough
from evenscore.pulling.clock import Clock
from evenscore.pulling.secrecy import forms, without
from evenscore.pulling.weather import MOST_SECONDS, Refused, Weather, refusal

Asking = Callable[[Callable[[Asked], Reply]], tuple[Asker, Server]]


@pytest.fixture
def asking() -> Iterator[Asking]:
    """A worker with a secret that goes into the address, and the server that it asks."""
    with ExitStack() as running:

        def make(answer: Callable[[Asked], Reply]) -> tuple[Asker, Server]:
            server = running.enter_context(Server(answer, StillClock()).running())
            source = Source(name="net", kind="stackexchange", path="pages", url=server.url, places=["a"])
            asker = Asker(source, "s3cr3t-token", clock=server.clock)
            running.enter_context(closing(asker.http))
            return asker, server

        yield make


def body_of(answer: Answer) -> Any:
    return answer.body


def test_a_redirect_keeps_its_own_parameters_and_the_secret(asking: Asking) -> None:
    moved = Reply(status=301, headers={"Location": "/new?of=7&of=8"})
    asker, server = asking(lambda asked: moved if asked.path == "/old" else Reply({"is": "there"}))
    assert asker.get("/old", {"page": "1"}, {}, body_of) == {"is": "there"}
    assert server.log[1].path == "/new" and server.log[1].params == {"of": ["7", "8"], "key": ["s3cr3t-token"]}


def test_a_post_asks_with_a_body_that_a_redirect_and_the_secret_keep(asking: Asking) -> None:
    moved = Reply(status=308, headers={"Location": "/new"})
    asker, server = asking(lambda asked: moved if asked.path == "/old" else Reply([1]))
    said = {"limit": 100, "userId": "7", "of": {"kind": ["a"]}}
    assert asker.get("/old", said, {}, body_of, "POST") == [1]
    assert [one.path for one in server.log] == ["/old", "/new"]
    for one in server.log:
        assert one.body == {**said, "key": "s3cr3t-token"} and one.line.startswith(f"{one.path}?")
        assert one.headers["content-type"] == "application/json" and one.query == ""


def test_a_redirect_in_a_circle_or_to_another_host_is_refused(asking: Asking) -> None:
    asker, _ = asking(lambda asked: Reply(status=302, headers={"Location": asked.path}))
    with pytest.raises(Refused, match="in a circle"):
        asker.get("/a", {}, {}, body_of)
    _, elsewhere = asking(lambda asked: Reply([]))
    asker, _ = asking(lambda asked: Reply(status=302, headers={"Location": f"{elsewhere.url}/steal"}))
    with pytest.raises(Refused, match="another host"):
        asker.get("/a", {}, {}, body_of)
    assert elsewhere.log == []


def test_another_host_is_asked_without_the_secret(asking: Asking) -> None:
    asker, _ = asking(lambda asked: Reply([]))
    _, elsewhere = asking(lambda asked: Reply([1]))
    assert asker.get(f"{elsewhere.url}/a?b=c", {}, {}, body_of) == [1]
    assert elsewhere.log[0].params == {"b": ["c"]}


def test_the_own_host_is_known_however_it_is_written_and_no_address_ends_no_pull(asking: Asking) -> None:
    asker, server = asking(
        lambda asked: Reply({}) if asked.path == "/b" else Reply(status=302, headers={"Location": "/b"})
    )
    written = asker.source.model_copy(update={"url": server.url.replace("127.0.0.1", "LocalHost")})
    with closing((own := Asker(written, "s3cr3t-token", clock=server.clock)).http):
        assert own.get("/a", {}, {}, body_of) == {}
        assert [one.params for one in server.log] == [{"key": ["s3cr3t-token"]}] * 2
        with pytest.raises(Weather):
            own.get("http://[x/a", {}, {}, body_of)
    assert "s3cr3t" not in repr(own)
    with closing((far := Asker(asker.source.model_copy(update={"url": "https://Forum.test:443"}))).http):
        assert far.host == "https://forum.test"
        for address in ("http://forum.test/a", "http://[x/a"):
            with pytest.raises(Refused, match="without encryption"):
                far.get(address, {}, {}, body_of)


@pytest.mark.parametrize("said", ["1e300", "inf", "9" * 40])
def test_a_wait_without_an_end_pauses_the_pull(asking: Asking, said: str) -> None:
    asker, server = asking(lambda asked: Reply({}, 429, {"Retry-After": said}))
    bad = refusal(429, {"retry-after": said}, {}, server.clock.now(), asker.network.waits)
    assert bad and bad.seconds == MOST_SECONDS > LONGEST_WAIT
    with pytest.raises(Enough, match="429: rate limit: until"):
        asker.get("/a", {}, {}, body_of)
    assert len(server.log) == 1


AFTER = "Mon, 16 Mar 2026 02:00:07 GMT"
AN_ERROR = {"error": {"code": "ratelimited", "info": "no"}}


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (429, {"retry-after": "7, 7"}, {}, 7),
        (429, {"retry-after": "7s"}, {}, 7),
        (429, {"ratelimit": '"burst";r=0;t=7, "daily";r=100;t=80000'}, {}, 7),
        (429, {"ratelimit": "limit=100, remaining=0, reset=7", "ratelimit-policy": "100;w=60"}, {}, 7),
        (429, {"ratelimit": "burst;r=0;t=3,daily;pk=:a:;r=0;t=7", "ratelimit-policy": '"burst";q=9;w=9'}, {}, 7),
        (429, {"ratelimit": '"burst";r=0'}, {}, None),
        (403, {"x-ratelimit-reset": "7"}, "Forbidden", 7),
        (503, {"x-backoff": "7"}, {}, 7),
        (200, {}, {"code": 429, "data": [], "wait_ms": 7000}, 7),
        (200, {}, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 7000}, 7),
        (429, {}, {"try_again_in": 7}, 7),
        (201, {}, {"error": "too many", "wait_ms": 7000}, 7),
        (429, {"retry-after": AFTER}, {}, 7),
        (429, {"retry-after-ms": "7000"}, {}, 7),
        (429, {"x-ratelimit-reset-requests": "1m30s"}, {}, 90),
        (429, {"x-ratelimit-reset-requests": "1h2m"}, {}, 3720),
        (429, {}, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 7000}, 7),
        (429, {}, {"error": {"info": {"resetMs": 1773626407000}}}, 7),
        (429, {}, {"error": {"details": [{"retryDelay": "7.5s"}]}}, 7.5),
        (429, {}, {"retryAfter": "2026-03-16T02:00:07Z", "waited": True}, 7),
        (429, {}, {"message": "Try again in 2 minutes."}, 120),
        (429, {"retry-after": "-7"}, {}, None),
        (429, {"retry-after": "Mon, 01 Jan 2024 00:00:00 GMT"}, {}, None),
        (420, {}, {}, None),
        (200, {"retry-after": "7"}, AN_ERROR, 7),
        (200, {}, {"status": "error", "message": "rate limit exceeded, wait 7 s"}, 7),
        (202, {"retry-after": "7"}, {}, 7),
        (401, {"retry-after": "7"}, {}, 7),
        (404, {"retry-after": "7"}, {}, 7),
    ],
)
def test_a_wait_is_known_in_whatever_words(
    asking: Asking, status: int, headers: dict[str, str], body: Any, seconds: float | None
) -> None:
    asker, server = asking(lambda asked: Reply([]))
    bad = refusal(status, headers, body, server.clock.now(), asker.network.waits)
    assert bad is not None and bad.seconds == (pytest.approx(seconds) if seconds else None)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"data": "too many"}),
        (200, {"code": 0, "status": 200, "data": ["rate limit"]}),
        (200, {"error": None, "text": "rate limit"}),
        (403, "Report abuse"),
        (404, {}),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"ratelimit": '"a";r=5;t=60'}, {"x-ratelimit-limit": "60"}])
def test_what_names_no_wait_is_no_limit(asking: Asking, status: int, body: Any, headers: dict[str, str]) -> None:
    asker, server = asking(lambda asked: Reply([]))
    assert refusal(status, headers, body, server.clock.now(), asker.network.waits) is None


@pytest.mark.parametrize("status", [200, 201, 206])
def test_an_answer_may_begin_with_what_keeps_it_from_being_run_and_be_called_partial(
    asking: Asking, status: int
) -> None:
    asker, _ = asking(lambda asked: Reply(status=status, content=b')]}\'\n[{"id": 1}]'))
    assert asker.get("/a", {}, {}, body_of) == [{"id": 1}]


SPENT = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (200, {"Retry-After": "7"}, [], 7),
        (302, {"Retry-After": "7"}, [], 7),
        (200, {}, {"backoff": 7}, 7),
        (200, {"Retry-After": "3"}, {"backoff": 7}, 7),
        (200, SPENT, [], 7),
        (200, {**SPENT, "X-RateLimit-Remaining": "1"}, [], 0),
        (200, {"Retry-After": "4200"}, [], 4200),  # limits of an hour are waited for
    ],
)
def test_a_good_answer_that_names_a_wait_is_followed_by_no_request_before_it_ends(
    asking: Asking, status: int, headers: dict[str, str], body: Any, seconds: int
) -> None:
    later = Reply(body, status, {**headers, "Location": "/b"})
    asker, server = asking(lambda asked: later if asked.path == "/a" else Reply([]))
    for path in ("/a", "/b"):
        asker.get(path, {}, {}, body_of)
    assert (server.log[1].at - server.log[0].at).total_seconds() == seconds


def test_longer_than_an_hour_and_some_minutes_no_pull_waits(asking: Asking) -> None:
    asker, server = asking(lambda asked: Reply([], 200, {"Retry-After": "4201"}))
    asker.get("/a", {}, {}, body_of)
    with pytest.raises(Enough, match="until 2026-03-16 03:10 UTC"):
        asker.get("/b", {}, {}, body_of)
    assert len(server.log) == 1


@pytest.mark.parametrize("kind", sorted(NETWORKS))
def test_a_network_is_asked_in_its_own_way_and_told_whom_to_write_to(asking: Asking, kind: str) -> None:
    asker, server = asking(lambda asked: Reply([]))
    source = asker.source.model_copy(update={"kind": kind, "contact": "ann@forum.test"})
    with closing((own := Asker(source, clock=server.clock)).http):
        own.get("/a", {}, {}, body_of)
    heard = {name.lower(): said for name, said in server.log[0].headers.items()}
    expected = {**NETWORKS[kind].headers, "User-Agent": "evenscore (ann@forum.test)"}
    assert {name: heard.get(name.lower()) for name in expected} == expected


def test_of_two_waits_of_a_host_the_longer_one_holds(asking: Asking) -> None:
    asker, _ = asking(lambda asked: Reply([]))
    for seconds, reason in ((30, "busy"), (60, "limit"), (5, "retry")):
        asker.wait("a", seconds, reason)
    assert asker.waits["a"][1] == "limit"


@pytest.mark.parametrize("said", ["s3:cr/et-token", "s3%3Acr%2Fet-token", "s3%3acr%2fet-token", "s3:cr\\/et-token"])
def test_a_secret_is_taken_out_however_it_is_escaped(said: str) -> None:
    assert without(forms("s3:cr/et-token", []), f"key={said}&of=7".encode()) == b"key=(secret)&of=7"


def test_a_body_that_unpacks_to_more_than_any_page_is_refused(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"is": "x" * 200}
    size = len(json.dumps(body))
    asker, _ = asking(lambda asked: Reply(body))
    monkeypatch.setattr(evenscore.pulling.asking, "MOST_BYTES", size)
    assert asker.get("/a", {}, {}, body_of) == body
    monkeypatch.setattr(evenscore.pulling.asking, "MOST_BYTES", size - 1)
    with pytest.raises(Refused, match="answers with more than"):
        asker.get("/a", {}, {}, body_of)


def test_who_asks_logs_no_address() -> None:
    """One may hold a secret."""
    assert not any(logging.getLogger(name).isEnabledFor(logging.INFO) for name in ("httpx", "httpcore"))


def test_the_machines_clock_waits_as_long_as_it_is_told_and_knows_its_zone() -> None:
    before = time.monotonic()
    Clock().sleep(0.02)
    assert time.monotonic() - before >= 0.02
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(minutes=1)
