-- The score that readers last saw of each person and persona, with the version that made it: what tonight's change is
-- measured from.
select
    published.person_id,
    published.persona,
    max(published.as_of_date) as as_of_date,
    max_by(published.score, published.as_of_date) as score,
    max_by(published.status, published.as_of_date) as status,
    max_by(published.reason is not distinct from 'incident', published.as_of_date) as is_of_incident,
    max_by(published.evidence_count, published.as_of_date) as evidence_count,
    max_by(published.scoring_version, published.as_of_date) as scoring_version
from {{ ref("published_history") }} as published
where published.score is not null
group by all
