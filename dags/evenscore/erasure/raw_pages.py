"""Takes people out of what networks answered where a short number is all that names them: `7` is in every text.

What names them by more than that is found as everywhere. Here goes what the door of a pull leaves out from now on: an
item of which nothing is anybody else's own; and a cursor that was theirs.
"""

import json
import re
from collections.abc import Callable, Set
from pathlib import Path
from typing import Any

from evenscore.base import atomic_io
from evenscore.base.settings import Settings
from evenscore.base.sources import Source
from evenscore.connectors import NETWORKS
from evenscore.connectors.pulled import ASKED
from evenscore.connectors.records import Ignored, Malformed
from evenscore.consent.suppression import Suppressed
from evenscore.intake.suppression_filter import refuses
from evenscore.names.identifier_matcher import TELLING, IdentifierMatcher


def purge_pages(settings: Settings, suppressed: Suppressed | None, matcher: IdentifierMatcher) -> int:
    """Rewrite every page and cursor that is a subject's by a number that tells nobody by itself. Returns how many."""
    names = {name for one in matcher.claims for name in (one.account_id, *one.names, *one.stable_ids)}
    numbers = {name for name in names if not TELLING.search(name)}
    written = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(numbers)))})(?!\w)".encode())
    changed = 0
    for source in (one for one in settings.sources if numbers and one.is_pulled):
        is_theirs, folder = _theirs(source, suppressed, numbers), settings.places.pulled(source.name)
        for path in sorted(folder.rglob("*.ndjson")):
            lines = path.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if not (written.search(line) and is_theirs(line))]
            if kept != lines:
                atomic_io.write_bytes(path, b"".join(kept))
                changed += 1
        changed += _forget_accounts(folder / "people.json", numbers)
    return changed


def _forget_accounts(path: Path, numbers: Set[str]) -> bool:
    """Rewrite what is known of the accounts that stand, without those of such names. Returns whether any was."""
    told = atomic_io.read_json(path) if path.exists() else {}
    kept = {name: one for name, one in told.items() if name not in numbers}
    if kept != told:
        atomic_io.write_json(path, kept)
    return kept != told


def _theirs(source: Source, suppressed: Suppressed | None, numbers: Set[str]) -> Callable[[bytes], bool]:
    network = NETWORKS[source.kind]

    def is_theirs(line: bytes) -> bool:
        try:
            record: dict[str, Any] = json.loads(line)
            if ASKED not in record:
                return not numbers.isdisjoint(map(str, record.get("about", {}).values()))
            return refuses(suppressed, network.rows(record, source))
        except Ignored:
            return False
        except (Malformed, ValueError, AttributeError):  # it names a subject, and nobody can tell whose it is
            return True

    return is_theirs
