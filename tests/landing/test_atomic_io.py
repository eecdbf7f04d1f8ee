"""A write is there whole or not at all, and says which disk refused it."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from evenscore.base import atomic_io
from evenscore.base.errors import DiskError, InputError


def refuse(code: int) -> Any:
    def refused(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code))

    return refused


def test_what_is_written_is_read_back_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    atomic_io.write_json(tmp_path / "a" / "b.json", {"b": 1, "a": "ü"})
    assert atomic_io.read_json(tmp_path / "a" / "b.json") == {"a": "ü", "b": 1}
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.json"]


def test_a_full_disk_is_named_and_the_old_content_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    atomic_io.write_bytes(path, b"old")
    (tmp_path / f".a.json.{os.getpid()}.draft").symlink_to("/dev/full")  # what the kernel says of a full disk
    with pytest.raises(DiskError, match=rf"^{path}: the disk is full; nothing was replaced$"):
        atomic_io.write_bytes(path, b"new")
    assert ([name.name for name in tmp_path.iterdir()], path.read_bytes()) == (["a.json"], b"old")


@pytest.mark.parametrize(("code", "says"), [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "the disk is full")])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fills_at_any_step_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int, says: str
) -> None:
    path = tmp_path / "a.json"
    atomic_io.write_bytes(path, b"old")
    monkeypatch.setattr(os, step, refuse(code))
    with pytest.raises(DiskError, match=says):
        atomic_io.write_bytes(path, b"new")
    assert ([name.name for name in tmp_path.iterdir()], path.read_bytes()) == (["a.json"], b"old")


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_disk_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(Path, "write_bytes", refuse(code))
    with pytest.raises(DiskError, match=rf"^{tmp_path}/a: cannot be written"):
        atomic_io.write_bytes(tmp_path / "a", b"")


def test_content_is_on_the_disk_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, replace = atomic_io.sync, os.replace

    def synced(path: Path) -> None:
        done.append(f"sync {path.suffix}")
        sync(path)

    def replaced(draft: Path, path: Path) -> None:
        done.append("replace")
        replace(draft, path)

    monkeypatch.setattr(atomic_io, "sync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    atomic_io.write_bytes(tmp_path / "a.json", b"")
    assert done == ["sync .draft", "replace", "sync "]


def test_damaged_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"a": 1})[:-1])
    with pytest.raises(InputError, match=rf"^{tmp_path}/a\.json: damaged: not valid JSON"):
        atomic_io.read_json(tmp_path / "a.json")
    (tmp_path / "a.json").write_bytes(b"\xff")
    with pytest.raises(InputError, match="damaged"):
        atomic_io.read_json(tmp_path / "a.json")


def test_a_pointer_moves_in_one_step(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        atomic_io.point(tmp_path / "current", tmp_path / name)
        assert (tmp_path / "current").readlink() == Path(name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current", "one", "two"]


def test_what_a_process_makes_from_now_on_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        atomic_io.keep_private()
        (tmp_path / "file").touch()
        (tmp_path / "folder").mkdir()
    finally:
        os.umask(before)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("file", "folder")] == [0o600, 0o700]


def test_json_is_the_same_bytes_in_whatever_order_it_was_put_together(tmp_path: Path) -> None:
    for value in ({"b": 1, "a": {"d": 2, "c": 3}}, {"a": {"c": 3, "d": 2}, "b": 1}):
        atomic_io.write_json(tmp_path / "a.json", value)
        keys = [line.strip()[1] for line in (tmp_path / "a.json").read_text().splitlines() if '"' in line]
        assert keys == ["a", "c", "d", "b"]


def test_what_is_open_to_others_is_found_and_where_a_link_leads_is_not_its_own(tmp_path: Path) -> None:
    (folder := tmp_path / "home").mkdir(mode=0o700)
    for name, mode in (("own", 0o600), ("read", 0o640), ("run", 0o601)):
        (folder / name).touch()
        (folder / name).chmod(mode)
    (folder / "link").symlink_to(folder / "own")
    assert sorted(path.name for path in atomic_io.open_to_others(folder)) == ["read", "run"]
    assert atomic_io.open_to_others(tmp_path / "none") == []
