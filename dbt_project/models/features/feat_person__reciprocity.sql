-- Which share of somebody's engagers of the last year they engaged with in return.
with night as (

    select as_of_date from {{ source("raw", "run") }}

),

engagers as (

    select distinct person_id, persona, network, engager_id
    from {{ ref("activity") }}
    cross join night
    where occurred_date > night.as_of_date - 365

),

returned as (

    select distinct person_id, persona, network, receiver_id as engager_id, true as is_returned
    from {{ ref("given") }}
    cross join night
    where is_endorsement and occurred_date > night.as_of_date - 365

)

select
    person_id,
    persona,
    network,
    night.as_of_date,
    count_if(is_returned) / count(*) as reciprocity
from engagers
left join returned using (person_id, persona, network, engager_id)
cross join night
group by all
