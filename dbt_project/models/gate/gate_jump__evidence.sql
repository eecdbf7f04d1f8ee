-- Whom and what the engagement since a held person's move began came from: what a reviewer asks first.
with held as (

    select person_id, persona, base_date from {{ ref("gate_jump__began") }}

),

-- An engager who was seen with anybody before is established; a bought crowd was seen with nobody.
engagements as (

    select
        held.person_id,
        held.persona,
        activity.engager_id,
        activity.network,
        activity.object_key,
        pairs.first_date > held.base_date and not pairs.was_seen_before as is_new
    from held
    inner join {{ ref("activity") }} as activity
        on
            held.person_id = activity.person_id
            and held.persona = activity.persona
            and activity.occurred_date > held.base_date
    inner join {{ ref("pairs") }} as pairs
        on
            activity.person_id = pairs.person_id
            and activity.persona = pairs.persona
            and activity.network = pairs.network
            and activity.engager_id = pairs.engager_id

),

by_object as (

    select person_id, persona, network, object_key, count(distinct engager_id) as engager_count
    from engagements
    group by all

),

by_engager as (

    select person_id, persona, engager_id, bool_and(is_new) as is_new_engager, count(*) as action_count
    from engagements
    group by all

),

top_objects as (

    select
        person_id,
        persona,
        max(engager_count) / sum(engager_count) as top_post_share,
        max_by((network, object_key), (engager_count, network, object_key)) as top_object,
        -- A day stands in where a source tells of no post, and is none.
        not starts_with(top_object[2], 'day:') as is_top_a_post,
        top_object[1] as network,
        {{ bare_name("top_object[2]") }} as object_id
    from by_object
    group by all

),

accounts as (

    select network, account_id from {{ ref("consent_shown") }}

)

select
    person_id,
    persona,
    any_value(top_objects.top_post_share) as top_post_share,
    any_value(top_objects.is_top_a_post) as is_top_a_post,
    any_value(shown.network || ':' || shown.shown_id) as top_post_id,
    max(action_count) / sum(action_count) as top_engager_share,
    count_if(is_new_engager) / count(*) as new_engager_share,
    count(*) as engager_count
from by_engager
inner join top_objects using (person_id, persona)
inner join shown_ids('top_objects', 'accounts') as shown using (network, object_id)
group by person_id, persona
