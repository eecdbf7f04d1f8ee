"""The part of an erasure that only Airflow's side can do: its database, and its logs wherever they lie.

    python -m evenscore_airflow.erasure

does by hand what the DAG `forget_people` does every night: it works off the note that each erasure leaves.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from evenscore.base.errors import EvenscoreError
from evenscore.base.settings import Settings
from evenscore.erasure import elsewhere
from evenscore.names.identifier_matcher import IdentifierMatcher
from evenscore_airflow import metadata, surroundings

DATABASE = "EVENSCORE_AIRFLOW_DATABASE"
"""Airflow keeps its database from tasks; where they may have it after all, this says where it is."""

ASK = "from airflow.configuration import conf; print('url', conf.get('database', 'sql_alchemy_conn'))"
OWN = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def finish(settings: Settings, dag_run: Any = None) -> dict[str, int]:
    """Take everybody who is noted out of Airflow's database and logs. Returns how much was rewritten, a place.

    Raises EvenscoreError, and keeps the note, where the database (the one that knows `dag_run`) cannot be reached, or
    where somebody is named in what only Airflow itself can take away.
    """
    matcher = elsewhere.due(settings)
    if matcher is None:
        return {}
    engine = _database(dag_run)
    found = metadata.scrub(engine, matcher)
    engine.dispose()
    counts = {**found.rows, "log files": _scrub_logs(matcher)}
    if found.left:
        raise EvenscoreError(
            f"rewritten: {_in_words(counts)}; but somebody who has left is named in {_in_words(found.left)} as well: "
            "delete those runs or entries in Airflow, then clear this task (or run this command again)"
        )
    elsewhere.done(settings.places)
    return counts


def not_reached() -> list[str]:
    """What nobody looks into from here, in words."""
    from airflow.configuration import conf

    remote = conf.get("logging", "remote_base_log_folder", fallback="")
    if conf.getboolean("logging", "remote_logging", fallback=False):
        return [f"not reached: the logs at {remote or 'the remote log store'}, and backups of Airflow's database"]
    return ["not reached: backups of Airflow's database, and what its processes wrote to their terminals"]


def _database(dag_run: Any) -> sa.Engine:
    for url in _urls():
        engine = sa.create_engine(url)
        if dag_run is None or metadata.has_run(engine, dag_run.dag_id, dag_run.run_id):
            return engine
        engine.dispose()
    raise EvenscoreError(
        "Airflow keeps its database from this task, and it may still name who was forgotten: run "
        f"`python -m evenscore_airflow.erasure` where Airflow's own settings are known, or give the workers {DATABASE} "
        "and clear this task"
    )


def _urls() -> Iterator[str]:
    """Where Airflow's database may be: as it is named for us, or as Airflow's own settings have it."""
    if named := os.environ.get(DATABASE):
        yield named
        return
    surroundings_of_airflow = {name: value for name, value in os.environ.items() if not _is_kept_away(name, value)}
    ran = subprocess.run(
        [sys.executable, "-c", ASK], env=surroundings_of_airflow, capture_output=True, text=True, check=False
    )
    yield from (line.removeprefix("url ") for line in ran.stdout.splitlines() if line.startswith("url "))


def _is_kept_away(name: str, value: str) -> bool:
    return name == OWN and value.startswith("airflow-db-not-allowed")


def _scrub_logs(matcher: IdentifierMatcher) -> int:
    """Rewrite every local log without the lines that name somebody, in place: its writer may still have it open."""
    from airflow.configuration import conf

    changed = 0
    for path in sorted(Path(conf.get("logging", "base_log_folder")).rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        if matcher.within(path.name):
            path.unlink()
            changed += 1
        elif matcher.within_bytes(content := path.read_bytes()):
            kept = b"".join(line for line in content.splitlines(keepends=True) if not matcher.within_bytes(line))
            with path.open("r+b") as handle:
                handle.write(kept)
                handle.truncate()
            changed += 1
    return changed


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{place} ({count})" for place, count in counts.items())


def main() -> int:
    """The command. Returns its exit code."""
    try:
        counts = finish(surroundings.settings())
    except (EvenscoreError, sa.exc.SQLAlchemyError) as error:
        print(f"evenscore_airflow.erasure: {' '.join(str(error).split())}", file=sys.stderr)
        return EvenscoreError.exit_code
    print(f"rewritten: {_in_words(counts)}" if counts else "nobody is noted")
    print(*not_reached(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
