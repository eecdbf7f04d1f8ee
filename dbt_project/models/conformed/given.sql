-- What consenting people posted, and what they did in favour of each other. What they did for anybody else is in the trust
-- graph alone.
select
    giver.person_id,
    giver.persona,
    events.network,
    events.verb,
    receiver.person_id as receiver_id,
    receiver.persona as receiver_persona,
    -- Of what others made, nothing is kept.
    if(events.verb = 'post', events.object_id, null) as object_id,
    cast(events.occurred_at as date) as occurred_date
from {{ ref("events") }} as events
inner join {{ ref("consent") }} as giver
    on events.network = giver.network and events.actor_id = giver.account_id
left join {{ ref("consent") }} as receiver
    on events.network = receiver.network and events.target_id = receiver.account_id and events.verb <> 'post'
left join {{ ref("verb_weights_v1") }} as weights
    on events.verb = weights.verb
where
    events.verb = 'post'
    or (
        receiver.person_id <> giver.person_id
        and weights.weight > 0
        and not (events.verb = 'rating' and events.value <= 0)
    )
