"""Many people's published scores in a table: the latest of each, with its band, its place, its status and its move."""

from collections.abc import Sequence
from typing import Any

import duckdb

from evenscore.base import databases
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.warehouse import read_published
from evenscore.report.words import clean, points, signed

SCORES = """
    select person_id, persona, as_of_date, score, score_low, score_high, percentile, status, reason, reason_detail,
        delta_1d
    from current_scores
    where (len($people) = 0 or list_contains($people, person_id))
        and ($network is null or exists (
            from network_coverage as coverage
            where coverage.network = $network and coverage.is_linked
                and (coverage.person_id, coverage.persona, coverage.as_of_date)
                    = (current_scores.person_id, current_scores.persona, current_scores.as_of_date)
        ))
    order by score desc nulls last, person_id, persona
"""
NETWORKS = "select distinct network from network_coverage order by network"

HEADER = ("person", "persona", "score", "band", "percentile", "move", "status")
NUMBERS = ("score", "band", "percentile", "move")
"""Aligned at their right ends."""


def score_list(places: HomePaths, people: Sequence[str] = (), network: str | None = None) -> list[dict[str, Any]]:
    """What readers see of everybody, or of some: the best score first, those without a score last.

    Raises UsageError when nothing is published, of somebody named, or of the network.
    """
    with read_published(places) as con:
        if network is not None:
            _require_network(con, network)
        rows = databases.records(con, SCORES, {"people": list(people), "network": network})
    _require_people(people, {row["person_id"] for row in rows}, network)
    return rows


def _require_network(con: duckdb.DuckDBPyConnection, network: str) -> None:
    known = [name for (name,) in con.execute(NETWORKS).fetchall()]
    if network not in known:
        raise UsageError(f"--network {clean(network)}: nothing is published of it (known: {', '.join(known)})")


def _require_people(asked: Sequence[str], found: set[str], network: str | None) -> None:
    unknown = [person for person in asked if person not in found]
    if unknown:
        where = f" on {clean(network)}" if network else ""
        raise UsageError(f"{clean(', '.join(unknown))}: nothing is published about them{where}")


def in_words(rows: Sequence[dict[str, Any]]) -> str:
    """An aligned table, one line a person and persona, harmless on a terminal."""
    if not rows:
        return "nobody has a published score"
    table = [HEADER, *map(_line, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join("  ".join(map(_aligned, HEADER, line, widths)).rstrip() for line in table)


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    why = ": ".join(clean(row[name]).replace("_", " ") for name in ("reason", "reason_detail") if row[name])
    return (
        clean(row["person_id"]),
        clean(row["persona"]),
        _or_dash(row["score"]),
        "-" if row["score"] is None else f"{row['score_low']:.0f} to {row['score_high']:.0f}",
        "-" if row["percentile"] is None else f"{row['percentile']:.0f}",
        "-" if row["delta_1d"] is None else signed(row["delta_1d"]),
        f"{row['status'].replace('_', ' ')}{why and ': '}{why}",
    )


def _or_dash(value: float | None) -> str:
    return "-" if value is None else points(value)


def _aligned(column: str, cell: str, width: int) -> str:
    return cell.rjust(width) if column in NUMBERS else cell.ljust(width)
