"""Plain, .gz and .zst files as lines of text: verified to the last byte, with a limit on every size."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard

from evenscore.base.errors import InputError

PACKED = (".gz", ".zst")
"""How packed files end; the others are plain."""
CHUNK_BYTES = 1 << 20
GZIP_BYTES = 1 << 12
"""What is read of a .gz file in one step: its reader never knows of more than it has unpacked, on any Python."""
GZIP_WINDOW = 31
"""How zlib is told to expect gzip's header and to verify its checksum and length."""
ZSTD_BYTES = 512
"""Four bytes of zstd can hold 128 KiB, so this is what may be unpacked in one step (16 MiB at worst)."""
MAX_LINE_BYTES = 16 << 20
"""A longer line is no record of any network we know; it is refused before it fills the memory."""
MAX_RATIO = 200
BOMB_BYTES = 8 << 20
"""A file of which any stretch this long unpacks from less than a MAX_RATIO-th of its length is taken for a bomb."""
LEAST_MEAN_LINE_BYTES = 8
"""No record is written in less; lines that are shorter on average are work for nothing, whatever they hold."""
MANY_LINES = 1 << 17
"""Fewer lines than this in one stretch are no work, however short they are."""

UNCHECKED = "a zstd frame without a content checksum: damage within it would not be seen"
"""What is noted of a file that nothing vouches for."""
ZSTD_HEADER_BYTES = 18
SKIPPABLE = b"\x2a\x4d\x18"
"""How a frame that holds nothing of the text begins, after its first byte."""


class Unended(str):
    """A last line that no line end closes: it is whole, or the rest of the file was lost."""


def lines(path: Path, notes: set[str] | None = None) -> Iterator[str]:
    """The lines of a text file, unpacked by its suffix; a last one without a line end is `Unended`.

    `notes` receives what an operator should know of the file. Raises InputError when the file is truncated, damaged
    (the checksum is verified), not UTF-8, or a bomb.
    """
    number, rest = 0, b""
    for chunk in _unpacked(path, set() if notes is None else notes):
        whole, end, rest = (rest + chunk).rpartition(b"\n")
        if end:
            _require_records(path, number, whole)
            found = _text(path, number, whole).split("\n")
            number += len(found)
            yield from [line.removesuffix("\r") for line in found] if b"\r" in whole else found
        if len(rest) > MAX_LINE_BYTES:
            raise InputError(f"{path}: line {number + 1} is longer than {MAX_LINE_BYTES >> 20} MiB")
    if rest:
        yield Unended(_text(path, number, rest).removesuffix("\r"))


def _require_records(path: Path, number: int, whole: bytes) -> None:
    """Refuse what stands after line `number` before it is split, where its lines are too short for records."""
    if whole.count(b"\n") > max(MANY_LINES, len(whole) // LEAST_MEAN_LINE_BYTES):
        raise InputError(
            f"{path}: line {number + 1}: from here on lines have less than {LEAST_MEAN_LINE_BYTES} bytes on average; "
            "taken for a bomb"
        )


def _text(path: Path, number: int, raw: bytes) -> str:
    """Decode what stands after line `number`."""
    try:
        return raw.decode("utf-8-sig" if number == 0 else "utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].split(b"\n")
        raise InputError(f"{path}: line {number + len(before)} is not UTF-8 (byte {len(before[-1]) + 1})") from error


def _unpacked(path: Path, notes: set[str]) -> Iterator[bytes]:
    if path.suffix in PACKED and path.stat().st_size == 0:
        raise InputError(f"{path}: has no bytes; an empty {path.suffix} file still has a header")
    try:
        with path.open("rb") as packed:
            yield from _measured(path, packed, _chunks(path, packed, notes))
    except EOFError as error:
        raise InputError(f"{path}: truncated: the compressed stream ends early") from error
    except (zlib.error, zstandard.ZstdError) as error:
        raise InputError(f"{path}: damaged: {error}") from error


def _measured(path: Path, packed: BinaryIO, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Weigh what is unpacked against what was read for it, before anybody looks at it."""
    start, unpacked_bytes = 0, 0
    for chunk in chunks:
        unpacked_bytes += len(chunk)
        if unpacked_bytes > BOMB_BYTES:
            if unpacked_bytes > MAX_RATIO * (packed.tell() - start):
                raise InputError(f"{path}: unpacks to more than {MAX_RATIO} times its size; taken for a bomb")
            start, unpacked_bytes = packed.tell(), 0
        yield chunk


def _chunks(path: Path, packed: BinaryIO, notes: set[str]) -> Iterator[bytes]:
    if path.suffix == ".zst":
        return _gathered(_zstd_pieces(packed, notes))
    if path.suffix == ".gz":
        return _gathered(_gzip_pieces(packed))
    return iter(lambda: packed.read(CHUNK_BYTES), b"")


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    gathered = bytearray()
    for piece in pieces:
        gathered += piece
        if len(gathered) >= CHUNK_BYTES:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered)


def _gzip_pieces(packed: BinaryIO) -> Iterator[bytes]:
    """What each member holds, a bounded piece at a time; the zeros that tapes leave between members are none."""
    waiting = packed.read(GZIP_BYTES)
    while waiting:
        member = zlib.decompressobj(wbits=GZIP_WINDOW)
        yield member.decompress(waiting, CHUNK_BYTES)
        while not member.eof:
            if not (waiting := member.unconsumed_tail or packed.read(GZIP_BYTES)):
                raise EOFError
            yield member.decompress(waiting, CHUNK_BYTES)
        waiting = member.unused_data.lstrip(b"\0")
        while not waiting and (piece := packed.read(GZIP_BYTES)):
            waiting = piece.lstrip(b"\0")


def _zstd_pieces(packed: BinaryIO, notes: set[str]) -> Iterator[bytes]:
    # zstandard's reader takes a truncated frame for its end; the frame objects know whether it was.
    while waiting := packed.read(ZSTD_BYTES):
        while waiting:
            if len(waiting) < ZSTD_HEADER_BYTES:
                waiting += packed.read(ZSTD_BYTES)
            if _is_unchecked(waiting):
                notes.add(UNCHECKED)
            frame = zstandard.ZstdDecompressor().decompressobj()
            yield frame.decompress(waiting)
            while not frame.eof:
                if not (waiting := packed.read(ZSTD_BYTES)):
                    raise EOFError
                yield frame.decompress(waiting)
            waiting = frame.unused_data


def _is_unchecked(frame: bytes) -> bool:
    """Whether a frame brings no checksum; one that is no frame, or too short to tell, is refused in a moment."""
    if frame[1:4] == SKIPPABLE:
        return False
    try:
        return not zstandard.get_frame_parameters(frame).has_checksum
    except zstandard.ZstdError:
        return False
