-- Whom trusted members dislike, or rate badly, together as much as so many whom trust reaches in full. Scorn lowers nobody, and
-- nobody is shown on unlooked at: a person decides. Whom a reviewer saw then, whatever had begun the hold, asks no more; others do where
-- they weigh as much again, so that rivals who come two at a time are not a question each time.
with decided as (

    select person_id, persona, max(as_of_date) as as_of_date
    from {{ ref("gate_decisions") }}
    where action = 'release' and is_warned
    group by all

),

warnings as (

    select
        dislikes.person_id,
        dislikes.persona,
        dislikes.trust_weight,
        coalesce(dislikes.first_date <= decided.as_of_date, false) as is_seen
    from {{ ref("feat_person__dislikes") }} as dislikes
    left join decided using (person_id, persona)

)

select
    person_id,
    persona,
    {{ exact_sum("if(is_seen, 0, trust_weight)") }} as strength,
    count(*) filter (not is_seen) as disliker_count
from warnings
group by all
having strength >= greatest({{ gate_constant("dislike_weight") }}, {{ exact_sum("if(is_seen, trust_weight, 0)") }})
