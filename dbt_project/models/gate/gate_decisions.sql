-- The decision that counts for each episode: the first, from the night after the one it was made on, so that a night that
-- is run again comes out as it was. Later decisions are kept in the file, and change nothing.
select
    decisions.person_id,
    decisions.persona,
    decisions.episode_date,
    min_by(decisions.as_of_date, decision_id) as as_of_date,
    min_by(action, decision_id) as action,
    min_by(candidate_score, decision_id) as seen_score,
    min_by(decided_by, decision_id) as decided_by,
    min_by(decided_at, decision_id) as decided_at,
    min_by(why, decision_id) as why
from {{ source("raw", "decisions") }} as decisions
inner join {{ source("raw", "night") }} as night on decisions.as_of_date < night.as_of_date
semi join {{ ref("consent") }} using (person_id, persona)
group by all
