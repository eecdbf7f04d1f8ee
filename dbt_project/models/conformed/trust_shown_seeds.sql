-- Where trust started on each night that readers have seen, by the version that it was scored with.
with published as (

    -- On a night with another method before, who is held keeps the row of the former.
    select as_of_date, max(scoring_version) as scoring_version from {{ source("raw", "published_nights") }} group by all

)

select published.scoring_version, seeds.as_of_date, seeds.person_id, coalesce(seeds.seed_weight, 1) as seed_weight, seeds.why
from {{ source("raw", "published_seeds") }} as seeds
inner join published using (as_of_date)
