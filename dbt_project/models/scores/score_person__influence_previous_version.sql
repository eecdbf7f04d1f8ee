-- Tonight's score by the version that readers saw last: on every night but that of a promotion it is the candidate. It
-- tells a feed that has changed from a method that was changed on purpose.
select influence.person_id, influence.persona, influence.as_of_date, influence.score
from {{ ref("score_person__influence", v=var("previous_version")) }} as influence
inner join {{ source("raw", "run") }} as night using (as_of_date)
where influence.evidence_through_date = influence.as_of_date
