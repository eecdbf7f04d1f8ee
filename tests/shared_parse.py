"""One dbt parse for all processes of a run of the tests: a parse takes longer than to build a layer."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock

from evenscore.building.parsed_project import _state

Parse = Callable[[str, list[str]], Any]


def shared(parse: Parse, folder: Path) -> Parse:
    """A parser that keeps in `folder` what `parse` has made, as dbt keeps it, for whichever process asks next."""

    def asked(variables: str, arguments: list[str]) -> Any:
        project = Path(arguments[arguments.index("--project-dir") + 1])
        key = hashlib.sha256(repr((variables, _state(project))).encode()).hexdigest()
        path = folder / f"{key}.msgpack"
        with FileLock(path.with_suffix(".lock")):
            if path.exists():
                return _read(path)
            manifest = parse(variables, arguments)
            _keep(manifest, path)
        return manifest

    return asked


def _keep(manifest: Any, path: Path) -> None:
    from dbt.parser.manifest import extended_mashumaro_encoder  # seconds to import: only when dbt runs

    path.write_bytes(manifest.to_msgpack(extended_mashumaro_encoder))


def _read(path: Path) -> Any:
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(path.read_bytes(), decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()
    return manifest
