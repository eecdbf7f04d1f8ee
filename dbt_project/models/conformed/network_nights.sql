-- For each network and each night looked at: up to which day its activity is counted. A day that a source does not
-- cover, or that brought less than a fifth of what is usual (the median of four weeks), freezes the network at the last
-- whole day before it: nobody falls because a feed was down or partial.
with nights as (

    select as_of_date from {{ source("raw", "look_back") }}

),

activity_sources as (

    select networks.network, networks.source, count(*) over (partition by networks.network) as source_count
    from {{ ref("source_networks") }} as networks
    inner join {{ source("raw", "sources") }} as sources on networks.source = sources.name
    where sources.dataset = 'activity'

),

-- The days that matter: those of the look-back, and a year before it in which an outage may have begun.
days as (

    select cast(unnest(range(min(as_of_date) - 365, max(as_of_date) + 1, interval 1 day)) as date) as day_date from nights

),

-- A network that has been down for longer stays at the last day that it delivered at all.
last_delivered as (

    select activity_sources.network, nights.as_of_date, max(least(deliveries.last_date, nights.as_of_date)) as last_date
    from activity_sources
    inner join {{ source("raw", "deliveries") }} as deliveries using (source)
    inner join nights on deliveries.first_date <= nights.as_of_date
    group by all

),

whole as (

    select activity_sources.network, days.day_date
    from activity_sources
    inner join {{ source("raw", "deliveries") }} as deliveries using (source)
    inner join days on days.day_date between deliveries.first_date and deliveries.last_date
    group by activity_sources.network, activity_sources.source_count, days.day_date
    having count(distinct activity_sources.source) = activity_sources.source_count

),

landed as (

    select network, cast(landed_date as date) as landed_date, sum(row_count) as row_count
    from {{ source("raw", "landed_files") }}
    where dataset = 'activity'
    group by all

),

volumes as (

    select
        networks.network,
        days.day_date,
        coalesce(landed.row_count, 0) as row_count,
        median(coalesce(landed.row_count, 0)) over (
            partition by networks.network order by days.day_date rows between 28 preceding and 1 preceding
        ) as usual_count
    from (select distinct network from activity_sources) as networks
    cross join days
    left join landed on networks.network = landed.network and days.day_date = landed.landed_date

),

sound as (

    select network, day_date
    from whole
    inner join volumes using (network, day_date)
    where coalesce(usual_count, 0) < 20 or row_count >= 0.2 * usual_count

)

select
    networks.network,
    nights.as_of_date,
    coalesce(max(sound.day_date), any_value(last_delivered.last_date), nights.as_of_date) as counted_through_date,
    coalesce(max(sound.day_date) = nights.as_of_date, false) as is_complete
from nights
cross join (select distinct network from {{ ref("source_networks") }}) as networks
left join sound on networks.network = sound.network and sound.day_date <= nights.as_of_date
left join last_delivered on networks.network = last_delivered.network and nights.as_of_date = last_delivered.as_of_date
group by networks.network, nights.as_of_date
