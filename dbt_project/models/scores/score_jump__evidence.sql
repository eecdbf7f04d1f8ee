-- Whom and what the engagement since a held person's last accepted score came from: what a reviewer asks first.
with held as (

    select person_id, persona, as_of_date, basis_date
    from {{ ref("score_person__accepted") }}
    inner join {{ source("raw", "night") }} using (as_of_date)
    where is_held

),

-- An engager who was seen with anybody before is established; a bought crowd was seen with nobody.
engagers as (

    select activity.person_id, activity.engager_id, min(occurred_date) as first_date, bool_or(was_seen_before) as was_seen_before
    from {{ ref("activity") }} as activity
    inner join {{ ref("pairs") }} using (person_id, persona, network, engager_id)
    group by all

),

engagements as (

    select
        held.person_id,
        held.persona,
        activity.engager_id,
        activity.network || ':' || activity.object_key as object_key,
        engagers.first_date > held.basis_date and not was_seen_before as is_new_engager
    from held
    inner join {{ ref("activity") }} as activity
        on
            held.person_id = activity.person_id
            and held.persona = activity.persona
            and activity.occurred_date > held.basis_date
    inner join engagers on activity.person_id = engagers.person_id and activity.engager_id = engagers.engager_id

),

by_object as (

    select person_id, persona, object_key, count(distinct engager_id) as engager_count
    from engagements
    group by all

),

by_engager as (

    select person_id, persona, engager_id, is_new_engager, count(*) as action_count
    from engagements
    group by all

),

top_objects as (

    select person_id, persona, max(engager_count) / sum(engager_count) as top_post_share
    from by_object
    group by all

)

select
    person_id,
    persona,
    any_value(top_objects.top_post_share) as top_post_share,
    max(action_count) / sum(action_count) as top_engager_share,
    count_if(is_new_engager) / count(*) as new_engager_share,
    count(*) as engager_count
from by_engager
inner join top_objects using (person_id, persona)
group by person_id, persona
