"""What proves a published run's bytes: a SHA-256 of each file, or of each piece of one too large to be hashed nightly.

A large file that was copied and added to differs from the one it was made from in a few pieces. The others are compared
with it, which costs a tenth of hashing them, and keep their hashes.
"""

import hashlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from evenscore.base import atomic_io

WHOLE_BYTES = 64 << 20
"""A file up to this size has one hash, that any tool can check."""
PIECE_BYTES = 1 << 20
HASHES, PIECES = "sha256", "pieces"
"""The entries of a manifest that hold them, by a file's path in the run's folder."""


def proofs(draft: Path, files: list[Path], before: Path | None, known: dict[str, Any]) -> dict[str, Any]:
    """The entries of a manifest for `files` below a draft; `known` is the manifest of the run it was made from.

    A file that is a link to one of that run keeps its hash.
    """
    found: dict[str, Any] = {HASHES: {}, PIECES: {}}
    for path in files:
        name = str(path.relative_to(draft))
        old = before / name if before else None
        if path.stat().st_size > WHOLE_BYTES:
            found[PIECES][name] = list(_hashes(path, old, known.get(PIECES, {}).get(name, [])))
        elif old and name in known.get(HASHES, {}) and old.exists() and old.samefile(path):
            found[HASHES][name] = known[HASHES][name]
        else:
            found[HASHES][name] = atomic_io.sha256(path)
    return found


def _hashes(path: Path, old: Path | None, known: list[str]) -> Iterator[str]:
    earlier = _pieces(old) if known and old and old.exists() else iter(())
    for piece, before, digest in zip_longest(_pieces(path), earlier, known):
        if piece is not None:
            yield digest if digest and piece == before else hashlib.sha256(piece).hexdigest()


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
    known: list[str] = manifest[PIECES][name]
    return list(_hashes(path, None, [])) == known


def digest(manifest: dict[str, Any], name: str) -> str:
    """One hex SHA-256 that a file is known by."""
    if name in manifest[HASHES]:
        return str(manifest[HASHES][name])
    return hashlib.sha256("".join(manifest[PIECES][name]).encode()).hexdigest()
