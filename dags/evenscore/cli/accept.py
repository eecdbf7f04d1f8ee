"""The verb by which somebody answers for a delivery that stops the night."""

from pathlib import Path

import click

from evenscore.base.settings import Settings
from evenscore.cli.root import main, show, surroundings
from evenscore.intake import acceptances


@main.command()
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE...")
@click.option("--by", required=True, help="Who answers for it.")
@click.option("--why", required=True, help="For whoever asks later.")
@surroundings
def accept(settings: Settings, as_json: bool, files: tuple[Path, ...], by: str, why: str) -> None:
    """Let delivered files count that stop the night: records refused, rows taken back, or nothing in them at all.

    It holds for the bytes that were read: delivered anew, a file is judged anew. The next night takes it up. With
    --json each file is an object on a line of its own.

    \b
    Example: evenscore accept incoming/forum/2026-03-14.ndjson --by ann --why "the forum was archived"
    """
    for source, delivery in [acceptances.delivered(settings, file) for file in files]:
        said = acceptances.accept(settings, source, delivery, by, why)
        text = f"{delivery.path}: accepted by {said.accepted_by}; the next night takes it up"
        show(said.model_dump(mode="json"), as_json, text)
