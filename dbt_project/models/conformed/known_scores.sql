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

),

last_published as (

    select person_id, persona, max(as_of_date) as last_date
    from {{ ref("published_history") }}
    where score is not null
    group by all

)

select kept.* exclude (has_parts)
from kept
inner join {{ source("raw", "run") }} as night on kept.as_of_date < night.as_of_date
left join last_published using (person_id, persona)
where not kept.has_parts or last_published.last_date > kept.as_of_date
