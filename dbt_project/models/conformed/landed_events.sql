-- Every landed event up to tonight by or towards a consenting account, once, all networks in one shape. Never on disk: of what
-- passes between people who did not ask for a score, nothing is kept.
{{ config(database="in_memory", materialized="view") }}

with renamed as (

    select network, kind, alias_id, known_id
    from {{ ref("identities") }} as identities
    inner join {{ source("raw", "run") }} as night on identities.judged_date = night.as_of_date

),

landed as (

    select activity.*
    from {{ ref("stg_activity") }} as activity
    cross join {{ source("raw", "run") }} as night
    where activity.occurred_at < night.as_of_date + interval 1 day

),

-- Whatever a consenting account was ever called.
consenting as (

    select network, account_id from {{ ref("consent") }}
    union
    select renamed.network, renamed.alias_id
    from renamed
    semi join {{ ref("consent") }} as consent
        on renamed.network = consent.network and renamed.known_id = consent.account_id
    where renamed.kind = 'account'

),

-- All that was delivered of an event, where any of it names one of them: most of what lands is between others.
relevant as (

    select distinct network, event_id
    from landed
    where
        (network, actor_id) in (select network, account_id from consenting)
        or (network, target_id) in (select network, account_id from consenting)

),

-- The same event may be delivered by two sources; it happened once.
once as (

    select landed.*
    from landed
    semi join relevant using (network, event_id)
    qualify row_number() over (
        partition by network, event_id
        order by
            occurred_at, verb, actor_id nulls last, target_id nulls last, object_id nulls last, value nulls last
    ) = 1

),

-- Whoever and whatever was renamed counts once, by the newest name.
known as (

    select
        once.event_id,
        once.network,
        once.verb,
        coalesce(actor.known_id, once.actor_id) as actor_id,
        coalesce(object.known_id, once.object_id) as object_id,
        coalesce(target.known_id, once.target_id) as target_id,
        once.occurred_at,
        once.value
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
