-- The likeliest cause of each of tonight's jumps, the first that fits: ring, slow climb, fault of a feed, one engager, one
-- post, a beginning or a return, a crowd of strangers. Bought and honest crowds cannot be told apart here: a person decides.
with constants as (

    select
        {% set names = [
            "viral_post_share", "viral_rest_share", "single_engager_share", "burst_new_share", "burst_engagers", "young_nights",
            "silent_nights",
        ] -%}
        {% for name in names -%}
        {{ gate_constant(name) }} as {{ name }}{{ "," if not loop.last }}
        {% endfor %}

),

-- The last good score was made by another version: evidence that shows a fault is named first, and then the method.
other_version as (

    select jumps.person_id, jumps.persona, true as is_other
    from {{ ref("gate_person__verdict") }} as jumps
    cross join {{ source("raw", "run") }} as night
    inner join {{ ref("published_history") }} as published
        on
            jumps.person_id = published.person_id
            and jumps.persona = published.persona
            and jumps.basis_date = published.as_of_date
    where published.scoring_version <> night.scoring_version

),

silences as (

    select jumps.person_id, jumps.persona, min(jumps.basis_date - activity.occurred_date) as silent_for
    from {{ ref("gate_person__verdict") }} as jumps
    inner join {{ ref("activity") }} as activity
        on
            jumps.person_id = activity.person_id
            and jumps.persona = activity.persona
            and activity.occurred_date <= jumps.basis_date
    where jumps.episode_date is not null
    group by all

)

select
    jumps.person_id,
    jumps.persona,
    evidence.* exclude (person_id, persona),
    posts.candidate_without_top_post,
    case
        when jumps.rule = 'ring' then 'ring'
        when jumps.rule = 'slow_climb' then 'slow_ramp'
        when jumps.rule = 'inconsistent_evidence' then 'source_fault'
        when jumps.candidate_score < jumps.accepted_score and other_version.is_other then 'version_change'
        when jumps.candidate_score < jumps.accepted_score then 'source_fault'
        when evidence.top_engager_share >= single_engager_share then 'single_engager'
        when
            evidence.top_post_share >= viral_post_share
            or posts.candidate_without_top_post - jumps.accepted_score
            < viral_rest_share * (jumps.candidate_score - jumps.accepted_score)
            then 'viral_post'
        when
            not jumps.is_accepted_sufficient
            or jumps.age_nights < young_nights
            or silences.silent_for >= silent_nights
            then 'cold_start'
        when evidence.new_engager_share >= burst_new_share and evidence.engager_count >= burst_engagers then 'bought_burst'
        when other_version.is_other then 'version_change'
        else 'organic'
    end as cause
from {{ ref("gate_person__verdict") }} as jumps
cross join constants
left join {{ ref("gate_jump__evidence") }} as evidence using (person_id, persona)
left join {{ ref("gate_jump__without_top_post") }} as posts using (person_id, persona)
left join other_version using (person_id, persona)
left join silences using (person_id, persona)
where jumps.episode_date is not null
