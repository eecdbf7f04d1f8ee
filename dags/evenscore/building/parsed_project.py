"""The dbt project as dbt parsed it, kept while the process lives: to parse it takes longer than to build a layer."""

from pathlib import Path
from typing import Any

from evenscore.base.errors import EvenscoreError

KEPT_COUNT = 8

Key = tuple[str, tuple[tuple[str, int, int], ...]]
_kept: dict[Key, Any] = {}


def parsed(project: Path, variables: str, arguments: list[str]) -> Any:
    """The manifest of a project for some variables (JSON), to be handed to dbt's next call.

    It is parsed again when a file of the project has changed. `arguments` are options of the call of dbt, if there is
    one. Raises EvenscoreError when dbt cannot parse the project.
    """
    key = (variables, _state(project))
    if key not in _kept:
        _kept[key] = _parse(variables, arguments)
    while len(_kept) > KEPT_COUNT:
        del _kept[next(iter(_kept))]
    return _kept[key]


def _parse(variables: str, arguments: list[str]) -> Any:
    from dbt.cli.main import dbtRunner  # seconds to import: only when dbt runs

    result = dbtRunner().invoke(["parse", "--vars", variables, *arguments])
    if result.exception:
        raise EvenscoreError(f"dbt parse: {result.exception}") from result.exception
    return result.result


def _state(project: Path) -> tuple[tuple[str, int, int], ...]:
    """Every file of the project with its size and the time of its last change."""
    found = ((path, path.stat()) for path in sorted(project.rglob("*")) if path.is_file())
    return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in found)
