-- For each scored person and persona, each network: linked or not, counted or not, and why not.
with people as (

    select distinct person_id, persona from {{ ref("consent") }}

),

networks as (

    select network from {{ ref("covered_networks") }}
    union
    select network from {{ ref("linked_networks") }}

),

decisions as (

    select person_id, persona, network, refused_because from {{ ref("linked_networks") }}

),

granted as (

    select distinct person_id, persona, network, true as is_granted from {{ ref("consent") }}

),

last_events as (

    select person_id, persona, network, max(occurred_at) as last_event_at
    from {{ ref("activity") }}
    group by all

)

select
    people.person_id,
    people.persona,
    networks.network,
    decisions.network is not null as is_linked,
    granted.is_granted is not null and covered.network is not null as is_counted,
    case
        when decisions.network is null then 'not linked'
        when granted.is_granted is null then coalesce(decisions.refused_because, 'no longer linked')
        when covered.network is null then 'no source delivers this network'
        when not covered.is_complete
            then 'tonight''s delivery is ' || covered.why_not_whole || ': its part stays as it was'
    end as why_not,
    last_events.last_event_at,
    coalesce(covered.is_complete, false) as is_complete
from people
cross join networks
left join decisions using (person_id, persona, network)
left join granted using (person_id, persona, network)
left join {{ ref("covered_networks") }} as covered using (network)
left join last_events using (person_id, persona, network)
