-- What stood after the gate on each night of the look-back: published nights as they were published, unseen ones by the hold
-- history, and tonight by its verdict.
{{ config(materialized="view") }}

select
    published.person_id,
    published.persona,
    published.as_of_date,
    coalesce(jumps.candidate_score, published.score) as candidate_score,
    published.score as accepted_score,
    published.score_low as accepted_low,
    published.score_high as accepted_high,
    true as is_accepted_sufficient,
    published.status = 'held' as is_held,
    published.as_of_date as basis_date,
    published.as_of_date as parts_date,
    'published' as verdict
from {{ ref("published_history") }} as published
left join {{ source("raw", "published_jumps") }} as jumps using (person_id, persona, as_of_date)
where published.score is not null
union all
select
    person_id,
    persona,
    as_of_date,
    candidate_score,
    accepted_score,
    accepted_low,
    accepted_high,
    is_accepted_sufficient,
    is_held,
    basis_date,
    parts_date,
    'unseen'
from {{ ref("gate_person__hold_history") }}
where not was_published
union all
select
    person_id,
    persona,
    as_of_date,
    candidate_score,
    if(stays, accepted_score, candidate_score) + coalesce(adjusting_points, 0),
    greatest(if(stays, accepted_low, score_low) + coalesce(adjusting_points, 0), {{ scale_constant("floor_points", var("scoring_version")) }}),
    if(stays, accepted_high, score_high) + coalesce(adjusting_points, 0),
    if(stays, is_accepted_sufficient, is_sufficient),
    verdict in ('pending', 'rejected'),
    if(stays, basis_date, as_of_date),
    if(stays, parts_date, as_of_date),
    verdict
from {{ ref("gate_person__verdict") }}
