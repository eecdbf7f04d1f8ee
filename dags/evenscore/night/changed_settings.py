"""Which settings that scores rest on differ from those of the night before: nobody is moved without a word."""

import hashlib
from typing import Any

import duckdb
import pyarrow as pa

from evenscore.base import atomic_io
from evenscore.base.databases import columns_of
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.base.sources import Source
from evenscore.state import runs
from evenscore.state.runs import Night

RECORD = "settings"
"""Where the record of a run's first stage keeps what its scores rest on."""
NONE = "none"
COLUMNS = pa.schema([(name, pa.string()) for name in ("name", "before", "now")])
LAST_RUN = """
    select run_id from published.runs
    where outcome in ('published', 'unchanged') and as_of_date < $1
    order by as_of_date desc, ended_at desc
    limit 1
"""

Told = dict[str, list[str]]
"""By setting, its value in words that readers may see (accounts are counted, not named), and a digest of the value."""


def rested_on(settings: Settings) -> Told:
    """Every setting that scores, or holds, rest on. The version is none of them: a promotion is told by itself."""
    scoring, checks, topics = settings.scoring, settings.checks, settings.topic_list
    plain: dict[str, object] = {
        "scoring.lookback_nights": scoring.lookback_nights,
        "checks.hold_move_points": checks.hold_move_points,
        "checks.hold_window_nights": checks.hold_window_nights,
        "checks.provisional_nights": checks.provisional_nights,
        "retention.raw_days": settings.retention.raw_days,
        **{f"sources.{source.name}": _reads(source) for source in settings.sources},
    }
    seeds = sorted(set(scoring.seeds))
    listed = [
        *((name, str(value), str(value)) for name, value in plain.items()),
        ("scoring.seeds", f"{len(seeds)} named" if seeds else NONE, "\n".join(seeds)),
        ("topics.list", "a list" if topics else NONE, atomic_io.sha256(topics) if topics else ""),
    ]
    return {name: [words, hashlib.sha256(value.encode()).hexdigest()] for name, words, value in sorted(listed)}


def _reads(source: Source) -> str:
    """What a source is to the scores, wherever its files lie."""
    marks = [name for name in ("case_counts", "polices_votes") if getattr(source, name)]
    ended = [f"ended on {source.last_day}"] if source.last_day else []
    return ", ".join([source.read_as, *marks, *ended])


def write(con: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> None:
    """Lay out `raw.changed_settings`: what has changed since the night before tonight that readers saw last."""
    before, now = _rested_before(con, settings.places, night), rested_on(settings)
    names = [name for name in sorted(before | now) if before and before.get(name) != now.get(name)]
    told = []
    for name in names:
        was, is_now = (values.get(name, [NONE])[0] for values in (before, now))
        told.append({"name": name, "before": was, "now": f"{is_now}, but others" if was == is_now else is_now})
    con.register("changed", pa.Table.from_pylist(told, schema=COLUMNS))
    con.execute("create or replace table raw.changed_settings as from changed")
    con.unregister("changed")


def notes(con: duckdb.DuckDBPyConnection) -> list[str]:
    """What is told of it to who runs the night."""
    changed = con.execute("select name, before, now from raw.changed_settings order by name").fetchall()
    return [
        f"the setting {name} has changed since the night before: it was {before}, and is {now}"
        for name, before, now in changed
    ]


def _rested_before(con: duckdb.DuckDBPyConnection, places: HomePaths, night: Night) -> Told:
    """What the last earlier night that readers saw rested on; nothing where there is none, or none that says so."""
    if not columns_of(con, "published.runs"):
        return {}
    stages: list[dict[str, Any]] = [
        stage
        for (run_id,) in con.execute(LAST_RUN, [night.as_of_date]).fetchall()
        for stage in runs.stages(places, run_id)
    ]
    return next((stage[RECORD] for stage in stages if RECORD in stage), {})
