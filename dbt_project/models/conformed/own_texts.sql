-- What consenting people wrote themselves: the only texts that any model reads, and none are read without a topic list.
with written as (

    select
        events.event_id,
        author.person_id,
        author.persona,
        events.network,
        events.object_id,
        events.verb,
        cast(events.occurred_at as date) as written_date
    from {{ ref("events") }} as events
    inner join {{ ref("consent") }} as author
        on events.network = author.network and events.actor_id = author.account_id
    where
        events.verb in ('post', 'reply', 'review')
        -- Without an object there is no telling who engaged with it.
        and events.object_id is not null
        and exists (select 1 from {{ source("raw", "topics") }})

)

select
    written.event_id,
    written.person_id,
    written.persona,
    written.network,
    written.object_id,
    written.written_date,
    min(landed.text) as text
from written
inner join {{ source("raw", "activity") }} as landed using (network, event_id, verb)
where landed.text is not null
group by all
