-- The cohorts that a fault may hit as one: everybody, the people of a network, and parts of those by their ids. A person
-- belongs to each network that counts for them, and stands for the one that nearly all of theirs comes from: who
-- lives on two would make the fault of one look like a fault of both.
with everybody as (

    select person_id, persona, 'all' as scope, cast(null as varchar) as parent_scope, true as is_main
    from {{ ref("gate_person__baseline") }}

),

by_network as (

    select
        networks.person_id,
        networks.persona,
        'network:' || networks.network as scope,
        networks.network = homes.primary_network and homes.primary_network_share >= {{ gate_constant("primary_network_share") }} as is_main
    from {{ ref("score_person__networks") }} as networks
    inner join {{ ref("gate_person__primary_network") }} as homes using (person_id, persona)
    where networks.is_counted and networks.last_event_at is not null

)

select person_id, persona, scope, parent_scope, is_main from everybody
union all
select person_id, persona, scope, 'all', is_main from by_network
union all
select
    person_id,
    persona,
    scope || '/shard:' || cast(md5_number_lower(person_id) % cast({{ gate_constant("shards") }} as integer) as varchar),
    scope,
    is_main
from by_network
