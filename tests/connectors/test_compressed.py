"""Compressed files are read to the last byte or not at all, and never fill the memory."""

import gzip
import random
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from evenscore.base.errors import InputError
from evenscore.connectors import compressed
from evenscore.connectors.compressed import MAX_LINE_BYTES, UNCHECKED, Unended, lines

TEXT = b"".join(b"line %d\n" % number for number in range(500))
PACK: dict[str, Callable[[bytes], bytes]] = {
    ".txt": bytes,
    ".gz": lambda content: gzip.compress(content, 1),
    ".zst": zstandard.compress,
}
MEBIBYTE = 1 << 20


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        list(lines(path))
    assert str(refused.value).startswith(f"{path}: ")
    return str(refused.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("suffix", PACK)
def test_every_packing_gives_the_same_lines(tmp_path: Path, suffix: str) -> None:
    assert list(lines(put(tmp_path, f"a{suffix}", PACK[suffix](TEXT)))) == TEXT.decode().splitlines()


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_members_after_the_first_are_read(tmp_path: Path, suffix: str) -> None:
    pack = PACK[suffix]
    assert list(lines(put(tmp_path, f"a{suffix}", pack(b"1\n2") + pack(b"3\n") + pack(b"4")))) == ["1", "23", "4"]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("kept", [1, 3, 10, -9, -1])
def test_a_truncated_file_is_refused_wherever_it_was_cut(tmp_path: Path, suffix: str, kept: int) -> None:
    assert refusal(put(tmp_path, f"a{suffix}", PACK[suffix](TEXT)[:kept])).startswith(("truncated", "damaged"))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_truncated_last_member_is_refused(tmp_path: Path, suffix: str) -> None:
    content = PACK[suffix](TEXT) + PACK[suffix](TEXT)[:-5]
    assert refusal(put(tmp_path, f"a{suffix}", content)) == "truncated: the compressed stream ends early"


def test_a_wrong_gzip_checksum_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[-8] ^= 1
    assert refusal(put(tmp_path, "a.gz", bytes(packed))).endswith("incorrect data check")


def test_a_wrong_zstd_checksum_is_refused(tmp_path: Path) -> None:
    packed = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(TEXT))
    packed[-1] ^= 1
    assert "checksum" in refusal(put(tmp_path, "a.zst", bytes(packed)))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_compressed_file_of_no_bytes_is_refused_and_one_of_no_text_is_not(tmp_path: Path, suffix: str) -> None:
    assert refusal(put(tmp_path, f"a{suffix}", b"")).startswith("has no bytes")
    assert list(lines(put(tmp_path, f"b{suffix}", PACK[suffix](b"")))) == []


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_what_is_not_compressed_but_says_so_is_refused(tmp_path: Path, suffix: str) -> None:
    assert refusal(put(tmp_path, f"a{suffix}", b'{"event_id": "e1"}\n')).startswith("damaged: ")


def test_bytes_after_the_end_of_a_gzip_file_are_refused(tmp_path: Path) -> None:
    assert refusal(put(tmp_path, "a.gz", gzip.compress(TEXT) + b"more")).startswith("damaged: ")


def zstd_bomb(block: bytes) -> bytes:
    stream = zstandard.ZstdCompressor().compressobj()
    return b"".join(stream.compress(block) for _ in range(1024)) + stream.flush()


def bomb(folder: Path, suffix: str, start: bytes, block: bytes) -> Path:
    packed = zstd_bomb(block) if suffix == ".zst" else gzip.compress(block) * 1024
    return put(folder, f"a.ndjson{suffix}", PACK[suffix](start) + packed)


BOMBS = {
    "one line": bytes(MEBIBYTE),
    "records": b"{}\n" * (MEBIBYTE // 3),
    "blank lines": b"\n" * MEBIBYTE,
    "blank lines of Windows": b"\r\n" * (MEBIBYTE // 2),
    "spaces": b"   \n" * (MEBIBYTE // 4),
    "ignored records": b'{"type": "PushEvent"}\n' * (MEBIBYTE // 22),
}


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each step unpacks, as they are unpacked."""
    sizes: list[int] = []
    chunks = compressed._chunks

    def counted(*given: Any) -> Iterator[bytes]:
        for chunk in chunks(*given):
            sizes.append(len(chunk))
            yield chunk

    monkeypatch.setattr(compressed, "_chunks", counted)
    return sizes


def lines_before_the_refusal(path: Path) -> int:
    count = 0
    with pytest.raises(InputError, match="taken for a bomb"):
        for _ in lines(path):
            count += 1
    return count


@pytest.mark.parametrize("block", BOMBS)
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_bomb_of_a_gibibyte_is_refused_after_little_work(
    tmp_path: Path, unpacked: list[int], suffix: str, block: str
) -> None:
    """A fortieth of it is unpacked at most, and of short lines none is looked at."""
    assert lines_before_the_refusal(bomb(tmp_path, suffix, b"", BOMBS[block])) < 400_000
    assert sum(unpacked) <= 26 * MEBIBYTE


@pytest.mark.parametrize("suffix", PACK)
def test_lines_too_short_for_any_record_are_refused_before_they_are_told_apart(tmp_path: Path, suffix: str) -> None:
    noise = random.Random(1).randbytes(MEBIBYTE // 4).hex().encode()  # no bomb by its size
    flood = b"".join(noise[at : at + 2] + b"\n" for at in range(0, len(noise), 2))
    path = put(tmp_path, f"a{suffix}", PACK[suffix](TEXT + flood))
    assert lines_before_the_refusal(path) == 0
    assert refusal(path).startswith("line 1: from here on lines have less than 8 bytes on average")


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path, suffix: str) -> None:
    path = bomb(tmp_path, suffix, b"", BOMBS["one line"])
    tracemalloc.start()
    try:
        assert "taken for a bomb" in refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 128 * MEBIBYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_bomb_behind_honest_data_is_refused(tmp_path: Path, unpacked: list[int], suffix: str) -> None:
    noise = random.Random(1).randbytes(4 * MEBIBYTE).hex().encode()  # 200 times its size would be a gibibyte
    path = bomb(tmp_path, suffix, noise.replace(b"0", b"\n"), BOMBS["one line"])
    assert "taken for a bomb" in refusal(path)
    assert sum(unpacked) <= (8 + 26) * MEBIBYTE


def test_a_well_packed_file_of_ordinary_size_is_no_bomb(tmp_path: Path) -> None:
    path = put(tmp_path, "a.gz", gzip.compress(b"the same record\n" * (MEBIBYTE // 16)))
    assert 200 * path.stat().st_size < MEBIBYTE
    assert sum(1 for _ in lines(path)) == MEBIBYTE // 16


def test_zeros_after_a_gzip_member_are_no_damage(tmp_path: Path) -> None:
    padded = gzip.compress(b"1\n2") + bytes(10_000)
    assert list(lines(put(tmp_path, "a.gz", padded + gzip.compress(b"3\n")))) == ["1", "23"]
    assert list(lines(put(tmp_path, "b.gz", padded))) == ["1", "2"]
    assert refusal(put(tmp_path, "c.gz", bytes(10_000))).startswith("damaged: ")


@pytest.mark.parametrize("suffix", PACK)
def test_a_line_without_end_is_refused(tmp_path: Path, suffix: str) -> None:
    endless = random.Random(1).randbytes(2 + MAX_LINE_BYTES // 2).hex().encode()
    content = PACK[suffix](b"short\n" + endless)
    assert refusal(put(tmp_path, f"a{suffix}", content)) == "line 2 is longer than 16 MiB"


def test_text_that_is_not_utf_8_is_refused_with_its_line_and_byte(tmp_path: Path) -> None:
    assert refusal(put(tmp_path, "a.txt", b"sound\nfa\xdfade\n")) == "line 2 is not UTF-8 (byte 3)"
    assert refusal(put(tmp_path, "b.txt", TEXT * 300 + b"\xff")) == "line 150001 is not UTF-8 (byte 1)"


def test_the_marks_of_windows_are_left_out(tmp_path: Path) -> None:
    assert list(lines(put(tmp_path, "a.txt", b"\xef\xbb\xbfone\r\ntwo\r\nthree"))) == ["one", "two", "three"]


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    assert list(lines(put(tmp_path, "a.txt", "a\u2028b\u0085c\x0bd\n".encode()))) == ["a\u2028b\u0085c\x0bd"]


# what vouches for a file ---------------------------------------------------------------------------------------


CHECKED = zstandard.ZstdCompressor(write_checksum=True).compress(TEXT)
BARE = zstandard.ZstdCompressor(write_checksum=False).compress(TEXT)
SKIPPED = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"


@pytest.mark.parametrize(
    ("content", "is_unchecked"),
    [
        (CHECKED, False),
        (BARE, True),
        (CHECKED + BARE, True),
        (CHECKED * 9 + BARE + CHECKED, True),
        (SKIPPED + CHECKED, False),
        (SKIPPED + BARE, True),
    ],
)
def test_a_zstd_frame_without_a_checksum_is_noted_wherever_it_stands(
    tmp_path: Path, content: bytes, is_unchecked: bool
) -> None:
    notes: set[str] = set()
    assert len(list(lines(put(tmp_path, "a.zst", content), notes))) % 500 == 0
    assert notes == ({UNCHECKED} if is_unchecked else set())


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize(("text", "is_unended"), [(b"1\n2\n", False), (b"1\n2", True), (b"1\r\n2\r\n", False)])
def test_a_last_line_without_a_line_end_is_told_from_others(
    tmp_path: Path, suffix: str, text: bytes, is_unended: bool
) -> None:
    found = list(lines(put(tmp_path, f"a{suffix}", PACK[suffix](text))))
    assert (found, [isinstance(line, Unended) for line in found]) == (["1", "2"], [False, is_unended])
