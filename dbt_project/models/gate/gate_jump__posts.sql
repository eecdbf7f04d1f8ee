-- The posts that brought most of the engagement behind each of tonight's jumps, the first five.
with engagements as (

    select
        jumps.person_id,
        jumps.persona,
        activity.network || ':' || activity.object_key as object_key,
        count(distinct activity.engager_id) as engager_count
    from {{ ref("gate_person__verdict") }} as jumps
    inner join {{ ref("activity") }} as activity
        on
            jumps.person_id = activity.person_id
            and jumps.persona = activity.persona
            and activity.occurred_date > jumps.basis_date
    where jumps.episode_date is not null
    group by all

)

select
    person_id,
    persona,
    row_number() over (partition by person_id, persona order by engager_count desc, object_key) as rank,
    object_key,
    engager_count,
    engager_count / sum(engager_count) over (partition by person_id, persona) as share
from engagements
qualify rank <= 5
