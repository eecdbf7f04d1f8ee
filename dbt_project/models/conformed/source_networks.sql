-- Which networks each source delivers: the one that it names, or those that it has landed.
select name as source, network from {{ source("raw", "sources") }} where network is not null
union
select source, network from {{ source("raw", "landed_files") }}
