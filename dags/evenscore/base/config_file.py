"""How `evenscore.toml` is found and read: every error names the file and the setting."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evenscore.base import databases
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.base.sources import WILDCARD

UNOPENABLE = "?#\\"
"""What DuckDB and its dbt adapter read in a database's path as the end of it, or as a border of folders."""


def load_settings(home: Path, config: Path | None = None) -> Settings:
    """Read the settings for one home folder.

    Without `config`, the file that EVENSCORE_CONFIG names is read, else `./evenscore.toml` if it is there, else the
    demo community's own configuration. Relative paths in it start at its own folder, whoever reads it.
    Raises UsageError naming the file and the setting.
    """
    home = home.absolute()
    if home.exists() and not home.is_dir():
        raise UsageError(f"{home}: the home is not a folder")
    require_openable(home)
    path = config or _found_here(home)
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a byte-order mark
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start + 1})") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from error
    try:
        settings = Settings(home=home, config=path.absolute(), **values)
    except ValidationError as error:
        raise UsageError(f"{path}: {_first_problem(error)}") from error
    except TypeError as error:
        raise UsageError(f"{path}: home and config are not settings of the file") from error
    _require_paths(settings)
    databases.keep_within(settings.machine.memory_limit, settings.places.spilled_in_memory)
    return settings


def require_openable(home: Path) -> None:
    """Raise UsageError where DuckDB would put its files elsewhere, or a line of a log would break."""
    found = [character for character in str(home) if character in UNOPENABLE or not character.isprintable()]
    if found:
        raise UsageError(
            f"{home}: the home's path holds {found[0]!r}, which no database can be opened under; choose another --home"
        )


def default_config(home: Path, folder: Path) -> Path:
    """The configuration that is meant where none is named: EVENSCORE_CONFIG, else `evenscore.toml`, both seen from
    `folder`, else the demo's own where it is there."""
    if named := os.environ.get("EVENSCORE_CONFIG"):
        return folder / named
    own, demo = folder / "evenscore.toml", HomePaths(home).demo / "evenscore.toml"
    return demo if demo.exists() and not own.exists() else own


def _found_here(home: Path) -> Path:
    """The default configuration as seen from the present folder. Raises UsageError where nothing names or makes one."""
    found = default_config(home, Path())
    if not os.environ.get("EVENSCORE_CONFIG") and not found.exists():
        raise UsageError(
            "evenscore.toml: not found here, and there is no demo community yet: "
            "`evenscore init` writes one to start from, `evenscore demo` makes the demo community"
        )
    return found


PLAIN_WORDS = {"extra_forbidden": "no such setting", "missing": "is missing"}


def _first_problem(error: ValidationError) -> str:
    problem: Any = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    message = PLAIN_WORDS.get(problem["type"], re.sub(r"^Value error, ", "", problem["msg"]))
    return f"{where}: {message}" if where else message


def _require_paths(settings: Settings) -> None:
    if not settings.ledger.is_file():
        raise UsageError(f"{settings.config}: consent.ledger: no file at {settings.ledger}")
    if settings.topic_list and not settings.topic_list.is_file():
        raise UsageError(f"{settings.config}: topics.list: no file at {settings.topic_list}")
    for source in settings.sources:
        if source.is_pulled:
            continue  # the first pull makes its folder
        path = settings.resolve(source.path)
        found = settings.folder(source).is_dir() if WILDCARD.search(source.path) else path.is_file()
        if not found:
            raise UsageError(f"{settings.config}: sources.{source.name}.path: nothing at {path}")
