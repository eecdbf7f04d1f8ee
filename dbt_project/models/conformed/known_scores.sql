-- Scores of earlier nights that were reconstructed before, by the version that readers saw last, and that nothing has changed since: their
-- grounds are the same.
-- A night whose parts a score stands on is reconstructed again, until a later one has been published with its parts.
with kept as (

    select
        person_id,
        persona,
        as_of_date,
        grounds,
        any_value(score) as score,
        any_value(score_low) as score_low,
        any_value(score_high) as score_high,
        any_value(evidence_count) as evidence_count,
        any_value(engager_count) as engager_count,
        any_value(is_sufficient) as is_sufficient,
        bool_or(has_parts) as has_parts
    from {{ source("raw", "reconstructed_scores") }}
    -- Before they are grouped: all that is kept is many times what a night looks at.
    semi join {{ ref("looked_back_nights") }} using (person_id, persona, as_of_date, grounds)
    where scoring_version = {{ var("previous_version") }}
    group by all

)

select kept.* exclude (has_parts)
from kept
inner join {{ source("raw", "run") }} as night on kept.as_of_date < night.as_of_date
left join {{ ref("last_scores") }} as last_scores
    on kept.person_id = last_scores.person_id and kept.persona = last_scores.persona
where not kept.has_parts or last_scores.as_of_date > kept.as_of_date
