"""Verbs that look after the installation."""

import sys
from pathlib import Path

import click

from evenscore import truths
from evenscore.cli.root import main, show, surroundings
from evenscore.doctor import examine
from evenscore.errors import EvenscoreError, UsageError
from evenscore.forgetting.hide import roll_back
from evenscore.places import Places
from evenscore.settings import Settings


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
        truths.accept_loss(settings.places, _truth(settings.places, lost))
    findings = examine(settings)
    lines = [f"{'ok' if finding.is_well else 'PROBLEM':<8} {finding.subject}: {finding.says}" for finding in findings]
    show([vars(finding) for finding in findings], as_json, "\n".join(lines))
    if not all(finding.is_well for finding in findings):
        sys.exit(EvenscoreError.exit_code)


def _truth(places: Places, name: str) -> Path:
    """The file that is meant; only what is counted can be accepted."""
    path = places.home / name
    if path != places.heads and name not in truths.known(places):
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
