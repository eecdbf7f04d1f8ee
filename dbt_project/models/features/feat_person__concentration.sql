-- Whom and what the engagement of the hold window came from: what a reviewer asks first about a jump.
with night as (

    select as_of_date, hold_window_nights from {{ source("raw", "night") }}

),

-- Everything up to tonight, with the first day each engager was seen with the person.
engagements as (

    select
        person_id,
        persona,
        engager_id,
        network || ':' || object_key as object_key,
        occurred_date > night.as_of_date - night.hold_window_nights as is_recent,
        min(occurred_date) over (partition by person_id, persona, engager_id)
        > night.as_of_date - night.hold_window_nights as is_new_engager
    from {{ ref("activity") }}
    cross join night

),

by_object as (

    select person_id, persona, object_key, count(distinct engager_id) as engager_count
    from engagements
    where is_recent
    group by all

),

by_engager as (

    select person_id, persona, engager_id, is_new_engager, count(*) as action_count
    from engagements
    where is_recent
    group by all

),

objects as (

    select person_id, persona, max(engager_count) / sum(engager_count) as top_post_share
    from by_object
    group by all

)

select
    person_id,
    persona,
    night.as_of_date,
    any_value(objects.top_post_share) as top_post_share,
    max(action_count) / sum(action_count) as top_engager_share,
    count_if(is_new_engager) / count(*) as new_engager_share,
    count(*) as engager_count
from by_engager
inner join objects using (person_id, persona)
cross join night
group by person_id, persona, night.as_of_date
