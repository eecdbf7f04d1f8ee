-- What every reconstructed score of a night rests on alike, as a keyed digest: the method, up to which day each network
-- counts, and all that decides how far trust reaches then. What happened after the days that trust looks at changes nothing.
{{ config(database="in_memory") }}
{% set version = var("scoring_version") %}
with keys as (

    select * from {{ source("raw", "grounds_key") }}

),

members as (

    select coalesce(sum(md5_number_lower(concat_ws(':', keys.secret, people.person_id))), 0) as digest
    from (select distinct person_id from {{ ref("consent") }}) as people
    cross join keys

),

configured as (

    select
        (select count(*) from {{ source("raw", "trust_seeds") }}) as seed_count,
        coalesce(sum(md5_number_lower(concat_ws(':', keys.secret, seeds.person_id))), 0) as digest
    from {{ ref("configured_seeds") }} as seeds
    cross join keys

),

policed as (

    select coalesce(string_agg(network, ',' order by network), '') as networks from {{ ref("policed_networks") }}

),

endorsed as (

    select
        occurred_date,
        sum(md5_number_lower(concat_ws(
            ':', keys.secret, length(giver_id), giver_id, length(receiver_id), receiver_id, occurred_date, action_count
        ))) as digest
    from {{ ref("endorsements") }}
    cross join keys
    group by all

),

received as (

    select occurred_date, sum(digest) as digest from {{ ref("evidence_days") }} group by all

),

-- The days as of which trust is solved.
trust_days as (

    select lags.as_of_date as day_date, lags.lag_days
    from {{ ref("trust_seed_lags") }} as lags
    semi join {{ ref("network_nights") }} as networks on lags.as_of_date = networks.complete_through_date
    where lags.scoring_version = {{ version }}

),

edges as (

    select trust_days.day_date, sum(endorsed.digest) as digest
    from trust_days
    inner join endorsed on trust_days.day_date - endorsed.occurred_date >= {{ scale_constant("trust_lag_days", version) }}
    group by all

),

standing as (

    select trust_days.day_date, sum(received.digest) as digest
    from trust_days
    inner join received on trust_days.day_date - received.occurred_date >= trust_days.lag_days
    group by all

),

trusted as (

    select
        trust_days.day_date,
        concat_ws(
            ':', trust_days.day_date, trust_days.lag_days, coalesce(edges.digest, 0), coalesce(standing.digest, 0)
        ) as grounds
    from trust_days
    left join edges using (day_date)
    left join standing using (day_date)

)

select
    networks.as_of_date,
    md5_number_lower(concat_ws(
        '|',
        any_value(keys.secret),
        any_value(keys.method),
        {{ version }},
        any_value(members.digest),
        any_value(configured.seed_count),
        any_value(configured.digest),
        any_value(policed.networks),
        string_agg(networks.network || '=' || trusted.grounds, '|' order by networks.network)
    )) as grounds
from {{ ref("network_nights") }} as networks
inner join trusted on networks.complete_through_date = trusted.day_date
cross join keys
cross join members
cross join configured
cross join policed
group by networks.as_of_date
