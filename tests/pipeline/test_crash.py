"""A run that is killed at any moment leaves readers with the old night or the new one, and the next run heals."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from village import copied, digests, published

from evenscore.base.settings import Settings
from evenscore.night import steps
from evenscore.publication.publishing import DATABASE, MANIFEST
from evenscore.state.runs import Night

SCRIPT = Path(__file__).with_name("killed_publish.py")
KILLED, ENDED = -9, 0
SEEN = "select max(as_of_date), count(distinct as_of_date), count(*) from person_scores"


def kill_publishes(night: Night, homes: list[Settings]) -> list[tuple[int, str]]:
    """How each publish ended and before which call; up to the first that lived."""
    label = night.run_id.removeprefix(f"{night.as_of_date}_")
    command = [sys.executable, str(SCRIPT), str(homes[0].config), str(night.as_of_date), label]
    environment = os.environ | {"PYTHONPATH": str(Path(steps.__file__).parents[2])}
    done = subprocess.run(
        [*command, *(str(home.home) for home in homes)], env=environment, capture_output=True, text=True, check=True
    )
    return [(code, call) for code, call in json.loads(done.stdout)]


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


def unlike(homes: list[Settings]) -> list[Settings]:
    """One home of each kind of wreck: those that differ in the names of what was left behind."""
    left: dict[tuple[str, ...], Settings] = {}
    for home in homes:
        names = (str(path.relative_to(home.home)) for path in home.places.published.rglob("*"))
        left[tuple(sorted(re.sub(r"\.\d+\.draft", ".draft", name) for name in names))] = home
    return list(left.values())


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
    warm, *homes = [copied(settings, tmp_path / f"home{number}") for number in range(40)]
    endings = kill_publishes(night, [warm, *homes])
    assert [code for code, _ in endings] == [KILLED] * (len(endings) - 1) + [ENDED]
    assert 15 < len(endings) < len(homes)
    new = published(warm, SEEN)
    seen = []
    for home in homes[: len(endings) - 1]:
        seen.append(published(home, SEEN) if home.places.database.exists() else None)
        if seen[-1] is not None:
            assert_whole(home)
    for home in unlike(homes[: len(endings) - 1]):
        steps.publish(home, night)
        assert published(home, SEEN) == new
        assert_whole(home)
        assert drafts(home) == []
    (swapped,) = [number for number, (_, call) in enumerate(endings) if call.endswith("/published/current")]
    assert seen == [old] * (swapped + 1) + [new] * (len(seen) - swapped - 1)
    assert old != new


def test_the_pointer_is_swapped_when_all_it_leads_to_is_on_the_disk(
    ready: tuple[Settings, Night], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, night = ready
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
    written = {draft / name for name in digests(folder) if name != MANIFEST} | {draft, draft / "parquet"}
    assert {str(path) for path in written} <= synced
    assert any(path.startswith(str(draft / ".manifest.json")) for path in synced)
    assert done[renamed + 1 : renamed + 4] == [
        ("fsync", str(runs)),
        ("replace", str(settings.places.current)),
        ("fsync", str(settings.places.published)),
    ]


def path_of(handle: int) -> str:
    return str(Path(f"/proc/self/fd/{handle}").readlink())
