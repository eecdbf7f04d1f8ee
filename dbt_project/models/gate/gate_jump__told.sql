-- What was told of each hold of an earlier night of tonight's people, as it was told last, be it some nights ago: it goes on so.
select
    person_id,
    persona,
    episode_date,
    max_by(cause, as_of_date) as cause,
    max_by(last_good_score, as_of_date) as last_good_score,
    max_by(base_date, as_of_date) as base_date
from {{ source("raw", "published_jumps") }}
semi join {{ ref("consent") }} using (person_id, persona)
group by all
