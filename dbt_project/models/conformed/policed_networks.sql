-- Networks whose every source of activity says that it polices votes: those of the unnamed there are worth something.
select networks.network
from {{ ref("source_networks") }} as networks
inner join {{ source("raw", "sources") }} as sources on networks.source = sources.name
where sources.dataset = 'activity'
group by networks.network
having bool_and(sources.polices_votes)
