"""One night by DuckDB alone and with the evidence layer on Spark: what each build costs, and how far scores differ.

Usage: PYTHONPATH=dags python benchmarks/evidence_engines.py HOME CONFIG DATE ENVIRONMENT    (prints one JSON object)

HOME is a folder that does not exist yet, ENVIRONMENT a folder as `machine.spark` names it. CPU seconds are user and
system, of the build and of all that it starts, Java too; each engine's build is a process of its own.
"""

import json
import resource
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenscore.base import atomic_io
from evenscore.base.config_file import load_settings
from evenscore.base.settings import Machine, Settings
from evenscore.night import steps
from evenscore.state.runs import Night

COMPARED = """
    select count(*), max(abs(ours.{column} - theirs.{column})),
        count(*) filter (ours.{column} is distinct from theirs.{column})
    from ours.marts.person_scores as ours
    full join theirs.marts.person_scores as theirs using (person_id, persona, as_of_date)
"""


def land(home: Path, config: Path, night: Night) -> None:
    """Land everything, and lay out the night for each engine in a home of its own."""
    for engine in ("duckdb", "spark"):
        settings = load_settings(home / engine, config)
        if engine == "duckdb":
            for source in settings.sources:
                steps.extract(settings, night, source.name)
        else:
            shutil.copytree(home / "duckdb", home / engine)


def build(settings: Settings, night: Night) -> dict[str, Any]:
    """Lay out and build the night in this process. Returns what the build took."""
    steps.check_landing(settings, night)
    before, began = cpu(), time.monotonic()
    steps.build(settings, night)
    return {"cpu": cpu() - before, "seconds": time.monotonic() - began}


def cpu() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def compared(home: Path) -> dict[str, Any]:
    """How far the two warehouses' scores and reach differ."""
    with duckdb.connect() as con:
        con.execute(f"attach '{home / 'duckdb' / 'warehouse.duckdb'}' as ours (read_only)")
        con.execute(f"attach '{home / 'spark' / 'warehouse.duckdb'}' as theirs (read_only)")
        return {
            column: con.execute(COMPARED.format(column=column)).fetchall()[0]
            for column in ("score", "score_low", "score_high", "reach", "evidence_count")
        }


def main() -> None:
    """Land, build by each engine in a process of its own, and compare."""
    home, config, day, environment, *engine = sys.argv[1:]
    night = Night.of(date.fromisoformat(day), "engines")
    atomic_io.keep_private()
    if engine:
        settings = load_settings(Path(home) / engine[0], Path(config))
        machine = Machine(spark=Path(environment).absolute()) if engine == ["spark"] else Machine()
        print(json.dumps(build(settings.model_copy(update={"machine": machine}), night)))
        return
    land(Path(home), Path(config), night)
    costs = {
        name: json.loads(subprocess.run([sys.executable, *sys.argv, name], stdout=subprocess.PIPE, check=True).stdout)
        for name in ("duckdb", "spark")
    }
    print(json.dumps({"costs": costs, "compared": compared(Path(home))}, indent=1))


if __name__ == "__main__":
    main()
