-- Where trust starts on each night: the configured accounts of people who consent, or where none is configured the
-- best-established ones, endorsed by the most other members up to 90 days before the night, and on ten days at least.
-- While there is less than twice that to look back on, the first half of it must do. Where a version asks who founded the
-- community, a member counts as far as the founders' trust reaches them; without a founder yet, all count alike.
with founded as (

    select distinct scoring_version, as_of_date from {{ ref("trust_founders") }}

),

endorsers as (

    select scoring_version, as_of_date, person_id, weight from {{ ref("trust_standing") }}
    union all
    select distinct lags.scoring_version, lags.as_of_date, members.person_id, 1
    from {{ ref("trust_seed_lags") }} as lags
    anti join founded using (scoring_version, as_of_date)
    cross join {{ ref("consent") }} as members

),

{{ best_established("lag_days", "endorsers") }}

select scoring_version, as_of_date, person_id, 'configured' as why
from {{ ref("configured_seeds") }}
cross join lags
union all
select scoring_version, as_of_date, person_id, 'established'
from best
where not exists (from {{ source("raw", "trust_seeds") }})
