"""What a comparison finds, as plain values: gathered from the scratch warehouse once, then only worded and drawn."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evenscore.laboratory.evaluation.measures import spearman

Floats = NDArray[np.float64]

NAMED = 10
"""How many of the biggest moves up, and down, are explained one by one."""

# An ordinary night: one version, nothing held on either side, and nothing but what people did.
NIGHTLY = """
    create or replace temp table nightly as
    with nights as (
        select
            accepted.person_id,
            accepted.persona,
            accepted.as_of_date,
            accepted.accepted_score,
            accepted.is_held,
            coalesce(published.scoring_version, (select scoring_version from raw.run)) as scoring_version
        from scores.score_person__accepted as accepted
        left join conformed.published_history as published using (person_id, persona, as_of_date)
        where accepted.is_accepted_sufficient and as_of_date < (select as_of_date from raw.run)
    )
    select later.person_id, later.persona, abs(later.accepted_score - earlier.accepted_score) as move
    from nights as later
    inner join nights as earlier
        on
            later.person_id = earlier.person_id
            and later.persona = earlier.persona
            and later.as_of_date = earlier.as_of_date + 1
            and later.scoring_version = earlier.scoring_version
    where not later.is_held and not earlier.is_held
"""
PEOPLE = """
    with published as (
        select person_id, persona, status, score, score_low, score_high
        from published.person_scores
        semi join conformed.consent using (person_id, persona)
        where as_of_date = (select as_of_date from raw.run)
    ),
    candidates as (
        select person_id, persona, score, score_low, score_high
        from scores.score_person__influence_v{candidate}
        where is_sufficient and evidence_through_date = as_of_date and as_of_date = (select as_of_date from raw.run)
    ),
    usual as (select person_id, persona, median(move) as usual_move from nightly group by all),
    ranked as (
        select
            person_id,
            persona,
            rank() over (order by published.score desc) - rank() over (order by candidates.score desc) as rank_move
        from published
        inner join candidates using (person_id, persona)
        where published.score is not null
    )
    select
        person_id,
        persona,
        coalesce(published.status, 'not published') as status,
        published.score as published_score,
        candidates.score as candidate_score,
        candidates.score - published.score as move,
        published.score_low as band_low,
        published.score_high as band_high,
        (published.score_high - published.score_low) / 2 as band_half_width,
        usual.usual_move,
        candidates.score not between published.score_low and published.score_high as is_outside_band,
        ranked.rank_move
    from published
    full join candidates using (person_id, persona)
    left join usual using (person_id, persona)
    left join ranked using (person_id, persona)
    order by abs(candidates.score - published.score) desc nulls last, person_id, persona
"""
PARTS = """
    with parts as (
        select person_id, persona, as_of_date, feature, points as published_points, 0 as candidate_points
        from scores.score_person__contributions_v{published}
        union all
        select person_id, persona, as_of_date, feature, 0, points from scores.score_person__contributions_v{candidate}
    )
    select feature, sum(published_points), sum(candidate_points)
    from parts
    where person_id = $person and persona = $persona and as_of_date = (select as_of_date from raw.run)
    group by feature
    order by abs(sum(candidate_points) - sum(published_points)) desc, feature
"""


@dataclass(frozen=True)
class Part:
    """What one feature brings under either version, in points."""

    feature: str
    published: float
    candidate: float


@dataclass(frozen=True)
class Mover:
    """One of the biggest moves, with the parts that explain it, the part that changed most first."""

    person_id: str
    persona: str
    published: float
    candidate: float
    band_half_width: float
    usual_move: float | None
    rank_move: int
    parts: tuple[Part, ...]

    @property
    def move(self) -> float:
        """Points from the published to the candidate score."""
        return self.candidate - self.published


@dataclass(frozen=True)
class Comparison:
    """A night under two scoring versions. A held score is the last good one, so it is compared with nothing."""

    as_of_date: date
    published: int
    candidate: int
    people: pa.Table
    nightly: Floats
    """The absolute moves of ordinary nights, of everybody."""
    up: tuple[Mover, ...]
    down: tuple[Mover, ...]
    hold_points: float

    @property
    def compared(self) -> pa.Table:
        """The people who have a fresh score under either version."""
        return self.people.filter(
            [
                move is not None and status != "held"
                for move, status in zip(self.column("move"), self.column("status"), strict=True)
            ]
        )

    def column(self, name: str) -> list[Any]:
        """One column over all people."""
        return list(self.people.column(name).to_pylist())

    def values(self, name: str) -> Floats:
        """One column of those compared."""
        return np.array(self.compared.column(name).to_pylist(), dtype=float)


def gather(con: duckdb.DuckDBPyConnection, published: int, candidate: int, hold_points: float) -> Comparison:
    """Everything that the page and the tables say; `con` sees the scratch warehouse and the attached `published`."""
    con.execute(NIGHTLY)
    people = con.sql(PEOPLE.format(candidate=candidate)).to_arrow_table()
    ((as_of_date,),) = con.execute("select as_of_date from raw.run").fetchall()
    nightly = con.execute("select move from nightly order by move").fetchnumpy()["move"]
    known = Comparison(as_of_date, published, candidate, people, np.asarray(nightly), (), (), hold_points)
    rows = known.compared.to_pylist()
    query = PARTS.format(published=published, candidate=candidate)
    up = [row for row in rows if row["move"] > 0][:NAMED]
    down = [row for row in rows if row["move"] < 0][:NAMED]
    explained = [tuple(_mover(con, query, row) for row in side) for side in (up, down)]
    return replace(known, up=explained[0], down=explained[1])


def _mover(con: duckdb.DuckDBPyConnection, query: str, row: dict[str, Any]) -> Mover:
    found = con.execute(query, {"person": row["person_id"], "persona": row["persona"]}).fetchall()
    return Mover(
        row["person_id"],
        row["persona"],
        row["published_score"],
        row["candidate_score"],
        row["band_half_width"],
        row["usual_move"],
        row["rank_move"],
        tuple(Part(*part) for part in found),
    )


def summary(found: Comparison) -> dict[str, Any]:
    """The comparison in a few numbers; what there is nothing to measure on is None."""
    moves, has_lost = found.values("move"), found.column("candidate_score")
    statuses, before = found.column("status"), found.column("published_score")
    return {
        "as_of_date": found.as_of_date,
        "published_version": found.published,
        "candidate_version": found.candidate,
        "compared": len(moves),
        "held_before": statuses.count("held"),
        "outside_band": int(found.values("is_outside_band").sum()),
        "outside_band_share": _number(found.values("is_outside_band").mean()) if len(moves) else None,
        "median_move": _percentile(np.abs(moves), 50),
        "p99_move": _percentile(np.abs(moves), 99),
        "ordinary_median_move": _percentile(found.nightly, 50),
        "ordinary_p99_move": _percentile(found.nightly, 99),
        "spearman": _number(spearman(found.values("published_score"), found.values("candidate_score"))),
        "would_be_held": int((np.abs(moves) >= found.hold_points).sum()),
        "hold_points": found.hold_points,
        "gain_a_score": sum(one is None and other is not None for one, other in zip(before, has_lost, strict=True)),
        "lose_a_score": sum(one is not None and other is None for one, other in zip(before, has_lost, strict=True)),
    }


def _percentile(values: Floats, percent: float) -> float | None:
    return float(np.percentile(values, percent)) if len(values) else None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
