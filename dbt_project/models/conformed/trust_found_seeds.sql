-- Whom trust would start with on each night, were there nothing that readers have seen: the best-established people, endorsed by the
-- most other members up to 90 days before the night, and on ten days at least. While there is less than twice that to look back
-- on, the first half of it must do. Where a version asks who founded the community, a member counts as far as the founders' trust
-- reaches them; without a founder, all count alike. A seed weighs the share of the last nights on which it was chosen, of those
-- on which any was: who gives way to another goes little by little. Where seeds are configured there is nobody.
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
) }},

chosen as (

    select best.scoring_version, nights.as_of_date, best.as_of_date as chosen_date, best.person_id
    from nights
    cross join ({{ scales(["seed_night_count"]) }}) as counts
    inner join best
        on
            counts.scoring_version = best.scoring_version
            and nights.as_of_date - best.as_of_date between 0 and coalesce(counts.seed_night_count, 1) - 1

),

night_counts as (

    select scoring_version, as_of_date, count(distinct chosen_date) as night_count from chosen group by all

)

select scoring_version, as_of_date, person_id, count(*) / any_value(night_count) as seed_weight, any_value(night_count) as night_count
from chosen
inner join night_counts using (scoring_version, as_of_date)
group by scoring_version, as_of_date, person_id
