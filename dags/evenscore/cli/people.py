"""Verbs about one person."""

from datetime import date

import click

from evenscore import explain as explanation
from evenscore.cli.root import Day, main, show, surroundings
from evenscore.settings import Settings


@main.command()
@click.argument("person")
@click.option("--date", "as_of_date", type=Day(), help="The night.  [default: the latest]")
@surroundings
def explain(settings: Settings, as_json: bool, person: str, as_of_date: date | None) -> None:
    """Explain a published score: band, where its points come from, networks counted and not counted.

    \b
    Example: evenscore explain p_maya --date 2026-03-15
    """
    found = explanation.explain(settings.places, person, as_of_date)
    show(found, as_json, "\n\n".join(explanation.in_words(score) for score in found))
