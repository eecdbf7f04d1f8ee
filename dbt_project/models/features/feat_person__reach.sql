-- How many distinct engagers somebody has tonight, each counting at most one and fading with the long half-life, and
-- the mean trust of those engagers (network quality, 0 to 1).
select
    person_id,
    persona,
    network,
    as_of_date,
    reach,
    trusted_reach / nullif(reach, 0) as network_quality
from {{ ref("feat_person__engagers") }}
semi join {{ source("raw", "run") }} using (as_of_date)
where evidence_through_date = as_of_date and scoring_version = {{ var("scoring_version") }}
