"""Progress: a bar on a terminal, plain lines otherwise."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evenscore.base.terminal import say

Item = TypeVar("Item")


def track(items: Sequence[Item], description: str) -> Iterator[Item]:
    """Yield the items, showing on stderr how far along we are."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        say(f"{description}: {len(items)} done", is_error=True)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(items, description=description)
