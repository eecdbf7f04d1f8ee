-- Who appears near the top of the community with their first score, by engagement that is hardly older than the weeks in which
-- nobody is shown anything. Who has been engaged with for long has earned it before anybody looked.
with appearing as (

    select eve.person_id, eve.persona, eve.as_of_date, eve.candidate_score
    from {{ ref("gate_person__baseline") }} as eve
    cross join {{ ref("gate_thresholds") }} as thresholds
    where
        eve.is_sufficient
        and not eve.is_accepted_sufficient
        -- A reviewer has looked: from there on it is a score like others.
        and eve.released_score is null
        and eve.candidate_score >= thresholds.top_points

),

older as (

    select
        appearing.person_id,
        appearing.persona,
        count_if(activity.occurred_date <= night.as_of_date - night.provisional_nights) / count(*) as older_share
    from appearing
    cross join {{ source("raw", "run") }} as night
    inner join {{ ref("activity") }} as activity using (person_id, persona)
    group by all

)

select appearing.person_id, appearing.persona, appearing.candidate_score as strength, coalesce(older.older_share, 0) as older_share
from appearing
left join older using (person_id, persona)
where coalesce(older.older_share, 0) < {{ gate_constant("regular_share") }}
