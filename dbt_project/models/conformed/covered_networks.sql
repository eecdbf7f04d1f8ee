-- Which networks are read, and whether every source of each covered tonight: quiet is not the same as missing.
select network, is_complete, why_not_whole, complete_through_date
from {{ ref("network_nights") }}
inner join {{ source("raw", "run") }} using (as_of_date)
semi join (
    select networks.network
    from {{ ref("source_networks") }} as networks
    inner join {{ source("raw", "sources") }} as sources on networks.source = sources.name
    where sources.dataset = 'activity'
) using (network)
