-- The candidate score of each person on each night that is looked at: as it was scored tonight, or is known from before.
select person_id, persona, as_of_date, score, score_low, score_high, evidence_count, engager_count, is_sufficient
from {{ ref("score_person__influence", v=var("scoring_version")) }}
where evidence_through_date = as_of_date
union all
select person_id, persona, as_of_date, score, score_low, score_high, evidence_count, engager_count, is_sufficient
from {{ ref("known_scores") }}
