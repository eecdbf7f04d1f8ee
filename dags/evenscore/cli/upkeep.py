"""Verbs that look after the installation."""

import sys

import click

from evenscore.cli.root import main, show, surroundings
from evenscore.doctor import examine
from evenscore.errors import EvenscoreError
from evenscore.forgetting.hide import roll_back
from evenscore.settings import Settings


@main.command()
@surroundings
def doctor(settings: Settings, as_json: bool) -> None:
    """Look over configuration, sources, ledger, disk, locks and versions, and say what to do.

    \b
    Example: evenscore doctor
    """
    findings = examine(settings)
    lines = [f"{'ok' if finding.is_well else 'PROBLEM':<8} {finding.subject}: {finding.says}" for finding in findings]
    show([vars(finding) for finding in findings], as_json, "\n".join(lines))
    if not all(finding.is_well for finding in findings):
        sys.exit(EvenscoreError.exit_code)


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
