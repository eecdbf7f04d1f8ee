-- The most active engagers behind each of tonight's jumps, the first five, as shares: who they are is nobody's business.
with engagements as (

    select jumps.person_id, jumps.persona, jumps.basis_date, activity.engager_id, count(*) as action_count
    from {{ ref("gate_person__verdict") }} as jumps
    inner join {{ ref("activity") }} as activity
        on
            jumps.person_id = activity.person_id
            and jumps.persona = activity.persona
            and activity.occurred_date > jumps.basis_date
    where jumps.episode_date is not null
    group by all

),

ranked as (

    select
        *,
        row_number() over (partition by person_id, persona order by action_count desc, engager_id) as rank,
        action_count / sum(action_count) over (partition by person_id, persona) as share
    from engagements
    qualify rank <= 5

),

first_seen as (

    select engager_id, min(occurred_date) as first_seen_date
    from {{ ref("activity") }}
    semi join ranked using (engager_id)
    group by all

)

select person_id, persona, rank, action_count, share, first_seen_date > basis_date as is_new
from ranked
inner join first_seen using (engager_id)
