-- How much one consenting person moves another to act: ln(1 + actions), fading with the long half-life, on each side's
-- own persona.
with acts as (

    select
        giver.receiver_id as person_id,
        giver.receiver_persona as persona,
        giver.person_id as other_person_id,
        giver.persona as other_persona,
        sum({{ decayed_millionths("night.as_of_date - giver.occurred_date", scale_constant("long_half_life_days", var("scoring_version"))) }}) / 1000000 as actions
    from {{ ref("given") }} as giver
    cross join {{ source("raw", "run") }} as night
    where giver.receiver_id is not null
    group by all

),

both_ways as (

    select person_id, persona, other_person_id, actions as actions_drawn, 0 as actions_given from acts
    union all
    select other_person_id, other_persona, person_id, 0, actions from acts

)

select
    person_id,
    persona,
    other_person_id,
    night.as_of_date,
    ln(1 + {{ exact_sum("actions_drawn") }}) as strength_drawn,
    ln(1 + {{ exact_sum("actions_given") }}) as strength_given
from both_ways
cross join {{ source("raw", "run") }} as night
group by all
