-- How much each engager has acted on each person by each night, decayed at two half-lives.
-- One engager's actions of one day are one row before the nights multiply them.
with daily as (

    select pairs.pair_id, activity.occurred_date, sum(activity.weight) as weight
    from {{ ref("activity") }} as activity
    inner join {{ ref("pairs") }} as pairs using (person_id, persona, network, engager_id)
    group by all

),

nightly as (

    select
        pairs.pair_id,
        nights.as_of_date,
        daily.weight,
        nights.as_of_date - daily.occurred_date as age_days
    from daily
    inner join {{ ref("pairs") }} as pairs using (pair_id)
    inner join {{ ref("scored_nights") }} as nights
        on
            pairs.person_id = nights.person_id
            and pairs.persona = nights.persona
            and daily.occurred_date <= nights.as_of_date

)

select
    pair_id,
    as_of_date,
    sum(weight * {{ decayed_millionths("age_days", scale_constant("short_half_life_days")) }}) / 1000000 as actions_short,
    sum(weight * {{ decayed_millionths("age_days", scale_constant("long_half_life_days")) }}) / 1000000 as actions_long
from nightly
group by all
