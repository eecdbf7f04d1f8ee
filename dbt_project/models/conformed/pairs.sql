-- Who engages with whom, each pair under a number of its own: the nights multiply pairs, and numbers are cheap to sum.
select
    row_number() over (order by person_id, persona, network, engager_id) as pair_id,
    person_id,
    persona,
    network,
    engager_id
from (select distinct person_id, persona, network, engager_id from {{ ref("activity") }})
