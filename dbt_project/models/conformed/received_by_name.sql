-- Every event aimed at a consenting person's account, once, with the reason why it does not count where it does not.
-- By name, so never on disk: received is what is kept of it.
{{ config(database="in_memory") }}

select
    target.person_id,
    target.persona,
    events.network,
    events.verb,
    events.occurred_at,
    weights.weight,
    -- Where a source has no object ids, a day stands in for the object.
    coalesce({{ object_name('events.object_id') }}, {{ day_name('events.occurred_at') }}) as object_key,
    -- The unnamed cannot be told apart: those around one object count as one engager.
    coalesce(
        {{ member_name('engager.person_id') }},
        {{ account_name('events.network', 'events.actor_id') }},
        {{ unnamed_name('events.network', 'object_key') }}
    ) as engager_name,
    engager.person_id is null and events.actor_id is not null as is_non_member,
    case
        when events.actor_id = events.target_id or engager.person_id = target.person_id then 'self-interaction'
        when services.account_id is not null then 'service account'
        when events.verb = 'rating' and events.value <= 0 then 'negative rating'
        when weights.weight > 0 then null
        else 'verb ' || events.verb || ' carries no weight'
    end as set_aside_because
from {{ ref("events") }} as events
inner join {{ ref("consent") }} as target
    on events.network = target.network and events.target_id = target.account_id
left join {{ ref("consent") }} as engager
    on events.network = engager.network and events.actor_id = engager.account_id
left join {{ ref("service_accounts") }} as services
    on events.network = services.network and events.actor_id = services.account_id
left join {{ ref("verb_weights_v1") }} as weights
    on events.verb = weights.verb
