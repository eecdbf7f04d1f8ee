"""The verb that hands out figures about many people."""

from datetime import date
from typing import Any

import click

from evenscore.base.settings import Settings
from evenscore.cli.root import Day, main, show, surroundings
from evenscore.disclosure import aggregates
from evenscore.disclosure.access_log import handing_out
from evenscore.disclosure.aggregates import By


@main.command()
@click.option("--by", type=click.Choice(["network", "topic", "band"]), required=True, help="What the cells are.")
@click.option("--recipient", required=True, help="Who gets it.")
@click.option("--purpose", required=True, help="What for.")
@click.option("--date", "as_of_date", type=Day(), help="A night of the month.  [default: the latest]")
@surroundings
def aggregate(settings: Settings, as_json: bool, by: By, recipient: str, purpose: str, as_of_date: date | None) -> None:
    """Print rough counts and means of published scores, one figure a month; cells of about 60 people or fewer get none.

    They are of the month's first published night, carry secret noise, and are kept: asking again tells nothing new.
    Who got it, when and what for is recorded. Employment, credit, insurance, housing and education are refused.

    \b
    Example: evenscore aggregate --by network --recipient "the forum's moderators" --purpose "yearly report"
    """
    with handing_out(settings.places, f"aggregate by {by}", recipient, purpose):
        found = aggregates.aggregate(settings.places, by, as_of_date)
    found |= {"recipient": recipient, "purpose": purpose}
    show(found, as_json, "\n".join(_lines(found)))


def _lines(found: dict[str, Any]) -> list[str]:
    title = f"night of {found['as_of_date']}, by {found['by']}, for {found['recipient']}: {found['purpose']}"
    cells = [f"  {c['cell']}: at least {c['people_at_least']} people, about {c['mean_points']}" for c in found["cells"]]
    few = [
        f"  {name}: too few people (about {aggregates.FEWEST_PEOPLE} are needed)" for name in found["too_few_people"]
    ]
    return [title, *cells, *few]
