"""The folders of published runs: each whole from the moment it has its name, one of them pointed at, some kept."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import Any

import duckdb

from evenscore.base import atomic_io
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths
from evenscore.publication import pieces
from evenscore.publication.purposes import TABLE_PURPOSES
from evenscore.state import runs
from evenscore.state.runs import Night

DATABASE, PARQUET, MANIFEST = "evenscore.duckdb", "parquet", "manifest.json"


@dataclass(frozen=True)
class Contents:
    """What a manifest says of the rows of a run."""

    row_counts: Mapping[str, int]
    """Of each table and view."""
    nights: Mapping[str, Mapping[str, Any]]
    """Of each mart and night the count of its rows, and the sum of their hashes (parts.Sum)."""
    versions: Mapping[str, str]
    published_at: str | None = None
    """ISO 8601, UTC; by default now."""


def write_manifest(night: Night, draft: Path, contents: Contents, before: Path | None = None) -> None:
    """Write what a draft holds, and force all of it to the disk. `before` is the run whose files it was made from."""
    files = sorted(path for path in draft.rglob("*") if path.is_file())
    manifest = {
        "run_id": night.run_id,
        "as_of_date": night.as_of_date,
        "published_at": contents.published_at or runs.now(),
        "versions": contents.versions,
        "row_counts": contents.row_counts,
        "nights": contents.nights,
        "hashed_by": duckdb.__version__,  # the next release may hash otherwise
        "purposes": {table: TABLE_PURPOSES[table] for table in contents.row_counts},
        **pieces.proofs(draft, files, before, read_manifest(before) if before else {}),
    }
    atomic_io.write_json(draft / MANIFEST, manifest)
    folders = sorted({path.parent for path in files} | {draft / PARQUET})
    own = [path for path in files if path.stat().st_nlink == 1]  # the others are on the disk, under another name
    for path in [*own, *folders, draft]:
        atomic_io.sync(path)


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a run says of itself. Raises InputError where that is damaged."""
    found: dict[str, Any] = atomic_io.read_json(folder / MANIFEST)
    return found


def kept_runs(places: HomePaths) -> list[Path]:
    """The folders of the runs that are kept, the oldest first: by when they were published, as their manifests say,
    because a copied home may have lost the times of its folders. One that cannot say is older than all others.
    """
    return sorted((places.published / "runs").glob("*/"), key=lambda folder: (_published_at(folder), folder.name))


def _published_at(folder: Path) -> str:
    """When a run was published, ISO 8601 in UTC; empty where its manifest is gone or damaged."""
    with contextlib.suppress(OSError, InputError):
        return _said_at(folder / MANIFEST, (folder / MANIFEST).stat().st_mtime_ns)
    return ""


@cache
def _said_at(manifest: Path, _changed_ns: int) -> str:
    """Read once while it is the same file: a manifest has sums for each night, and each night asks several times."""
    return str(atomic_io.read_json(manifest).get("published_at", ""))


def database_digest(folder: Path) -> str:
    """What a kept run's database is known by: a hex SHA-256 that its manifest has, or gives."""
    return pieces.digest(read_manifest(folder), DATABASE)


def proven(folder: Path) -> list[str]:
    """The names of a run's files, as its manifest has them."""
    return pieces.named(read_manifest(folder))


def damaged(folder: Path) -> Iterator[str]:
    """The names of a run's files that are gone, or do not hold the bytes that were published."""
    manifest = read_manifest(folder)
    return (name for name in pieces.named(manifest) if not pieces.is_whole(folder, manifest, name))


def require_whole(folder: Path) -> None:
    """Raise InputError naming the file where a kept run does not hold the bytes that were published."""
    for name in damaged(folder):
        raise InputError(f"{folder / name}: {pieces.DAMAGED}")


def tidy(places: HomePaths) -> None:
    """Remove the drafts that a killed run left. A folder without a dot is whole and audited, pointed at or not."""
    for leftover in (*places.published.glob(".*.draft"), *(places.published / "runs").glob(".*.draft")):
        if leftover.is_symlink():
            leftover.unlink()
        else:
            shutil.rmtree(leftover)


def lay_links(places: HomePaths) -> None:
    """Let readers' paths lead through `current`; laid before there is one, so that its swap alone is the publish."""
    places.published.mkdir(parents=True, exist_ok=True)
    for name in (DATABASE, PARQUET, MANIFEST):
        if not (places.published / name).is_symlink():
            atomic_io.point(places.published / name, places.current / name)


def place(places: HomePaths, night: Night, draft: Path) -> Path:
    """Give a draft its name among the runs."""
    first = places.published_run(night.run_id)
    again = (first.with_name(f"{first.name}.{number}") for number in count(2))
    # The same run may publish again, with other rows: readers keep the old folder until the swap.
    folder = next(name for name in chain([first], again) if not name.exists())
    draft.rename(folder)
    atomic_io.sync(folder.parent)
    return folder


def swap(places: HomePaths, night: Night, draft: Path) -> Path:
    """Give a draft its name, and point readers at it. Returns its folder."""
    folder = place(places, night, draft)
    atomic_io.point(places.current, folder)
    return folder


def forget_old(places: HomePaths, kept_count: int) -> None:
    """Remove all runs but the newest, and never the one that readers see."""
    for folder in kept_runs(places)[:-kept_count]:
        if folder.resolve() != places.current.resolve():
            remove(folder)


def remove(folder: Path) -> None:
    """Remove a run's folder, under a draft's name first: one that is half removed must not look whole."""
    doomed = folder.with_name(f".{folder.name}.draft")
    folder.rename(doomed)
    shutil.rmtree(doomed)
