"""Counts what evenscore only ever adds to, so that a loss is noticed: deleted, emptied, cut, or changed in the middle.

`heads.json` keeps, for each such file, how many entries it had and a SHA-256 over them. Each run repeats the heads in
its own record, so that heads that are gone, or older than what a run has seen, are noticed too. A file that says more
than its head was added to by a process that was killed before it could say so, and is taken as it stands.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from evenscore.base import atomic_io
from evenscore.base.errors import BusyError, InputError, LostTruth
from evenscore.base.paths import HomePaths

HEADS = "truth_heads"
"""Where a run's record repeats the heads."""

PATIENCE = 10
"""Seconds to wait for another writer; each holds the heads for milliseconds."""

NOTHING = hashlib.sha256(b"").hexdigest()
LINES = ".ndjson"
"""Files of this kind grow line by line; any other is replaced as a whole."""


@dataclass(frozen=True)
class Head:
    """What a file said: how many entries, the SHA-256 over them, and how often it was not added to but written anew."""

    entries: int = 0
    sha256: str = NOTHING
    rewrites: int = 0
    then: dict[str, Any] | None = None
    """What it says once the rewrite that is under way is done."""

    @property
    def age(self) -> tuple[int, int]:
        """Later heads of a file are greater."""
        return self.rewrites, self.entries


def append(places: HomePaths, path: Path, line: str) -> None:
    """Add a line: it is on the disk when this returns, and not there when it raises.

    Raises LostTruth when what stood before it is not what was written, InputError when the last line is torn.
    """
    with _held(places) as heads:
        head = _settled(places, path, heads)
        before = path.read_bytes() if path.exists() else b""
        if before and not before.endswith(b"\n"):
            raise InputError(f"{path}: its last line is torn: a write was cut off before its end; delete this line")
        atomic_io.append_line(path, line)
        try:
            _note(places, heads, path, replace(_read(path), rewrites=head.rewrites))
        except Exception:
            os.truncate(path, len(before))
            raise


def write(places: HomePaths, path: Path, content: bytes) -> None:
    """Replace a file's content on purpose, atomically. Raises LostTruth as `append` does."""
    with _held(places) as heads:
        head = _settled(places, path, heads)
        before = path.read_bytes() if path.exists() else b""
        if before == content and path.exists():
            return
        is_longer = path.suffix == LINES and content.startswith(before)
        after = replace(_head_of(path, content), rewrites=head.rewrites + (not is_longer))
        if not is_longer:
            _note(places, heads, path, replace(head, then=asdict(after)))
        atomic_io.write_bytes(path, content)
        _note(places, heads, path, after)


def write_json(places: HomePaths, path: Path, value: Any) -> None:
    """Replace a file by `value` as JSON, as `write` does."""
    write(places, path, atomic_io.json_bytes(value))


def remove(places: HomePaths, path: Path) -> None:
    """Take a file away on purpose; where there is none that is fine."""
    with _held(places) as heads:
        gone = Head(rewrites=_settled(places, path, heads).rewrites + 1)
        if path.exists():
            _note(places, heads, path, replace(heads[_name(places, path)], then=asdict(gone)))
            path.unlink()
            atomic_io.sync(path.parent)
            _note(places, heads, path, gone)


def require_whole(places: HomePaths) -> dict[str, dict[str, Any]]:
    """Raise LostTruth unless every file says at least what it said. Returns the heads, for a run to keep."""
    with _held(places) as heads:
        if lost := _complaints(places, heads):
            more = f" ({len(lost) - 1} more files are affected: `evenscore doctor`)" if lost[1:] else ""
            raise LostTruth(lost[0] + more)
        present = {_name(places, path): _now(path, heads.get(_name(places, path), Head())) for path in places.truths}
        if {**heads, **present} != heads:
            _save(places, {**heads, **present})
        return {name: _plain(head) for name, head in sorted({**heads, **present}.items())}


def complaints(places: HomePaths) -> list[str]:
    """What is lost, in sentences; nothing is written. Raises LostTruth when the heads themselves are."""
    with _lock(places):
        return _complaints(places, _load(places))


def known(places: HomePaths) -> set[str]:
    """The names below the home folder of all files that are counted, there or not."""
    seen = _seen_by_runs(places)
    return {*_load(places, is_forgiving=True), *seen, *(_name(places, path) for path in places.truths)}


def accept_loss(places: HomePaths, path: Path) -> None:
    """Take a file as it stands from now on: nobody has a copy of what it said. For the heads, all files."""
    with _lock(places):
        heads = _load(places, is_forgiving=path == places.heads)
        seen = {name: head for name, (_, head) in _seen_by_runs(places).items()}
        for name in sorted({*heads, *seen} if path == places.heads else {_name(places, path)}):
            rewrites = max(known.get(name, Head()).rewrites for known in (heads, seen)) + 1
            heads[name] = replace(_read(places.home / name), rewrites=rewrites)
        _save(places, heads)


def _complaints(places: HomePaths, heads: dict[str, Head]) -> list[str]:
    seen = _seen_by_runs(places)
    found = (_complaint(places, name, heads.get(name, Head()), seen.get(name)) for name in sorted({*heads, *seen}))
    return [complaint for complaint in found if complaint]


def _complaint(places: HomePaths, name: str, head: Head, seen: tuple[str, Head] | None) -> str | None:
    path = places.home / name
    head = _present(path, head)
    if not _says(path, head):
        return _sentence(places, path, head, "")
    if seen and head.age < seen[1].age:
        run, known = seen
        return (
            f"{places.heads}: knows {head.entries} entries of {path}, and the run {run} saw {known.entries}: it is an "
            f"older copy; {remedy(places, places.heads)}"
        )
    if seen and head.rewrites == seen[1].rewrites and not _says(path, seen[1]):
        return _sentence(places, path, seen[1], f" when {seen[0]} ran")
    return None


def _sentence(places: HomePaths, path: Path, head: Head, when: str) -> str:
    found = _read(path)
    there = "the file is gone"
    if path.exists():
        there = f"{found.entries} are" if found.entries < head.entries else "not all of them are what they were"
    return f"{path}: {head.entries} entries were there{when}, and {there}; {remedy(places, path)}"


def remedy(places: HomePaths, path: Path) -> str:
    """What to do about a file that says less than it did."""
    return f"restore it, or, where no copy is left, `evenscore doctor --accept-loss {_name(places, path)}`"


def _settled(places: HomePaths, path: Path, heads: dict[str, Head]) -> Head:
    """The head of a file before it is written to, brought up to what the file says."""
    name = _name(places, path)
    if complaint := _complaint(places, name, heads.get(name, Head()), _seen_by_runs(places, name).get(name)):
        raise LostTruth(complaint)
    heads[name] = _now(path, heads.get(name, Head()))
    return heads[name]


def _present(path: Path, head: Head) -> Head:
    """The head that counts: of the rewrite that was under way, where it was carried out before the process died."""
    then = Head(**head.then) if head.then else None
    return then if then and _says(path, then) else head


def _now(path: Path, head: Head) -> Head:
    """The head of all that a file says, which is whole."""
    return replace(_read(path), rewrites=_present(path, head).rewrites)


def _says(path: Path, head: Head) -> bool:
    """Whether a file says what it said, be it more by now."""
    if head.sha256 == NOTHING:
        return True
    return path.exists() and _head_of(path, path.read_bytes(), head.entries).sha256 == head.sha256


def _read(path: Path) -> Head:
    return _head_of(path, path.read_bytes()) if path.exists() else Head()


def _head_of(path: Path, content: bytes, first: int | None = None) -> Head:
    """The head of a file's content, or of its `first` lines; a line without an end was never acknowledged."""
    if path.suffix != LINES:
        return Head(_count(content), hashlib.sha256(content).hexdigest())
    lines = content.split(b"\n")[:-1][:first]
    return Head(len(lines), hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest())


def _count(content: bytes) -> int:
    """How many entries a file has that is replaced as a whole: those of a JSON object, or itself."""
    try:
        value = json.loads(content)
    except ValueError:
        return 1
    return len(value) if isinstance(value, dict) else 1


def _note(places: HomePaths, heads: dict[str, Head], path: Path, head: Head) -> None:
    heads[_name(places, path)] = head
    _save(places, heads)


def _save(places: HomePaths, heads: dict[str, Head]) -> None:
    atomic_io.write_json(places.heads, {name: _plain(head) for name, head in heads.items()})


def _plain(head: Head) -> dict[str, Any]:
    return {name: value for name, value in asdict(head).items() if value is not None}


def _name(places: HomePaths, path: Path) -> str:
    return str(path.relative_to(places.home))


@contextlib.contextmanager
def _held(places: HomePaths) -> Iterator[dict[str, Head]]:
    """The heads, held against other writers. A home without any is one of before: it is taken as it stands, once."""
    with _lock(places):
        heads = _load(places)
        if not places.heads.exists():
            heads = {_name(places, path): _read(path) for path in places.truths}
            _save(places, heads)
        yield heads


@contextlib.contextmanager
def _lock(places: HomePaths) -> Iterator[None]:
    with atomic_io.disk_errors(places.heads):
        places.home.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(places.heads.with_suffix(".lock"), timeout=PATIENCE):
                yield
        except Timeout as error:
            raise BusyError(f"{places.heads}: another process has been writing for {PATIENCE} s; try again") from error


def _load(places: HomePaths, is_forgiving: bool = False) -> dict[str, Head]:
    try:
        return {name: Head(**head) for name, head in json.loads(places.heads.read_bytes()).items()}
    except FileNotFoundError as error:
        runs = [run for run, _ in _seen_by_runs(places).values()]
        if runs and not is_forgiving:
            raise LostTruth(f"{places.heads}: is gone; {max(runs)} saw it; {remedy(places, places.heads)}") from error
    except (ValueError, TypeError, AttributeError) as error:
        if not is_forgiving:
            raise LostTruth(f"{places.heads}: cannot be read; {remedy(places, places.heads)}") from error
    return {}


def _seen_by_runs(places: HomePaths, only: str | None = None) -> dict[str, tuple[str, Head]]:
    """For each file the latest head that a run has kept, and which run that was."""
    seen: dict[str, tuple[str, Head]] = {}
    for path in sorted(places.runs.glob("*/stages/check_landing.json")):
        for name, plain in atomic_io.read_json(path).get(HEADS, {}).items():
            head = Head(**plain)
            if only in (None, name) and (name not in seen or head.age > seen[name][1].age):
                seen[name] = path.parents[1].name, head
    return seen
