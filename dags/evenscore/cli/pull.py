"""The verb that reads the networks' APIs."""

import sys

import click

from evenscore import pulling
from evenscore.base.errors import EvenscoreError
from evenscore.base.settings import Settings
from evenscore.cli.root import main, show, surroundings


@main.command()
@click.option("--plan", "only_plans", is_flag=True, help="Say what would be asked, and how long it takes; ask nothing.")
@click.option(
    "--budget", type=click.IntRange(1), help="Ask no more than so many requests of each source, then go on later."
)
@click.option("--source", "names", multiple=True, help="Only this source; may be given again.  [default: all]")
@surroundings
def pull(settings: Settings, as_json: bool, only_plans: bool, budget: int | None, names: tuple[str, ...]) -> None:
    """Read what the networks say of people with a standing grant, page by page; exits 1 where a pull is incomplete.

    A token is read from the variable EVENSCORE_TOKEN_<SOURCE>. Interrupted, or out of budget, it goes on where it was.

    \b
    Example: evenscore pull --budget 500
    """
    if only_plans:
        plans = [pulling.plan(settings, source.name) for source in pulling.pulled_sources(settings, names)]
        lines = [line for plan in plans for line in plan.lines()]
        show([plan.as_plain() for plan in plans], as_json, "\n".join(lines) or pulling.NOTHING)
        return
    found = pulling.pull_all(settings, names, budget)
    show([one.as_plain() for one in found], as_json, "\n".join(one.in_words() for one in found) or pulling.NOTHING)
    if not all(one.is_success for one in found):
        sys.exit(EvenscoreError.exit_code)
