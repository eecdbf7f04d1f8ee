-- How long before each night somebody must have been endorsed to be a seed of trust on it: 90 days, and while there is less
-- than twice that to look back on, half of it. Who founded the community was endorsed in the first share of the time before that.
-- A community that is younger than twice the 90 days is not asked for founders: its members' endorsements count alike. From
-- there on whom no founder's trust reaches counts less with each day, and at four times the 90 days nothing.
with scales as (

    {{ scales(["seed_lag_days", "seed_founder_share"]) }}

),

nights as (

    select as_of_date from {{ source("raw", "look_back") }}
    union
    select complete_through_date from {{ ref("network_nights") }}

),

known as (

    select
        scoring_version,
        as_of_date,
        as_of_date - (select min(occurred_date) from {{ ref("activity") }}) as known_days
    from (select distinct as_of_date from ({{ seed_nights("nights") }}))
    cross join scales

)

select
    scoring_version,
    as_of_date,
    least(seed_lag_days, known_days / 2) as lag_days,
    if(seed_founder_share is null, 1, round(greatest(least(2 - known_days / (2 * seed_lag_days), 1), 0), 6)) as unreached_weight,
    if(unreached_weight < 1, known_days - seed_founder_share * (known_days - lag_days), null) as founder_lag_days
from known
inner join scales using (scoring_version)
