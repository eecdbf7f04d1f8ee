-- For each network and each night looked at: up to which day its activity is counted. A day that is not whole freezes
-- the network at the last whole day before it: nobody falls because a feed was down or partial.
with nights as (

    select as_of_date from {{ source("raw", "look_back") }}

),

-- A network that has been down for longer stays at the last day that it delivered at all.
last_delivered as (

    select networks.network, nights.as_of_date, max(least(deliveries.last_date, nights.as_of_date)) as last_date
    from {{ ref("source_networks") }} as networks
    inner join {{ source("raw", "sources") }} as sources on networks.source = sources.name
    inner join {{ source("raw", "deliveries") }} as deliveries on networks.source = deliveries.source
    inner join nights on deliveries.first_date <= nights.as_of_date
    where sources.dataset = 'activity'
    group by all

)

select
    networks.network,
    nights.as_of_date,
    coalesce(
        max(days.day_date) filter (days.why_not_whole is null),
        any_value(last_delivered.last_date),
        nights.as_of_date
    ) as complete_through_date,
    coalesce(max(days.day_date) filter (days.why_not_whole is null) = nights.as_of_date, false) as is_complete,
    case
        when not is_complete
            then coalesce(any_value(days.why_not_whole) filter (days.day_date = nights.as_of_date), 'missing')
    end as why_not_whole
from nights
cross join (select distinct network from {{ ref("source_networks") }}) as networks
left join {{ ref("network_days") }} as days on networks.network = days.network and days.day_date <= nights.as_of_date
left join last_delivered on networks.network = last_delivered.network and nights.as_of_date = last_delivered.as_of_date
group by networks.network, nights.as_of_date
