-- Whom trusted members dislike, or rate badly, together as much as so many whom trust reaches in full. Scorn lowers nobody, and
-- nobody is shown on unlooked at: a person decides, and is not asked again because of those who were seen then.
with decided as (

    select decisions.person_id, decisions.persona, max(decisions.as_of_date) as as_of_date
    from {{ ref("gate_decisions") }} as decisions
    semi join {{ source("raw", "published_jumps") }} as jumps
        on
            decisions.person_id = jumps.person_id
            and decisions.persona = jumps.persona
            and decisions.episode_date = jumps.episode_date
            and jumps.rule = 'trusted_dislike'
    where decisions.action = 'release'
    group by all

)

select
    dislikes.person_id,
    dislikes.persona,
    {{ exact_sum("dislikes.trust_weight") }} as strength,
    count(*) as disliker_count
from {{ ref("feat_person__dislikes") }} as dislikes
left join decided using (person_id, persona)
where decided.as_of_date is null or dislikes.first_date > decided.as_of_date
group by all
having strength >= {{ gate_constant("dislike_weight") }}
