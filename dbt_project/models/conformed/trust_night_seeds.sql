-- Where trust starts on each night: the configured accounts of people who consent, or where none is configured the
-- best-established ones, endorsed by the most other members up to 90 days before the night, and on ten days at least.
-- While there is less than twice that to look back on, the first half of it must do. Where a version asks who founded the
-- community, a member counts as far as the founders' trust reaches them; without a founder, all count alike.
{% set reached %}
    left join founded using (scoring_version, as_of_date)
    left join {{ ref("trust_standing") }} as reached
        on
            lags.scoring_version = reached.scoring_version
            and lags.as_of_date = reached.as_of_date
            and people.engager_id = {{ member_name("reached.person_id") }}
{% endset %}
with founded as (

    select distinct scoring_version, as_of_date, true as is_founded from {{ ref("trust_founders") }}

),

{{ best_established(
    "lag_days", weight="if(is_founded, greatest(lags.unreached_weight, coalesce(reached.weight, 0)), 1)", joined=reached
) }}

select scoring_version, as_of_date, person_id, 'configured' as why
from {{ ref("configured_seeds") }}
cross join lags
union all
select scoring_version, as_of_date, person_id, 'established'
from best
where not exists (from {{ source("raw", "trust_seeds") }})
