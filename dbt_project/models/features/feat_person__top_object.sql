-- How much evidence would be lost without the one object that carries most of it (law L3).
with touches as (

    select
        objects.object_number,
        objects.as_of_date,
        objects.known_date,
        actions.trust_weight,
        ln(1 + actions.actions_short) - ln(1 + actions.actions_short - objects.millionths_short / 1000000) as short_loss,
        ln(1 + actions.actions_long) - ln(1 + actions.actions_long - objects.millionths_long / 1000000) as long_loss,
        objects.millionths_long
    from {{ ref("feat_pair__objects") }} as objects
    inner join {{ ref("feat_pair__actions") }} as actions using (pair_id, as_of_date, known_date)

),

by_object as (

    select
        object_number,
        as_of_date,
        known_date,
        {{ exact_sum("short_loss") }} as crowd_short,
        {{ exact_sum("long_loss") }} as crowd_long,
        {{ exact_sum("trust_weight * short_loss") }} as trusted_short,
        {{ exact_sum("trust_weight * long_loss") }} as trusted_long,
        sum(millionths_long) / 1000000 as actions_long
    from touches
    group by all

)

select
    objects.person_id,
    objects.persona,
    objects.network,
    by_object.as_of_date,
    by_object.known_date,
    max(crowd_short) as crowd_short_loss,
    max(crowd_long) as crowd_long_loss,
    max(trusted_short) as trusted_short_loss,
    max(trusted_long) as trusted_long_loss,
    {{ exact_sum("least(actions_long, 1)") }} as object_reach
from by_object
inner join {{ ref("objects") }} as objects using (object_number)
group by all
