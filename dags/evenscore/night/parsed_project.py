"""The dbt project as dbt parsed it, kept in the home: to parse it takes as long as to build a night."""

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evenscore.base import atomic_io
from evenscore.base.bundled import project_files
from evenscore.base.errors import EvenscoreError
from evenscore.night import lean_dbt

KEPT_COUNT = 8
"""How many parses are kept: one for each set of variables, and the project changes now and then."""

READERS = ("dbt-core", "dbt-duckdb", "dbt-adapters")
"""The packages whose other version would parse otherwise."""

_kept: dict[str, Any] = {}
"""What this process parsed or read, by its key."""


def parsed(project: Path, variables: str, arguments: list[str], folder: Path) -> Any:
    """The manifest of a project for some variables (JSON), to be handed to dbt's next call.

    It is parsed once, and again when a file of the project has changed; dbt's own partial parse is lost whenever a
    variable or the place of the warehouse changes. `arguments` are options of the call of dbt, if there is one;
    `folder` keeps what was parsed for the next process. Raises EvenscoreError when dbt cannot parse the project.
    """
    key = _key(project, variables)
    path = folder / f"{key}.msgpack"
    if key not in _kept and (found := _read(path)):
        _kept[key] = found
    elif key not in _kept:
        _kept[key] = _parse(variables, arguments)
        _keep(_kept[key], path)
    while len(_kept) > KEPT_COUNT:
        del _kept[next(iter(_kept))]
    return _kept[key]


def _parse(variables: str, arguments: list[str]) -> Any:
    result = lean_dbt.call(["parse", "--vars", variables, *arguments])
    if result.exception:
        raise EvenscoreError(f"dbt parse: {result.exception}") from result.exception
    return result.result


def _key(project: Path, variables: str) -> str:
    """The hash of all that a parse depends on: every file of the project, its place, the variables, and who parses."""
    files = [(str(path), atomic_io.sha256(path)) for path in project_files(project)]
    asked = (str(project), files, variables, [version(name) for name in READERS])
    return hashlib.sha256(repr(asked).encode()).hexdigest()


def _keep(manifest: Any, path: Path) -> None:
    from dbt.parser.manifest import extended_mashumaro_encoder  # seconds to import: only when dbt runs

    atomic_io.write_bytes(path, manifest.to_msgpack(extended_mashumaro_encoder))
    for old in sorted(path.parent.glob("*.msgpack"), key=lambda one: one.stat().st_mtime_ns)[:-KEPT_COUNT]:
        old.unlink(missing_ok=True)


def _read(path: Path) -> Any | None:
    """What was kept; None where nothing was, or where it cannot be read."""
    if not path.exists():
        return None
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    try:
        manifest = Manifest.from_msgpack(path.read_bytes(), decoder=extended_mashumuro_decoder)
    except Exception:  # dbt's decoder raises what it likes, and parsing again heals whatever it is
        return None
    manifest.build_flat_graph()
    return manifest
