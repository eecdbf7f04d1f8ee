"""Publishes one night, copying the home before each call that changes a file, and once more in each home to be killed.

Run as a script: CONFIG DATE LABEL WRECKS WARM WHOLE KILLED... The copies go to WRECKS, with the calls in their order. A
home to be killed is called killed<N>: its process is killed before call N. Prints the exit codes as JSON.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from evenscore.base.config_file import load_settings
from evenscore.night import steps
from evenscore.publication import publishing
from evenscore.state.runs import Night

FILE_CALLS = ("rename", "replace", "symlink", "unlink", "mkdir", "rmdir")
STATEMENTS = ("attach", "create view", "checkpoint", "copy candidate.person_scores", "copy candidate.score_jumps")

Reached = Callable[[int, str], None]


class Countdown:
    """Calls `reached` just before each call, with its number, from 1 on, and with what it would do."""

    def __init__(self, reached: Reached) -> None:
        self.calls, self.reached = 0, reached

    def pass_by(self, what: str) -> None:
        self.calls += 1
        self.reached(self.calls, what)

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


def publish(config: Path, night: Night, home: Path, reached: Reached) -> None:
    countdown = Countdown(reached)
    for name in FILE_CALLS:
        setattr(os, name, countdown.before(name, getattr(os, name)))
    connect: Any = duckdb.connect
    duckdb.connect = lambda *places, **options: Connection(connect(*places, **options), countdown)
    publishing.judge = lambda *_: []  # its verdict is tried elsewhere
    publishing.publish(load_settings(home, config), night)


def forked(work: Callable[[], None]) -> int:
    """The exit code of a process that does some work."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_at(last: int) -> Reached:
    """Kills this process, with no chance to clean up, just before a call."""

    def reached(number: int, _what: str) -> None:
        if number == last:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def copy_into(folder: Path, home: Path) -> Reached:
    """Copies the home before each call: a process that is killed there leaves these files."""

    def reached(number: int, what: str) -> None:
        with (folder / "calls.ndjson").open("a") as calls:
            calls.write(f"{json.dumps(what)}\n")
        # By another program: the calls of this one are counted.
        subprocess.run(["cp", "-a", str(home), str(folder / f"before{number}")], check=True)

    return reached


if __name__ == "__main__":
    the_config, the_night = Path(sys.argv[1]), Night.of(date.fromisoformat(sys.argv[2]), sys.argv[3])
    wrecks, warm, whole, *killed = map(Path, sys.argv[4:])
    steps.publish(load_settings(warm, the_config), the_night)  # imports take seconds; what is forked has them
    copying = copy_into(wrecks, whole)
    endings = [forked(lambda: publish(the_config, the_night, whole, copying))]
    for the_home in killed:
        last = int(the_home.name.removeprefix("killed"))
        endings.append(forked(partial(publish, the_config, the_night, the_home, kill_at(last))))
    print(json.dumps(endings))
