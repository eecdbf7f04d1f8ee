"""Verbs that look after the installation."""

import sys

from evenscore.cli.root import main, show, surroundings
from evenscore.doctor import examine
from evenscore.errors import EvenscoreError
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
