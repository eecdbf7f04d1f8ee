"""The verb that tries the gate on a simulated community."""

from pathlib import Path

import click

from evenscore.cli.root import guarded, main, show


@main.command()
@click.option("--accounts", type=click.IntRange(1, 1_000_000), default=2000, show_default=True)
@click.option("--nights", type=click.IntRange(1, 400), default=60, show_default=True)
@click.option("--age", type=click.IntRange(1, 600), default=365, show_default=True, help="Nights of it before these.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Where the random draws start.")
@click.option("--seeds", type=click.IntRange(1, 100), default=1, show_default=True, help="How many communities.")
@guarded
def simulate(home: Path, config: Path | None, as_json: bool, seeds: int, **size: int) -> None:
    """Try the gate on a simulated community with known jumps and faults, beside four plain detectors.

    No source is asked, and nothing of the home but its thresholds is read; the figures go to the table `evaluation`.

    \b
    Example: evenscore simulate --accounts 2000 --nights 60
    """
    from evenscore.laboratory.simulation import results, world  # seconds to import: only where they are asked for

    found = results.run(results.settings_of(home, config), world.Size(**size), seeds)
    show(results.in_plain(found), as_json, results.in_words(found))
