"""Takes the rows of suppressed accounts out of what has landed: at an erasure, and whatever a restore brought back."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenscore.base import atomic_io
from evenscore.base.paths import HomePaths
from evenscore.consent.suppression import Suppressed
from evenscore.intake.suppression_filter import COLUMNS, IN_TEXT, OBJECTS, keep
from evenscore.landing_zone import landing
from evenscore.names.identifier_matcher import IdentifierMatcher


def purge(
    places: HomePaths, suppressed: Suppressed, known: set[str], matcher: IdentifierMatcher | None = None
) -> tuple[int, set[str]]:
    """Rewrite every landed file with rows of suppressed accounts, once. Returns how many rows went, and the digests.

    `known` are digests of files that held nobody on the list so far; they are searched for `matcher` alone, the names
    that are new on it. Raises InputError for a damaged file.
    """
    row_count, clean = 0, set()
    for manifest in landing.manifests(places):
        if manifest.sha256 not in known or matcher:
            rows = pq.ParquetFile(landing.verify(places, manifest)).read()
            if manifest.sha256 not in known or (matcher and mentions(manifest.dataset, rows, matcher)):
                kept = keep(suppressed, manifest.dataset, rows)
                row_count += rows.num_rows - kept.num_rows
                if not kept.equals(rows):
                    manifest = landing.replace_rows(places, manifest, kept)
        clean.add(manifest.sha256)
    return row_count, clean


def mentions(dataset: str, rows: pa.Table, matcher: IdentifierMatcher) -> bool:
    """Whether any name stands in the rows, as an account or within an object's id or a text."""
    names = pa.array(sorted(matcher.accounts), pa.string())
    if any(pc.any(pc.is_in(rows[column], value_set=names)).as_py() for column, _ in COLUMNS[dataset]):
        return True
    columns = [name for name in (OBJECTS.get(dataset), "text") if name in rows.column_names]
    return any(matcher.within("\n".join(filter(None, pc.unique(rows[column]).to_pylist()))) for column in columns)


def read_clean(places: HomePaths) -> set[str]:
    """Digests of the files that hold nobody on the suppression list as it stands, where names are looked for by now."""
    if not places.seen_clean.exists():
        return set()
    seen = atomic_io.read_json(places.seen_clean)
    return set(seen["files"]) if seen == _clean(places, seen["files"]) else set()


def write_clean(places: HomePaths, files: set[str]) -> None:
    """Note them down, for the list as it stands."""
    value = _clean(places, files)
    if not places.seen_clean.exists() or atomic_io.read_json(places.seen_clean) != value:
        atomic_io.write_json(places.seen_clean, value)


def _clean(places: HomePaths, files: Iterable[str]) -> dict[str, object]:
    return {"list": atomic_io.sha256(places.suppressed), "names": IN_TEXT, "files": sorted(files)}
