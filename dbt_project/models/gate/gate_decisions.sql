-- The decision that counts for each episode: the latest of whoever decided first on what was seen, or of two others who said the
-- opposite since (a second pair of eyes overrules nobody alone). Where the candidate had gone on from there it was another question,
-- and whoever answered that first decides; any other decision is kept in the file, and changes nothing. All take effect on
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

),

-- The latest question about each episode, and who answered it first.
questions as (

    select
        person_id,
        persona,
        episode_date,
        max_by(decided_by, decision_id) as first_by,
        max_by(candidate_score, decision_id) as first_score
    from first_answers
    group by all

),

answers as (

    select decisions.*, decisions.decided_by = questions.first_by as is_own
    from decisions
    inner join questions using (person_id, persona, episode_date)
    where abs(decisions.candidate_score - questions.first_score) < {{ gate_constant("decision_points") }}

),

own as (

    select
        person_id,
        persona,
        episode_date,
        max(decision_id) as decision_id,
        max_by(action, decision_id) as action
    from answers
    where is_own
    group by all

),

overruling as (

    select answers.person_id, answers.persona, answers.episode_date, max(answers.decision_id) as decision_id
    from answers
    inner join own using (person_id, persona, episode_date)
    where not answers.is_own and answers.action <> own.action and answers.decision_id > own.decision_id
    group by all
    having count(distinct answers.decided_by) >= 2

)

select
    decisions.person_id,
    decisions.persona,
    decisions.episode_date,
    decisions.as_of_date,
    decisions.action,
    decisions.candidate_score as seen_score,
    decisions.decided_by,
    decisions.decided_at,
    decisions.why
from decisions
inner join own using (person_id, persona, episode_date)
left join overruling using (person_id, persona, episode_date)
where decisions.decision_id = coalesce(overruling.decision_id, own.decision_id)
