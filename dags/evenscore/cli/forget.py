"""Verbs of leaving and of retention."""

from datetime import date

import click

from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.base.terminal import say
from evenscore.cli.root import Day, NetworkAccount, main, show, surroundings
from evenscore.erasure import elsewhere, erase
from evenscore.night import retention
from evenscore.night.steps import latest_published
from evenscore.report.words import plural


@main.command()
@click.argument("people", metavar="[PERSON]...", nargs=-1)
@click.option("--by", required=True, help="Who carries it out; kept in the log of erasures.")
@click.option("--why", default="", help="Kept there too.")
@click.option("--account", "accounts", type=NetworkAccount(), multiple=True, help="An account, in the ledger or not.")
@click.option("--due", is_flag=True, help="Everybody whose erasure the ledger asks for.")
@surroundings
def forget(
    settings: Settings,
    as_json: bool,
    people: tuple[str, ...],
    by: str,
    why: str,
    accounts: tuple[tuple[str, str], ...],
    due: bool,
) -> None:
    """Erase people, now and for good: landing zone, history, kept runs, reports, logs; many cost little more than one.

    \b
    Example: evenscore forget p_maya --by "privacy desk" --why "asked by mail"
    """
    if due == bool(people or accounts):
        raise UsageError("forget: name people or accounts, or give --due for those whom the ledger names")
    try:
        found = erase.forget_due(settings, by) if due else erase.forget(settings, people, by, why, accounts)
    except Exception:
        if settings.places.erasure_intent.exists():
            say("evenscore: the erasure has begun; mend this and say it again, or run a night", is_error=True)
        raise
    show(vars(found), as_json, in_words(found))


def in_words(found: erase.Forgotten) -> str:
    """What an erasure took away, as a text."""
    if not found.people and not found.accounts:
        return "nobody is to be forgotten"
    lines = [
        f"forgotten: {plural(found.people, 'person', 'people')}, {plural(found.accounts, 'account')}; "
        f"{found.landed_rows:,} landed rows, "
        f"{found.runs_rewritten} kept runs and {found.files_changed} other files were rewritten or removed",
        *(f"stays: {account}, on which somebody else has a standing grant" for account in found.kept_accounts),
        *([f"still to do in Airflow's database and logs: {elsewhere.HOW}"] if found.is_noted_elsewhere else []),
        f"not evenscore's to rewrite: {', '.join(dict.fromkeys(found.inputs))}",
    ]
    return "\n".join(lines)


@main.command()
@click.option("--as-of", "as_of_date", type=Day(), help="The night to count from.  [default: the latest published]")
@surroundings
def prune(settings: Settings, as_json: bool, as_of_date: date | None) -> None:
    """Remove what is older than the settings of retention allow; each publish does that by itself.

    \b
    Example: evenscore prune --as-of 2026-03-15
    """
    gone = retention.prune(settings, as_of_date or latest_published(settings))
    words = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in gone.items())
    show(gone, as_json, f"pruned: {words}" if gone else "nothing is old enough to be pruned")
