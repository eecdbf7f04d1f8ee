-- Every landed event up to tonight, once, all networks in one shape. Never on disk: of what passes between people who
-- did not ask for a score, nothing is kept.
{{ config(database="in_memory", materialized="view") }}

with landed as (

    select * from {{ ref("stg_activity") }}

),

-- The same event may be delivered by two sources; it happened once.
once as (

    select landed.*
    from landed
    cross join {{ source("raw", "run") }} as night
    where occurred_at < night.as_of_date + interval 1 day
    qualify row_number() over (
        partition by network, event_id
        order by occurred_at, verb, actor_id, target_id, object_id, value
    ) = 1

),

renamed as (

    select network, kind, alias_id, known_id
    from {{ ref("identities") }} as identities
    inner join {{ source("raw", "run") }} as night on identities.judged_date = night.as_of_date

),

-- Whoever and whatever was renamed counts once, by the newest name.
known as (

    select
        once.* replace (
            coalesce(actor.known_id, once.actor_id) as actor_id,
            coalesce(target.known_id, once.target_id) as target_id,
            coalesce(object.known_id, once.object_id) as object_id
        )
    from once
    left join renamed as actor
        on actor.kind = 'account' and once.network = actor.network and once.actor_id = actor.alias_id
    left join renamed as target
        on target.kind = 'account' and once.network = target.network and once.target_id = target.alias_id
    left join renamed as object
        on object.kind = 'object' and once.network = object.network and once.object_id = object.alias_id

),

-- Who was erased and has granted again starts anew: what was before stays gone, though a source deliver it once more.
restarted as (

    select network, account_id, max(erased_at) as erased_at
    from {{ ref("consent") }}
    where erased_at is not null
    group by all

)

select known.*
from known
left join restarted as actor
    on known.network = actor.network and known.actor_id = actor.account_id
left join restarted as target
    on known.network = target.network and known.target_id = target.account_id
where coalesce(known.occurred_at > greatest(actor.erased_at, target.erased_at), true)
