"""A run that is killed at any moment leaves readers with the old night or the new one, and the next run heals."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from village import copied, digests, published

from evenscore.base.config_file import load_settings
from evenscore.base.settings import Settings
from evenscore.night import steps
from evenscore.publication.publishing import DATABASE, MANIFEST
from evenscore.state.runs import Night

SCRIPT = Path(__file__).with_name("killed_publish.py")
KILLED_BEFORE = (2, 9, 16, 23)
"""Calls of a publish, by number. To kill it before every one takes minutes, and leaves what a copy made there holds."""
SEEN = "select max(as_of_date), count(distinct as_of_date), count(*) from person_scores"


def interrupted(night: Night, settings: Settings, folder: Path) -> tuple[Settings, list[str], dict[int, Settings]]:
    """A home that published; the calls that changed a file on the way, with a copy of the home before each in `folder`;
    and homes whose process was killed before some of these calls."""
    warm, whole = (copied(settings, folder / name) for name in ("warm", "whole"))
    killed = {number: copied(settings, folder / f"killed{number}") for number in KILLED_BEFORE}
    label = night.run_id.removeprefix(f"{night.as_of_date}_")
    homes = [str(home.home) for home in (warm, whole, *killed.values())]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(settings.config), str(night.as_of_date), label, str(folder), *homes],
        env=os.environ | {"PYTHONPATH": str(Path(steps.__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [0, *(-signal.SIGKILL for _ in killed)]
    return warm, [json.loads(line) for line in (folder / "calls.ndjson").read_text().splitlines()], killed


def measure_against_nothing(settings: Settings) -> None:
    """As if no night had been published when tonight's began."""
    with closing(duckdb.connect(str(settings.places.warehouse))) as con:
        con.execute("create table raw.nothing as from raw.published_scores limit 0")
        con.execute("drop view raw.published_scores")
        con.execute("alter table raw.nothing rename to published_scores")


def assert_whole(settings: Settings) -> None:
    """What `current` names is complete, to the byte, and the readers' paths lead there."""
    manifest = json.loads((settings.places.published / MANIFEST).read_text())
    found = digests(settings.places.current.resolve())
    assert {name: found[name] for name in manifest["sha256"]} == manifest["sha256"]
    assert settings.places.database.resolve() == settings.places.current.resolve() / DATABASE


def drafts(settings: Settings) -> list[Path]:
    return [path for path in settings.places.published.rglob("*") if path.name.endswith(".draft")]


def left_behind(home: Settings) -> tuple[str, ...]:
    """What a wreck's files are called, and where its pointer leads."""
    names = [str(path.relative_to(home.home)) for path in home.places.published.rglob("*")]
    current = home.places.current
    names += [str(current.readlink())] if current.is_symlink() else []
    return tuple(sorted(re.sub(r"\.\d+\.draft", ".draft", name) for name in names))


def unlike(homes: list[Settings]) -> list[Settings]:
    """Of each kind of wreck the first and the last, or one where both hold the same. Of a kind are those that differ in
    what lies within a draft: it is removed whole, whatever it holds."""

    def kind(home: Settings) -> frozenset[str]:
        return frozenset(name.partition(".draft/")[0] for name in left_behind(home))

    kinds = [{kind(home): home for home in order} for order in (homes, reversed(homes))]
    return list({held(home): home for found in kinds for home in found.values()}.values())


def held(home: Settings) -> tuple[Any, ...]:
    """The names of all that a wreck's publish has left, and the bytes of what is in no draft."""
    found = digests(home.places.published) if home.places.published.exists() else {}
    return left_behind(home), tuple((name, sha256) for name, sha256 in found.items() if ".draft" not in name)


@pytest.mark.slow
@pytest.mark.parametrize("readers_have", ["an earlier night", "nothing yet"])
def test_a_publish_killed_before_any_call_leaves_one_whole_night_and_the_next_run_heals(
    readers_have: str, ready: tuple[Settings, Night], tmp_path: Path
) -> None:
    settings, night = ready
    if readers_have == "nothing yet":
        measure_against_nothing(settings)
        shutil.rmtree(settings.places.published)
    old = published(settings, SEEN) if settings.places.database.exists() else None
    for folder in ("landing", "dbt", "reports"):  # what a publish does not read
        shutil.rmtree(settings.home / folder, ignore_errors=True)
    warm, calls, killed = interrupted(night, settings, tmp_path)
    wrecks = [load_settings(tmp_path / f"before{number}", settings.config) for number in range(1, len(calls) + 1)]
    assert max(KILLED_BEFORE) <= len(wrecks) < 40
    for number, home in killed.items():
        assert left_behind(home) == left_behind(wrecks[number - 1])
    new = published(warm, SEEN)
    seen = []
    for home in wrecks:
        seen.append(published(home, SEEN) if home.places.database.exists() else None)
        if seen[-1] is not None:
            assert_whole(home)
    for home in unlike([*killed.values(), *wrecks]):
        steps.publish(home, night)
        assert published(home, SEEN) == new
        assert_whole(home)
        assert drafts(home) == []
    (swapped,) = [number for number, call in enumerate(calls) if call.endswith("/published/current")]
    assert seen == [old] * (swapped + 1) + [new] * (len(seen) - swapped - 1)
    assert old != new


def test_the_pointer_is_swapped_when_all_it_leads_to_is_on_the_disk(
    ready: tuple[Settings, Night], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, night = ready
    before = settings.places.current.resolve()
    done: list[tuple[str, str]] = []

    def noted(name: str, call: Any) -> Any:
        def noting(*arguments: Any) -> Any:
            done.append((name, path_of(arguments[0]) if name == "fsync" else str(arguments[1])))
            return call(*arguments)

        return noting

    for name in ("fsync", "rename", "replace"):
        monkeypatch.setattr(os, name, noted(name, getattr(os, name)))
    steps.publish(settings, night)
    folder, runs = settings.places.current.resolve(), settings.places.published / "runs"
    renamed = done.index(("rename", str(folder)))
    synced = {path for call, path in done[:renamed] if call == "fsync"}
    draft = runs / f".{night.run_id}.draft"
    shared = {name for name in digests(folder) if (before / name).exists() and (folder / name).samefile(before / name)}
    written = {draft / name for name in digests(folder).keys() - shared - {MANIFEST}} | {draft, draft / "parquet"}
    written |= {(draft / name).parent for name in shared}
    assert {str(path) for path in written} <= synced
    assert any(path.startswith(str(draft / ".manifest.json")) for path in synced)
    assert done[renamed + 1 : renamed + 4] == [
        ("fsync", str(runs)),
        ("replace", str(settings.places.current)),
        ("fsync", str(settings.places.published)),
    ]


def path_of(handle: int) -> str:
    return str(Path(f"/proc/self/fd/{handle}").readlink())
