"""Publishes one night in each home but the first, killing each process a call later than the one before.

Run as a script: CONFIG DATE LABEL HOME... Prints how each process ended, and before which call, as JSON.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenscore.base.settings import load_settings
from evenscore.night import steps
from evenscore.publication import publishing
from evenscore.state.runs import Night

FILE_CALLS = ("rename", "replace", "symlink", "unlink", "mkdir", "rmdir")
STATEMENTS = ("attach", "create view", "checkpoint", "copy candidate.person_scores", "copy candidate.score_jumps")


class Countdown:
    """Kills this process, with no chance to clean up, just before its n-th call."""

    def __init__(self, calls: int, note: int) -> None:
        self.calls, self.note = calls, note

    def pass_by(self, what: str) -> None:
        self.calls -= 1
        if self.calls == 0:
            os.write(self.note, what.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            paths = " to ".join(map(str, arguments))
            if "published" in paths or name == "symlink":
                self.pass_by(f"{name} {paths}")
            return call(*arguments, **options)

        return counted


class Connection:
    """A DuckDB connection that counts some of the statements that write."""

    def __init__(self, con: duckdb.DuckDBPyConnection, countdown: Countdown) -> None:
        self.con, self.countdown = con, countdown

    def __getattr__(self, name: str) -> Any:
        return getattr(self.con, name)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.con.close()

    def execute(self, sql: str, *values: Any) -> Any:
        if sql.startswith(STATEMENTS):
            self.countdown.pass_by(sql[:60])
        return self.con.execute(sql, *values)


def publish_until_killed(config: Path, night: Night, home: Path, calls: int, note: int) -> None:
    countdown = Countdown(calls, note)
    for name in FILE_CALLS:
        setattr(os, name, countdown.before(name, getattr(os, name)))
    connect: Any = duckdb.connect
    setattr(duckdb, "connect", lambda *places, **options: Connection(connect(*places, **options), countdown))  # noqa: B010
    setattr(publishing, "judge", lambda *_: [])  # noqa: B010 (its verdict is tried elsewhere)
    publishing.publish(load_settings(home, config), night)


def ending(config: Path, night: Night, home: Path, calls: int) -> list[Any]:
    """The exit code of a process that publishes, and the call that it was killed before."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            publish_until_killed(config, night, home, calls, writer)
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as note:
        return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), note.read()]


if __name__ == "__main__":
    the_config, the_night = Path(sys.argv[1]), Night.of(date.fromisoformat(sys.argv[2]), sys.argv[3])
    warm, *homes = map(Path, sys.argv[4:])
    steps.publish(load_settings(warm, the_config), the_night)  # imports take seconds; what is forked has them
    endings: list[list[Any]] = []
    for the_home in homes:
        endings.append(ending(the_config, the_night, the_home, len(endings) + 1))
        if endings[-1][0] != -signal.SIGKILL:
            break
    print(json.dumps(endings))
