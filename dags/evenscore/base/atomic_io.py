"""Writes that are there whole after a power cut, or not there at all."""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evenscore.base.errors import DiskError, InputError

CLONE = 0x40049409
"""Linux: FICLONE (XFS, Btrfs and others)."""
OTHERS = 0o077
"""What the group and everybody else may do with a file; here nothing."""


def keep_private() -> None:
    """Let every file and folder that this process makes, and those that it starts, be its owner's alone."""
    os.umask(OTHERS)


def open_to_others(folder: Path) -> list[Path]:
    """The folder itself and what lies below it, where the group or everybody may do anything with it."""
    found = [folder, *folder.rglob("*")] if folder.exists() else []
    return [path for path in found if not path.is_symlink() and path.stat().st_mode & OTHERS]


@contextlib.contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Turn what the operating system says about a full or read-only disk into one clear error."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskError(f"{place}: the disk is full; nothing was replaced") from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise DiskError(f"{place}: cannot be written ({error.strerror})") from error
        raise


def sync(path: Path) -> None:
    """Force a file's or a folder's content to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` by `content` atomically: readers see the old file or the new one, never half of one."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
        try:
            draft.write_bytes(content)
            sync(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        sync(path.parent)


def append_line(path: Path, line: str) -> None:
    """Add one line at the end of `path`: it is on the disk when this returns, and not there at all when it raises."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as handle:
            before = handle.seek(0, os.SEEK_END)
            try:
                rest = memoryview(f"{line}\n".encode())
                while rest:
                    rest = rest[handle.write(rest) :]
                os.fsync(handle.fileno())
            except OSError:
                handle.truncate(before)
                raise
        sync(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as readable JSON with sorted keys, atomically."""
    write_bytes(path, json_bytes(value))


def json_bytes(value: Any) -> bytes:
    """`value` as readable JSON with sorted keys."""
    return (json.dumps(value, indent=2, sort_keys=True, default=str) + "\n").encode()


def read_json(path: Path) -> Any:
    """The JSON value in `path`; an InputError when its bytes are no JSON any more."""
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise InputError(f"{path}: damaged: not valid JSON; restore it") from error


def point(pointer: Path, target: Path) -> None:
    """Make the symbolic link `pointer` name `target`, atomically, by a path relative to the pointer's folder."""
    draft = pointer.with_name(f".{pointer.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    draft.symlink_to(os.path.relpath(target, pointer.parent))
    draft.replace(pointer)
    sync(pointer.parent)


def copy(source: Path, target: Path) -> None:
    """Copy a file's bytes: where the file system can, as a clone that shares them on the disk until one is changed."""
    with source.open("rb") as old, target.open("wb") as new:
        try:
            fcntl.ioctl(new, CLONE, old.fileno())
        except OSError:
            shutil.copyfile(source, target)


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


_settled: dict[Path, tuple[tuple[int, ...], str]] = {}
SETTLED_NS = 2_000_000_000
"""A file whose status is that old cannot have been written since without its status saying so: clocks are coarse."""


def settled_sha256(path: Path) -> str:
    """The same, for a file that is asked for many times: hashed anew unless its status is what it was."""
    status = _status(path)
    known = _settled.get(path)
    if known and known[0] == status:
        return known[1]
    digest = sha256(path)
    if status == _status(path) and time.time_ns() - max(status[-2:]) > SETTLED_NS:
        _settled[path] = (status, digest)
    return digest


def _status(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def free_bytes(path: Path) -> int:
    """Free bytes on the disk that holds `path` (or its nearest existing parent)."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free
