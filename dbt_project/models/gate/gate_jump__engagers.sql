-- The most active engagers behind each of tonight's jumps, the first five, as shares: who they are is nobody's business.
with engagements as (

    select
        jumps.person_id,
        jumps.persona,
        pairs.engager_id,
        bool_and(pairs.first_date > jumps.base_date and not pairs.was_seen_before) as is_new,
        count(*) as action_count
    from {{ ref("gate_jump__began") }} as jumps
    inner join {{ ref("activity") }} as activity
        on
            jumps.person_id = activity.person_id
            and jumps.persona = activity.persona
            and activity.occurred_date > jumps.base_date
    inner join {{ ref("pairs") }} as pairs
        on
            activity.person_id = pairs.person_id
            and activity.persona = pairs.persona
            and activity.network = pairs.network
            and activity.engager_id = pairs.engager_id
    group by jumps.person_id, jumps.persona, pairs.engager_id

)

select
    person_id,
    persona,
    -- Engagers are other ones every night: what is shown must not hang on their ids.
    row_number() over (partition by person_id, persona order by action_count desc, is_new) as rank,
    action_count,
    action_count / sum(action_count) over (partition by person_id, persona) as share,
    is_new
from engagements
qualify rank <= 5
