-- The candidate score of each person on each night that is looked at. What is past is scored by the version that readers saw last: on the
-- night of a promotion, tonight alone is scored by another.
{% set columns = "person_id, persona, as_of_date, score, score_low, score_high, evidence_count, engager_count, is_sufficient" %}
select {{ columns }}
from {{ ref("score_person__influence", v=var("scoring_version")) }}
inner join {{ source("raw", "run") }} as night using (as_of_date)
where evidence_through_date = as_of_date
union all
select {{ columns }}
from {{ ref("score_person__influence", v=var("previous_version")) }}
anti join {{ source("raw", "run") }} as night using (as_of_date)
where evidence_through_date = as_of_date
union all
select {{ columns }}
from {{ ref("known_scores") }}
