-- Which networks are read, and whether every source of each covered tonight: quiet is not the same as missing.
with night as (

    select as_of_date from {{ source("raw", "night") }}

),

covered as (

    select
        source,
        bool_or(night.as_of_date between first_date and last_date) as is_complete
    from {{ source("raw", "deliveries") }}
    cross join night
    group by all

),

-- A source that names no network of its own is known by what it has landed.
networks as (

    select name as source, network from {{ source("raw", "sources") }} where network is not null
    union
    select source, network from {{ source("raw", "landed_files") }}

)

select networks.network, bool_and(coalesce(covered.is_complete, false)) as is_complete
from networks
left join covered using (source)
inner join {{ source("raw", "sources") }} as sources
    on networks.source = sources.name and sources.dataset = 'activity'
group by all
