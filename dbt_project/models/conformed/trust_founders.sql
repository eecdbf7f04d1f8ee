-- Who founded each community, by a version that asks: the best-established of the first half of what there is to look back on.
-- A ring that is younger is endorsed by nobody whom their trust reaches, however large it is and however often it acts.
with endorsers as (

    select distinct lags.scoring_version, lags.as_of_date, members.person_id, 1 as weight
    from {{ ref("trust_seed_lags") }} as lags
    cross join {{ ref("consent") }} as members
    where lags.founder_lag_days is not null

),

{{ best_established("founder_lag_days", "endorsers", least_days=1) }}

select scoring_version, as_of_date, person_id from best
