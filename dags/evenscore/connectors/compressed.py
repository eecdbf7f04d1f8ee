"""Plain, .gz and .zst files as lines of text: verified to the last byte, with a limit on every size."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard

from evenscore.errors import InputError

CHUNK_BYTES = 1 << 20
ZSTD_BYTES = 2 << 10
"""Four bytes of zstd can hold 128 KiB, so this is as much as can be unpacked in one step (64 MiB at worst)."""
MAX_LINE_BYTES = 16 << 20
"""A longer line is no record of any network we know; it is refused before it fills the memory."""
MAX_RATIO = 200
BOMB_BYTES = 8 << 20
"""Past this size, a file that unpacks to more than MAX_RATIO times its own bytes is taken for a bomb."""


def lines(path: Path) -> Iterator[str]:
    """The lines of a text file, unpacked by its suffix.

    Raises InputError when the file is truncated, damaged (the checksum is verified), not UTF-8, or a bomb.
    """
    number, rest = 0, b""
    for chunk in _unpacked(path):
        *whole, rest = (rest + chunk).split(b"\n")
        for raw in whole:
            number += 1
            yield _text(path, number, raw)
        if len(rest) > MAX_LINE_BYTES:
            raise InputError(f"{path}: line {number + 1} is longer than {MAX_LINE_BYTES >> 20} MiB")
    if rest:
        yield _text(path, number + 1, rest)


def _text(path: Path, number: int, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: line {number} is not UTF-8 (byte {error.start + 1})") from error


def _unpacked(path: Path) -> Iterator[bytes]:
    packed_bytes, unpacked_bytes = path.stat().st_size, 0
    if path.suffix in (".gz", ".zst") and packed_bytes == 0:
        raise InputError(f"{path}: has no bytes; an empty {path.suffix} file still has a header")
    try:
        for chunk in _chunks(path):
            unpacked_bytes += len(chunk)
            if unpacked_bytes > BOMB_BYTES and unpacked_bytes > MAX_RATIO * packed_bytes:
                raise InputError(f"{path}: unpacks to more than {MAX_RATIO} times its size; taken for a bomb")
            yield chunk
    except EOFError as error:
        raise InputError(f"{path}: truncated: the compressed stream ends early") from error
    except (gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise InputError(f"{path}: damaged: {error}") from error


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as packed:
        if path.suffix == ".zst":
            yield from _zstd_chunks(packed)
            return
        stream = gzip.GzipFile(fileobj=packed) if path.suffix == ".gz" else packed
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _zstd_chunks(packed: BinaryIO) -> Iterator[bytes]:
    gathered = bytearray()
    for piece in _zstd_pieces(packed):
        gathered += piece
        if len(gathered) >= CHUNK_BYTES:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered)


def _zstd_pieces(packed: BinaryIO) -> Iterator[bytes]:
    # zstandard's reader takes a truncated frame for its end; the frame objects know whether it was.
    while waiting := packed.read(ZSTD_BYTES):
        while waiting:
            frame = zstandard.ZstdDecompressor().decompressobj()
            yield frame.decompress(waiting)
            while not frame.eof:
                if not (waiting := packed.read(ZSTD_BYTES)):
                    raise EOFError
                yield frame.decompress(waiting)
            waiting = frame.unused_data
