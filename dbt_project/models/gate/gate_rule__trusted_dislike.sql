-- Whom trusted members dislike, or rate badly, together as much as so many whom trust reaches in full. Scorn lowers nobody, and
-- nobody is shown on unlooked at: a person decides. Whom a reviewer saw then, whatever had begun the hold, asks no more; others do where
-- they weigh as much again, so that rivals who come two at a time are not a question each time.
with decided as (

    select
        person_id,
        persona,
        max(as_of_date) as as_of_date,
        if(count(disliker_count) = count(*), sum(disliker_count), null) as told_count
    from {{ ref("gate_decisions") }}
    where action = 'release' and is_warned
    group by all

),

warnings as (

    select
        dislikes.person_id,
        dislikes.persona,
        dislikes.trust_weight,
        -- What came late was not seen, however old it is: no more are than were told of.
        coalesce(dislikes.first_date <= decided.as_of_date, false)
        and row_number() over (
            partition by dislikes.person_id, dislikes.persona order by dislikes.first_date, dislikes.trust_weight desc
        ) <= coalesce(decided.told_count, count(*) over (partition by dislikes.person_id, dislikes.persona)) as is_seen
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
