-- The night that each of tonight's jumps is measured from: what came after it is behind the jump. A climb of weeks began weeks ago,
-- however little came tonight; a first score rests on what came since the provisional weeks began; and a release published the score
-- of the night that was seen.
with released as (

    select jumps.person_id, jumps.persona, jumps.as_of_date, decisions.as_of_date as seen_date
    from {{ source("raw", "published_jumps") }} as jumps
    inner join {{ ref("gate_decisions") }} as decisions using (person_id, persona, episode_date)
    where jumps.decision = 'released'

),

began as (

    select
        jumps.person_id,
        jumps.persona,
        max(coalesce(released.seen_date, moves.as_of_date)) as base_date
    from {{ ref("gate_person__verdict") }} as jumps
    inner join {{ ref("gate_person__moves") }} as moves
        on
            jumps.person_id = moves.person_id
            and jumps.persona = moves.persona
            and jumps.base_score = moves.accepted_score
            and moves.as_of_date < jumps.episode_date
            and moves.as_of_date >= jumps.episode_date - cast({{ gate_constant("climb_nights") }} as integer)
    left join released
        on
            moves.person_id = released.person_id
            and moves.persona = released.persona
            and moves.as_of_date = released.as_of_date
    group by all

)

select
    jumps.person_id,
    jumps.persona,
    coalesce(
        -- Nights that nobody was shown are scored anew, and no score of tonight's may be the one of then.
        told.base_date,
        if(jumps.first_rule = 'first_score', jumps.episode_date - night.provisional_nights, began.base_date),
        jumps.basis_date,
        jumps.episode_date - 1
    ) as base_date
from {{ ref("gate_person__verdict") }} as jumps
cross join {{ source("raw", "run") }} as night
left join began using (person_id, persona)
left join {{ ref("gate_jump__told") }} as told
    on
        jumps.person_id = told.person_id
        and jumps.persona = told.persona
        and jumps.episode_date = told.episode_date
where jumps.episode_date is not null
