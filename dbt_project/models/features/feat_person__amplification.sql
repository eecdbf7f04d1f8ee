-- How far somebody's objects are passed on: distinct people who passed something on within a year, per object of theirs.
with night as (

    select as_of_date from {{ source("raw", "run") }}

),

recent as (

    select activity.*
    from {{ ref("activity") }} as activity
    cross join night
    where occurred_date > night.as_of_date - 365

),

passed_on as (

    select
        person_id,
        persona,
        network,
        count(distinct object_key) as object_count,
        count(distinct if(verb in ('repost', 'fork'), (engager_id, object_key), null)) as pass_count
    from recent
    group by all

)

select
    person_id,
    persona,
    network,
    night.as_of_date,
    pass_count / object_count as amplification
from passed_on
cross join night
