-- Since when each person has been engaged with, and where most: a score stays provisional until it has seen some weeks,
-- and a person moves with the network that most of their engagement comes from.
with by_network as (

    select person_id, persona, network, count(*) as event_count, min(occurred_date) as first_date, max(occurred_date) as last_date
    from {{ ref("activity") }}
    group by all

)

select
    person_id,
    persona,
    min(first_date) as first_date,
    max(last_date) as last_date,
    min_by(network, (-event_count, network)) as main_network
from by_network
group by all
