"""What a source's pull keeps below the home folder: raw pages, a cursor a walk, and what came of the last pulls.

A page is written whole before its cursor moves; killed in between, the same page is asked for again and takes the same
place. When a pull ends, its pages become one raw file, which `extract` reads like any other input file.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from evenscore.base import atomic_io
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths
from evenscore.connectors.endpoints import Subject
from evenscore.connectors.pulled import ASKED, PULL
from evenscore.connectors.records import Row

DIGEST = "[0-9a-f]" * 16
"""What a digest looks like, for globs: `issues` is not to find what `issues-notes` brought."""


@dataclass
class Cursor:
    """How far a walk has come, and how far the last whole one came."""

    pull: str = ""
    """The pull that this walk belongs to."""
    next: dict[str, Any] | None = None
    """The request that is to be asked next: `path` and `params`."""
    page_count: int = 0
    item_count: int = 0
    is_over: bool = False
    is_whole: bool = True
    """Whether the last walk saw the end of the pages; one that did not is tried again by the next pull."""
    about: dict[str, str] = field(default_factory=dict)
    """The values of its subject."""
    last: str = ""
    """The digest of the page before."""
    mark: str | None = None
    """The high-water mark: the newest instant of the last whole walk."""
    rising: str | None = None
    """What becomes the mark when this walk is whole."""
    goes_back: bool = False
    """Whether this walk is a re-check."""
    rechecked: str | None = None
    """When a whole walk last went back as far as a re-check does."""
    etag: str | None = None
    """Of the only page of the last whole walk."""
    count: int | str | None = None
    """How much there was to read, by the network's own count, when it was last read whole."""
    restarts: int = 0
    seen: list[str] = field(default_factory=list)
    """Digests of the requests of this walk: one that comes again leads in a circle."""


@dataclass
class Store:
    """The folder of one source."""

    places: HomePaths
    source: str

    def begun(self) -> dict[str, Any] | None:
        """The pull that is under way, if one was left so."""
        return atomic_io.read_json(self._pull) if self._pull.exists() else None

    def begin(self, at: datetime) -> dict[str, Any]:
        """Go on with the pull that was left, else begin another."""
        pull = self.begun()
        if pull is None:
            last = atomic_io.read_json(self._last) if self._last.exists() else {}
            pull = {"pull": f"{at:%Y%m%dT%H%M%S%fZ}", "at": at.isoformat(), "not_before": None}
            pull["is_after_whole"] = bool(last) and last["at"] == last["whole_at"]
            atomic_io.write_json(self._pull, pull)
        return pull

    def leave(self, pull: Mapping[str, Any], not_before: datetime | None) -> None:
        """Note of a pull that goes on later when it may."""
        atomic_io.write_json(self._pull, {**pull, "not_before": not_before.isoformat() if not_before else None})

    def cursor(self, walk: str) -> Cursor:
        """How far a walk has come; one that cannot be read, or of which somebody was taken out, begins anew."""
        path = self._cursor(walk)
        if not path.exists():
            return Cursor()
        try:
            return Cursor(**atomic_io.read_json(path))
        except (InputError, TypeError):
            return Cursor()

    def keep(self, walk: str, cursor: Cursor) -> None:
        """Move a cursor: the last thing that is done of a page. It is one line, which an erasure takes out whole."""
        atomic_io.write_bytes(self._cursor(walk), f"{json.dumps(asdict(cursor))}\n".encode())

    def write_page(self, walk: str, number: int, records: Iterable[Row]) -> None:
        """Keep one page, one item a line."""
        lines = (json.dumps(record, separators=(",", ":")) for record in records)
        content = "".join(f"{line}\n" for line in lines).encode()
        path = self._open / f"{walk}.{number:06}.ndjson"
        if content or path.exists():
            atomic_io.write_bytes(path, content)

    def drop_pages(self, walk: str) -> None:
        """Forget what a walk has brought in this pull: it begins again."""
        for path in self._open.glob(f"{walk}.*.ndjson"):
            path.unlink()

    def records(self, endpoint: str) -> Iterator[Row]:
        """What an endpoint has brought in this pull, in order."""
        for path in sorted(self._open.glob(f"{endpoint}-{DIGEST}.*.ndjson")):
            with path.open() as file:
                yield from map(json.loads, file)

    def unfinished(self, endpoint: str, pull: Mapping[str, Any]) -> list[Subject]:
        """The subjects of walks of earlier pulls that did not see their end."""
        found = [self.cursor(path.stem) for path in sorted(self._folder("cursors").glob(f"{endpoint}-{DIGEST}.ndjson"))]
        return [Subject(one.about) for one in found if not one.is_whole and one.pull != pull["pull"] and one.about]

    def close(self, pull: Mapping[str, Any], is_whole: bool, is_over: bool) -> None:
        """Make one raw file of the pages so far; a pull that is over leaves no pages behind."""
        last = atomic_io.read_json(self._last) if self._last.exists() else {"whole_at": None}
        first = {ASKED: {"endpoint": PULL, "at": pull["at"], "since": last["whole_at"], "is_whole": is_whole}}
        pages = [path.read_bytes() for path in sorted(self._open.glob("*.ndjson"))]
        content = b"".join([json.dumps(first).encode() + b"\n", *pages])
        atomic_io.write_bytes(self.places.raw_pages(self.source) / f"{pull['pull']}.ndjson", content)
        if is_over:
            atomic_io.write_json(
                self._last, {"at": pull["at"], "whole_at": pull["at"] if is_whole else last["whole_at"]}
            )
            shutil.rmtree(self._open, ignore_errors=True)
            self._pull.unlink(missing_ok=True)

    def people(self) -> dict[str, dict[str, Any]]:
        """What earlier pulls have learned of the accounts in the ledger: their stable ids, and whether they hide."""
        path = self._folder("people.json")
        found = atomic_io.read_json(path) if path.exists() else {}
        return {name: known for name, known in found.items() if isinstance(known, dict) and "values" in known}

    def keep_people(self, people: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep it."""
        atomic_io.write_json(self._folder("people.json"), people)

    def _folder(self, name: str) -> Path:
        return self.places.pulled(self.source) / name

    @property
    def _pull(self) -> Path:
        return self._folder("pull.json")

    @property
    def _last(self) -> Path:
        return self._folder("last.json")

    @property
    def _open(self) -> Path:
        return self._folder("open")

    def _cursor(self, walk: str) -> Path:
        return self._folder("cursors") / f"{walk}.ndjson"


def walk_name(endpoint: str, subject: Subject) -> str:
    """The name of a walk's files: it says nothing of whom it is about."""
    return f"{endpoint}-{digest(subject.key or json.dumps(dict(subject.values), sort_keys=True))}"


def digest(text: str) -> str:
    """A short digest, for names and for comparing."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
