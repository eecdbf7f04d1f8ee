-- The posts that brought most of the engagement behind each of tonight's jumps, the first five.
with engagements as (

    select
        jumps.person_id,
        jumps.persona,
        activity.network,
        activity.object_key,
        count(distinct activity.engager_id) as engager_count
    from {{ ref("gate_jump__began") }} as jumps
    inner join {{ ref("activity") }} as activity
        on
            jumps.person_id = activity.person_id
            and jumps.persona = activity.persona
            and activity.occurred_date > jumps.base_date
    group by all

),

ranked as (

    select
        *,
        {{ bare_name("object_key") }} as object_id,
        row_number() over (partition by person_id, persona order by engager_count desc, network, object_key) as rank,
        engager_count / sum(engager_count) over (partition by person_id, persona) as share
    from engagements
    qualify rank <= 5

),

accounts as (

    select network, account_id from {{ ref("consent_shown") }}

)

select
    ranked.person_id,
    ranked.persona,
    ranked.rank,
    shown.network || ':' || shown.shown_id as shown_post,
    ranked.engager_count,
    ranked.share
from ranked
inner join shown_ids('ranked', 'accounts') as shown using (network, object_id)
