-- Of all that seeds of trust weigh tonight or weighed on an earlier night, the share of what they weigh on both: a seed more moves
-- as many people as a seed less. First seeds take nobody's place, so no night without any is compared.
with night as (

    select as_of_date from {{ source("raw", "run") }}

),

-- As readers saw them, for by other settings the same nights would have other seeds; none were shown of a night without readers.
earlier as (

    select scoring_version, as_of_date as earlier_date, person_id, seed_weight from {{ ref("trust_shown_seeds") }}
    union all
    select seeds.scoring_version, seeds.as_of_date, seeds.person_id, seeds.seed_weight
    from {{ ref("trust_night_seeds") }} as seeds
    inner join night on seeds.as_of_date < night.as_of_date
    anti join {{ source("raw", "published_nights") }} as published
        on seeds.scoring_version = published.scoring_version and seeds.as_of_date = published.as_of_date

),

tonight as (

    select scoring_version, person_id, seed_weight from {{ ref("trust_night_seeds") }} semi join night using (as_of_date)

),

-- Who is a seed on both nights stands here twice.
of_either_night as (

    select * from earlier
    union all
    select scoring_version, nights.earlier_date, tonight.person_id, tonight.seed_weight
    from (select distinct scoring_version, earlier_date from earlier) as nights
    inner join tonight using (scoring_version)

),

people as (

    select
        scoring_version,
        earlier_date,
        if(count(*) = 2, min(seed_weight), 0) as kept,
        max(seed_weight) as most
    from of_either_night
    group by scoring_version, earlier_date, person_id

)

select
    scoring_version,
    earlier_date,
    {{ exact_sum("kept") }} / {{ exact_sum("most") }} as kept_seed_share
from people
group by all
