-- The edges of the trust graph: what members did in favour of anybody, how often on which day. What a reviewer set aside passes
-- no trust on either. Never on disk: what is kept of the graph is one weight for each pair.
{{ config(database="in_memory") }}

with given as (

    select engager_name as giver_id, {{ member_name('person_id') }} as receiver_id, occurred_at
    from {{ ref("received_by_name") }}
    where set_aside_because is null and is_member

    union all

    select
        {{ member_name('giver.person_id') }} as giver_id,
        {{ account_name('events.network', 'events.target_id') }} as receiver_id,
        events.occurred_at
    from {{ ref("events") }} as events
    inner join {{ ref("verb_weights_v1") }} as weights on events.verb = weights.verb and weights.weight > 0
    inner join {{ ref("consent") }} as giver
        on events.network = giver.network and events.actor_id = giver.account_id
    anti join {{ ref("consent") }} as receiver
        on events.network = receiver.network and events.target_id = receiver.account_id
    anti join {{ ref("service_accounts") }} as services
        on events.network = services.network and events.actor_id = services.account_id
    where events.target_id is not null and not (events.verb = 'rating' and events.value <= 0)

)

select giver_id, receiver_id, cast(occurred_at as date) as occurred_date, count(*) as action_count
from given
group by all
