-- The decision that counts for each episode: the first on what was seen. A later one counts only where the candidate had gone
-- on from there, because that was another question; any other is kept in the file, and changes nothing. All take effect on
-- the night after the one that was seen, so that a night that is run again comes out as it was.
with decisions as (

    select decisions.*
    from {{ source("raw", "decisions") }} as decisions
    inner join {{ source("raw", "run") }} as night on decisions.as_of_date < night.as_of_date
    semi join {{ ref("consent") }} using (person_id, persona)

),

first_answers as (

    select decisions.*
    from decisions
    anti join decisions as earlier
        on
            decisions.person_id = earlier.person_id
            and decisions.persona = earlier.persona
            and decisions.episode_date = earlier.episode_date
            and decisions.decision_id > earlier.decision_id
            and abs(decisions.candidate_score - earlier.candidate_score) < {{ gate_constant("decision_points") }}

)

select
    person_id,
    persona,
    episode_date,
    max_by(as_of_date, decision_id) as as_of_date,
    max_by(action, decision_id) as action,
    max_by(candidate_score, decision_id) as seen_score,
    max_by(decided_by, decision_id) as decided_by,
    max_by(decided_at, decision_id) as decided_at,
    max_by(why, decision_id) as why
from first_answers
group by all
