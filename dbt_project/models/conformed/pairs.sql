-- Who engages with whom, each pair under a number of its own: the nights multiply pairs, and numbers are cheap to sum.
with pairs as (

    select person_id, persona, network, engager_id, min(occurred_date) as first_date
    from {{ ref("activity") }}
    group by all

)

select
    {{ numbered("person_id, persona, network, engager_id") }} as pair_id,
    person_id,
    persona,
    network,
    engager_id,
    first_date,
    -- A yes or no, because dates would tell which pairs are one engager's.
    {{ was_seen_before("first_seen_date", "first_date") }} as was_seen_before
from pairs
inner join {{ ref("engager_names") }} using (person_id, engager_id)
