-- Where trust starts on each night: the configured accounts of people who consent, or where none is configured those who are
-- found, but no further from what readers saw than a night of those that a seed's weight is the share of. Who left is found on no night,
-- and who joined with years behind them on all: those who follow them, or give way to them, would do so at once.
with shown as (

    select scoring_version, as_of_date, person_id, seed_weight
    from {{ ref("trust_shown_seeds") }}
    where
        why = 'established'
        and person_id in (select person_id from {{ ref("consent") }})
        and scoring_version in (select scoring_version from {{ ref("scale_constants") }} where constant = 'seed_night_count')

),

last_shown as (

    select scoring_version, found.as_of_date, night_count, max(shown.as_of_date) as shown_date
    from (select distinct scoring_version, as_of_date, night_count from {{ ref("trust_found_seeds") }}) as found
    inner join (select distinct scoring_version, as_of_date from shown) as shown using (scoring_version)
    where shown.as_of_date <= found.as_of_date
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
    from {{ ref("trust_found_seeds") }} as found
    full join before using (scoring_version, as_of_date, person_id)

),

-- Without who left or joined, nobody's share of nights changes by more than one a night, but for what rounding adds.
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
cross join {{ ref("trust_seed_lags") }}
semi join ({{ trust_nights() }}) as nights using (as_of_date)
union all
select scoring_version, as_of_date, person_id, near_weight * lift, 'established'
from near
inner join totals using (scoring_version, as_of_date)
where near_weight > 0
