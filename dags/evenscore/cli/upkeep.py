"""Verbs that look after the installation."""

import os
import shlex
import sys
from pathlib import Path

import click
from click.core import ParameterSource

from evenscore.base.config_file import require_openable
from evenscore.base.errors import EvenscoreError, UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.cli.root import guarded, main, show, surroundings
from evenscore.cli.starting import Start, start
from evenscore.consent.suppression import take_from_chain
from evenscore.erasure.hide import roll_back
from evenscore.night.doctor import examine
from evenscore.state import truths


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@guarded
def init(home: Path, config: Path | None, as_json: bool, folder: Path) -> None:
    """Write a commented configuration and an empty consent ledger to start from, into this folder or another.

    \b
    Example: evenscore init community
    """
    if config:
        raise UsageError(f"--config {config}: init writes FOLDER/evenscore.toml; name the folder instead")
    # Its commands are typed in the folder, so that is where the home will be unless another is named.
    is_named = click.get_current_context().get_parameter_source("home") is not ParameterSource.DEFAULT
    require_openable((home if is_named or "EVENSCORE_HOME" in os.environ else folder / home).absolute())
    made = start(folder)
    show(vars(made), as_json, _next_steps(made, folder))


def _next_steps(made: Start, folder: Path) -> str:
    """What was written, and how a first score comes about."""
    go = [] if folder.resolve() == Path.cwd() else [f"  cd {shlex.quote(str(folder))}"]
    lines = [
        f"{made.config}: the configuration; each setting is explained in it",
        f"{made.ledger}: who asked for a score: nobody yet",
        f"{made.incoming}: for the activity, one file a day such as 2026-03-15.csv",
        "",
        "next, put the days' files there (columns event_id, verb, actor_id, target_id, occurred_at; more are in",
        "docs/configuration.md), and:",
        *go,
        "  evenscore consent grant PERSON --account community:THEIR_ID --adult --recorded-at 2026-03-01T12:00:00Z",
        "     (each person who asked for a score, and when; a grant counts for nights that end after it)",
        "  evenscore doctor",
        "  evenscore night   (yesterday, UTC; another day with --date)",
    ]
    return "\n".join(lines)


@main.command()
@click.option(
    "--accept-loss",
    "lost",
    metavar="FILE",
    help="Go on from what this file below the home folder says, where nobody has a copy of what is gone.",
)
@surroundings
def doctor(settings: Settings, as_json: bool, lost: str | None) -> None:
    """Look over configuration, sources, ledger, disk, locks and versions, and say what to do.

    \b
    Example: evenscore doctor
    """
    if lost:
        path = _truth(settings.places, lost)
        truths.accept_loss(settings.places, path)
        if path == settings.places.suppressed:
            take_from_chain(settings)
    findings = examine(settings)
    lines = [f"{'ok' if finding.is_well else 'PROBLEM':<8} {finding.subject}: {finding.says}" for finding in findings]
    show([vars(finding) for finding in findings], as_json, "\n".join(lines))
    if not all(finding.is_well for finding in findings):
        sys.exit(EvenscoreError.exit_code)


def _truth(places: HomePaths, name: str) -> Path:
    """The file that is meant; only what is counted can be accepted."""
    path = places.home / name
    if path not in (places.heads, places.suppressed) and name not in truths.known(places):
        raise UsageError(f"--accept-loss {name}: is no file that is counted; `evenscore doctor` names those that are")
    return path


@main.command()
@click.argument("run", required=False)
@surroundings
def rollback(settings: Settings, as_json: bool, run: str | None) -> None:
    """Point readers at an earlier kept run, by default the one before what they see.

    Consent as it stands now is applied to that run first: whoever has left since stays hidden.

    \b
    Example: evenscore rollback
    """
    seen = roll_back(settings, run)
    show({"run": seen.name, "folder": seen}, as_json, f"readers see {seen.name}, less whom the ledger has let go since")
