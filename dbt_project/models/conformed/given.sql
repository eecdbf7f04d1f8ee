-- What consenting people did, to anybody: whom they stand for in the trust graph, and when they posted what.
select
    giver.person_id,
    giver.persona,
    events.network,
    events.verb,
    coalesce(
        {{ member_name("receiver.person_id") }},
        {{ engager_hash("giver.person_id", account_name("events.network", "events.target_id")) }}
    ) as receiver_id,
    receiver.persona as receiver_persona,
    -- Of what others made, nothing is kept.
    if(events.verb = 'post', events.object_id, null) as object_id,
    cast(events.occurred_at as date) as occurred_date,
    events.target_id is not null
    and receiver.person_id is distinct from giver.person_id
    and weights.weight > 0
    and not (events.verb = 'rating' and events.value <= 0) as is_endorsement
from {{ ref("events") }} as events
inner join {{ ref("consent") }} as giver
    on events.network = giver.network and events.actor_id = giver.account_id
left join {{ ref("consent") }} as receiver
    on events.network = receiver.network and events.target_id = receiver.account_id
left join {{ ref("verb_weights_v1") }} as weights
    on events.verb = weights.verb
cross join {{ ref("engager_key") }}
