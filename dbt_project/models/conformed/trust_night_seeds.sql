-- Where trust starts on each night: the configured accounts of people who consent, or where none is configured the
-- best-established ones, endorsed by the most other members up to 90 days before the night, and on ten days at least.
-- While there is less than twice that to look back on, the first half of it must do. Where a version asks who founded the
-- community, a member counts as far as the founders' trust reaches them; without a founder, all count alike. A seed weighs the
-- share of the last nights on which it was chosen, of those on which any was, and by so much it moves from what readers saw: who
-- gives way to another goes little by little, and who follows somebody that left comes so.
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

),

found as (

    select scoring_version, as_of_date, person_id, count(*) / any_value(night_count) as seed_weight
    from chosen
    inner join night_counts using (scoring_version, as_of_date)
    group by scoring_version, as_of_date, person_id

),

shown as (

    select scoring_version, as_of_date, person_id, seed_weight
    from {{ ref("trust_shown_seeds") }}
    where
        why = 'established'
        and person_id in (select person_id from {{ ref("consent") }})
        and scoring_version in (select scoring_version from {{ ref("scale_constants") }} where constant = 'seed_night_count')

),

last_shown as (

    select scoring_version, night_counts.as_of_date, night_count, max(shown.as_of_date) as shown_date
    from night_counts
    inner join (select distinct scoring_version, as_of_date from shown) as shown using (scoring_version)
    where shown.as_of_date <= night_counts.as_of_date
    group by all

),

before as (

    select
        scoring_version,
        last_shown.as_of_date,
        shown.person_id,
        shown.seed_weight,
        (last_shown.as_of_date - shown_date) / night_count as most_step
    from last_shown
    inner join shown using (scoring_version)
    where shown.as_of_date = shown_date

),

moved as (

    select
        scoring_version,
        as_of_date,
        person_id,
        coalesce(found.seed_weight, 0) as found_weight,
        coalesce(before.seed_weight, 0) as shown_weight,
        max(most_step) over (partition by scoring_version, as_of_date) as most_step
    from found
    full join before using (scoring_version, as_of_date, person_id)

),

-- Who left is found on no night, and who joined with years behind them on all: those who follow them, or give way to them, would
-- do so at once. Without either, nobody's share of nights changes by more than one a night, but for what rounding adds.
near as (

    select
        scoring_version,
        as_of_date,
        person_id,
        found_weight,
        if(
            abs(found_weight - shown_weight) > most_step + 1e-9,
            shown_weight + sign(found_weight - shown_weight) * most_step,
            found_weight
        ) as near_weight
    from moved

),

-- The others stand in for those who left: with less trust in all, everybody would fall.
totals as (

    select
        scoring_version,
        as_of_date,
        {{ exact_sum("found_weight") }} / {{ exact_sum("near_weight") }} as lift
    from near
    group by all

)

select scoring_version, as_of_date, person_id, 1::double as seed_weight, 'configured' as why
from {{ ref("configured_seeds") }}
cross join lags
semi join nights using (as_of_date)
union all
select scoring_version, as_of_date, person_id, near_weight * lift, 'established'
from near
inner join totals using (scoring_version, as_of_date)
where near_weight > 0
