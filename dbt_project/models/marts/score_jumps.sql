-- Tonight's held candidates, with what a reviewer asks first: how far, against what, and from whom.
with held as (

    select accepted.*
    from {{ ref("score_person__accepted") }} as accepted
    inner join {{ source("raw", "night") }} using (as_of_date)
    where accepted.is_held

),

history as (

    select
        held.person_id,
        held.persona,
        median(earlier.accepted_score) as usual_score,
        mad(earlier.accepted_score) as usual_spread,
        max(earlier.accepted_score) filter (earlier.as_of_date = held.as_of_date - 1) as score_1d,
        max_by(earlier.accepted_score, abs(held.candidate_score - earlier.accepted_score))
            filter (earlier.as_of_date >= held.as_of_date - night.hold_window_nights) as score_3d
    from held
    cross join {{ source("raw", "night") }} as night
    inner join {{ ref("score_person__accepted") }} as earlier
        on
            held.person_id = earlier.person_id
            and held.persona = earlier.persona
            and earlier.as_of_date between held.as_of_date - 28 and held.as_of_date - 1
    group by all

),

-- The last good score was made by another version: evidence that shows a fault is named first, and then the method.
other_version as (

    select held.person_id, held.persona, true as is_other
    from held
    cross join {{ source("raw", "night") }} as night
    inner join {{ ref("standing_scores") }} as published
        on
            held.person_id = published.person_id
            and held.persona = published.persona
            and held.basis_date = published.as_of_date
    where published.scoring_version <> night.scoring_version

)

select
    held.person_id,
    held.persona,
    held.as_of_date,
    held.candidate_score,
    if(held.is_accepted_sufficient, held.accepted_score, null) as last_good_score,
    held.candidate_score - history.score_1d as delta_1d,
    held.candidate_score - history.score_3d as delta_3d,
    -- 1.4826 makes the median absolute deviation comparable to a standard deviation (Rousseeuw and Croux 1993).
    (held.candidate_score - history.usual_score) / nullif(1.4826 * history.usual_spread, 0) as robust_z,
    case
        when other_version.is_other and held.candidate_score < history.score_3d then 'version_change'
        when held.candidate_score < history.score_3d then 'source_fault'
        when evidence.top_engager_share >= 0.6 then 'single_engager'
        when evidence.top_post_share >= 0.6 then 'viral_post'
        when evidence.new_engager_share >= 0.8 and evidence.engager_count >= 50 then 'bought_burst'
        when other_version.is_other then 'version_change'
        when not held.is_accepted_sufficient then 'cold_start'
        else 'organic'
    end as cause,
    evidence.top_post_share,
    evidence.top_engager_share,
    evidence.new_engager_share,
    'pending' as decision,
    cast(null as varchar) as decided_by,
    cast(null as timestamp) as decided_at,
    cast(null as varchar) as why
from held
left join history using (person_id, persona)
left join other_version using (person_id, persona)
left join {{ ref("score_jump__evidence") }} as evidence using (person_id, persona)
