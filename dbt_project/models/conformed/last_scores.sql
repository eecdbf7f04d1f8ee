-- The score that readers last saw of each person and persona, with the version that made it: what tonight's change is
-- measured from. A release publishes what was seen, and its night may have been worth more.
with shown as (

    select
        person_id,
        persona,
        max(as_of_date) as as_of_date,
        max_by(score, as_of_date) as score,
        max_by(status, as_of_date) as status,
        max_by(reason is not distinct from 'incident', as_of_date) as is_of_incident,
        max_by(evidence_count, as_of_date) as evidence_count,
        max_by(scoring_version, as_of_date) as scoring_version
    from {{ ref("published_history") }}
    where score is not null
    group by all

)

select
    shown.*,
    coalesce(releases.candidate_score, shown.score) as worth_score
from shown
left join {{ source("raw", "published_jumps") }} as releases
    on
        shown.person_id = releases.person_id
        and shown.persona = releases.persona
        and shown.as_of_date = releases.as_of_date
        and releases.decision = 'released'
