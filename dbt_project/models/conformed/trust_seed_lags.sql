-- How long before each night somebody must have been endorsed to be a seed of trust on it: 90 days, and while there is less
-- than twice that to look back on, half of it.
with scales as (

    {{ scales(["seed_lag_days"]) }}

),

nights as (

    select scoring_version, as_of_date
    from (
        select as_of_date from {{ source("raw", "look_back") }}
        union
        select complete_through_date from {{ ref("network_nights") }}
    )
    cross join scales

)

select
    scoring_version,
    as_of_date,
    least(seed_lag_days, (as_of_date - (select min(occurred_date) from {{ ref("activity") }})) / 2) as lag_days
from nights
inner join scales using (scoring_version)
