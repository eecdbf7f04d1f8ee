-- Who appears near the top of the community with their first score, by engagers who did hardly anything before the weeks in which
-- nobody is shown anything. Who has been engaged with for long has earned it before anybody looked.
-- Whom a reviewer rejected is asked about below the top as well, and for however long, up to as far from it as a rejection holds on:
-- with a post less, or after a night with too little evidence, they would appear just below it, unlooked at.
with refused as (

    select person_id, persona, max_by(seen_score, as_of_date) as seen_score
    from {{ ref("gate_decisions") }}
    group by all
    having max_by(action, as_of_date) = 'reject'

),

appearing as (

    select eve.person_id, eve.persona, eve.as_of_date, eve.candidate_score, refused.person_id is not null as is_refused
    from {{ ref("gate_person__baseline") }} as eve
    cross join {{ ref("gate_thresholds") }} as thresholds
    left join refused using (person_id, persona)
    where
        eve.is_sufficient
        and not eve.is_accepted_sufficient
        -- A reviewer has looked: from there on it is a score like others.
        and eve.released_score is null
        and (
            eve.candidate_score >= thresholds.top_points
            or eve.candidate_score > refused.seen_score - thresholds.climb_points
        )

),

-- What each engager did before those weeks, as a share of all that they did: who likes a thing a hundred times is no hundred engagers.
acts as (

    select
        appearing.person_id,
        appearing.persona,
        activity.network,
        activity.engager_id,
        count_if(activity.occurred_date <= night.as_of_date - night.provisional_nights) / count(*) as older_share
    from appearing
    cross join {{ source("raw", "run") }} as night
    inner join {{ ref("activity") }} as activity using (person_id, persona)
    group by all

),

trusted as (

    {{ trust_tonight() }}

),

-- Engagers count as far as trust reaches them: a crowd that brings no score makes nobody older. Where it reaches none, all count.
older as (

    select
        acts.person_id,
        acts.persona,
        coalesce(
            {{ ordered_sum("trusted.trust_weight * acts.older_share") }} / {{ ordered_sum("trusted.trust_weight") }},
            {{ ordered_sum("acts.older_share") }} / count(*)
        ) as older_share
    from acts
    inner join {{ ref("pairs") }} as pairs using (person_id, persona, network, engager_id)
    left join trusted using (pair_id)
    group by all

)

select appearing.person_id, appearing.persona, appearing.candidate_score as strength, coalesce(older.older_share, 0) as older_share
from appearing
left join older using (person_id, persona)
where appearing.is_refused or coalesce(older.older_share, 0) < {{ gate_constant("regular_share") }}
