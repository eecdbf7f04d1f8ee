"""What the gate asks on a community's own nights: it runs consecutive nights of a home, and counts the questions.

Usage: PYTHONPATH=dags python benchmarks/gate_nights.py HOME CONFIG FIRST LAST [--release]
(prints one line a night as it goes, and one JSON object at the end)

Nobody decides, or, with --release, a reviewer releases every hold on the night on which it is seen, so that readers see
everything a night late. A question is one episode (a ring: all whose hold as a ring began on one night). Those of the
first night are told apart: it rests on nights that nobody was shown. A home that has nights already is taken on
from where it stands, and counted between FIRST and LAST.
"""

import argparse
import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from evenscore.base import atomic_io, databases
from evenscore.base.paths import HomePaths
from evenscore.base.settings import load_settings
from evenscore.night import steps
from evenscore.reviews import queue as queues

ACCOUNT_NIGHTS = """
    select
        count(distinct (person_id, persona)) as people,
        count(*) as account_nights,
        count_if(status = 'held') as held_nights,
        count_if(status = 'frozen') as frozen_nights
    from person_scores
    where score is not null and as_of_date between $first and $last
"""
QUESTIONS = """
    with episodes as (
        select
            episode_date,
            if(min_by(rule, as_of_date) = 'ring', 'ring', person_id || '/' || persona) as about,
            min_by(rule, as_of_date) as rule,
            min_by(cause, as_of_date) as cause
        from score_jumps
        where as_of_date between $first and $last
        group by person_id, persona, episode_date
    )
    select
        rule,
        cause,
        count(distinct (about, episode_date)) filter (episode_date > $first) as questions,
        count(distinct (about, episode_date)) filter (episode_date <= $first) as of_first_night
    from episodes
    group by rule, cause
    order by questions desc, rule, cause
"""
INCIDENTS = "select incident_id, affected_count, observed from incidents where as_of_date between $first and $last"


def release_all(places: HomePaths) -> int:
    """Release what the latest night holds. Returns how many."""
    waiting = queues.read_queue(places).waiting
    if waiting:
        queues.decide_all(places, waiting, "release", "benchmark", "a reviewer who releases everything")
    return len(waiting)


def _rows(con: duckdb.DuckDBPyConnection, query: str, window: dict[str, date]) -> list[dict[str, Any]]:
    found = con.execute(query, window)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def count_questions(places: HomePaths, first: date, last: date) -> dict[str, Any]:
    """What was asked between two nights, also per 10,000 account-nights (published scores of one persona and night)."""
    window = {"first": first, "last": last}
    with databases.connect(places.database.resolve(), read_only=True) as con:
        counts = _rows(con, ACCOUNT_NIGHTS, window)[0]
        asked = _rows(con, QUESTIONS, window)
        incidents = _rows(con, INCIDENTS, window)
    questions = sum(one["questions"] for one in asked)
    per_10_000 = 10_000 * questions / counts["account_nights"] if counts["account_nights"] else None
    return counts | {"questions": questions, "per_10_000": per_10_000, "by_rule": asked, "incidents": incidents}


def main() -> None:
    """Run the nights, let the reviewer decide, print what was asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("config", type=Path)
    parser.add_argument("first", type=date.fromisoformat)
    parser.add_argument("last", type=date.fromisoformat)
    parser.add_argument("--release", action="store_true")
    asked = parser.parse_args()
    settings = load_settings(asked.home, asked.config)
    atomic_io.keep_private()
    for number in range((asked.last - asked.first).days + 1):
        night, began = asked.first + timedelta(days=number), time.monotonic()
        steps.run_night(settings, night)
        released = release_all(settings.places) if asked.release else 0
        print(f"{night}: {time.monotonic() - began:.0f} s, {released} released", flush=True)
    print(json.dumps(count_questions(settings.places, asked.first, asked.last), indent=2, default=str))


if __name__ == "__main__":
    main()
