"""What a source's pull keeps below the home folder: raw pages, a cursor a walk, and what came of the last pulls.

A page is written whole before its cursor moves; killed in between, the same page is asked for again and takes the same
place. When a pull ends, its pages become one raw file, which `extract` reads like any other input file.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evenscore.base import atomic_io
from evenscore.base.errors import InputError
from evenscore.base.paths import HomePaths
from evenscore.connectors.endpoints import Endpoint, Subject
from evenscore.connectors.pulled import ASKED, PULL
from evenscore.connectors.records import Row

LAST_WORD = "~"
"""How the name of what a whole walk answers for begins: it comes behind all pages."""
LASTING = ("mark", "count", "rechecked", "is_there", "unread")
"""What of a walk's cursor the next one begins with."""
DIGEST = "[0-9a-f]" * 16
"""What a digest looks like, for globs: `issues` is not to find what `issues-notes` brought."""


@dataclass
class Cursor:
    """How far a walk has come, and how far the last whole one came."""

    pull: str = ""
    """The pull that this walk belongs to."""
    todo: list[dict[str, Any]] = field(default_factory=list)
    """The requests that are to be asked, `path` and `params`, in their order; none where the walk is over."""
    page_count: int = 0
    item_count: int = 0
    line_count: int = 0
    """How many of its items are kept, or should be and could not be read."""
    told: dict[str, dict[str, int]] = field(default_factory=dict)
    """What it adds to the account of its pull, in whichever process: by the account's name for it, how often."""
    is_whole: bool = False
    """Whether the last walk saw the end of the pages; one that did not is tried again by the next pull."""
    is_there: bool = False
    """Whether what it is about has ever answered anything but that there is nothing."""
    about: dict[str, str] = field(default_factory=dict)
    """The values of its subject."""
    mark: str | None = None
    """The high-water mark: the newest instant of the last whole walk."""
    rising: str | None = None
    """What becomes the mark when this walk is whole."""
    rechecked: str | None = None
    """When a whole walk last went back as far as a re-check does."""
    etag: str | None = None
    """Of the only page of the last whole walk."""
    count: int | str | None = None
    """How much there was to read, by the network's own count, when it was last read whole."""
    unread: dict[str, str] = field(default_factory=dict)
    """By digest, the items that could not be read, and the pull that has told of each first."""
    restarts: int = 0
    tries: int = 0
    """How often the page in flight was asked for again, for it did not look right."""
    seen: list[str] = field(default_factory=list)
    """Digests of the requests of this walk and of what its pages held: one that comes again leads in a circle."""


@dataclass
class Store:
    """The folder of one source."""

    places: HomePaths
    source: str

    def __post_init__(self) -> None:
        self.folder = self.places.pulled(self.source)
        self._open, self._cursors = self.folder / "open", self.folder / "cursors"

    def begin(self, at: datetime) -> dict[str, Any]:
        """Go on with the pull that was left, else begin another."""
        last = self._read("pull")
        if not last.get("is_over", True):
            return last
        shutil.rmtree(self._open, ignore_errors=True)  # a pull that was killed when it was over has left them
        pull = {"pull": f"{at:%Y%m%dT%H%M%S%fZ}", "at": at.isoformat(), "since": last.get("whole_at"),
                "is_after_whole": last.get("is_whole", False), "is_over": False}  # fmt: skip
        self.write("pull", pull)
        return pull

    def cursor(self, walk: str) -> Cursor:
        """How far a walk has come; one that cannot be read, or of which somebody was taken out, begins anew."""
        try:
            return Cursor(**atomic_io.read_json(self._cursors / f"{walk}.ndjson"))
        except (FileNotFoundError, InputError, TypeError):
            return Cursor()

    def keep(self, walk: str, cursor: Cursor) -> None:
        """Move a cursor: the last thing that is done of a page. It is one line, which an erasure takes out whole."""
        atomic_io.write_bytes(self._cursors / f"{walk}.ndjson", f"{json.dumps(vars(cursor))}\n".encode())

    def write_page(self, walk: str, number: int, records: Iterable[Row]) -> None:
        """Keep one page, one item a line."""
        content = "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records).encode()
        path = self._open / f"{walk}.{number:06}.ndjson"
        (self._open / f"{LAST_WORD}{walk}.{0:06}.ndjson").unlink(missing_ok=True)  # killed then, it may find more
        if content or path.exists():
            atomic_io.write_bytes(path, content)

    def drop_pages(self, walk: str) -> None:
        """Forget what a walk has brought in this pull: it begins again."""
        for path in self._open.glob(f"{walk}.*.ndjson"):
            path.unlink()

    def records(self, endpoint: str) -> Iterator[Row]:
        """What an endpoint has brought in this pull, in order."""
        for path in sorted(self._open.glob(f"{endpoint}-{DIGEST}.*.ndjson")):
            yield from map(json.loads, path.read_bytes().splitlines())

    def unfinished(self, endpoint: str, pull: Mapping[str, Any]) -> list[Subject]:
        """The subjects of walks of earlier pulls that did not see their end."""
        found = [self.cursor(path.stem) for path in sorted(self._cursors.glob(f"{endpoint}-{DIGEST}.ndjson"))]
        return [Subject(one.about) for one in found if not one.is_whole and one.pull != pull["pull"] and one.about]

    def close(self, pull: dict[str, Any], is_whole: bool, is_over: bool) -> None:
        """Make one raw file of the pages so far; a pull that is over leaves no pages behind, and another goes on."""
        first = {ASKED: {"endpoint": PULL, "at": pull["at"], "since": pull["since"], "is_whole": is_whole}}
        pages = [path.read_bytes() for path in sorted(self._open.glob("*.ndjson"))]
        content = b"".join([json.dumps(first).encode() + b"\n", *pages])
        atomic_io.write_bytes(self.places.raw_pages(self.source) / f"{pull['pull']}.ndjson", content)
        told = {"is_whole": is_whole, "is_over": is_over, "whole_at": pull["at" if is_whole else "since"]}
        self.write("pull", pull | told)
        if is_over:
            shutil.rmtree(self._open, ignore_errors=True)

    def people(self) -> dict[str, dict[str, Any]]:
        """What earlier pulls have learned of the accounts in the ledger: their stable ids, and whether they hide."""
        found = self._read("people")
        return {name: known for name, known in found.items() if isinstance(known, dict) and "values" in known}

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / f"{name}.json"
        return dict(atomic_io.read_json(path)) if path.exists() else {}

    def write(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep what is true of the whole source: the pull that is under way, the last one, the people."""
        atomic_io.write_json(self.folder / f"{name}.json", value)


def walk_name(endpoint: Endpoint, subject: Subject) -> str:
    """The name of a walk's files, by what its address names: it says nothing of whom it is about."""
    named = {name: subject.values.get(name) for name in endpoint.named}
    return f"{endpoint.name}-{digest(subject.key) if subject.key else printed(named)}"


def printed(value: Any) -> str:
    """The same of any value."""
    return digest(json.dumps(value, sort_keys=True))


def digest(text: str) -> str:
    """A short digest, for names and for comparing."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
