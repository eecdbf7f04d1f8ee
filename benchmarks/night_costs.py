"""One night of a home, stage by stage: CPU seconds (user and system, children's too), seconds, and the peak of memory.

Usage: PYTHONPATH=dags python benchmarks/night_costs.py HOME CONFIG DATE    (prints one JSON object)
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from evenscore.base import atomic_io
from evenscore.base.config_file import load_settings
from evenscore.night import steps
from evenscore.state import memory, runs
from evenscore.state.runs import Night


def cpu() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Run the night and print what each stage took."""
    home, config, day = sys.argv[1:]
    settings, night = load_settings(Path(home), Path(config)), Night.of(date.fromisoformat(day))
    atomic_io.keep_private()
    costs: dict[str, dict[str, float]] = {"imports": {"cpu": cpu()}}

    def measured(name: str, stage: Callable[[], object]) -> None:
        began, started = cpu(), time.monotonic()
        stage()
        cost = costs.setdefault(name, {"cpu": 0.0, "seconds": 0.0})  # each source is extracted by itself
        cost["cpu"] += cpu() - began
        cost["seconds"] += time.monotonic() - started
        cost["peak_mb"] = memory.peak_megabytes()

    with runs.only_one(settings.places):
        for source in settings.sources:
            measured("extract", lambda name=source.name: steps.extract(settings, night, name))
        for name, stage in steps.DOING.items():
            measured(name, lambda stage=stage: stage(settings, night))
    # Each stage begins its peak anew.
    costs["night"] = {"cpu": cpu(), "peak_mb": max(cost.get("peak_mb", 0) for cost in costs.values())}
    models = next(one["nodes"] for one in runs.stages(settings.places, night.run_id) if one["stage"] == "build")
    print(json.dumps({"costs": costs, "models": models}))


if __name__ == "__main__":
    main()
