-- The edges of the trust graph: what members did in favour of anybody, how often on which day. Never on disk: what is
-- kept of the graph is one weight for each pair.
{{ config(database="in_memory") }}

select
    {{ member_name('giver.person_id') }} as giver_id,
    coalesce({{ member_name('receiver.person_id') }}, {{ account_name('events.network', 'events.target_id') }}) as receiver_id,
    cast(events.occurred_at as date) as occurred_date,
    count(*) as action_count
from {{ ref("events") }} as events
inner join {{ ref("verb_weights_v1") }} as weights on events.verb = weights.verb and weights.weight > 0
inner join {{ ref("consent") }} as giver
    on events.network = giver.network and events.actor_id = giver.account_id
left join {{ ref("consent") }} as receiver
    on events.network = receiver.network and events.target_id = receiver.account_id
anti join {{ ref("service_accounts") }} as services
    on events.network = services.network and events.actor_id = services.account_id
where
    events.target_id is not null
    and giver_id <> receiver_id
    and not (events.verb = 'rating' and events.value <= 0)
group by all
