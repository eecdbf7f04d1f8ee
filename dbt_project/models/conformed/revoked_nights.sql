-- Published nights that may not be shown any more, nor stand as a last good score: they rest on an account that no
-- longer counts. Who withdraws one of two networks keeps the other, but not the nights on which both were one score.
-- Of who left with everything, not even that is kept.
with rested as (

    select person_id, persona, network, first_date, nights
    from {{ source("raw", "published_networks") }}
    where
        (person_id, persona) in (select (person_id, persona) from {{ ref("consent_shown") }})
        or (person_id, persona) in (select (person_id, persona) from {{ ref("consent") }})

),

standing as (

    select distinct person_id, persona, network, true as is_standing from {{ ref("consent_shown") }}

),

-- Where a second account keeps the network, the nights before the first one left still rest on both; where somebody
-- was erased and granted again, those before still rest on what is gone.
left_accounts as (

    select
        person_id,
        persona,
        network,
        max(greatest(erased_at, if(refused_because in ('withdrawn', 'erased'), recorded_at, null))) as left_at
    from {{ ref("consent_decisions") }}
    cross join {{ source("raw", "run") }} as night
    where judged_date = night.latest_published_date
    group by all

),

-- Night by night only where any may lapse: of nearly everybody none does.
nightly as (

    select
        rested.person_id,
        rested.persona,
        rested.nights,
        unnest(range(length(rested.nights))) as night_number,
        rested.first_date + night_number::integer as as_of_date,
        standing.is_standing,
        left_accounts.left_at
    from rested
    left join standing using (person_id, persona, network)
    left join left_accounts using (person_id, persona, network)
    where standing.is_standing is null or left_accounts.left_at >= rested.first_date + interval 1 day

)

select distinct person_id, persona, as_of_date
from nightly
where
    substr(nights, night_number + 1, 1) = '1'
    and (is_standing is null or left_at >= as_of_date + interval 1 day)
