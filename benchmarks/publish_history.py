"""What a publish costs after so many published nights, in CPU seconds of a process of its own, and what it leaves.

Prints a row for each length of history: CPU seconds, imports apart, of the publish alone and of the whole stage (which
also hides and prunes), the greatest memory, the size of the database and of all kept runs, and what one more run takes.

Usage: python benchmarks/publish_history.py FOLDER [PEOPLE [NIGHTS ...]]     (by default 10000 60 200 400)
FOLDER is made where it is not there, and holds some gigabytes; a second call goes on with the home in it.
"""

import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from published_homes import LAST, make, with_history

from evenscore.base.settings import Settings, load_settings
from evenscore.checks import judge
from evenscore.night import steps
from evenscore.publication import publishing
from evenscore.state.runs import Night

HEADER = (
    "| nights | publish, s | stage, s | GB of memory | GB of database | GB below runs/ | GB more for one more run |"
)


def disk_bytes(folder: Path) -> int:
    """What a folder takes on the disk: a file that has several names counts once."""
    found = {(status.st_dev, status.st_ino): status.st_blocks * 512 for status in map(Path.stat, folder.rglob("*"))}
    return sum(found.values())


def publish_once(home: Path, config: Path) -> None:
    """Publish the night that is ready, and print what that cost."""
    settings, night = load_settings(home, config), Night.of(LAST, "checked")
    judge._context()  # importing it takes seconds, the same for any history
    alone: list[float] = []
    publish = publishing.publish

    def timed(*arguments: object) -> publishing.Outcome:
        before = time.process_time()
        try:
            return publish(*arguments)  # type: ignore[arg-type]
        finally:
            alone.append(time.process_time() - before)

    publishing.publish = timed  # type: ignore[assignment]
    before = time.process_time()
    steps.publish(settings, night)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"alone": alone[0], "stage": time.process_time() - before, "memory": memory}))


def row(base: Settings, night: Night, folder: Path, nights: int) -> str:
    """What is measured after so many nights, as a row of the table."""
    home = folder / f"after{nights}"
    shutil.rmtree(home, ignore_errors=True)
    settings = with_history(base, night, home, nights)
    before = disk_bytes(settings.places.published)
    command = [sys.executable, __file__, "--publish", str(home), str(base.config)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    cost, after = json.loads(done.stdout.splitlines()[-1]), disk_bytes(settings.places.published)
    database = settings.places.database.resolve().stat().st_size
    figures = [cost["alone"], cost["stage"], cost["memory"], database / 1e9, after / 1e9, (after - before) / 1e9]
    shutil.rmtree(home)
    return f"| {nights} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |"


def report(folder: Path, people: int, lengths: list[int]) -> None:
    """The table, line by line."""
    config, home = folder / "village" / "evenscore.toml", folder / "home"
    if home.exists():
        base, night = load_settings(home, config), Night.of(LAST, "checked")
    else:
        base, night = make(folder, people)
    print(HEADER, "|---" * HEADER.count(" | ") + "|---|", sep="\n", flush=True)
    for nights in lengths:
        print(row(base, night, folder, nights), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--publish"]:
        publish_once(Path(sys.argv[2]), Path(sys.argv[3]))
    elif len(sys.argv) > 1:
        report(Path(sys.argv[1]), int((sys.argv[2:3] or [10_000])[0]), [int(n) for n in sys.argv[3:]] or [60, 200, 400])
    else:
        sys.exit(__doc__)
