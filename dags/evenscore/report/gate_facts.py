"""What the gate left in the warehouse of a night, read in one go for all the held scores that the page names."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import duckdb

from evenscore.report.gate import (
    NAMED_JUMPS,
    PLOTTED_NIGHTS,
    RECORD_NIGHTS,
    RULES,
    AlarmRecord,
    Ended,
    Engager,
    Gate,
    Incident,
    Jump,
    Part,
    Post,
    ScoredNight,
)

IS_HELD = "decision in ('pending', 'rejected')"

# A ring is one card however many it has, and its command decides on all: its members take nobody's place.
# One that was seen on an earlier night, and not tonight, is what began on that night.
NAMED = f"""
    create or replace temp table named_jumps as
    with reaches as (select person_id, persona, coalesce(reach, 0) as reach from marts.person_scores),
    asides as (
        select person_id, persona, episode_date, list(distinct part order by part) as asides
        from raw.set_asides group by all
    ),
    -- What was held on by a rejection until the night before an episode began is what it has gone on from.
    rejected as (
        select person_id, persona, before.as_of_date + 1 as episode_date, decided.seen_score as rejected_score
        from raw.published_jumps as before
        inner join gate.gate_decisions as decided using (person_id, persona, episode_date)
        where before.decision = 'rejected'
    ),
    held as (
        select
            *,
            coalesce(candidate_score - last_good_score, delta_3d, delta_1d, 0) as move,
            greatest(reach, coalesce(engager_count, 0), 1)::double as reached,
            case
                when rings.ring_id is not null then dense_rank() over (order by rings.ring_id)
                when rule = 'ring' then -dense_rank() over (order by episode_date)
            end as ring,
            rings.inside_share,
            row_number() over (
                partition by rings.ring_id is null and rule <> 'ring'
                order by abs(move) * reached desc, abs(move) desc, person_id, persona
            ) as place,
            count(*) over (partition by person_id) > 1 as has_twin
        from marts.score_jumps
        left join reaches using (person_id, persona)
        left join (select person_id, persona, ring_id, inside_share from gate.gate_rule__ring) as rings
            using (person_id, persona)
        left join rejected using (person_id, persona, episode_date)
        left join asides using (person_id, persona, episode_date)
        where {IS_HELD}
    )
    select
        person_id, persona, rule, cause, candidate_score, last_good_score, move, reached, episode_date,
        candidate_without_top_post, top_post_share, top_engager_share, new_engager_share,
        disliker_count, p_value, decision, coalesce(decided_by, '') as decided_by, coalesce(why, '') as why,
        rejected_score, has_twin, ring,
        inside_share, coalesce(asides, []) as asides, place
    from held
    where place <= {NAMED_JUMPS} or ring is not null
"""
DRAWN = f"create or replace temp view drawn_jumps as from named_jumps where place <= {NAMED_JUMPS}"
NIGHTS = f"""
    select person_id, persona, as_of_date, candidate_score, accepted_score, accepted_low, accepted_high
    from scores.score_person__accepted
    semi join drawn_jumps using (person_id, persona)
    where as_of_date > (select as_of_date - {PLOTTED_NIGHTS} from raw.run)
    order by as_of_date
"""
PLACES = """
    select person_id, persona, mine.percentile, 100 * avg((others.score < candidate_score)::integer)
    from drawn_jumps
    left join marts.person_scores as mine using (person_id, persona)
    cross join marts.person_scores as others
    where
        others.score is not null
        and (others.person_id, others.persona) <> (drawn_jumps.person_id, drawn_jumps.persona)
    group by all
"""
# A held row keeps the parts that it was last published with; where it never was, nothing can be taken apart.
PARTS = """
    with standing as (
        from raw.published_contributions
        semi join drawn_jumps using (person_id, persona)
        qualify as_of_date = max(as_of_date) over (partition by person_id, persona)
    ),
    tonight as (
        from scores.score_person__contributions_v{version}
        semi join drawn_jumps using (person_id, persona)
        semi join raw.run using (as_of_date)
        semi join standing using (person_id, persona)
    )
    select
        person_id, persona, network, feature, coalesce(tonight.points, 0) - coalesce(standing.points, 0) as moved_points
    from tonight
    full join standing using (person_id, persona, network, feature)
    where abs(moved_points) >= 0.05
    order by abs(moved_points) desc, network, feature
"""
POSTS = """
    select person_id, persona, shown_post, engager_count, share
    from gate.gate_jump__posts
    semi join drawn_jumps using (person_id, persona)
    order by rank
"""
ENGAGERS = """
    select person_id, persona, action_count, share, is_new
    from gate.gate_jump__engagers
    semi join drawn_jumps using (person_id, persona)
    order by rank
"""
ENDED = f"""
    select person_id, persona, decision, coalesce(decided_by, ''), coalesce(why, '')
    from marts.score_jumps
    where not {IS_HELD}
    order by all
    limit {NAMED_JUMPS}
"""
INCIDENTS = """
    select
        coalesce(opened_date, tonight.as_of_date) as opened_date,
        kind, scope, affected_count, expected, observed, action, state = 'closed' as is_closed, incident_id
    from marts.incident_nights as tonight
    left join (
        select incident_id, min(as_of_date) as opened_date from raw.published_incidents group by all
    ) using (incident_id)
    order by is_closed, affected_count desc, kind, scope
"""
HELD_COUNTS = f"select count(*), count(*) filter (decision = 'pending') from marts.score_jumps where {IS_HELD}"
RULE_COUNTS = f"""
    select rule, count(*) from marts.score_jumps where {IS_HELD} group by all
    union all
    select if(reason = 'incident', 'incident', 'undelivered'), count(*)
    from marts.person_scores where status = 'frozen' group by all
"""
RECORD = f"""
    with nights as (select as_of_date as last_date, as_of_date - {RECORD_NIGHTS - 1} as first_date from raw.run),
    jumps as (
        select person_id, persona, episode_date, as_of_date, decision from raw.published_jumps
        union all
        select person_id, persona, episode_date, as_of_date, decision from marts.score_jumps
    ),
    episodes as (
        select
            case
                when max_by(decision, as_of_date) = 'pending' then 'pending'
                when bool_or(decision = 'released') then 'released'
                when bool_or(decision = 'rejected') then 'rejected'
                else 'cleared'
            end as ended_as
        from jumps
        cross join nights
        group by person_id, persona, episode_date, first_date
        having episode_date >= first_date or ended_as = 'pending'
    )
    select ended_as, count(*) from episodes group by all
    union all
    select 'account_nights', (select count(score) from marts.person_scores) + count(score)
    from raw.published_scores
    cross join nights
    where as_of_date >= first_date and as_of_date < last_date
"""


def read_gate(con: duckdb.DuckDBPyConnection) -> Gate:
    """All that the gate left of the night that is built."""
    con.execute(NAMED)
    con.execute(DRAWN)
    counts = dict(con.execute(RULE_COUNTS).fetchall())
    ((jump_count, pending_count),) = con.execute(HELD_COUNTS).fetchall()
    return Gate(
        jumps=_jumps(con),
        jump_count=jump_count,
        pending_count=pending_count,
        ended=tuple(Ended(*row) for row in con.execute(ENDED).fetchall()),
        incidents=tuple(Incident(*row) for row in con.execute(INCIDENTS).fetchall()),
        rule_counts=tuple((rule, counts.get(rule, 0)) for rule in RULES),
        record=AlarmRecord(**dict(con.execute(RECORD).fetchall())),
    )


def _jumps(con: duckdb.DuckDBPyConnection) -> tuple[Jump, ...]:
    ((version,),) = con.execute("select scoring_version from raw.run").fetchall()
    nights, posts = _of_jumps(con, NIGHTS, ScoredNight), _of_jumps(con, POSTS, Post)
    parts, engagers = _of_jumps(con, PARTS.format(version=version), Part), _of_jumps(con, ENGAGERS, Engager)
    places = _of_jumps(con, PLACES, lambda *both: both)
    found = []
    for row in con.execute("select * exclude place from named_jumps order by place").fetchall():
        who = row[:2]
        jump = Jump(*row)
        found.append(
            replace(
                jump,
                asides=tuple(jump.asides),  # DuckDB has lists
                places=next(iter(places[who]), (None, None)),
                nights=nights[who][-PLOTTED_NIGHTS:],
                parts=parts[who],
                posts=posts[who],
                engagers=engagers[who],
            )
        )
    return tuple(found)


def _of_jumps(
    con: duckdb.DuckDBPyConnection, query: str, kind: Callable[..., Any]
) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Rows of the named people as values of a kind, by (person_id, persona)."""
    found: dict[tuple[str, str], tuple[Any, ...]] = defaultdict(tuple)
    for person_id, persona, *values in con.execute(query).fetchall():
        found[person_id, persona] += (kind(*values),)
    return found
