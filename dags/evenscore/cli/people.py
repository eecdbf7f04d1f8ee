"""Verbs about people: one explained, or many listed."""

from datetime import date

import click

from evenscore.base.settings import Settings
from evenscore.cli.root import Day, main, show, surroundings
from evenscore.disclosure import explain as explanation
from evenscore.disclosure import score_list


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


@main.command()
@click.argument("people", metavar="[PERSON]...", nargs=-1)
@click.option("--network", help="Only people with an account on this network.")
@surroundings
def scores(settings: Settings, as_json: bool, people: tuple[str, ...], network: str | None) -> None:
    """List people's latest published scores: band, percentile, move since the night before, status.

    \b
    Example: evenscore scores p_maya p_noor
    """
    found = score_list.score_list(settings.places, people, network)
    show(found, as_json, score_list.in_words(found))
