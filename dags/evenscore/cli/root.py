"""The group that all verbs belong to, the options that they share, and how they end when something goes wrong."""

import functools
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import duckdb
from click.core import ParameterSource

from evenscore.base import atomic_io
from evenscore.base.config_file import load_settings
from evenscore.base.errors import EvenscoreError
from evenscore.base.terminal import harmless, say

Verb = Callable[..., None]


class Day(click.ParamType[date]):
    """A UTC day, YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse the day; a usage error names what was given."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            self.fail(f"{value!r} is not a day (YYYY-MM-DD)", param, ctx)


class NetworkAccount(click.ParamType[tuple[str, str]]):
    """An account, NETWORK:ACCOUNT."""

    name = "NETWORK:ACCOUNT"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split it; a usage error names what was given."""
        if isinstance(value, tuple):
            return value
        network, _, account = value.partition(":")
        if not (network and account):
            self.fail(f"{value!r} is not a NETWORK:ACCOUNT", param, ctx)
        return network, account


SHARED = (
    click.option(
        "--home",
        type=click.Path(path_type=Path),
        # Not `envvar`: click would let the variable beat a --home that stands before the verb.
        default=lambda: Path(os.environ.get("EVENSCORE_HOME") or "var"),
        help="Where all state lives.  [default: EVENSCORE_HOME, else var]",
    ),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="Sources, ledger, scoring, publish targets.  "
        "[default: EVENSCORE_CONFIG, else evenscore.toml, else the demo's]",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print machine-readable results."),
    click.option("--verbose", is_flag=True, help="Add the traceback to errors."),
)
"""The options of every verb; given before the verb they hold for it too."""


def shared(function: Verb) -> Verb:
    """Give a verb the options that all share."""
    return functools.reduce(lambda given, option: option(given), reversed(SHARED), function)


def guarded(verb: Verb) -> Verb:
    """A verb that ends in one clear line and its exit code, whatever goes wrong; it receives `home` and `config`."""

    @shared
    @functools.wraps(verb)
    def wrapped(verbose: bool, **options: Any) -> None:
        atomic_io.keep_private()
        try:
            verb(**options)
        except EvenscoreError as error:
            _give_up(error, error.exit_code, verbose)
        except (OSError, duckdb.Error) as error:
            _give_up(error, EvenscoreError.exit_code, verbose)

    return wrapped


def surroundings(verb: Verb) -> Verb:
    """A guarded verb that receives the `settings` of its home folder."""

    @guarded
    @functools.wraps(verb)
    def wrapped(home: Path, config: Path | None, **options: Any) -> None:
        verb(settings=load_settings(home, config), **options)

    return wrapped


def hand_on(ctx: click.Context, verbs: Iterable[str], given: dict[str, Any]) -> None:
    """Let what was typed before a verb hold for it; what was typed before its group holds too, unless typed again."""
    typed = {
        name: value for name, value in given.items() if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    known = {**(ctx.default_map or {}), **typed}
    ctx.default_map = dict.fromkeys(verbs, known)


def _give_up(error: Exception, exit_code: int, verbose: bool) -> None:
    if verbose:
        say(traceback.format_exc(), is_error=True)
    say(f"evenscore: {' '.join(str(error).split())}", is_error=True)
    sys.exit(exit_code)


def show(value: Any, as_json: bool, text: str) -> None:
    """Print a result: as JSON where that was asked for, else in words."""
    say(json.dumps(value, default=str) if as_json else text)


class Verbs(click.Group):
    """The group of all verbs; what it says of a wrong command line is harmless too."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Read what was typed before the verb."""
        try:
            return super().make_context(*args, **options)
        except click.ClickException as error:
            error.message = harmless(error.message)  # type: ignore[misc]  # click calls it final
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Read what was typed behind the verb, and do it."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            error.message = harmless(error.message)  # type: ignore[misc]  # click calls it final
            raise


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="evenscore")
@shared
@click.pass_context
def main(ctx: click.Context, /, **given: Any) -> None:
    """Nightly influence scores that hold still, explain themselves, and exist only for people who asked for one."""
    hand_on(ctx, main.commands, given)
