"""What proves a published run's bytes: a SHA-256 of each file, or of each piece of one too large to be hashed nightly.

A large file that was copied and added to differs from the one it was made from in a few pieces. The others have the
checksum that was noted for them, which costs a third of hashing them, and keep their hashes.
"""

import hashlib
import zlib
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from evenscore.base import atomic_io
from evenscore.base.errors import InputError

WHOLE_BYTES = 64 << 20
"""A file up to this size has one hash, that any tool can check."""
PIECE_BYTES = 1 << 20
HASHES, PIECES = "sha256", "pieces"
"""The entries of a manifest that hold them, by a file's path in the run's folder."""
DAMAGED = "not the bytes that were published; roll back to another run"


def proofs(draft: Path, files: list[Path], before: Path | None, known: dict[str, Any]) -> dict[str, Any]:
    """The entries of a manifest for `files` below a draft; `known` is the manifest of the run it was made from.

    A file that is a link to one of that run keeps its hash, and a piece with the same checksum its own. The entry of a
    piece is its CRC-32, a colon, and its SHA-256, both hex.
    """
    found: dict[str, Any] = {HASHES: {}, PIECES: {}}
    for path in files:
        name = str(path.relative_to(draft))
        old = before / name if before else None
        if path.stat().st_size > WHOLE_BYTES:
            found[PIECES][name] = list(_proofs(path, known.get(PIECES, {}).get(name, [])))
        elif old and name in known.get(HASHES, {}) and old.exists() and old.samefile(path):
            found[HASHES][name] = known[HASHES][name]
        else:
            found[HASHES][name] = atomic_io.sha256(path)
    return found


def _proofs(path: Path, known: list[str]) -> Iterator[str]:
    for piece, earlier in zip(_pieces(path), chain(known, repeat("")), strict=False):
        checksum = f"{zlib.crc32(piece):08x}:"
        yield earlier if earlier.startswith(checksum) else checksum + hashlib.sha256(piece).hexdigest()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as handle:
        while piece := handle.read(PIECE_BYTES):
            yield piece


def named(manifest: dict[str, Any]) -> list[str]:
    """The files that a manifest proves."""
    return sorted({*manifest[HASHES], *manifest.get(PIECES, {})})


def is_whole(folder: Path, manifest: dict[str, Any], name: str) -> bool:
    """Whether a file is there, with the bytes that its manifest says."""
    path = folder / name
    if not path.exists():
        return False
    if name in manifest[HASHES]:
        return atomic_io.sha256(path) == str(manifest[HASHES][name])
    hashes = [known.rpartition(":")[2] for known in manifest[PIECES][name]]  # of an earlier release: no checksum
    return [hashlib.sha256(piece).hexdigest() for piece in _pieces(path)] == hashes


def changed(folder: Path, manifest: dict[str, Any], after: dict[str, Any], name: str) -> set[int]:
    """The numbers of the pieces of a run's file that are not the same in the run `after` it.

    Raises InputError naming the file where they do not hold the bytes that were published either; the others do, for
    what was made from them has their checksums.
    """
    known, now = (one.get(PIECES, {}).get(name, []) for one in (manifest, after))
    if not known or not now:
        if not is_whole(folder, manifest, name):
            raise InputError(f"{folder / name}: {DAMAGED}")
        return set(range((folder / name).stat().st_size // PIECE_BYTES + 1))
    found = {number for number, proof in enumerate(known) if number >= len(now) or now[number] != proof}
    with (folder / name).open("rb", buffering=0) as handle:
        for number in sorted(found):
            handle.seek(number * PIECE_BYTES)
            if hashlib.sha256(handle.read(PIECE_BYTES)).hexdigest() != known[number].rpartition(":")[2]:
                raise InputError(f"{folder / name}: {DAMAGED}")
    return found


def digest(manifest: dict[str, Any], name: str) -> str:
    """One hex SHA-256 that a file is known by."""
    if name in manifest[HASHES]:
        return str(manifest[HASHES][name])
    return hashlib.sha256("".join(manifest[PIECES][name]).encode()).hexdigest()
