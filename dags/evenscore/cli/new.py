"""The verb that begins something new in a checkout."""

from pathlib import Path

import click

from evenscore.cli.root import guarded, main, show
from evenscore.cli.scaffold import new_network


@main.group()
def new() -> None:
    """Write what something new needs, into this checkout.

    \b
    Example: evenscore new network newsboard
    """


@new.command()
@click.argument("name")
@guarded
def network(home: Path, config: Path | None, as_json: bool, name: str) -> None:
    """Write connector, invented network and docs page of a network, and its name wherever it belongs.

    \b
    Example: evenscore new network newsboard
    """
    made = new_network(name)
    lines = [
        *(f"written: {path}" for path in made.written),
        *(f"changed: {path}" for path in made.changed),
        "",
        "next: say what its API answers in the connector and the invented network (docs/new_network.md), then",
        "  ruff check --fix dags && ruff format dags tests",
        "  python -m evenscore.pulling.network_pages docs",
        f"  make networks   (or pytest -n auto tests/networks tests/repo/test_networks.py -k '{name} or pages_say')",
    ]
    show(vars(made), as_json, "\n".join(lines))
