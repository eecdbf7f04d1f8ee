-- Where trust starts tonight, in public: whose acts count first, and how much.
select seeds.person_id, seeds.as_of_date, seeds.seed_weight, seeds.why
from {{ ref("trust_night_seeds") }} as seeds
inner join {{ source("raw", "run") }} using (as_of_date)
where seeds.scoring_version = {{ var("scoring_version") }}
