-- Where trust starts on each night: the configured accounts of people who consent, or where none is configured the
-- best-established ones, endorsed by the most other members up to 90 days before the night, and on ten days at least.
-- While there is less than twice that to look back on, the first half of it must do.
with scales as (

    {{ scales(["seed_least_days", "seed_least_count", "seed_share", "seed_step"]) }}

),

-- The days as of which tonight solves trust, and last night, which the checks compare.
nights as (

    select complete_through_date as as_of_date
    from {{ ref("network_nights") }}
    semi join {{ ref("scored_nights") }} using (as_of_date)
    union
    select unnest([as_of_date, as_of_date - 1]) from {{ source("raw", "run") }}

),

lags as (

    select lags.*
    from {{ ref("trust_seed_lags") }} as lags
    semi join nights using (as_of_date)

),

endorsed_days as (

    select distinct person_id, occurred_date from {{ ref("activity") }}

),

long_standing as (

    select lags.scoring_version, lags.as_of_date, person_id, count(*) as day_count
    from endorsed_days
    inner join lags on lags.as_of_date - occurred_date >= lags.lag_days
    group by all

),

first_endorsements as (

    select person_id, engager_id, min(occurred_date) as first_date
    from {{ ref("activity") }}
    where engager_id in (select {{ member_name("person_id") }} from {{ ref("consent") }})
    group by all

),

standing as (

    select lags.scoring_version, lags.as_of_date, person_id, any_value(day_count) as day_count, count(*) as member_count
    from first_endorsements
    inner join lags on lags.as_of_date - first_date >= lags.lag_days
    inner join long_standing using (scoring_version, as_of_date, person_id)
    group by lags.scoring_version, lags.as_of_date, person_id

),

ranked as (

    select
        *,
        row_number() over (partition by scoring_version, as_of_date order by member_count desc, day_count desc, person_id) as place,
        count(*) over (partition by scoring_version, as_of_date) as people_count
    from standing

)

select scoring_version, as_of_date, person_id, 'configured' as why
from {{ ref("configured_seeds") }}
cross join lags
union all
select scoring_version, as_of_date, person_id, 'established'
from ranked
inner join scales using (scoring_version)
where
    not exists (from {{ source("raw", "trust_seeds") }})
    and day_count >= seed_least_days
    -- The number of seeds grows by steps, doubling or less: it must not change with everyone who comes or leaves.
    and place <= seed_least_count * pow(
        coalesce(seed_step, 2),
        greatest(0, floor(
            if(
                seed_step is null,
                log2(seed_share * people_count / seed_least_count),
                ln(seed_share * people_count / seed_least_count) / ln(seed_step)
            )
        ))
    )
