-- Of all who are seeds of trust tonight or were on an earlier night, the share of those who are both: a seed more moves as many
-- people as a seed less. First seeds take nobody's place, so no night without any is compared.
with seeds as (

    select scoring_version, as_of_date, person_id from {{ ref("trust_night_seeds") }}

),

tonight as (

    select seeds.scoring_version, seeds.person_id, count(*) over (partition by seeds.scoring_version) as seed_count
    from seeds
    semi join {{ source("raw", "run") }} as night using (as_of_date)

),

nights as (

    select
        earlier.scoring_version,
        earlier.as_of_date as earlier_date,
        count(tonight.person_id) as kept_count,
        count(*) as earlier_count,
        coalesce(max(tonight_counts.seed_count), 0) as tonight_count
    from seeds as earlier
    inner join {{ source("raw", "run") }} as night on earlier.as_of_date < night.as_of_date
    left join tonight using (scoring_version, person_id)
    left join (select distinct scoring_version, seed_count from tonight) as tonight_counts using (scoring_version)
    group by all

)

select
    scoring_version,
    earlier_date,
    kept_count / (earlier_count + tonight_count - kept_count) as kept_seed_share
from nights
