-- The nights to score for each person: those that are looked at and whose score is not known yet. `evidence_through_date` is
-- the last day whose engagement is known: the night itself, and tonight for score_changes also the night last published.
select person_id, persona, as_of_date, as_of_date as evidence_through_date
from {{ ref("looked_back_nights") }}
anti join {{ ref("known_scores") }} using (person_id, persona, as_of_date)
union all
select last_scores.person_id, last_scores.persona, night.as_of_date, last_scores.as_of_date
from {{ ref("last_scores") }} as last_scores
cross join {{ source("raw", "run") }} as night
