-- The accepted scores of the look-back and how far each moved from the night before: what tonight is unusual against.
-- Held and frozen nights are in no baseline; the first night of a hold that a reviewer released is, because it was true.
{{ config(materialized="view") }}

with nights as (

    select person_id, persona, as_of_date, score as accepted_score, delta_1d as move, evidence_count, status, scoring_version
    from {{ ref("published_history") }}
    where score is not null
    union all
    select
        walk.person_id,
        walk.persona,
        walk.as_of_date,
        walk.accepted_score,
        walk.move,
        candidates.evidence_count,
        -- What was not accepted on its night has moved nobody.
        if(walk.basis_date < walk.as_of_date, 'held', 'published'),
        {{ var("previous_version") }}
    from {{ ref("gate_person__hold_history") }} as walk
    inner join {{ ref("score_person__candidates") }} as candidates
        on
            walk.person_id = candidates.person_id
            and walk.persona = candidates.persona
            and walk.as_of_date = candidates.as_of_date
    where walk.is_accepted_sufficient and not walk.was_published

)

select * exclude (status), {{ gate_cell("accepted_score", "evidence_count") }} as cell
from nights
where status = 'published'
