"""The verb that hands a person all that is kept about them."""

import json
from pathlib import Path

import click

from evenscore.base import atomic_io
from evenscore.base.settings import Settings
from evenscore.base.terminal import say
from evenscore.cli.root import main, surroundings
from evenscore.disclosure.access_log import about_person, handing_out
from evenscore.disclosure.person import gather
from evenscore.disclosure.person_page import render


@main.command()
@click.argument("person")
@click.option("--recipient", default="the person", show_default=True, help="Who gets it.")
@click.option("--purpose", default="access by the person (GDPR Art. 15)", show_default=True, help="What for.")
@click.option("--to", "path", type=click.Path(path_type=Path), help="Write the JSON to a file instead of printing it.")
@click.option("--page", type=click.Path(path_type=Path), help="Write a readable page to a file too.")
@surroundings
def export(
    settings: Settings,
    as_json: bool,
    person: str,
    recipient: str,
    purpose: str,
    path: Path | None,
    page: Path | None,
) -> None:
    """Print all that is kept about one person as JSON; that it was handed out is recorded, what it says is not.

    Employment, credit, insurance, housing and education are refused as purposes.

    \b
    Example: evenscore export p_maya --to maya.json --page maya.html
    """
    with handing_out(settings.places, about_person(settings.places, person), recipient, purpose):
        found = gather(settings, person, recipient, purpose)
    text = json.dumps(found, indent=None if as_json else 2, default=str, ensure_ascii=False)
    if page:
        atomic_io.write_bytes(page, render(found))
    if path:
        atomic_io.write_bytes(path, f"{text}\n".encode())
    say(str(path) if path else text)
