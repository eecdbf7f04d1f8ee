"""A network on loopback: an invented one that answers over real HTTP, and the weather that befalls its answers."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Params = dict[str, list[str]]


@dataclass
class Reply:
    """What a server answers; `content` instead of `body` where it is no JSON."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    cut: bool = False
    """Whether the connection ends before the body does."""
    reset: bool = False

    def bytes(self) -> bytes:
        return self.content if self.content is not None else json.dumps(self.body).encode()


@dataclass
class Asked:
    """One request as the server saw it."""

    path: str
    params: Params
    """Of the address, and of a JSON body: what is no text stands there as JSON writes it."""
    headers: dict[str, str]
    at: datetime
    query: str = ""
    body: Any = None

    def one(self, name: str, default: str = "") -> str:
        return self.params.get(name, [default])[0]

    @property
    def line(self) -> str:
        return f"{self.path}?{sorted(self.params.items())}"


def in_body(body: Any) -> Iterator[tuple[str, str]]:
    """What a JSON body asks with."""
    for name, value in (body or {}).items():
        for one in value if isinstance(value, list) else [value]:
            yield name, one if isinstance(one, str) else json.dumps(one)


Answering = Callable[[Asked], Reply]
Spoiling = Callable[[Asked, Reply, int], Reply]
"""What becomes of the answer to the so-manieth request."""


class StillClock:
    """A clock that only sleeping moves: client and server share it."""

    def __init__(self, at: str = "2026-03-16T02:00:00+00:00") -> None:
        self._at = datetime.fromisoformat(at)

    def now(self) -> datetime:
        return self._at

    def sleep(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)


class Loopback(ThreadingHTTPServer):
    """Keeps what its answers raise: to whoever asks it looks like a reset connection, and they would ask again."""

    daemon_threads = True

    def __init__(self, *of: Any) -> None:
        super().__init__(*of)
        self.raised: list[BaseException] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        if (error := sys.exception()) and not isinstance(error, ConnectionError):
            self.raised.append(error)


class Server:
    """An invented network behind an address; what it raises while it runs, it raises when it ends."""

    def __init__(self, answer: Answering, clock: StillClock, spoil: Spoiling | None = None) -> None:
        self.answer, self.clock, self.spoil = answer, clock, spoil
        self.log: list[Asked] = []
        self.skew = timedelta(0)
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                server._handle(self)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(server.clock.now() + server.skew, usegmt=True)

        self._http = Loopback(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        found = urlsplit(handler.path)
        params: Params = {}
        content = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        body = json.loads(content) if content else None
        for name, value in [*parse_qsl(found.query), *in_body(body)]:
            params.setdefault(name, []).append(value)
        headers = {key.lower(): value for key, value in handler.headers.items()}
        asked = Asked(found.path, params, headers, self.clock.now(), found.query, body)
        self.log.append(asked)
        reply = self.answer(asked)
        if self.spoil:
            reply = self.spoil(asked, reply, len(self.log))
        content = reply.bytes()
        if reply.reset:
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response(reply.status)
        headers = {"Content-Type": "application/json", **reply.headers}
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if reply.cut:
            handler.wfile.write(content[: len(content) // 2])
            handler.close_connection = True
        elif reply.status != 304:
            handler.wfile.write(content)
        handler.wfile.flush()

    @contextmanager
    def running(self) -> Iterator["Server"]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
        for error in self._http.raised:
            raise error


def earlier(number: int) -> str:
    """An instant so many hours before March 2026."""
    return (datetime(2026, 3, 1, tzinfo=UTC) - timedelta(hours=1 + number)).isoformat().replace("+00:00", "Z")


def instant(day: int, hour: int = 12, minute: int = 0) -> str:
    """An instant of March 2026."""
    return (
        datetime(2026, 3, 1, tzinfo=UTC)
        .replace(hour=hour, minute=minute)
        .__add__(timedelta(days=day - 1))
        .isoformat()
        .replace("+00:00", "Z")
    )
