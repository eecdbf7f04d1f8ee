"""What the gate asks on a community's own nights: it runs consecutive nights of a home, and counts the questions.

Usage: PYTHONPATH=dags python benchmarks/gate_nights.py HOME CONFIG FIRST LAST [--release]
(prints a line a night as it goes, and one JSON object at the end)

Nobody decides, or, with --release, a reviewer releases each hold on the night that shows it. Nights that are published
already are counted and not run again. A question is one episode, or a ring: all whose hold as one began on one night.
The first night is counted apart, because it rests on nights that nobody was shown: its questions and its scores.
"""

import argparse
import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from evenscore.base import databases
from evenscore.base.config_file import load_settings
from evenscore.base.paths import HomePaths
from evenscore.night import steps
from evenscore.reviews import queue as queues

ACCOUNT_NIGHTS = """
    select
        count(distinct (person_id, persona)) as people,
        count(*) as account_nights,
        count_if(status = 'held') as held_nights,
        count_if(status = 'frozen') as frozen_nights
    from person_scores
    where score is not null and as_of_date > $first and as_of_date <= $last
"""
QUESTIONS = """
    with episodes as (
        select
            episode_date,
            min_by(rule, as_of_date) as rule,
            min_by(cause, as_of_date) as cause,
            if(min_by(rule, as_of_date) = 'ring', 'ring', person_id || '/' || persona) as about
        from score_jumps
        where as_of_date between $first and $last
        group by person_id, persona, episode_date
    )
    select
        rule,
        cause,
        count(distinct (about, episode_date)) filter (episode_date > $first) as questions,
        count(distinct (about, episode_date)) filter (episode_date <= $first) as first_night_questions
    from episodes
    group by rule, cause
    order by questions desc, rule, cause
"""
INCIDENTS = "select incident_id, affected_count, observed from incidents where as_of_date between $first and $last"


def run_nights(config: Path, home: Path, first: date, last: date, is_released: bool) -> HomePaths:
    """Run the nights that are not published yet, one after another. Returns where they are."""
    settings = load_settings(home, config)
    after = max(first, published_through(settings.places) + timedelta(days=1))
    for night in (after + timedelta(days=number) for number in range((last - after).days + 1)):
        began = time.monotonic()
        steps.run_night(settings, night)
        released = release_all(settings.places) if is_released else 0
        print(f"{night}: {time.monotonic() - began:.0f} s, {released} released", flush=True)
    return settings.places


def published_through(places: HomePaths) -> date:
    """The latest published night; the earliest day there is where nothing is published."""
    if not places.database.exists():
        return date.min
    return queues.read_queue(places).night


def release_all(places: HomePaths) -> int:
    """Release what the latest night holds. Returns how many."""
    waiting = queues.read_queue(places).waiting
    if waiting:
        queues.decide_all(places, waiting, "release", "benchmark", "a reviewer who releases everything")
    return len(waiting)


def count_questions(places: HomePaths, first: date, last: date) -> dict[str, Any]:
    """What was asked after one night and up to another, also per 10,000 account-nights (a score that readers saw)."""
    window = {"first": first, "last": last}
    with databases.connect(places.database.resolve(), read_only=True) as con:
        (counts,) = databases.records(con, ACCOUNT_NIGHTS, window)
        asked = databases.records(con, QUESTIONS, window)
        incidents = databases.records(con, INCIDENTS, window)
    questions = sum(row["questions"] for row in asked)
    per_10_000 = 10_000 * questions / max(counts["account_nights"], 1)
    return counts | {"questions": questions, "per_10_000": per_10_000, "by_rule": asked, "incidents": incidents}


def main() -> None:
    """Run the nights and print what was asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("config", type=Path)
    parser.add_argument("first", type=date.fromisoformat)
    parser.add_argument("last", type=date.fromisoformat)
    parser.add_argument("--release", action="store_true")
    asked = parser.parse_args()
    places = run_nights(asked.config, asked.home, asked.first, asked.last, asked.release)
    print(json.dumps(count_questions(places, asked.first, asked.last), indent=2, default=str))


if __name__ == "__main__":
    main()
