-- The nights on which everything that counts for somebody is missing or partial: nothing new is known of them, and what
-- stood stays as it stood, to the digit, whatever else moves.
with counted as (

    select person_id, persona, network, count(*) over (partition by person_id, persona) as network_count
    from {{ ref("score_person__networks") }}
    where is_counted and last_event_at is not null

),

missing as (

    select network, as_of_date from {{ ref("network_nights") }} where not is_complete

)

select person_id, persona, as_of_date
from counted
inner join missing using (network)
group by all
having count(*) = any_value(network_count)
