"""A published database with held scores, small enough to read: the tables that a reviewer's tools look at."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from evenscore.base import atomic_io
from evenscore.base.paths import HomePaths

NIGHT = date(2026, 3, 15)

KEY = "person_id varchar, persona varchar, as_of_date date"
JUMPS = f"""{KEY}, episode_date date, rule varchar, cause varchar, candidate_score double, last_good_score double,
    delta_1d double, delta_3d double, robust_z double, p_value double, top_post_share double, top_post_id varchar,
    candidate_without_top_post double, top_engager_share double, new_engager_share double, engager_count bigint,
    disliker_count bigint, decision varchar, decided_by varchar, decided_at timestamp, why varchar, base_score double,
    base_date date"""
SCORES = f"{KEY}, score double, status varchar, run_id varchar"
CHANGES = f"{KEY}, cause varchar, points double"
INCIDENTS = "incident_id varchar, kind varchar, observed varchar, affected_count bigint, closed_at date"


def held(person_id: str = "p_maya", **changed: Any) -> dict[str, Any]:
    """A row of score_jumps: maya's score wants to go from 15 to 63, and nobody has decided."""
    known: dict[str, Any] = dict.fromkeys(_names(JUMPS))
    known |= {"person_id": person_id, "persona": "personal", "as_of_date": NIGHT, "episode_date": NIGHT}
    known |= {"rule": "large_move", "cause": "viral_post", "candidate_score": 63.2, "last_good_score": 15.0}
    known |= {"top_post_share": 0.81, "top_post_id": "forum:t77", "candidate_without_top_post": 41.0}
    known |= {"top_engager_share": 0.02, "new_engager_share": 0.34, "engager_count": 812, "decision": "pending"}
    known |= changed
    return {**known, "base_date": known["base_date"] or known["episode_date"] - timedelta(days=1)}


def publish(
    places: HomePaths,
    *jumps: dict[str, Any],
    night: date = NIGHT,
    run_id: str = "first",
    incidents: Sequence[tuple[Any, ...]] = (),
) -> Path:
    """Publish these rows of score_jumps and of the view incidents, with sixty nights of scores behind each.

    They take the place of what readers saw.
    """
    folder = places.published_run(run_id)
    folder.mkdir(parents=True)
    scores = {("p_calm", "work", night): (20.0, "published")}
    changes = []
    for jump in jumps:
        who, last = (jump["person_id"], jump["persona"]), jump["as_of_date"]
        nights = [last - timedelta(days=ago) for ago in range(60)]
        status = {day: "held" if day >= jump["episode_date"] else "published" for day in nights}
        scores |= {(*who, day): (15.0 - (last - day).days / 20, status[day]) for day in nights}
        changes += [(*who, last, "own_activity", 48.2), (*who, last, "review", -48.2)]
    with duckdb.connect(folder / "evenscore.duckdb") as con:
        con.begin()  # one commit, one fsync
        _fill(con, "score_jumps", JUMPS, [tuple(jump[name] for name in _names(JUMPS)) for jump in jumps])
        _fill(con, "person_scores", SCORES, [(*key, *known, run_id) for key, known in scores.items()])
        _fill(con, "score_changes", CHANGES, changes)
        _fill(con, "incidents", INCIDENTS, list(incidents))
        con.commit()
    atomic_io.point(places.current, folder)
    if not places.database.is_symlink():
        atomic_io.point(places.database, places.current / "evenscore.duckdb")
    return folder


def _names(columns: str) -> list[str]:
    return [column.split()[0] for column in columns.split(",")]


def _fill(con: duckdb.DuckDBPyConnection, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    con.execute(f"create table {table} ({columns})")
    if rows:
        con.executemany(f"insert into {table} values ({', '.join('?' for _ in _names(columns))})", rows)
