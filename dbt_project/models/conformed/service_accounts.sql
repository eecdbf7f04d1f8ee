-- Accounts that are programs, not people: flagged by their profile, or found by what they do, giving a third or more of
-- all that a lively network's people receive in a year. Their acts raise nobody's score. Never on disk: programs tells.
{{ config(database="in_memory") }}
with night as (

    select as_of_date from {{ source("raw", "run") }}

),

flagged as (

    select network, account_id
    from {{ ref("accounts") }}
    inner join night on judged_date = night.as_of_date
    where is_bot

),

given as (

    select network, actor_id as account_id, count(*) as event_count
    from {{ ref("events") }}
    cross join night
    where target_id is not null and actor_id is distinct from target_id and occurred_at >= night.as_of_date - interval 364 day
    group by all

),

shares as (

    select
        network,
        account_id,
        event_count / sum(event_count) over (partition by network) as given_share,
        sum(event_count) over (partition by network) as network_count,
        count(account_id) over (partition by network) as giver_count
    from given

)

select network, account_id, true as is_flagged, 'flagged by its profile' as why
from flagged
union all
select network, account_id, false, 'gives ' || cast(cast(round(100 * given_share) as integer) as string) || ' % of everything'
from shares
anti join flagged using (network, account_id)
where account_id is not null and given_share >= 1 / 3 and network_count >= 1000 and giver_count > 20
